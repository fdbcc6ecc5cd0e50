"""The processing of an order after its merge: idle for a moment, grouping, then image by image."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from itertools import pairwise

from daemon.sandbox import grouping
from daemon.sandbox.grouping import Shot
from daemon.sandbox.kinds import IMAGE_KINDS, MERGE_KINDS
from daemon.sandbox.misgrouped import misgrouped
from daemon.sandbox.records import Bracket, Image, Order
from daemon.sandbox.service import Service

_NO_PICTURE = "The brackets could not be decoded"
_DAILY_LIMIT = "Daily enhancement limit reached, quota exceeded"


async def run_order(
    service: Service, order: Order, brackets: Sequence[Bracket], body: Mapping[str, object], *, dev_mode: bool
) -> None:
    """Merge these stored brackets as ``body`` says. Returns when every image is processed or has failed."""
    switches = service.switches
    await service.clock.wait(switches.idle_time)
    fault = service.faults.take("merge", MERGE_KINDS, order.id)
    if fault is not None and fault.kind == "idle-forever":
        return
    order.is_merging = True
    await service.clock.wait(switches.grouping_time)
    if fault is not None and fault.kind == "slow-grouping":
        await service.clock.wait(fault.seconds)
    sets = _sets(await service.studio.shots(brackets), body, switches.short_set)
    if fault is not None:
        sets = misgrouped(sets, fault.kind, fault.at)
    images = [_image(service, order, shots, body, dev_mode=dev_mode) for shots in sets]
    if fault is not None and fault.kind == "swap-pictures":
        for one, other in pairwise(images[max(fault.at, 1) - 1 :][:2]):
            one.shows, other.shows = other.bracket_ids, one.bracket_ids
    await _fill(service, order, images)


async def _fill(service: Service, order: Order, images: Sequence[Image]) -> None:
    """Show the images in their order and process them one by one, until the order is deleted."""
    at_once = service.switches.images_appear == "at-once"
    order.is_processing = True
    for number, image in enumerate(images):
        if order.id not in service.catalogue.orders:
            return
        for appearing in _appearing(images, number, at_once=at_once):
            _show(service, appearing)
        order.is_merging = not at_once and image is not images[-1]
        await enhance(service, image)
        order.updated = service.clock.now()
    order.is_merging = order.is_processing = False
    order.status_if_empty = service.switches.empty_order


def _appearing(images: Sequence[Image], number: int, *, at_once: bool) -> Sequence[Image]:
    """The images that appear when image ``number`` starts."""
    if at_once:
        return images if number == 0 else ()
    return images[number : number + 1]


async def enhance(service: Service, image: Image) -> None:
    """Process one image until it is done or has failed."""
    image.status, image.reason = "processing", None
    await service.clock.wait(service.switches.image_time)
    image.reason = await _failure(service, image)
    image.status = "error" if image.reason else "processed"
    image.errors += image.status == "error"


def enhance_again(service: Service, image: Image, changes: Mapping[str, object]) -> None:
    """Begin to enhance an image again. Preferences that are not in ``changes``, or null there, stay the same."""
    image.form = image.form | {name: value for name, value in changes.items() if value is not None}
    image.status = "processing"
    image.downloaded = image.downloaded and service.switches.bought_again == "free"
    service.ledger.again(image)
    order = service.catalogue.orders.get(image.order_id or "")
    shown = order if service.switches.reprocessing == "shown" else None
    if shown is not None:
        shown.again += 1
    service.begin(_again(service, image, shown))


async def _again(service: Service, image: Image, order: Order | None) -> None:
    await enhance(service, image)
    if order is not None:
        order.again -= 1
        order.updated = service.clock.now()


async def _failure(service: Service, image: Image) -> str | None:
    """Merge an image. Returns why that failed, or None."""
    fault = service.faults.take("image", IMAGE_KINDS, image.name)
    if fault is not None:
        return fault.reason
    if not service.limits.enhancement(image.account):
        return _DAILY_LIMIT
    try:
        readable = await service.studio.merge(image)
    except (OSError, ValueError) as problem:
        return f"The image could not be merged: {problem}"
    return _NO_PICTURE if not readable and service.switches.undecodable == "error" else None


def _sets(shots: Sequence[Shot], body: Mapping[str, object], short_set: str) -> list[list[Shot]]:
    groups = body.get("images")
    if isinstance(groups, list):
        by_id = {shot.id: shot for shot in shots}
        return [[by_id[key] for key in group["bracket_ids"]] for group in groups]
    number = body.get("number_of_brackets_per_image")
    if not isinstance(number, int) or not number:
        return grouping.automatic(shots)
    return [group for group in grouping.every(shots, number) if short_set != "dropped" or len(group) == number]


def _image(
    service: Service, order: Order, shots: Sequence[Shot], body: Mapping[str, object], *, dev_mode: bool
) -> Image:
    """A new image of a set, with status ``waiting``."""
    return Image(
        id=str(uuid.uuid4()),
        order_id=order.id,
        name=shots[0 if service.switches.image_name == "first" else -1].name,
        account=order.account,
        added=service.clock.now(),
        form={name: value for name, value in body.items() if name not in {"images", "number_of_brackets_per_image"}},
        bracket_ids=tuple(shot.id for shot in shots),
        dev_mode=dev_mode,
        long_side=max(max(shot.capture.width or 0, shot.capture.height or 0) for shot in shots),
    )


def _show(service: Service, image: Image) -> None:
    """Add an image to its order, and its id to its brackets."""
    for key in image.bracket_ids:
        service.catalogue.brackets[key].image_id = image.id
    service.catalogue.add_image(image)
    service.ledger.appeared(image)
