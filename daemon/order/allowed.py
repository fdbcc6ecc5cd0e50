"""Lists which verbs are allowed for an order. The command line and the daemon both use it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from daemon.order import deadline
from daemon.order import facts as f
from daemon.order.asked import failed_images, may_dismiss, nothing_came_out
from daemon.order.hold import CHOICES, HoldKind
from daemon.order.late import is_mendable
from daemon.order.order import Order
from daemon.order.phase import RESTING, Phase
from daemon.order.picking import pickable
from daemon.order.preset import Preset
from daemon.order.problem import MEANINGS, SUBMIT, Code
from daemon.order.regrouping import is_too_large, may_regroup


class Verb(StrEnum):
    """What a person can ask for.

    SUBMIT, SUBMIT_AGAIN, SPLIT and SKIP apply to the shoot in a folder, ADOPT to a watched or output folder, the others
    to an order.
    """

    SUBMIT = "submit"
    SUBMIT_AGAIN = "submit again"
    SPLIT = "split"
    SKIP = "skip"
    RETRY = "retry"
    APPROVE = "approve"
    APPROVE_ONLY = "approve only"
    CANCEL = "cancel"
    DISMISS = "dismiss"
    REGROUP = "regroup"
    ADOPT = "adopt"


class Refusal(StrEnum):
    """Why a verb is not allowed for an order."""

    DELIVERED = "delivered"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    UNDER_WAY = "under way"
    MERGED = "merged"
    HEALTHY = "healthy"
    APPROVED = "approved"
    NOT_HELD = "not held"
    NOTHING_CAME_OUT = "nothing came out"
    NEEDS_A_CHOICE = "needs a choice"
    NOTHING_TO_PICK = "nothing to pick"
    NOT_MISGROUPED = "not misgrouped"
    TOO_LARGE = "too large"
    IS_PART = "is a part"


CANCELLED = "cancelled by a person before its merge; nothing was bought. `bracketd submit` sends its photos again"

_ENDED = {
    Phase.DOWNLOADED: Refusal.DELIVERED,
    Phase.SKIPPED: Refusal.SKIPPED,
    Phase.CANCELLED: Refusal.CANCELLED,
}


def allowed(order: Order) -> frozenset[Verb]:
    """The verbs that are allowed for an order, or for the shoot whose newest order it is.

    An allowed submit may still have nothing to send, which only a comparison of the photos shows.
    """
    return frozenset(verb for verb in Verb if verb not in (Verb.SKIP, Verb.ADOPT) and refusal(order, verb) is None)


def refusal(order: Order, verb: Verb) -> Refusal | None:
    """Why a verb is not allowed for an order; None if it is."""
    match verb:
        case Verb.SUBMIT | Verb.SUBMIT_AGAIN:
            return _of_submit(order, verb)
        case Verb.SPLIT:
            return _of_split(order)
        case Verb.RETRY:
            return _of_retry(order)
        case Verb.APPROVE:
            return _of_approve(order)
        case Verb.APPROVE_ONLY:
            return None if pickable(order) else _ENDED.get(order.phase, Refusal.NOTHING_TO_PICK)
        case Verb.CANCEL | Verb.SKIP:
            return _ENDED.get(order.phase) or (Refusal.MERGED if order.merge.requested else None)
        case Verb.DISMISS:
            return _ENDED.get(order.phase) or (None if may_dismiss(order) else Refusal.NOT_HELD)
        case Verb.REGROUP:
            return _of_regroup(order)
        case Verb.ADOPT:
            raise ValueError("folders are adopted, not orders")


def _of_submit(order: Order, verb: Verb) -> Refusal | None:
    if order.phase not in RESTING:
        return Refusal.UNDER_WAY
    if order.phase is Phase.HELD and order.merge.requested:
        return Refusal.MERGED
    return Refusal.NEEDS_A_CHOICE if verb is Verb.SUBMIT and order.hold_kind is HoldKind.DELIVERED else None


def _of_split(order: Order) -> Refusal | None:
    """A shoot can be split until its merge, even while it is uploaded: nothing has been paid for."""
    if order.phase is Phase.DOWNLOADED:
        return Refusal.DELIVERED
    if order.source.part is not None or order.source.supplement_of is not None:
        return Refusal.IS_PART
    if order.phase in _ENDED:
        return Refusal.SKIPPED if order.source.same_as is not None else None
    return Refusal.MERGED if order.merge.requested else None


def _of_retry(order: Order) -> Refusal | None:
    if failed_images(order):
        return None
    if order.phase in _ENDED:
        return _ENDED[order.phase]
    if order.hold_kind in CHOICES:
        return Refusal.NEEDS_A_CHOICE
    return None if order.phase is Phase.HELD or order.troubles else Refusal.HEALTHY


def _of_approve(order: Order) -> Refusal | None:
    if order.phase in _ENDED:
        return _ENDED[order.phase]
    if order.phase is Phase.HELD:
        return Refusal.NOTHING_CAME_OUT if nothing_came_out(order) else None
    return Refusal.APPROVED if order.purchase.approved else None


def _of_regroup(order: Order) -> Refusal | None:
    if not may_regroup(order):
        return _ENDED.get(order.phase, Refusal.NOT_MISGROUPED)
    return Refusal.TOO_LARGE if is_too_large(order) else None


def next_command(order: Order, code: Code) -> str | None:
    """The command that helps with a problem of an order, without its argument; None if none is needed or allowed."""
    if code in deadline.CODES:
        return deadline.way_on(order)
    command = MEANINGS[code][1]
    if command is not None and command.endswith("--only"):
        return command if Verb.APPROVE_ONLY in allowed(order) else None
    if command is None or (Verb(command.split()[1]) in allowed(order) and order.source.same_as is None):
        return command
    if order.phase is Phase.SKIPPED:
        return f"{SUBMIT} --again" if order.source.same_as is not None else SUBMIT
    return SUBMIT if order.phase is Phase.CANCELLED else None


def fact_of(order: Order, verb: Verb, preset: Preset | None = None, only: tuple[str, ...] = ()) -> f.Fact:
    """The fact that carries out a verb, which must be allowed. A submit of a held supplement approves it.

    ``preset`` has the current settings of the shoot's watched folder, None if it is not in a watched folder. ``only``
    are the ids of the images for ``APPROVE_ONLY``.
    """
    match verb:
        case Verb.RETRY:
            failed = failed_images(order)
            return f.Reopened(failed) if failed else f.Retried(preset)
        case Verb.APPROVE | Verb.SUBMIT:
            return f.Approved()
        case Verb.APPROVE_ONLY:
            return f.Approved(only)
        case Verb.CANCEL | Verb.SKIP:
            return f.Cancelled(CANCELLED, by_person=True)
        case Verb.DISMISS if order.merge.requested:
            return f.Dismissed()
        case Verb.DISMISS:
            return f.Cancelled(CANCELLED, by_person=True)
        case _:
            raise ValueError(f"{verb} does not apply to an order")


def submitted_order(orders: Sequence[Order]) -> Order | None:
    """The order that a submit applies to: the first of ``orders`` that it can replace, or else the newest.

    ``orders`` are those of one shoot, newest first.
    """
    return next(filter(is_mendable, orders), next(iter(orders), None))


def meant_by(verb: Verb, orders: Sequence[Order]) -> Order | None:
    """The order of a shoot that a request for the shoot applies to. ``orders`` are those of one shoot, newest first."""
    if verb is not Verb.SPLIT:
        return submitted_order(orders)
    going = (o for o in orders if o.phase not in _ENDED and refusal(o, verb) is None)
    return next(going, submitted_order(orders))


def is_replaced(order: Order, verb: Verb) -> bool:
    """True if the request replaces the order, so that its photos count as unsent."""
    if verb is Verb.SPLIT:
        return order.phase not in _ENDED and refusal(order, verb) is None
    return is_mendable(order)
