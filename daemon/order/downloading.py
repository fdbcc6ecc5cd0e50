"""Rules from the first purchase to the delivered shoot."""

from __future__ import annotations

from dataclasses import replace

from daemon.order import facts as f
from daemon.order.changes import fetching, forward, progress, with_image
from daemon.order.model import ImageState, Order, Phase
from daemon.order.policy import Policy


def fetched(order: Order, fact: f.Fetched, now: float, _policy: Policy) -> Order:
    """An image is bought and its bytes are safe."""
    image = fetching(order, fact.image, ImageState.PROCESSED)
    if image is None:
        return order
    got = replace(
        image,
        state=ImageState.FETCHED,
        size=fact.size,
        sha256=fact.sha256,
        extension=fact.extension,
        fetched_at=now,
        failures=0,
    )
    return progress(with_image(order, got), now)


def fetch_lost(order: Order, fact: f.FetchLost, now: float, _policy: Policy) -> Order:
    """Somebody removed fetched bytes before they had their name; the service gives a bought image again."""
    image = fetching(order, fact.image, ImageState.FETCHED)
    if image is None:
        return order
    return replace(with_image(order, replace(image, state=ImageState.PROCESSED)), due=now)


def placed(order: Order, fact: f.Placed, now: float, _policy: Policy) -> Order:
    """A picture is where the photographer looks for it."""
    image = fetching(order, fact.image, ImageState.FETCHED)
    if image is None:
        return order
    return progress(with_image(order, replace(image, state=ImageState.PLACED, file=fact.file)), now)


def image_lost(order: Order, fact: f.ImageLost, now: float, _policy: Policy) -> Order:
    """The service does not give the image out; the others go on."""
    image = fetching(order, fact.image, ImageState.PROCESSED)
    if image is None:
        return order
    return progress(with_image(order, replace(image, state=ImageState.FAILED, reason=fact.why)), now)


def delivered(order: Order, fact: f.Delivered, now: float, _policy: Policy) -> Order:
    """The end, unless an image is still open."""
    open_images = any(i.state in (ImageState.PENDING, ImageState.PROCESSED, ImageState.FETCHED) for i in order.images)
    if order.phase is not Phase.DOWNLOADING or open_images:
        return order
    notes = order.notes
    if fact.late:
        names = ", ".join(fact.late[:3]) + (" …" if len(fact.late) > 3 else "")
        late = (
            f"{len(fact.late)} photo(s) came after the shoot was locked and are not in this order: {names}. "
            "Move them to a folder of their own to send them"
        )
        notes = (*notes, late)
    return replace(progress(forward(order, Phase.DOWNLOADED), now), due=None, notes=notes)
