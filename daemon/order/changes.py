"""Small changes to an order that several rules share."""

from __future__ import annotations

from dataclasses import replace

from daemon.errors import Mismatch
from daemon.order.bracket import Bracket
from daemon.order.ended import Ended
from daemon.order.hold import Hold, HoldKind
from daemon.order.image import Image, ImageState
from daemon.order.order import Order
from daemon.order.phase import LINE, RESTING, Phase, Stage
from daemon.order.policy import Policy, retry_wait
from daemon.order.problem import Code, Trouble


def forward(order: Order, phase: Stage) -> Order:
    """Advance to a later phase. Never moves back, and never leaves an ended or held phase."""
    now_in = order.standing
    if isinstance(now_in, Hold | Ended) or LINE.index(phase) <= LINE.index(now_in):
        return order
    return replace(order, standing=phase)


def progress(order: Order, now: float) -> Order:
    """Continue at once after a success, unless the back-off of another bracket or image is still running."""
    if order.due is not None and order.due > now and order.troubles:
        return order
    return replace(order, tries=order.tries.succeeded(), troubles=(), due=None if order.phase in RESTING else now)


def back_off(
    order: Order, trouble: Trouble, now: float, policy: Policy, retry_after: float | None = None, *, tries: int = 0
) -> Order:
    """Try again later, with ``trouble`` as the reason. A longer wait that is still running is kept.

    ``tries``: how often the failing bracket has failed before. It counts if it is more than the order's failures:
    the success of another bracket resets the order's back-off, but not this bracket's.
    """
    failures = order.tries.failures
    later = wait(order, trouble, now, retry_wait(policy, order.id, max(failures, tries), retry_after))
    return replace(later, tries=replace(order.tries, failures=failures + 1))


def wait(order: Order, trouble: Trouble, now: float, seconds: float) -> Order:
    """Continue after some seconds, with ``trouble`` as the reason. A longer wait that is still running is kept."""
    due = now + seconds
    return replace(order, troubles=(trouble,), due=max(order.due or now, due) if order.troubles else due)


def held(order: Order, trouble: Trouble, kind: HoldKind = HoldKind.PROBLEM) -> Order:
    """Hold the order for a person. An order that ended is not held."""
    if order.stage is None:
        return order
    order = replace(order, standing=Hold(order.stage, kind), purchase=order.purchase.lifted())
    return replace(order, tries=order.tries.matched(), troubles=(trouble,), due=None)


def also_held(order: Order, trouble: Trouble, kind: HoldKind) -> Order:
    """Hold the order, or add another reason to its hold, so that a person sees both."""
    if order.hold is None:
        return held(order, trouble, kind)
    hold = replace(order.hold, kind=kind) if kind.outweighs(order.hold.kind) else order.hold
    return replace(order, standing=hold, troubles=(*order.troubles, trouble))


def mismatched(order: Order, mismatch: Mismatch, why: str, now: float, policy: Policy, *, times: int = 1) -> Order:
    """Try again later after an answer that does not match the request, and hold the order if that lasts.

    ``times`` is how often this happened for the same bracket or image, while others may have succeeded. If the clock
    was set back, the duration is unknown and only the number of answers counts.
    """
    since = now if order.tries.mismatched_at is None else order.tries.mismatched_at
    count = max(order.tries.mismatches + 1, times)
    lasts = not 0 <= now - since < policy.mismatch_grace or count >= policy.mismatch_most
    if count < policy.mismatch_tries or not lasts:
        trouble = Trouble(Code.WRONG_ANSWER, f"{why} bracketd tries again.")
        order = back_off(order, trouble, now, policy, tries=times - 1)
        return replace(order, tries=replace(order.tries, mismatch=mismatch, mismatches=count, mismatched_at=since))
    kept = PAID_PICTURE if mismatch in PAID else UNUSED
    why = f"{why} The service answered like this {count} times. {kept}"
    order = held(order, Trouble(Code.WRONG_ANSWER, why))
    return replace(order, tries=replace(order.tries, mismatch=mismatch))


PAID = frozenset({Mismatch.BROKEN_PICTURE, Mismatch.SMALL_PICTURE, Mismatch.LARGE_PICTURE})
"""Mismatches found after a picture was downloaded in full size, when the service has already charged for it."""

PAID_PICTURE = "The picture is paid for and is also in the web app. `bracketd retry` downloads it again."
UNUSED = "None of these answers were used. Check the order in the web app, then run `bracketd retry` to continue."


def released(order: Order, now: float) -> Order:
    """Continue from the phase in which the order was held."""
    if order.hold is None:
        return order
    order = replace(order, standing=order.hold.returns_to, purchase=order.purchase.lifted())
    return replace(order, tries=order.tries.released(), troubles=(), due=now)


def awaited(order: Order, number: int, attempt: int) -> Bracket | None:
    """The bracket that an answer is about; None if the answer is late."""
    if order.phase not in (Phase.SETTLED, Phase.UPLOADING):
        return None
    bracket = order.brackets[number]
    return bracket if bracket.attempt == attempt and bracket.left_out is None else None


def fetching(order: Order, image_id: str, state: ImageState) -> Image | None:
    """The image that a fact about its download applies to; None if the fact is late."""
    if order.phase is not Phase.DOWNLOADING:
        return None
    return next((i for i in order.images if i.id == image_id and i.state is state), None)


def with_bracket(order: Order, number: int, bracket: Bracket) -> Order:
    """The order with one bracket replaced."""
    return replace(order, brackets=(*order.brackets[:number], bracket, *order.brackets[number + 1 :]))


def with_image(order: Order, image: Image) -> Order:
    """The order with one image replaced."""
    return replace(order, images=tuple(image if i.id == image.id else i for i in order.images))
