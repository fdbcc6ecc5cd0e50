"""Rules for what goes wrong, and for what people ask."""

from __future__ import annotations

from dataclasses import replace

from daemon.order import facts as f
from daemon.order.changes import back_off, with_bracket, with_image
from daemon.order.model import RESTING, MergeState, Order, Phase
from daemon.order.policy import Policy
from daemon.order.uploading import unregister

UPLOADS_A_PLACE = 4
"""Failed uploads to one place before another is asked for."""


def failed(order: Order, fact: f.Failed, now: float, policy: Policy) -> Order:
    """Each kind of failure has its own answer.

    passing: back off · account: the runner pauses the account · output: try again each minute ·
    gone: cancel before the merge, hold after it · request, file, bug: hold for a person.
    """
    if order.phase in RESTING:
        return order
    order = _count_failure(order, fact.step)
    if isinstance(fact.step, f.Merge) and order.merge is MergeState.ASKED and fact.unsent:
        order = replace(order, merge=MergeState.NOT_ASKED, merge_asked_at=None)
    match fact.kind:
        case f.Kind.PASSING:
            return back_off(order, fact.why, now, policy, fact.retry_after)
        case f.Kind.ACCOUNT:
            return replace(order, trouble=fact.why, due=now)
        case f.Kind.OUTPUT:
            return replace(order, trouble=fact.why, due=now + policy.output_retry)
        case f.Kind.GONE if order.phase in (Phase.SETTLED, Phase.UPLOADING):
            return cancelled(order, f.Cancelled(fact.why), now, policy)
        case _:
            return replace(order, phase=Phase.HELD, held_in=order.phase, trouble=fact.why, due=None)


def _count_failure(order: Order, step: f.Step) -> Order:
    """Put what failed behind its neighbours, so that it does not block them.

    Storage that hangs up may have refused the place without being heard: after a few uploads it is made anew.
    """
    match step:
        case f.Register(number) | f.Upload(number):
            bracket = replace(order.brackets[number], failures=order.brackets[number].failures + 1)
            if isinstance(step, f.Upload) and bracket.registered and bracket.failures % UPLOADS_A_PLACE == 0:
                return unregister(order, number, bracket)
            return with_bracket(order, number, bracket)
        case f.Fetch(image_id):
            found = next((i for i in order.images if i.id == image_id), None)
            return with_image(order, replace(found, failures=found.failures + 1)) if found else order
        case _:
            return order


def retried(order: Order, fact: f.Retried, now: float, _policy: Policy) -> Order:
    """A held order goes back to where it was; a waiting one goes on now.

    What the service refused may have been a setting: until the merge, a held order takes those of today.
    """
    if order.phase is Phase.HELD and order.held_in is not None:
        mended = fact.preset if order.merge is MergeState.NOT_ASKED else None
        back = replace(order, phase=order.held_in, held_in=None, preset=mended or order.preset)
        return replace(back, trouble=None, failures=0, due=now)
    if order.phase in RESTING:
        return order
    return replace(order, failures=0, due=now)


def cancelled(order: Order, fact: f.Cancelled, _now: float, _policy: Policy) -> Order:
    """The end of an order that has not been merged; later it would leave paid images behind."""
    if order.phase is Phase.CANCELLED or order.merge is not MergeState.NOT_ASKED:
        return order
    return replace(order, phase=Phase.CANCELLED, held_in=None, trouble=fact.why, due=None)


def nothing(order: Order, _fact: f.Fact, _now: float, _policy: Policy) -> Order:
    """A fact that only the journal wants."""
    return order
