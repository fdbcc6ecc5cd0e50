"""Rules for what goes wrong, and for what people ask."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from daemon.order import facts as f
from daemon.order import steps
from daemon.order.changes import PAID, back_off, held, mismatched, progress, released, with_bracket, with_image
from daemon.order.hold import CHOICES, Hold
from daemon.order.merging import reprocessing
from daemon.order.model import RESTING, Bracket, Image, ImageState, MergeState, Order, Phase, Preset
from daemon.order.money import held_if_too_large
from daemon.order.naming import brief
from daemon.order.policy import Policy
from daemon.order.problem import Code, Trouble
from daemon.order.uploading import go_without, send_anew

Item = TypeVar("Item", Bracket, Image)

UPLOADS_A_PLACE = 4
"""Failed uploads to one place before another is asked for."""

REFUSALS = frozenset({f.Kind.REQUEST, f.Kind.ACCOUNT})
"""Failures that are the service's answer to a request."""

SET_BACK = 3
"""What failures that pass count at most against an image: enough to put it behind its neighbours."""


def bug(step: steps.Step | None, error: BaseException) -> f.Failed:
    """The fact that our own code failed, with the traceback for whoever mends it."""
    told = f"a bug in bracketd stopped this order ({type(error).__name__}: {brief(str(error))}). "
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

    Otherwise what comes of it is waited for from now on: a request may take minutes to fail. A merge that the service
    refused may have been refused because an earlier one was carried out: the order is looked at before the next.
    """
    match fact.step:
        case steps.Merge() if order.merge is MergeState.ASKED:
            refused_at = now if fact.kind in REFUSALS else order.merge_refused_at
            unsent = replace(
                order, merge=MergeState.NOT_ASKED, merge_asked_at=None, merge_refused_at=refused_at, polls=0
            )
            return unsent if fact.unsent else replace(order, merge_asked_at=now)
        case steps.Reprocess(image_id) if image := reprocessing(order, image_id):
            unsent_image = replace(
                image, state=ImageState.AGAIN, reprocessed_at=None, failures=max(0, image.failures - 1)
            )
            return with_image(order, unsent_image if fact.unsent else replace(image, reprocessed_at=now))
        case _:
            return order


def _passing(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    before = (
        order.brackets[fact.step.bracket].failures - 1 if isinstance(fact.step, steps.Register | steps.Upload) else 0
    )
    return back_off(order, _trouble(fact), now, policy, fact.retry_after, tries=before)


def _not_ready(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    image = _image(order, fact.step)
    if image is not None and image.failures >= policy.fetch_patience:
        return held(order, Trouble(Code.NOT_READY, _not_given(image, fact.why)))
    return back_off(order, _trouble(fact), now, policy, fact.retry_after)


def _mismatch(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    assert fact.mismatch is not None
    image = _image(order, fact.step)
    if image is not None and fact.mismatch in PAID and image.state is ImageState.PROCESSED:
        order = with_image(order, replace(image, fetched_at=image.fetched_at or now))
    times = image.failures if image is not None else 1
    return mismatched(order, fact.mismatch, fact.why, now, policy, times=times)


def _account(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    return replace(order, troubles=(_trouble(fact),), due=now + (fact.retry_after or policy.account_probe))


def _output(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    return replace(order, troubles=(_trouble(fact),), due=now + policy.output_retry)


def _file(order: Order, fact: f.Failed, now: float, _policy: Policy) -> Order:
    late = order.phase not in (Phase.SETTLED, Phase.UPLOADING)
    if order.preset.bad_files == "hold" or late or fact.bracket is None or order.brackets[fact.bracket].left_out:
        return held(order, _trouble(fact))
    without = go_without(order, fact.bracket, fact.why)
    if not without.sent:
        return held(order, _trouble(fact))
    if len(without.sent) % (order.preset.per_image or 1):
        return held(order, Trouble(Code.FILE, f"{fact.why} {_no_whole_sets(without)}"))
    return progress(without, now)


def _unreadable(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    """The disk does not give out a file: it is asked again with patience, and as long as it gives out nothing at all.

    Only a file that stays unreadable for long, while others can be read, is held or left out.
    """
    number = fact.bracket
    if number is None or order.phase not in (Phase.SETTLED, Phase.UPLOADING):
        return back_off(order, _trouble(fact), now, policy)
    bracket = order.brackets[number]
    since = bracket.unreadable_since
    since = now if since is None or since > now or fact.disk_fails else since
    order = with_bracket(order, number, replace(bracket, unreadable_since=since))
    if now - since >= policy.file_patience and order.failures >= policy.file_tries:
        minutes = (now - since) / 60
        why = f"{fact.why}. It has been so for {minutes:.0f} min, while other photos could be read."
        after = _file(order, replace(fact, why=why), now, policy)
        remedy = "Nothing was merged or paid. See to the file, then `bracketd retry` the shoot"
        held_with = (Trouble(Code.FILE, f"{after.trouble} {remedy}"),)
        return replace(after, troubles=held_with) if after.phase is Phase.HELD else after
    others = "Other photos of the shoot cannot be read either. " if fact.disk_fails else ""
    told = f"{fact.why}. {others}bracketd tries again; check the disk, or the connection to it, if this lasts"
    return back_off(order, Trouble(Code.FILE_UNREADABLE, told), now, policy, tries=bracket.failures - 1)


def _no_whole_sets(without: Order) -> str:
    """A fixed number cuts all brackets in a row: one too few moves every set behind it."""
    return (
        f"The order does not go without it: the {len(without.sent)} other brackets make no whole sets of "
        f"{without.preset.per_image}, and brackets would get into the wrong images."
    )


def _gone(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    if order.phase in (Phase.SETTLED, Phase.UPLOADING):
        return cancelled(order, f.Cancelled(fact.why, code=Code.FILE), now, policy)
    return held(order, _trouble(fact))


def _held(order: Order, fact: f.Failed, _now: float, _policy: Policy) -> Order:
    return held(order, _trouble(fact))


ANSWERS: dict[f.Kind, Callable[[Order, f.Failed, float, Policy], Order]] = {
    f.Kind.PASSING: _passing,
    f.Kind.NOT_READY: _not_ready,
    f.Kind.MISMATCH: _mismatch,
    f.Kind.ACCOUNT: _account,
    f.Kind.REQUEST: _held,
    f.Kind.FILE: _file,
    f.Kind.UNREADABLE: _unreadable,
    f.Kind.GONE: _gone,
    f.Kind.OUTPUT: _output,
    f.Kind.BUG: _held,
}
"""What becomes of an order for each kind of failure.

passing: back off, for days if need be · not ready: the same, until an image's patience is at its end · mismatch: back
off, and hold after some tries · account: wait; the runner pauses the account, and one order probes it · request, bug:
hold for a person · file: hold, or go without it, as the folder is set · unreadable: back off, and treat it as file when
only that one stays so · gone: cancel before the merge, hold after it · output: try again each minute.
"""


CODES = {
    f.Kind.PASSING: Code.SERVICE,
    f.Kind.NOT_READY: Code.NOT_READY,
    f.Kind.MISMATCH: Code.WRONG_ANSWER,
    f.Kind.ACCOUNT: Code.ACCOUNT,
    f.Kind.REQUEST: Code.REQUEST_REFUSED,
    f.Kind.FILE: Code.FILE,
    f.Kind.UNREADABLE: Code.FILE_UNREADABLE,
    f.Kind.GONE: Code.FILE,
    f.Kind.OUTPUT: Code.OUTPUT,
    f.Kind.BUG: Code.BUG,
}
"""The code that each kind of failure has as a problem."""


def _trouble(fact: f.Failed) -> Trouble:
    return Trouble(Code.NETWORK if fact.offline else CODES[fact.kind], fact.why)


def _not_given(image: Image, why: str) -> str:
    return (
        f"the service said {image.failures} times that it does not give out {image.called} ({why.rstrip('.')}). "
        "Look at the order in the web app; `bracketd retry` asks for it again"
    )


def _image(order: Order, step: steps.Step | None) -> Image | None:
    """The image that a step was to fetch."""
    return next((i for i in order.images if isinstance(step, steps.Fetch) and i.id == step.image), None)


def _count_failure(order: Order, fact: f.Failed) -> Order:
    """Put what failed behind its neighbours, so that it does not block them.

    Storage that hangs up may have refused the place without being heard: after a few uploads it is made anew.
    """
    match fact.step:
        case steps.Register(number) | steps.Upload(number):
            bracket = replace(order.brackets[number], failures=order.brackets[number].failures + 1)
            refused = isinstance(fact.step, steps.Upload) and bracket.registered and not fact.unsent
            if refused and bracket.failures % UPLOADS_A_PLACE == 0:
                return send_anew(order, number, bracket)
            return with_bracket(order, number, bracket)
        case steps.Fetch():
            image = _image(order, fact.step)
            counted = fact.kind in (f.Kind.NOT_READY, f.Kind.MISMATCH)
            if image is None or (not counted and image.failures >= SET_BACK):
                return order
            return with_image(order, replace(image, failures=image.failures + 1))
        case _:
            return order


def retried(order: Order, fact: f.Retried, now: float, policy: Policy) -> Order:
    """A held order goes back to where it was; a waiting one goes on now.

    What the service refused may have been a setting: a held order takes those of today, after the merge those of
    the download. Its images have all patience again, and so have brackets that never got a place of their own. An
    order that a person must decide about is not retried: nothing failed. One that may have been delivered is looked for
    once more.
    """
    if order.hold in CHOICES:
        return order
    if order.hold is Hold.DELIVERED:
        order = replace(order, unknown_order=None)
    if order.phase is Phase.HELD:
        preset, images = _mended(order, fact.preset), tuple(_fresh(image) for image in order.images)
        brackets = order.brackets if order.mismatch is None else tuple(_fresh(b) for b in order.brackets)
        order = _given_tries(replace(released(order, now), brackets=brackets), policy)
        return held_if_too_large(replace(order, preset=preset, images=images), policy)
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


def _fresh(item: Item) -> Item:
    return replace(item, failures=0) if item.failures else item


def _given_tries(order: Order, policy: Policy) -> Order:
    """All patience for files, and a few more tries for what was refused too often: half, for each uses up a name."""
    most = policy.slot_tries // 2
    brackets = tuple(replace(b, refusals=min(b.refusals, most), unreadable_since=None) for b in order.brackets)
    return replace(order, brackets=brackets, refusals=min(order.refusals, most), unseen=min(order.unseen, most))


def cancelled(order: Order, fact: f.Cancelled, _now: float, _policy: Policy) -> Order:
    """The end of an order that has not been merged; later it would leave paid images behind.

    Late photos are named again if they lie in the folder of the cancelled shoot, unless another order replaces it.
    """
    if order.phase is Phase.CANCELLED:
        return replace(order, late=()) if order.late and not fact.by_person else order
    if order.merge is not MergeState.NOT_ASKED:
        return order
    ended = replace(order, phase=Phase.CANCELLED, held_in=None, hold=None, due=None, late=())
    return replace(ended, troubles=(Trouble(fact.code, fact.why),), by_person=fact.by_person)


def nothing(order: Order, _fact: f.Fact, _now: float, _policy: Policy) -> Order:
    """A fact that only the journal wants."""
    return order
