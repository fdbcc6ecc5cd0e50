"""Rules from the merge to the last processed image."""

from __future__ import annotations

from dataclasses import replace

from daemon.order import facts as f
from daemon.order.asked import ON_DISK, held_if_empty
from daemon.order.changes import forward, progress, with_image
from daemon.order.due import time_is_doubtful
from daemon.order.image import NOT_WANTED, Image, ImageState
from daemon.order.merge import Merge, MergeState
from daemon.order.order import Order
from daemon.order.phase import Phase
from daemon.order.policy import Policy, poll_wait
from daemon.order.problem import Code, Trouble

NOT_SHOWN = "the service no longer shows it"

SETTLED = (*ON_DISK, *NOT_WANTED)
"""States of images that polling the service no longer changes."""

UNHEARD = 6
"""How often reprocessing of an image is requested if it is unknown whether the service got the request. It is free."""


REFUSED = "The service refused the merge. bracketd checks that no earlier request was carried out, then asks again."


def merge_intended(order: Order, _fact: f.MergeIntended, now: float, _policy: Policy) -> Order:
    """Record the intent to merge. From here on the merge may have happened."""
    if order.phase not in (Phase.UPLOADED, Phase.MERGING) or order.merge.requested:
        return order
    asked = replace(order.merge, state=MergeState.ASKED, asked_at=now)
    return replace(forward(order, Phase.MERGING), merge=asked, tries=replace(order.tries, polls=0), due=now)


def merged(order: Order, _fact: f.Merged, now: float, policy: Policy) -> Order:
    """The service accepted the merge. Polling will show the result."""
    if order.merge.state is not MergeState.ASKED:
        return order
    order = progress(order, now)
    order = replace(order, merge=replace(order.merge, state=MergeState.ANSWERED), tries=replace(order.tries, polls=0))
    return replace(order, due=now + poll_wait(policy, order.id, 0))


def polled(order: Order, fact: f.Polled, now: float, policy: Policy) -> Order:
    """Apply the order's status at the service. Rule 5 in ``rules`` defines when the service is done."""
    if order.phase not in (Phase.MERGING, Phase.PROCESSING) or not order.merge.polled:
        return order
    images = _images(order, fact.images, now, policy)
    order, polls = progress(order, now), order.tries.polls + 1
    order = replace(order, images=images, tries=replace(order.tries, polls=polls))
    order = replace(order, due=now + poll_wait(policy, order.id, polls))
    if not (fact.merging or fact.processing or order.images):
        return _idle(order, now, policy)
    asked_at = order.merge.asked_at or order.merge.refused_at
    order = replace(order, merge=Merge(MergeState.SEEN, asked_at))
    if order.images and not fact.merging:
        order = forward(order, Phase.PROCESSING)
    done = not fact.merging and not fact.processing and order.images and all(i.ended for i in order.images)
    if done:
        return held_if_empty(replace(forward(order, Phase.DOWNLOADING), due=now))
    return _again(order, fact, now, policy) or _long(order, now, policy)


def reprocess_intended(order: Order, fact: f.ReprocessIntended, now: float, _policy: Policy) -> Order:
    """Record the intent to reprocess an image. From here on the image may be reprocessed."""
    image = next((i for i in order.images if i.id == fact.image and i.state is ImageState.AGAIN), None)
    if order.phase is not Phase.PROCESSING or image is None:
        return order
    asked = replace(image, state=ImageState.PENDING, reprocessed_at=now, reprocess_heard=False)
    return with_image(replace(order, tries=replace(order.tries, polls=0)), replace(asked, failures=image.failures + 1))


def reprocessed(order: Order, fact: f.Reprocessed, now: float, policy: Policy) -> Order:
    """The service accepted the reprocessing. Polling will show the result."""
    image = reprocessing(order, fact.image)
    if image is None or order.tries.polls > 0:
        return order
    order = with_image(progress(order, now), replace(image, reprocessed_at=now, reprocess_heard=True))
    waits = any(image.state is ImageState.AGAIN for image in order.images)
    return order if waits else replace(order, due=now + poll_wait(policy, order.id, 0))


def reprocessing(order: Order, image_id: str) -> Image | None:
    """The image, if its reprocessing was requested and has not ended; otherwise None."""
    if order.phase is not Phase.PROCESSING:
        return None
    pending = (i for i in order.images if i.state is ImageState.PENDING and i.reprocessed_at is not None)
    return next((i for i in pending if i.id == image_id), None)


def _again(order: Order, fact: f.Polled, now: float, policy: Policy) -> Order | None:
    """The order with reprocessing of failed images due at once, or later at the daily limit; None without any."""
    again = {image.id for image in order.images if image.state is ImageState.AGAIN}
    if not again or order.phase is not Phase.PROCESSING:
        return None
    why = limit_reached(replace(fact, images=tuple(image for image in fact.images if image.id in again)))
    return replace(order, due=now) if why is None else _limited(order, why, now, policy)


def _limited(order: Order, why: str, now: float, policy: Policy) -> Order:
    return replace(order, troubles=(Trouble(Code.DAILY_LIMIT, why),), due=now + policy.limit_probe)


def limit_reached(fact: f.Polled) -> str | None:
    """The message that the account's daily limit is reached; None if no image failed because of it."""
    said = next((image.reason for image in fact.images if image.limited), None)
    return said and f"the account's daily limit is reached ({said}). Failed images are retried once the limit resets"


def _long(order: Order, now: float, policy: Policy) -> Order:
    """The order with a SLOW_SERVICE trouble after ``Policy.long_work``.

    The duration is rounded down to whole periods, so that the text rarely changes.
    """
    waited = now - _asked_at(order, now)
    if waited < policy.long_work:
        return order
    hours = waited // policy.long_work * policy.long_work / 3600
    why = (
        f"the service has been processing this order for over {hours:.0f} h. bracketd keeps checking. "
        "If this continues, ask the vendor about this order"
    )
    return replace(order, troubles=(Trouble(Code.SLOW_SERVICE, why),))


def _idle(order: Order, now: float, policy: Policy) -> Order:
    """Handle an order for which the service shows no work and no images: it may not have started yet.

    If this lasts for ``Policy.idle_grace`` and ``Policy.idle_looks`` polls, a merge whose answer was lost counts as not
    carried out. If the clock was set back, only the polls count. After a refused merge only the polls count too: the
    refusal already says that no merge was carried out.
    """
    if not order.merge.requested:
        if order.tries.polls < policy.refused_looks:
            return replace(order, troubles=(Trouble(Code.MERGE_REFUSED, REFUSED),))
        return replace(order, merge=replace(order.merge, refused_at=None), troubles=(), due=now)
    waited = now - (order.merge.asked_at or now)
    if order.merge.state is MergeState.ASKED:
        if 0 <= waited < policy.idle_grace or order.tries.polls < policy.idle_looks:
            return order
        return replace(order, merge=order.merge.taken_back(), due=now)
    if waited < policy.idle_grace:
        return order
    why = (
        f"the service accepted the merge {waited / 60:.0f} min ago but shows no images yet. bracketd keeps checking. "
        "If this continues, ask the vendor about this order"
    )
    return replace(order, troubles=(Trouble(Code.SLOW_SERVICE, why),))


def _asked_at(order: Order, now: float) -> float:
    """When the service was asked for its current work: the merge, or a retry of failed images."""
    return order.times.reopened_at or order.merge.asked_at or now


def _images(order: Order, seen: tuple[f.PolledImage, ...], now: float, policy: Policy) -> tuple[Image, ...]:
    """The order's images, updated from the status at the service. An empty list changes nothing.

    An image that failed or is on disk is kept even if the service no longer shows it. After a person's retry no image
    is dropped or added. Unchanged images stay the same objects, so that their rows are not written again.
    """
    if not seen:
        return order.images
    before = {image.id: image for image in order.images}
    patient = now - _asked_at(order, now) < policy.limit_patience
    images = []
    for image in seen:
        if order.times.reopened_at is not None and image.id not in before:
            continue
        known = _still_waited_for(order, before.get(image.id) or Image(image.id, image.name), now, policy)
        images.append(_image(known, image, _state(known, image, now, policy, patient=patient)))
    shown = {image.id for image in seen}
    images += [kept for image in order.images if image.id not in shown and (kept := _unseen(order, image))]
    return order.images if tuple(images) == order.images else tuple(images)


def _still_waited_for(order: Order, image: Image, now: float, policy: Policy) -> Image:
    """The image. If it is being reprocessed and the clock was set meanwhile, its wait restarts."""
    asked = image.reprocessed_at if image.state is ImageState.PENDING else None
    if asked is None or order.tries.polls >= policy.doubted_looks:
        return image
    return replace(image, reprocessed_at=now) if time_is_doubtful(order, asked, now, policy.reprocess_lag) else image


def _unseen(order: Order, image: Image) -> Image | None:
    """An image that the service no longer shows. None if it is dropped because grouping may still change."""
    if image.state in (*SETTLED, ImageState.FAILED):
        return image
    if order.times.reopened_at is None:
        return None
    return replace(image, state=ImageState.FAILED, reason=NOT_SHOWN)


def _image(known: Image, seen: f.PolledImage, state: ImageState) -> Image:
    if known.state in SETTLED:
        return known
    image = replace(known, name=seen.name, brackets=seen.brackets, state=state, reason=seen.reason)
    if state is ImageState.PROCESSED:
        image = replace(image, failures=0)
    elif seen.ended is None and known.reprocessed_at is not None:
        image = replace(image, reprocess_heard=True)
    return known if image == known else image


def _state(known: Image, seen: f.PolledImage, now: float, policy: Policy, *, patient: bool) -> ImageState:
    """The new state of an image. An error allows one reprocessing; the daily limit allows more, for a bounded time."""
    if seen.ended is None:
        return ImageState.PENDING
    if seen.ended:
        return ImageState.PROCESSED
    asked = known.reprocessed_at if known.state is ImageState.PENDING else None
    if asked is not None and 0 <= now - asked < policy.reprocess_lag:
        return ImageState.PENDING
    heard = known.reprocess_heard or known.failures >= UNHEARD
    tried = (known.reprocessed_at is not None and heard) or not seen.again
    patient = patient or known.failures < policy.limit_tries
    return ImageState.AGAIN if (seen.limited and patient) or not tried else ImageState.FAILED
