"""Rules for the choice of images before the purchase: by a person (``buy: ask``), or by a shoot's list (``keep``)."""

from __future__ import annotations

from dataclasses import replace

from daemon.order.asked import held_if_empty
from daemon.order.changes import held
from daemon.order.hold import HoldKind
from daemon.order.image import Image, ImageState
from daemon.order.order import Order
from daemon.order.phase import Phase
from daemon.order.problem import Code, Trouble
from daemon.order.proof import compare_images

WAYS_OUT = (
    "`bracketd show SHOOT` lists them and has the path of their contact sheet, `bracketd approve SHOOT` buys all, "
    "`bracketd approve SHOOT --only NAME` buys some, `bracketd dismiss SHOOT` ends the order without buying them"
)


def images_to_buy(order: Order) -> tuple[Image, ...]:
    """The images that an order would buy now."""
    return tuple(i for i in order.images if i.state is ImageState.PROCESSED and i.fetched_at is None)


def needs_choice(order: Order) -> bool:
    """True if a person must choose which images are bought: because ``buy`` says so, or if ``keep`` is not clear.

    Pictures in dev mode are free.
    """
    if order.preset.dev_mode or order.purchase.accepted or not images_to_buy(order):
        return False
    return images_to_keep(order) is None if order.preset.keep else order.preset.buy == "ask"


def images_to_keep(order: Order) -> frozenset[str] | None:
    """The ids of the images of the sets that the shoot's own ``keep`` lists; None if a listed photo is in no image.

    Photos of other orders do not count. A photo is in an image if the service says so, or if the image is named after a
    photo of its planned set.
    """
    matches = compare_images(order).matches
    kept: set[str] = set()
    for path in order.preset.keep:
        numbers = {number for number, bracket in enumerate(order.brackets) if bracket.path == path}
        if not numbers:
            continue
        images = {image.id for image in order.images if numbers & set(image.brackets)}
        for match in matches if not images else ():
            if numbers & set(match.planned.brackets):
                images |= {*match.images, *match.named}
        if not images:
            return None
        kept |= images
    return frozenset(kept)


def with_kept_images(before: Order, after: Order) -> Order:
    """The order that gets to its downloads, with only the images to buy that the shoot's own ``keep`` lists.

    A person's choice is not changed: then some images are not picked already.
    """
    arrives = after.phase is Phase.DOWNLOADING and before.phase is not Phase.DOWNLOADING
    decided = any(image.state is ImageState.NOT_PICKED for image in after.images)
    if not arrives or decided or not after.preset.keep or after.purchase.accepted or after.preset.dev_mode:
        return after
    kept = images_to_keep(after)
    if kept is None:
        return after
    left = {image.id for image in images_to_buy(after)} - kept
    images = tuple(replace(i, state=ImageState.NOT_PICKED) if i.id in left else i for i in after.images)
    return held_if_empty(replace(after, images=images)) if left else after


def held_for_choice(order: Order) -> Order:
    """Hold an order whose images a person must choose, once their previews were inspected."""
    if order.phase is not Phase.DOWNLOADING or order.inspection is None or not needs_choice(order):
        return order
    number = len(images_to_buy(order))
    images = "1 image is ready and waits" if number == 1 else f"{number} images are ready and wait"
    unclear = "`keep` in bracketd.yaml lists a photo that is in no image. " if order.preset.keep else ""
    more = " more" if any(image.fetched_at is not None for image in order.images) else ""
    why = f"{unclear}{images} for your choice. Nothing{more} was bought. {WAYS_OUT}"
    return held(order, Trouble(Code.WAITS_FOR_CHOICE, why), HoldKind.CHOICE)
