"""Rules for what goes wrong, and for what people ask."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace

from daemon.order import facts as f
from daemon.order.changes import back_off, held, progress, released, with_bracket, with_image
from daemon.order.merging import reprocessing
from daemon.order.model import RESTING, HeldFor, Image, ImageState, MergeState, Order, Phase, Preset
from daemon.order.money import held_if_too_large
from daemon.order.policy import Policy
from daemon.order.uploading import go_without, send_anew

UPLOADS_A_PLACE = 4
"""Failed uploads to one place before another is asked for."""

SET_BACK = 3
"""What failures that pass count at most against an image: enough to put it behind its neighbours."""


def bug(step: f.Step | None, error: BaseException) -> f.Failed:
    """The fact that our own code failed, with the traceback for whoever mends it."""
    told = f"a bug in bracketd stopped this order ({type(error).__name__}: {error}). "
    detail = "".join(traceback.format_exception(error))
    return f.Failed(step, f.Kind.BUG, told + "Please report it with `bracketd show`.", detail=detail)


def failed(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    """Each kind of failure has its own answer: ``ANSWERS``."""
    if order.phase in RESTING:
        return order
    order = _taken_back(_count_failure(order, fact), fact, now)
    return ANSWERS[fact.kind](order, fact, now, policy)


def _taken_back(order: Order, fact: f.Failed, now: float) -> Order:
    """What a request that failed leaves of its intent: nothing if it certainly was not carried out.

    Otherwise what comes of it is waited for from now on: a request may take minutes to fail.
    """
    match fact.step:
        case f.Merge() if order.merge is MergeState.ASKED:
            unsent = replace(order, merge=MergeState.NOT_ASKED, merge_asked_at=None)
            return unsent if fact.unsent else replace(order, merge_asked_at=now)
        case f.Reprocess(image_id) if image := reprocessing(order, image_id):
            unsent_image = replace(
                image, state=ImageState.AGAIN, reprocessed_at=None, failures=max(0, image.failures - 1)
            )
            return with_image(order, unsent_image if fact.unsent else replace(image, reprocessed_at=now))
        case _:
            return order


def _passing(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    return back_off(order, fact.why, now, policy, fact.retry_after)


def _not_ready(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    image = _image(order, fact.step)
    if image is not None and image.failures >= policy.fetch_patience:
        return held(order, _not_given(image, fact.why))
    return back_off(order, fact.why, now, policy, fact.retry_after)


def _account(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    return replace(order, trouble=fact.why, due=now + (fact.retry_after or policy.account_probe))


def _output(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    return replace(order, trouble=fact.why, due=now + policy.output_retry)


def _file(order: Order, fact: f.Failed, now: float, _policy: Policy) -> Order:
    late = order.phase not in (Phase.SETTLED, Phase.UPLOADING)
    if order.preset.bad_files == "hold" or late or fact.bracket is None or order.brackets[fact.bracket].left_out:
        return held(order, fact.why)
    without = go_without(order, fact.bracket, fact.why)
    if not without.sent:
        return held(order, fact.why)
    if len(without.sent) % (order.preset.per_image or 1):
        return held(order, f"{fact.why} {_no_whole_sets(without)}")
    return progress(without, now)


def _no_whole_sets(without: Order) -> str:
    """A fixed number cuts all brackets in a row: one too few moves every set behind it."""
    return (
        f"The order does not go without it: the {len(without.sent)} other brackets make no whole sets of "
        f"{without.preset.per_image}, and brackets would get into the wrong images."
    )


def _gone(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    if order.phase in (Phase.SETTLED, Phase.UPLOADING):
        return cancelled(order, f.Cancelled(fact.why), now, policy)
    return held(order, fact.why)


def _held(order: Order, fact: f.Failed, _now: float, _policy: Policy) -> Order:
    return held(order, fact.why)


ANSWERS: dict[f.Kind, Callable[[Order, f.Failed, float, Policy], Order]] = {
    f.Kind.PASSING: _passing,
    f.Kind.NOT_READY: _not_ready,
    f.Kind.ACCOUNT: _account,
    f.Kind.REQUEST: _held,
    f.Kind.FILE: _file,
    f.Kind.GONE: _gone,
    f.Kind.OUTPUT: _output,
    f.Kind.BUG: _held,
}
"""What becomes of an order for each kind of failure.

passing: back off, for days if need be · not ready: so too, until an image's patience is at its end · account: wait;
the runner pauses the account, and one order probes it · request, bug: hold for a person · file: hold, or go without
it, as the folder is set · gone: cancel before the merge, hold after it · output: try again each minute.
"""


def _not_given(image: Image, why: str) -> str:
    return (
        f"the service said {image.failures} times that it does not give out {image.name} ({why.rstrip('.')}). "
        "Look at the order in the web app; `bracketd retry` asks for it again"
    )


def _image(order: Order, step: f.Step | None) -> Image | None:
    """The image that a step was to fetch."""
    return next((i for i in order.images if isinstance(step, f.Fetch) and i.id == step.image), None)


def _count_failure(order: Order, fact: f.Failed) -> Order:
    """Put what failed behind its neighbours, so that it does not block them.

    Storage that hangs up may have refused the place without being heard: after a few uploads it is made anew.
    """
    match fact.step:
        case f.Register(number) | f.Upload(number):
            bracket = replace(order.brackets[number], failures=order.brackets[number].failures + 1)
            refused = isinstance(fact.step, f.Upload) and bracket.registered and not fact.unsent
            if refused and bracket.failures % UPLOADS_A_PLACE == 0:
                return send_anew(order, number, bracket)
            return with_bracket(order, number, bracket)
        case f.Fetch():
            image = _image(order, fact.step)
            if image is None or (fact.kind is not f.Kind.NOT_READY and image.failures >= SET_BACK):
                return order
            return with_image(order, replace(image, failures=image.failures + 1))
        case _:
            return order


def retried(order: Order, fact: f.Retried, now: float, policy: Policy) -> Order:
    """A held order goes back to where it was; a waiting one goes on now.

    What the service refused may have been a setting: a held order takes those of today, after the merge those of
    the download. Its images have all patience again. One whose photos another order may have sent needs a clearer word;
    one that may have been delivered is looked for once more.
    """
    if order.held_for is HeldFor.UNKNOWN_ORDER:
        return order
    if order.held_for is HeldFor.DELIVERED:
        order = replace(order, unknown_order=None)
    if order.phase is Phase.HELD:
        preset, images = _mended(order, fact.preset), tuple(_fresh(image) for image in order.images)
        return held_if_too_large(replace(released(order, now), preset=preset, images=images), policy)
    if order.phase in RESTING:
        return order
    return replace(order, failures=0, due=now)


def resumed(order: Order, _fact: f.Resumed, now: float, _policy: Policy) -> Order:
    """An order that waits, for the account as far as is known, goes on now."""
    return order if order.due is None or order.due <= now else replace(order, due=now)


def _mended(order: Order, today: Preset | None) -> Preset:
    if today is None:
        return order.preset
    if order.merge is MergeState.NOT_ASKED:
        return replace(today, dev_mode=order.preset.dev_mode)
    return replace(order.preset, format=today.format, quality=today.quality, max_width=today.max_width)


def _fresh(image: Image) -> Image:
    return replace(image, failures=0) if image.failures else image


def cancelled(order: Order, fact: f.Cancelled, _now: float, _policy: Policy) -> Order:
    """The end of an order that has not been merged; later it would leave paid images behind."""
    if order.phase is Phase.CANCELLED or order.merge is not MergeState.NOT_ASKED:
        return order
    ended = replace(order, phase=Phase.CANCELLED, held_in=None, held_for=None, trouble=fact.why, due=None)
    return replace(ended, by_person=fact.by_person)


def nothing(order: Order, _fact: f.Fact, _now: float, _policy: Policy) -> Order:
    """A fact that only the journal wants."""
    return order
