"""Rules from the first purchase to the delivered shoot."""

from __future__ import annotations

from dataclasses import replace

from daemon.order import facts as f
from daemon.order.asked import held_if_empty
from daemon.order.changes import back_off, fetching, forward, progress, with_image
from daemon.order.image import NOT_WANTED, ImageState
from daemon.order.merging import reprocessing
from daemon.order.order import Order
from daemon.order.phase import RESTING, Phase
from daemon.order.policy import Policy
from daemon.order.problem import Code, Trouble


def fetched(order: Order, fact: f.Fetched, now: float, _policy: Policy) -> Order:
    """Record that an image is bought and stored on disk."""
    image = fetching(order, fact.image, ImageState.PROCESSED)
    if image is None:
        return order
    got = replace(
        image,
        state=ImageState.FETCHED,
        size=fact.size,
        sha256=fact.sha256,
        extension=fact.extension,
        fetched_at=image.fetched_at or now,
    )
    return progress(with_image(order, got), now)


def fetch_lost(order: Order, fact: f.FetchLost, now: float, policy: Policy) -> Order:
    """Download an image again whose file was removed before it had its name. That costs nothing.

    Whatever removed the file may remove it again, so the wait grows each time the same image is lost.
    """
    image = fetching(order, fact.image, ImageState.FETCHED)
    if image is None:
        return order
    again = replace(image, state=ImageState.PROCESSED, failures=image.failures + 1)
    tries = replace(order.tries, failures=max(order.tries.failures, image.failures))
    order = replace(with_image(order, again), tries=tries)
    why = f"the downloaded file of {image.called} was removed from {order.source.output}; bracketd downloads it again"
    return back_off(order, Trouble(Code.OUTPUT, why), now, policy)


def picture_placed(order: Order, fact: f.PicturePlaced, now: float, _policy: Policy) -> Order:
    """Record that a picture has its name in the output folder."""
    image = fetching(order, fact.image, ImageState.FETCHED)
    if image is None:
        return order
    return progress(with_image(order, replace(image, state=ImageState.PLACED, file=fact.file)), now)


def image_lost(order: Order, fact: f.ImageLost, now: float, _policy: Policy) -> Order:
    """Mark an image as failed because the service does not provide it or will not reprocess it. The others continue."""
    image = fetching(order, fact.image, ImageState.PROCESSED) or reprocessing(order, fact.image)
    if image is None:
        return order
    lost = replace(image, state=ImageState.FAILED, reason=fact.why, reprocess_heard=True)
    return held_if_empty(progress(with_image(order, lost), now))


def delivered(order: Order, _fact: f.Delivered, now: float, _policy: Policy) -> Order:
    """End the order as delivered, unless an image is still open."""
    ends = (ImageState.PLACED, ImageState.FAILED, *NOT_WANTED)
    open_images = any(i.state not in ends for i in order.images)
    if order.phase is not Phase.DOWNLOADING or open_images:
        return order
    return replace(progress(forward(order, Phase.DOWNLOADED), now), due=None)


def output_renamed(order: Order, fact: f.OutputRenamed, now: float, _policy: Policy) -> Order:
    """Change the order's output folder, unless an image was already bought for the current one."""
    bought = any(image.state in (ImageState.FETCHED, ImageState.PLACED) for image in order.images)
    if order.phase in RESTING or bought or order.source.output == fact.output:
        return order
    return progress(replace(order, source=replace(order.source, output=fact.output, output_renamed=True)), now)


def came_late(order: Order, fact: f.CameLate, _now: float, _policy: Policy) -> Order:
    """Record the shoot's photos that are in no order, and those that changed after the merge, for ``status``."""
    if (order.unsent.late, order.unsent.altered) == (fact.files, fact.altered):
        return order
    return replace(order, unsent=replace(order.unsent, late=fact.files, altered=fact.altered))


def found_again(order: Order, fact: f.FoundAgain, _now: float, _policy: Policy) -> Order:
    """Record files whose frames were already sent, so that they are not read again."""
    before = order.unsent
    new = set(fact.files) - set(before.left_out)
    if not new:
        return order
    why = tuple(one for one in fact.left_out_why if one.path in new)
    left_out = tuple(sorted({*before.left_out, *new}))
    return replace(order, unsent=replace(before, left_out=left_out, left_out_why=(*before.left_out_why, *why)))
