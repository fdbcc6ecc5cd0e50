"""What the log says of an order's way."""

from __future__ import annotations

from typing import Any

import structlog

from daemon.order import LINE, Order, Phase, facts
from daemon.order.facts import Kind
from daemon.order.wording import keys, phrase
from daemon.store.rows import detail_of

log = structlog.get_logger("bracketd.runner")


def tell(before: Order, fact: facts.Fact, after: Order) -> None:
    """Log what a fact made of an order: a line for each step of its way, and for what went wrong."""
    words = log.bind(shoot=after.shoot, order=after.id)
    for phase in _passed(before.phase, after.phase):
        told = words.warning if phase in (Phase.HELD, Phase.CANCELLED) else words.info
        told(phase.value, was=before.phase.value, **({"why": after.trouble} if after.trouble else {}))
    match fact:
        case facts.Failed(kind=Kind.BUG):
            words.error("bug", traceback=fact.detail, **_keys(fact, after))
        case facts.Failed() if after.phase is before.phase and fact.kind is not Kind.ACCOUNT:
            words.warning("will try again", **_keys(fact, after))
        case facts.Reopened(images):
            words.info("failed images are retried", images=list(images))
        case (
            facts.SlotLost()
            | facts.Changed()
            | facts.ImageLost()
            | facts.FetchLost()
            | facts.ReprocessIntended()
            | facts.OutputRenamed()
        ):
            words.warning(_event(fact), **_keys(fact, after))
        case facts.Placed():
            words.info(_event(fact), file=fact.file, folder=after.output)
        case _:
            words.debug(_event(fact), **_keys(fact, after))


def _event(fact: facts.Fact) -> str:
    return phrase(type(fact).__name__)


def _keys(fact: facts.Fact, order: Order) -> dict[str, Any]:
    """The fact's fields, under names that are not those of the order's own."""
    told = keys(detail_of(fact), order)
    return {f"new_{name}" if name in ("shoot", "order") else name: value for name, value in told.items()}


def _passed(before: Phase, after: Phase) -> tuple[Phase, ...]:
    """The phases entered on the way: one look can show that merging and processing are over."""
    if after is before or before not in LINE or after not in LINE:
        return () if after is before else (after,)
    return LINE[LINE.index(before) + 1 : LINE.index(after) + 1]
