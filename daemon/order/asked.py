"""Rules for what a person asks of a merged order: processing failed images again, and buying no more of them."""

from __future__ import annotations

from dataclasses import replace

from daemon.order import facts as f
from daemon.order.changes import held
from daemon.order.model import Image, ImageState, MergeState, Order, Phase
from daemon.order.money import waits_for_tomorrow
from daemon.order.policy import Policy
from daemon.order.problem import Code, Trouble

ON_DISK = (ImageState.FETCHED, ImageState.PLACED)
"""States of images that are bought and whose bytes are safe."""

DISMISSED = "dismissed by a person: none of its images is bought. `bracketd submit` sends the shoot as a new order"

NOTHING_CAME_OUT = (
    "nothing was delivered: the service failed on every image of this order. `bracketd retry` has them processed again "
    "(this is free), `bracketd dismiss` ends the order"
)


def nothing_came_out(order: Order) -> bool:
    """Whether every image of an order failed, so that there is nothing to deliver."""
    return bool(order.images) and all(image.state is ImageState.FAILED for image in order.images)


def held_if_empty(order: Order) -> Order:
    """An order that is about to be delivered, or held if there is nothing to deliver."""
    if order.phase is not Phase.DOWNLOADING or not nothing_came_out(order):
        return order
    return held(order, Trouble(Code.NOTHING_DELIVERED, NOTHING_CAME_OUT))


def failed_images(order: Order) -> tuple[str, ...]:
    """The ids of the failed images that a retry has processed again.

    None while the order still has other images to deliver: they come first.
    """
    if order.phase is not Phase.DOWNLOADED and not (order.phase is Phase.HELD and nothing_came_out(order)):
        return ()
    return tuple(image.id for image in order.images if image.state is ImageState.FAILED)


def reopened(order: Order, fact: f.Reopened, now: float, _policy: Policy) -> Order:
    """Failed images get another chance. The service is looked at first: it may show something else now.

    Only this takes an order back along the line. What is bought stays; what comes out is checked against the limits.
    """
    again = frozenset(failed_images(order)) & frozenset(fact.images)
    if not again:
        return order
    return replace(
        order,
        phase=Phase.PROCESSING,
        held_in=None,
        images=tuple(_fresh(image) if image.id in again else image for image in order.images),
        over_limit=False,
        reckoned=False,
        polls=0,
        failures=0,
        troubles=(),
        due=now,
        reopened_at=now,
    )


def _fresh(image: Image) -> Image:
    return replace(image, state=ImageState.PENDING, failures=0, reprocessed_at=None, reprocess_heard=False)


def may_dismiss(order: Order) -> bool:
    """Whether nothing can be bought of an order at this moment: it is held, or waits for the next day."""
    return order.phase is Phase.HELD or waits_for_tomorrow(order)


def dismissed(order: Order, _fact: f.Dismissed, now: float, _policy: Policy) -> Order:
    """No more images of a merged order are bought. Those on disk are delivered; without any the order ends here.

    Whoever records this sees to it that no download is under way.
    """
    if order.merge is MergeState.NOT_ASKED or not may_dismiss(order):
        return order
    images = tuple(_let_go(image) for image in order.images)
    after = replace(order, images=images, held_in=None, over_limit=False, by_person=True, failures=0, mismatch=None)
    if any(image.state in ON_DISK for image in images):
        return replace(after, phase=Phase.DOWNLOADING, troubles=(), due=now)
    ended = (Trouble(Code.DISMISSED, DISMISSED),)
    return replace(after, phase=Phase.CANCELLED, troubles=ended, due=None, late=())


def _let_go(image: Image) -> Image:
    return image if image.state in (*ON_DISK, ImageState.FAILED) else replace(image, state=ImageState.DISMISSED)
