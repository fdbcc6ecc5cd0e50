"""What the log says of an order's way."""

from __future__ import annotations

import structlog

from daemon.order import LINE, Order, Phase, facts
from daemon.order.facts import Kind

log = structlog.get_logger("bracketd.runner")


def tell(before: Order, fact: facts.Fact, after: Order) -> None:
    """Log what a fact made of an order: a line for each step of its way, and for what went wrong."""
    words = log.bind(shoot=after.shoot, order=after.id)
    for phase in _passed(before.phase, after.phase):
        told = words.warning if phase in (Phase.HELD, Phase.CANCELLED) else words.info
        told(phase.value, was=before.phase.value, **({"why": after.trouble} if after.trouble else {}))
    match fact:
        case facts.Failed(kind=Kind.BUG):
            words.error("bug", step=str(fact.step), why=fact.why, traceback=fact.detail)
        case facts.Failed() if after.phase is before.phase and fact.kind is not Kind.ACCOUNT:
            words.warning("will try again", step=str(fact.step), why=fact.why)
        case facts.SlotLost() | facts.Changed() | facts.ImageLost() | facts.FetchLost():
            words.warning(type(fact).__name__.lower(), fact=str(fact))
        case facts.Reopened(images):
            words.info("failed images are retried", images=list(images))
        case facts.ReprocessIntended():
            words.warning("an image failed and is processed once more", image=fact.image)
        case facts.Placed():
            words.info("picture in place", file=fact.file, folder=after.output)
        case _:
            words.debug("fact", fact=str(fact))


def _passed(before: Phase, after: Phase) -> tuple[Phase, ...]:
    """The phases entered on the way: one look can show that merging and processing are over."""
    if after is before or before not in LINE or after not in LINE:
        return () if after is before else (after,)
    return LINE[LINE.index(before) + 1 : LINE.index(after) + 1]
