"""Times and limits for retries, and pure functions that compute the waits.

Jitter is not random: it is computed from the order's id and a count, so decisions stay pure and a simulated run can be
repeated exactly. Over many orders it is as good as random.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

EXPIRED = 3
"""The number of refusals in a row that expired URLs can explain: URLs that were requested together expire together."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The maximum number of images for one order, and for all orders in a day and in a month. None: no limit."""

    images_per_order: int | None = None
    images_per_day: int | None = None
    images_per_month: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The parameters of the rules. All times are in seconds.

    Some times have a count beside them, because a time passes at once if the clock jumps ahead or the machine sleeps.

    - ``poll_first`` to ``poll_longest``: between two polls of a merged order.
    - ``retry_first`` to ``retry_longest``: back-off after a temporary failure.
    - ``account_probe``: between two tries while the service refuses the account.
    - ``output_retry``: between two tries while pictures cannot be written.
    - ``quiet``: how long a file that changed during its upload must be unchanged before it is sent again.
    - ``idle_grace`` and ``idle_looks``: for how long, and in how many polls, an order must be idle and empty before a
      merge without an answer counts as not carried out. The service shows grouping only after 10 s to 5 min.
    - ``refused_looks``: in how many polls an order must be idle and empty after a refused merge before the next merge.
    - ``long_work``: after how long ``status`` says that the service is slow.
    - ``fetch_patience``: how often the service may answer that an image is not available yet.
    - ``file_patience`` and ``file_tries``: for how long, and in how many tries, a file must be unreadable while others
      can be read before it is held or left out.
    - ``slot_first``: the wait before a bracket that is refused repeatedly is sent again, doubling to ``retry_longest``.
    - ``slot_tries``: how many refusals in a row hold the order.
    - ``confirm_every``: between two checks whether the service shows the uploaded brackets.
    - ``confirm_wait``: how long the service may take to show them.
    - ``reprocess_lag``: how long an image may still show its old error after its reprocessing was requested.
    - ``doubted_looks``: in how many polls such a wait may restart because the clock was set.
    - ``limit_probe``: between two tries while the account's daily limit is reached.
    - ``limit_patience`` and ``limit_tries``: for how long after the merge, and how often in any case, an image that
      fails because of the daily limit is retried.
    - ``mismatch_tries`` and ``mismatch_grace``: how many answers in a row, over what time, may not match their requests
      before the order is held; ``mismatch_most``: how many, whatever the time.
    - ``preview_tries`` and ``preview_tries_offline``: how often a preview is tried before the order continues without
      it, and the same while there is no connection.
    - ``limits``: what may be bought without approval.
    """

    poll_first: float = 5.0
    poll_longest: float = 30.0
    retry_first: float = 2.0
    retry_longest: float = 900.0
    account_probe: float = 300.0
    output_retry: float = 60.0
    quiet: float = 30.0
    idle_grace: float = 600.0
    idle_looks: int = 15
    refused_looks: int = 4
    long_work: float = 3600.0
    fetch_patience: int = 12
    file_patience: float = 3600.0
    file_tries: int = 5
    slot_first: float = 60.0
    slot_tries: int = 9
    confirm_every: float = 2.0
    confirm_wait: float = 60.0
    reprocess_lag: float = 60.0
    doubted_looks: int = 5
    limit_probe: float = 3600.0
    limit_patience: float = 7 * 86400.0
    mismatch_tries: int = 6
    mismatch_grace: float = 300.0
    limit_tries: int = 24
    mismatch_most: int = 10
    preview_tries: int = 3
    preview_tries_offline: int = 10
    limits: Limits = Limits()

    @property
    def longest(self) -> float:
        """The longest possible wait. A later due time was set before the clock jumped."""
        waits = (self.retry_longest, self.account_probe, self.output_retry, self.poll_longest, self.quiet)
        return max(*waits, self.limit_probe) * 4


def probed(why: str, policy: Policy) -> str:
    """The message for a refused account: why, when bracketd tries again, and the command to try at once."""
    every = f"{policy.account_probe / 60:.0f} min" if policy.account_probe >= 60 else f"{policy.account_probe:.0f} s"
    return f"{why} bracketd tries again by itself every {every}; `bracketd retry SHOOT` tries at once."


def spread(order_id: str, *counts: int) -> float:
    """A number in [0, 1) that looks random but is always the same for the same order and counts."""
    digest = hashlib.blake2b(f"{order_id}/{counts}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def poll_wait(policy: Policy, order_id: str, polls: int) -> float:
    """Seconds until the next poll: grows by 40 % per poll from first to longest, with a jitter of 10 % either way."""
    grown = min(policy.poll_longest, policy.poll_first * 1.4 ** min(polls, 40))
    return grown * (0.9 + 0.2 * spread(order_id, polls))


def slot_wait(policy: Policy, order_id: str, tries: int) -> float:
    """Seconds until a bracket that was refused ``tries`` times in a row is sent again.

    Short at first, because URLs may only have expired. Then at least three quarters of a doubling span, because each
    try registers and sends the bracket again, and the service accepts the same name at most 30 times an hour.
    """
    if tries <= EXPIRED:
        return policy.retry_first
    span = min(policy.retry_longest, policy.slot_first * 2.0 ** min(tries - EXPIRED - 1, 40))
    return span * (0.75 + 0.25 * spread(order_id, tries))


def register_wait(policy: Policy, order_id: str, tries: int) -> float:
    """Seconds until a bracket is registered again after the answers to ``tries`` registrations were lost.

    At least half of a doubling span, because each try may count towards the 30 uses of a name that the service allows
    in an hour.
    """
    span = min(policy.retry_longest, policy.retry_first * 2.0 ** min(tries, 40))
    return span * (0.5 + 0.5 * spread(order_id, tries))


def retry_wait(policy: Policy, order_id: str, failures: int, retry_after: float | None) -> float:
    """Seconds until the next try: full jitter over a doubling span, never less than the service's Retry-After.

    A Retry-After beyond ``policy.longest`` is reduced to it.
    """
    span = min(policy.retry_longest, policy.retry_first * 2.0 ** min(failures, 40))
    wait = span * spread(order_id, failures)
    return max(wait, min(retry_after, policy.longest)) if retry_after else wait
