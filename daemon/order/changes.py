"""The small changes of an order that its rules are made of."""

from __future__ import annotations

from dataclasses import replace

from daemon.order.model import LINE, RESTING, Bracket, HeldFor, Image, ImageState, Order, Phase
from daemon.order.policy import Policy, retry_wait


def forward(order: Order, phase: Phase) -> Order:
    """Move on along the line; never back, never out of rest."""
    if order.phase not in LINE or LINE.index(phase) <= LINE.index(order.phase):
        return order
    return replace(order, phase=phase)


def progress(order: Order, now: float) -> Order:
    """Something went well: go on at once, unless a neighbour's back-off still runs."""
    if order.due is not None and order.due > now and order.trouble:
        return order
    return replace(order, failures=0, trouble=None, due=None if order.phase in RESTING else now)


def back_off(order: Order, why: str, now: float, policy: Policy, retry_after: float | None = None) -> Order:
    """Try again later, and say why; a longer wait that still runs is kept."""
    wait = retry_wait(policy, order.id, order.failures, retry_after)
    due = max(order.due or now, now + wait) if order.trouble else now + wait
    return replace(order, failures=order.failures + 1, trouble=why, due=due)


def held(order: Order, why: str, held_for: HeldFor | None = None) -> Order:
    """Wait for a person."""
    return replace(order, phase=Phase.HELD, held_in=order.phase, held_for=held_for, trouble=why, due=None)


def released(order: Order, now: float) -> Order:
    """Go on from where the order was held."""
    there = order.held_in or order.phase
    order = replace(order, phase=there, held_in=None, held_for=None, over_limit=False)
    return replace(order, trouble=None, failures=0, due=now)


def awaited(order: Order, number: int, attempt: int) -> Bracket | None:
    """The bracket that an answer is about, unless the answer is late."""
    if order.phase not in (Phase.SETTLED, Phase.UPLOADING):
        return None
    bracket = order.brackets[number]
    return bracket if bracket.attempt == attempt and bracket.left_out is None else None


def fetching(order: Order, image_id: str, state: ImageState) -> Image | None:
    """The image that a fact about its download can be for, unless the fact is late."""
    if order.phase is not Phase.DOWNLOADING:
        return None
    return next((i for i in order.images if i.id == image_id and i.state is state), None)


def with_bracket(order: Order, number: int, bracket: Bracket) -> Order:
    """The order with one bracket replaced."""
    return replace(order, brackets=(*order.brackets[:number], bracket, *order.brackets[number + 1 :]))


def with_image(order: Order, image: Image) -> Order:
    """The order with one image replaced."""
    return replace(order, images=tuple(image if i.id == image.id else i for i in order.images))
