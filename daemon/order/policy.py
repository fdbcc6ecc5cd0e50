"""When to try again: numbers, and pure functions of them.

Jitter is not drawn but follows from the order's id and a count, so that decisions stay pure and a simulated run
repeats exactly; over many orders it is as good as random.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

EXPIRED = 3
"""Refusals in a row that expired URLs explain: those that were asked for together are refused one after the other."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most images that an order may buy, and all orders together in a day and a month; None: as many as come."""

    images_per_order: int | None = None
    images_per_day: int | None = None
    images_per_month: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """All times in seconds.

    ``poll_first`` .. ``poll_longest``: looks at a merged order. ``retry_first`` .. ``retry_longest``: back-off after
    what passes. ``account_probe``: while the account is refused. ``output_retry``: while pictures cannot be
    written. ``quiet``: before a file that changed while it was sent is sent anew. ``idle_grace``: how long an order
    may read idle and empty after a merge before an unanswered merge counts as not carried out (the service
    shows grouping only after 10 s to 5 min), and ``idle_looks``: how often it must have been seen so, for a clock
    that jumps ahead passes the grace at once. ``refused_looks``: how often an order must be seen idle and empty after
    a refused merge before another is asked for. ``long_work``: from when on a person is told that the service takes
    long. ``fetch_patience``: how often the service may say of one image that it is not there yet. ``file_patience``:
    how long the disk may not give out a file while it gives out others, and ``file_tries`` how often it must have been
    asked, for a machine that slept passes the time at once. ``slot_first``: before a bracket is sent again whose
    registration is refused again and again, doubling to ``retry_longest``; ``slot_tries``: how often in a row it may be
    refused. ``confirm_wait``: how long the service may take to show stored bytes. ``reprocess_lag``: how long an image
    may still show its old error after it was asked to be processed once more. ``doubted_looks``: how many looks may
    begin such a wait again because the clock was set meanwhile. ``limit_probe``: while the account's daily limit is
    reached; ``limit_patience``: how long after its merge an image may still fail for that, and ``limit_tries``: how
    often in any case, for a clock that jumps ahead passes the patience at once. ``mismatch_tries``: how many answers
    in a row may not match what was asked before the order is held, ``mismatch_grace``: for how long at least, and
    ``mismatch_most``: how many at most, whatever the time. ``limits``: what may be bought without a person's word.
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
    limits: Limits = Limits()

    @property
    def longest(self) -> float:
        """No due time lies farther ahead than this; one that does was set before the clock jumped."""
        waits = (self.retry_longest, self.account_probe, self.output_retry, self.poll_longest, self.quiet)
        return max(*waits, self.limit_probe) * 4


def probed(why: str, policy: Policy) -> str:
    """Why the account was refused, when bracketd asks again, and what asks at once."""
    every = f"{policy.account_probe / 60:.0f} min" if policy.account_probe >= 60 else f"{policy.account_probe:.0f} s"
    return f"{why} bracketd tries again by itself every {every}; `bracketd retry SHOOT` tries at once."


def spread(order_id: str, *counts: int) -> float:
    """A number in [0, 1) that looks random and is always the same for the same order and counts."""
    digest = hashlib.blake2b(f"{order_id}/{counts}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def poll_wait(policy: Policy, order_id: str, polls: int) -> float:
    """Seconds to the next look: grows by two fifths a look from first to longest, spread by a tenth either way."""
    grown = min(policy.poll_longest, policy.poll_first * 1.4 ** min(polls, 40))
    return grown * (0.9 + 0.2 * spread(order_id, polls))


def slot_wait(policy: Policy, order_id: str, tries: int) -> float:
    """Seconds until a bracket is sent again that was refused ``tries`` times in a row.

    Short at first, since URLs may only have expired; then long, since each try registers the bracket once more and
    sends all of it, and the service takes an exact name 30 times an hour at most. Three quarters of a doubling span at
    least.
    """
    if tries <= EXPIRED:
        return policy.retry_first
    span = min(policy.retry_longest, policy.slot_first * 2.0 ** min(tries - EXPIRED - 1, 40))
    return span * (0.75 + 0.25 * spread(order_id, tries))


def register_wait(policy: Policy, order_id: str, tries: int) -> float:
    """Seconds until a bracket is registered again when the answers to ``tries`` registrations were lost.

    Each may have used up one of the 30 uses that the service allows a name in an hour. Half of a doubling span at
    least.
    """
    span = min(policy.retry_longest, policy.retry_first * 2.0 ** min(tries, 40))
    return span * (0.5 + 0.5 * spread(order_id, tries))


def retry_wait(policy: Policy, order_id: str, failures: int, retry_after: float | None) -> float:
    """Seconds to the next try: full jitter over a doubling span, never sooner than the service asked for.

    A wish of the service beyond ``policy.longest`` is cut to it.
    """
    span = min(policy.retry_longest, policy.retry_first * 2.0 ** min(failures, 40))
    wait = span * spread(order_id, failures)
    return max(wait, min(retry_after, policy.longest)) if retry_after else wait
