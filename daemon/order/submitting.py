"""Decides what ``bracketd submit`` sends: the whole shoot, only unsent photos, or nothing."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from daemon.order.again import Again, Judged, was_sent
from daemon.order.hold import HoldKind
from daemon.order.order import Order
from daemon.order.phase import RESTING, Phase


class Submitted(StrEnum):
    """What ``bracketd submit`` does with a shoot."""

    WHOLE = "is sent"
    REPLACES = "replaces the skipped or held order"
    SUPPLEMENT = "only the new photos are sent"
    APPROVED = "the held supplement is sent"
    SAME = "the same photos were sent before"
    SENT = "was sent already"
    UNDER_WAY = "is under way already"
    UNKNOWN = "its photos may already be in another order; needs approval or --again"


def submitted(newest: Order | None, judged: Judged, *, again: bool, unknown: bool = False) -> Submitted:
    """Decide what ``bracketd submit`` does for a folder; ``again``: also send photos that were already sent.

    ``newest`` is the folder's newest order. Photos that are only in skipped or cancelled orders were never bought, so a
    plain ``submit`` sends them. If orders have sent some of the photos, SUPPLEMENT and a plain REPLACES send the rest
    (``the_rest``). ``unknown``: an order that is not in the state may have the photos.
    """
    result = _submitted(newest, judged, again=again)
    waits = newest is not None and newest.hold_kind is HoldKind.UNKNOWN_ORDER
    return Submitted.UNKNOWN if unknown and not again and (waits or result is Submitted.APPROVED) else result


def _submitted(newest: Order | None, judged: Judged, *, again: bool) -> Submitted:
    unsent, part = is_unsent(judged), bool(judged.unsent)
    known = judged.again in (Again.SAME, Again.MORE) and not unsent and not part
    same_as = judged.before if known else None
    if newest is None:
        if again:
            return Submitted.WHOLE
        if same_as is not None:
            return Submitted.SAME
        return Submitted.SUPPLEMENT if part else Submitted.WHOLE
    if newest.phase not in RESTING:
        return Submitted.UNDER_WAY
    if newest.phase is Phase.HELD and not newest.merge.requested:
        if newest.source.supplement_of is not None and not again:
            return Submitted.APPROVED
        return Submitted.SAME if same_as is not None and same_as.id != newest.id and not again else Submitted.REPLACES
    ended = newest.phase in (Phase.CANCELLED, Phase.SKIPPED)
    if (
        same_as is not None
        and not again
        and (same_as.source.folder != newest.source.folder or (ended and same_as.id != newest.id))
    ):
        return Submitted.SAME
    if newest.phase is Phase.CANCELLED or (
        newest.phase is Phase.SKIPPED and (newest.source.same_as is None or unsent or part)
    ):
        return Submitted.REPLACES
    if again:
        return Submitted.REPLACES if newest.phase is Phase.SKIPPED else Submitted.WHOLE
    if part:
        return Submitted.SUPPLEMENT
    return Submitted.SAME if newest.phase is Phase.SKIPPED else Submitted.SENT


def is_unsent(judged: Judged) -> bool:
    """True if no order has sent, or is about to send, any of a shoot's photos."""
    if judged.unsent:
        return False
    match judged.again:
        case Again.NEW | Again.SKIPPED:
            return True
        case Again.SAME | Again.MORE:
            return judged.before is not None and not was_sent(judged.before)
        case _:
            return False


def the_rest(judged: Judged) -> Judged | None:
    """The comparison for a plain submit that sends only unsent photos; None if it sends the whole shoot."""
    if not judged.unsent:
        return None
    return replace(judged, again=Again.MORE, new=judged.unsent, declined=frozenset())
