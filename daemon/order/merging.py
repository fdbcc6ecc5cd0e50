"""Rules from the merge to the last processed image."""

from __future__ import annotations

from dataclasses import replace

from daemon.order import facts as f
from daemon.order.changes import forward, progress
from daemon.order.model import Image, ImageState, MergeState, Order, Phase
from daemon.order.policy import Policy, poll_wait


def merge_intended(order: Order, _fact: f.MergeIntended, now: float, _policy: Policy) -> Order:
    """From here on the merge may have happened."""
    if order.phase not in (Phase.UPLOADED, Phase.MERGING) or order.merge is not MergeState.NOT_ASKED:
        return order
    return replace(forward(order, Phase.MERGING), merge=MergeState.ASKED, merge_asked_at=now, polls=0, due=now)


def merged(order: Order, _fact: f.Merged, now: float, policy: Policy) -> Order:
    """The service took the merge on; its answer is not the end of it."""
    if order.merge is not MergeState.ASKED:
        return order
    answered = replace(progress(order, now), merge=MergeState.ANSWERED, polls=0)
    return replace(answered, due=now + poll_wait(policy, order.id, 0))


def seen(order: Order, fact: f.Seen, now: float, policy: Policy) -> Order:
    """A look at the order. See rule 5 for what done means."""
    if order.phase not in (Phase.MERGING, Phase.PROCESSING) or order.merge is MergeState.NOT_ASKED:
        return order
    order = replace(progress(order, now), polls=order.polls + 1, images=_images(order.images, fact.images))
    order = replace(order, due=now + poll_wait(policy, order.id, order.polls))
    if not (fact.merging or fact.processing or order.images):
        return _idle(order, now, policy)
    order = replace(order, merge=MergeState.SEEN)
    if order.images and not fact.merging:
        order = forward(order, Phase.PROCESSING)
    done = not fact.merging and not fact.processing and order.images and all(i.ended for i in order.images)
    return replace(forward(order, Phase.DOWNLOADING), due=now) if done else _long(order, now, policy)


def _long(order: Order, now: float, policy: Policy) -> Order:
    """Whole hours, so that the words change as seldom as there is news."""
    waited = now - (order.merge_asked_at or now)
    if waited < policy.long_work:
        return order
    why = (
        f"the service has worked on it for more than {waited // policy.long_work * policy.long_work / 3600:.0f} h; "
        "it is looked at until it is through. If this lasts, ask the vendor about this order"
    )
    return replace(order, trouble=why)


def _idle(order: Order, now: float, policy: Policy) -> Order:
    """Idle and empty: not started yet; after grace and looks enough an unanswered merge was not carried out."""
    waited = now - (order.merge_asked_at or now)
    if waited < policy.idle_grace:
        return order
    if order.merge is MergeState.ASKED:
        if order.polls < policy.idle_looks:
            return order
        return replace(order, merge=MergeState.NOT_ASKED, merge_asked_at=None, due=now)
    why = (
        f"the service accepted the merge {waited / 60:.0f} min ago and shows no image yet; "
        "it is looked at until it does. If this lasts, ask the vendor about this order"
    )
    return replace(order, trouble=why)


def _images(known: tuple[Image, ...], seen: tuple[f.SeenImage, ...]) -> tuple[Image, ...]:
    """What the service shows now replaces what it showed before; an empty list says nothing.

    What is as it was stays the same object, so that nobody writes it anew.
    """
    if not seen:
        return known
    states = {None: ImageState.PENDING, True: ImageState.PROCESSED, False: ImageState.FAILED}
    before = {image.id: image for image in known}
    now = (Image(id=i.id, name=i.name, brackets=i.brackets, state=states[i.ended], reason=i.reason) for i in seen)
    images = tuple(before[image.id] if before.get(image.id) == image else image for image in now)
    return known if images == known else images
