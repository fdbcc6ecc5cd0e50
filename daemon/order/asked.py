"""Rules for requests about a merged order: retry its failed images, or dismiss the images that are not bought."""

from __future__ import annotations

from dataclasses import replace

from daemon.order import facts as f
from daemon.order.changes import held
from daemon.order.ended import Ended
from daemon.order.image import NOT_WANTED, Image, ImageState
from daemon.order.money import waits_for_tomorrow
from daemon.order.order import Order
from daemon.order.phase import Phase
from daemon.order.policy import Policy
from daemon.order.preview import PreviewState
from daemon.order.problem import Code, Trouble
from daemon.order.purchase import LimitCheck

ON_DISK = (ImageState.FETCHED, ImageState.PLACED)
"""States of images that are bought and stored on disk."""

DISMISSED = "dismissed on request; none of its images were bought. `bracketd submit` sends its photos as a new order"

NOTHING_CAME_OUT = (
    "nothing was delivered: the service failed on every image of this order. `bracketd retry` has the images processed "
    "again, for free; `bracketd dismiss` ends the order"
)


def nothing_came_out(order: Order) -> bool:
    """True if every image of an order that a person wants failed, so that there is nothing to deliver."""
    wanted = [image for image in order.images if image.state not in NOT_WANTED]
    return bool(wanted) and all(image.state is ImageState.FAILED for image in wanted)


def held_if_empty(order: Order) -> Order:
    """Hold an order that is about to be delivered if it has nothing to deliver."""
    if order.phase is not Phase.DOWNLOADING or not nothing_came_out(order):
        return order
    return held(order, Trouble(Code.NOTHING_DELIVERED, NOTHING_CAME_OUT))


def failed_images(order: Order) -> tuple[str, ...]:
    """The ids of the failed images that a retry would have processed again.

    Empty while the order still has other images to deliver: they come first.
    """
    if order.phase is not Phase.DOWNLOADED and not (order.phase is Phase.HELD and nothing_came_out(order)):
        return ()
    return tuple(image.id for image in order.images if image.state is ImageState.FAILED)


def reopened(order: Order, fact: f.Reopened, now: float, _policy: Policy) -> Order:
    """Retry failed images. The next step polls the service, which may show other results now.

    This is the only rule that moves an order to an earlier phase. Bought images are kept. New images are checked
    against the limits.
    """
    again = frozenset(failed_images(order)) & frozenset(fact.images)
    if not again:
        return order
    return replace(
        order,
        standing=Phase.PROCESSING,
        images=tuple(_fresh(image) if image.id in again else image for image in order.images),
        inspection=None,
        purchase=replace(order.purchase, check=LimitCheck.NOT_CHECKED),
        tries=replace(order.tries, polls=0, failures=0),
        troubles=(),
        due=now,
        times=replace(order.times, reopened_at=now),
    )


def _fresh(image: Image) -> Image:
    return replace(
        image,
        state=ImageState.PENDING,
        failures=0,
        reprocessed_at=None,
        reprocess_heard=False,
        preview=PreviewState.NOT_FETCHED,
        preview_failures=0,
    )


def may_dismiss(order: Order) -> bool:
    """True if an order buys nothing at the moment, because it is held or waits for the next day."""
    return order.phase is Phase.HELD or waits_for_tomorrow(order)


def dismissed(order: Order, _fact: f.Dismissed, now: float, _policy: Policy) -> Order:
    """Dismiss the images of a merged order that are not bought. Images on disk are delivered; without any, it ends.

    The caller must ensure that no download is running when this fact is recorded.
    """
    if not order.merge.requested or not may_dismiss(order):
        return order
    images = tuple(_let_go(image) for image in order.images)
    after = replace(order, images=images, purchase=order.purchase.lifted(), tries=order.tries.released())
    if any(image.state in ON_DISK for image in images):
        return replace(after, standing=Phase.DOWNLOADING, troubles=(), due=now)
    why = (Trouble(Code.DISMISSED, DISMISSED),)
    unsent = replace(order.unsent, late=())
    return replace(after, standing=Ended.DISMISSED, troubles=why, due=None, unsent=unsent)


def _let_go(image: Image) -> Image:
    return image if image.state in (*ON_DISK, ImageState.FAILED) else replace(image, state=ImageState.DISMISSED)
