"""Logs the changes of orders."""

from __future__ import annotations

from typing import Any

import structlog

from daemon.order import LINE, Order, Phase, facts
from daemon.order.deadline import deadline, kept_until, warned
from daemon.order.facts import Failure
from daemon.order.stored_names import stored_name
from daemon.order.wording import keys, phrase
from daemon.orders.desk import Change
from daemon.store.journal import detail_of

log = structlog.get_logger("bracketd.orders")


def log_change(change: Change) -> None:
    """Log each phase that an order enters, and each failure."""
    before, fact, after = change.before, change.fact, change.after
    words = log.bind(shoot=after.source.shoot, order=after.id)
    if before is None:
        _log_new(after, fact)
        return
    for phase in _passed(before.phase, after.phase):
        level = words.warning if phase in (Phase.HELD, Phase.CANCELLED) else words.info
        level(phase.value, was=before.phase.value, **({"why": after.trouble} if after.trouble else {}))
    if (left := warned(after)).is_after(warned(before)):
        until = kept_until(deadline(after) or 0.0)
        words.warning("deadline near", remaining=left.value, kept_until=until, why=after.trouble)
    match fact:
        case facts.DeadlineNear():
            pass
        case facts.Failed(kind=Failure.BUG):
            words.error("bug", traceback=fact.detail, **_keys(fact, after))
        case facts.Failed() if after.phase is before.phase and fact.kind is not Failure.ACCOUNT:
            words.warning("step failed; will retry", **_keys(fact, after))
        case facts.Reopened(images):
            words.info("retrying failed images", images=list(images))
        case (
            facts.SlotLost()
            | facts.Changed()
            | facts.ImageLost()
            | facts.FetchLost()
            | facts.ReprocessIntended()
            | facts.OutputRenamed()
        ):
            words.warning(_event(fact), **_keys(fact, after))
        case facts.PicturePlaced():
            words.info(_event(fact), file=fact.file, folder=after.source.output)
        case _:
            words.debug(_event(fact), **_keys(fact, after))


def _log_new(order: Order, fact: facts.Fact) -> None:
    """Log a new order. Skipped shoots are logged where they are found, since there may be hundreds at once."""
    words = log.bind(shoot=order.source.shoot, order=order.id)
    if order.phase is Phase.HELD:
        words.warning("held", why=order.trouble)
    elif order.phase is Phase.SETTLED:
        size = sum(bracket.size for bracket in order.brackets)
        more = {"supplement_of": order.source.supplement_of} if order.source.supplement_of else {}
        why = fact.why if isinstance(fact, facts.Locked) else None
        words.info("settled", brackets=len(order.brackets), bytes=size, why=why, **more)
    if isinstance(fact, facts.Locked) and fact.left_out and order.phase is not Phase.SKIPPED:
        words.warning("some files left out", files=list(fact.left_out))


def _event(fact: facts.Fact) -> str:
    return phrase(stored_name(type(fact)))


def _keys(fact: facts.Fact, order: Order) -> dict[str, Any]:
    """The fact's fields. Those with the names of the order's own keys get the prefix ``new_``."""
    fields = keys(detail_of(fact), order)
    return {f"new_{name}" if name in ("shoot", "order") else name: value for name, value in fields.items()}


def _passed(before: Phase, after: Phase) -> tuple[Phase, ...]:
    """The phases entered from ``before`` to ``after``. One poll can show the end of merging and of processing."""
    if after is before or before not in LINE or after not in LINE:
        return () if after is before else (after,)
    return LINE[LINE.index(before) + 1 : LINE.index(after) + 1]
