"""Rules about money: what may be bought without a person's word.

An image is paid for at its first download in full size and never before, so the exact count is known, and held
against the limits, when all images have ended and none is bought. What can be told sooner is told before anything
is sent. Pictures in dev mode cost nothing and count nowhere.
"""

from __future__ import annotations

from dataclasses import replace

from daemon.order import facts as f
from daemon.order.changes import held, progress, released
from daemon.order.model import RESTING, ImageState, Order, Phase
from daemon.order.policy import Policy

MOST_BRACKETS = 9
"""Brackets that the service puts into one image at most (its documentation)."""


def locked(order: Order, fact: f.Locked, _now: float, policy: Policy) -> Order:
    """A shoot in doubt, or one that must become more images than an order may have, is held before it is sent."""
    if fact.doubt is not None and order.phase is Phase.SETTLED:
        return held(order, fact.doubt.why)
    return held_if_too_large(order, policy)


def held_if_too_large(order: Order, policy: Policy) -> Order:
    """An order as it is, or held: what can be told of its images is too many."""
    most, fewest = policy.limits.images_per_order, fewest_images(order)
    free = order.approved or order.preset.dev_mode
    if order.phase is not Phase.SETTLED or most is None or fewest <= most or free:
        return order
    return _over(order, _too_many(f"its {len(order.sent)} brackets become at least {fewest} images", "order", most))


def reckoned(order: Order, fact: f.Reckoned, now: float, policy: Policy) -> Order:
    """All images have ended: they are bought if that keeps within every limit, or a person approved."""
    if order.phase is not Phase.DOWNLOADING or order.reckoned:
        return order
    passed = _passed(order, fact, policy)
    if passed is not None and not order.approved:
        return _over(order, passed)
    return progress(replace(order, reckoned=True), now)


def _passed(order: Order, fact: f.Reckoned, policy: Policy) -> str | None:
    """Which limit would be passed, in words; None: none."""
    new, limits = to_buy(order), policy.limits
    whole = sum(image.state is not ImageState.FAILED for image in order.images)
    sums = (
        ("order", limits.images_per_order, whole, f"it has {whole} images"),
        ("day", limits.images_per_day, fact.today + new, f"its {new} images would make {fact.today + new} today"),
        (
            "month",
            limits.images_per_month,
            fact.month + new,
            f"its {new} images would make {fact.month + new} this month",
        ),
    )
    return next(
        (_too_many(told, of, most) for of, most, number, told in sums if most is not None and number > most), None
    )


def _too_many(told: str, of: str, most: int) -> str:
    return (
        f"{told}, and limits.images_per_{of} is {most}. Nothing was bought. "
        "`bracketd approve` buys them all the same, `bracketd retry` reckons again"
    )


def _over(order: Order, why: str) -> Order:
    return replace(held(order, why), over_limit=True)


def approved(order: Order, _fact: f.Approved, now: float, policy: Policy) -> Order:
    """A person's word: an order that is held goes on, and one that was held for a limit may pass every limit.

    So may one that is under way. A supplement that was held for being late is still held against the limits.
    """
    if order.phase is Phase.HELD:
        after = replace(released(order, now), approved=order.approved or order.over_limit, over_limit=False)
        return held_if_too_large(after, policy)
    return order if order.phase in RESTING or order.approved else replace(order, approved=True)


def to_buy(order: Order) -> int:
    """How many images an order would buy now; one that was bought and whose bytes were lost is not bought again."""
    return sum(image.state is ImageState.PROCESSED and image.fetched_at is None for image in order.images)


def must_reckon(order: Order) -> bool:
    """Whether there is something to buy that was not held against the limits."""
    return not (order.reckoned or order.preset.dev_mode) and to_buy(order) > 0


def fewest_images(order: Order) -> int:
    """How many images an order's brackets become at least."""
    return -(-len(order.sent) // (order.preset.per_image or MOST_BRACKETS))
