"""Rules for the free previews: which are fetched before a purchase, and what happens if that fails.

A preview never holds an order. After a bounded number of tries the order continues without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from daemon.order import facts as f
from daemon.order import steps
from daemon.order.changes import back_off, progress, with_image
from daemon.order.choosing import images_to_buy, needs_choice
from daemon.order.image import Image
from daemon.order.order import Order
from daemon.order.phase import Phase
from daemon.order.plan import images_planned
from daemon.order.policy import Policy
from daemon.order.preview import Inspection, PreviewState
from daemon.order.problem import Code, Trouble

MOST_IMAGES = 300
"""Orders with more images, or more planned sets, are bought without comparing looks: that would take minutes."""

LONGEST_WAIT = 60.0
"""The longest delay in seconds that a Retry-After for a preview causes, because a preview must not delay a purchase."""

REPLACES = ("stag", "furnitur", "declutter", "object_removal", "preset_id")
"""Parts of the names of preferences that may replace what a picture shows, so that its look proves nothing."""


def preview_steps(order: Order) -> tuple[steps.Step, ...]:
    """The steps that an order needs before its purchase: fetch the previews, then inspect them. Often empty."""
    if order.inspection is not None or not (needs_look(order) or needs_choice(order)):
        return ()
    left = [image for image in images_to_buy(order) if image.preview is PreviewState.NOT_FETCHED]
    fetches = sorted((image.preview_failures, number) for number, image in enumerate(left))
    return tuple(steps.Preview(left[number].id) for _, number in fetches) or (steps.Inspect(),)


def needs_look(order: Order) -> bool:
    """True if the images that an order would buy must look like the planned sets.

    Not in dev mode, where pictures are free; not after a person accepted the images; and not if preferences may replace
    what a picture shows. With one planned set there is nothing to confuse.
    """
    preset = order.preset
    if (
        preset.dev_mode
        or preset.on_mismatch == "never"
        or order.purchase.accepted
        or shows_other_things(preset.enhance)
    ):
        return False
    sets, images = len(images_planned(order)), len(images_to_buy(order))
    return 1 < sets <= MOST_IMAGES and 0 < images <= MOST_IMAGES


def shows_other_things(enhance: Mapping[str, object]) -> bool:
    """True if preferences may replace what a picture shows, such as its furniture. A stored preset may, too."""
    return any(value and any(part in name.lower() for part in REPLACES) for name, value in enhance.items())


def previewed(order: Order, fact: f.Previewed, now: float, _policy: Policy) -> Order:
    """Record that an image's preview is in the cache."""
    image = _awaited(order, fact.image)
    if image is None:
        return order
    return progress(with_image(order, replace(image, preview=PreviewState.FETCHED)), now)


def preview_failed(order: Order, fact: f.PreviewFailed, now: float, policy: Policy) -> Order:
    """Try again later, or continue without the preview."""
    image = _awaited(order, fact.image)
    if image is None:
        return order
    most = policy.preview_tries_offline if fact.offline else policy.preview_tries
    failures = image.preview_failures + 1
    given_up = fact.lasting or failures >= most
    state = PreviewState.UNAVAILABLE if given_up else PreviewState.NOT_FETCHED
    order = with_image(order, replace(image, preview=state, preview_failures=failures))
    if given_up:
        return progress(order, now)
    why = f"the free preview of {image.called} could not be fetched ({fact.why.rstrip('.')}). bracketd tries again"
    after = None if fact.retry_after is None else min(fact.retry_after, LONGEST_WAIT)
    code = Code.NETWORK if fact.offline else Code.SERVICE
    return back_off(order, Trouble(code, why), now, policy, after, tries=failures - 1)


def inspected(order: Order, fact: f.Inspected, now: float, _policy: Policy) -> Order:
    """Record the result of inspecting the previews."""
    if order.phase is not Phase.DOWNLOADING or order.inspection is not None:
        return order
    return progress(replace(order, inspection=Inspection(fact.compared, fact.looks, fact.sheet)), now)


def failed(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    """Apply the failure of a step of this module. It never holds the order."""
    match fact.step:
        case steps.Preview(image):
            lasting = fact.kind is f.Failure.BUG
            failure = f.PreviewFailed(image, fact.why, fact.retry_after, offline=fact.offline, lasting=lasting)
            return preview_failed(order, failure, now, policy)
        case _:
            return inspected(order, f.Inspected(), now, policy)


def _awaited(order: Order, image_id: str) -> Image | None:
    """The image whose preview is awaited; None if the fact is late."""
    if order.phase is not Phase.DOWNLOADING:
        return None
    return next((i for i in order.images if i.id == image_id and i.preview is PreviewState.NOT_FETCHED), None)
