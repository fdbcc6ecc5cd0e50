"""Decides what happens to a shoot that has settled, or that a person submits or skips.

``outcome`` is the only place that decides this. The watcher gathers the facts and carries out the result. In each
table, the first row that applies counts; an empty cell always applies.

A shoot that has settled:

| its photos compare as | and | outcome |
|---|---|---|
| NEW | its settings leave out every photo | ``Skip`` |
| NEW | | ``Send`` |
| SAME, by content | their order is under way, and its folder is gone | ``Move`` |
| SAME | their order has another folder, and this folder has no order | ``SkipAsSame`` |
| UNSURE | | ``Send``, held |
| MORE, some of them new | late photos of this folder may become an order | ``Supplement``, held for ``may_follow`` |
| | | ``Leave`` |

A shoot that a person submits. *Again* is a request to send and buy the photos again; a plain request counts as one if
only an order that was never sent has the photos. *Newest* is the folder's order that the submit applies to. *All sent*:
orders have sent all photos. *Some sent*: orders have sent some photos, but not all. *Unsent*: no order has sent any.

| request | newest order | photos | outcome |
|---|---|---|---|
| | | none can be sent | ``Refuse``: no photos |
| | does not allow the request | | ``Refuse``: not allowed |
| again | none or delivered | | ``Send`` |
| again | | | ``Replace`` |
| plain | a held supplement, or held for an unknown order | maybe in an unknown order | ``Refuse``: maybe sent |
| plain | a held supplement | | ``Approve`` |
| plain | none | all sent | ``SkipAsSame`` |
| plain | none or delivered | some sent | ``Supplement`` |
| plain | none | | ``Send`` |
| plain | held, cancelled or skipped | all sent, by another order | ``Refuse``: same photos |
| plain | delivered | all sent, by an order of another folder | ``Refuse``: same photos |
| plain | skipped as a copy | neither unsent nor some sent | ``Refuse``: same photos |
| plain | held, cancelled or skipped | | ``Replace``, by the unsent photos if some were sent |
| plain | delivered | | ``Refuse``: sent before |

A shoot that a person splits into its properties. *Newest* is the order that the request applies to.

| newest order | photos | outcome |
|---|---|---|
| | none can be sent | ``Refuse``: no photos |
| does not allow it | | ``Refuse``: not allowed |
| held for an unknown order | maybe in an unknown order | ``Refuse``: maybe sent |
| | some sent by other orders | ``Refuse``: sent in part |
| | look like one property | ``Refuse``: one property |
| | | ``Split`` |

Late photos of a shoot that was split belong to the part that they show, or that is nearest in time. If that is not one
part, their supplement is held.

A shoot that a person skips. *Newest* is the folder's newest order.

| newest order | its photos compare as | outcome |
|---|---|---|
| may be cancelled | | ``Cancel`` |
| | NEW | ``Skip`` |
| | MORE, some of them new | ``SkipLate`` |
| skipped or cancelled | | ``Refuse``: skipped already |
| | | ``Refuse``: nothing new |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from daemon.order.again import Again, Judged, not_wanted, was_sent
from daemon.order.allowed import Refusal, Verb, allowed, refusal
from daemon.order.hold import HoldKind
from daemon.order.late import is_mendable, may_follow
from daemon.order.order import Order
from daemon.order.parts import to_part
from daemon.order.phase import Phase


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about a shoot in ``folder`` when its outcome is decided.

    ``orders`` are those of the folder, newest first; ``newest`` is the one that a request applies to. ``verb`` is the
    person's request, None if the shoot has settled. ``has_photos``: a photo can be sent. ``moved``: the folder of
    ``judged.before`` is gone (see ``may_have_moved``). ``original`` is the order whose photos these are, for a submit.
    ``elsewhere``: an order that is not in the state seems to have the photos. ``properties`` is the number of
    properties that the shoot seems to have.
    """

    folder: str
    judged: Judged
    orders: Sequence[Order] = ()
    newest: Order | None = None
    verb: Verb | None = None
    has_photos: bool = True
    moved: bool = False
    original: Order | None = None
    elsewhere: bool = False
    properties: int = 1


@dataclass(frozen=True, slots=True)
class LateRules:
    """When late photos become an order: the folder's ``late_files`` and ``dev_mode``, and the time ``now``."""

    late_files: str
    dev_mode: bool
    now: float


class RefusedFor(StrEnum):
    """Why a request for a shoot is refused."""

    NO_PHOTOS = "no photos"
    NOT_ALLOWED = "not allowed"
    MAYBE_SENT = "maybe sent"
    SAME_PHOTOS = "same photos"
    SENT_BEFORE = "sent before"
    SKIPPED_ALREADY = "skipped already"
    NOTHING_NEW = "nothing new"
    SENT_IN_PART = "sent in part"
    ONE_PROPERTY = "one property"


@dataclass(frozen=True, slots=True)
class Send:
    """A new order of the whole shoot. ``unsure``: it is held, because its photos may belong to a skipped shoot."""

    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Replace:
    """A new order instead of ``old``, which was skipped or cancelled, or is held. ``part``: only its new photos."""

    old: Order
    part: Judged | None = None


@dataclass(frozen=True, slots=True)
class Supplement:
    """A new order of the new photos of ``part``, beside the earlier order. ``held`` says why it is held, if it is."""

    part: Judged
    held: str | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """A new order of each property of the shoot, instead of ``old``, if there is an order."""

    old: Order | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """The folder of an order that is under way was renamed to the shoot's folder."""

    order: Order


@dataclass(frozen=True, slots=True)
class SkipAsSame:
    """The shoot is skipped, because the order ``before`` has its photos. A submit is refused, naming ``original``."""

    before: Order
    original: Order | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """The shoot is skipped, on request or because none of its photos is sent."""


@dataclass(frozen=True, slots=True)
class SkipLate:
    """The late photos of the shoot are skipped on request."""


@dataclass(frozen=True, slots=True)
class Approve:
    """A held supplement is approved."""

    order: Order


@dataclass(frozen=True, slots=True)
class Cancel:
    """An order is cancelled before its merge."""

    order: Order


@dataclass(frozen=True, slots=True)
class Refuse:
    """The request is refused. ``order`` is the order that it is refused for; ``refusal`` says why it is not allowed."""

    why: RefusedFor
    order: Order | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing is sent."""


Outcome = Send | Replace | Supplement | Split | Move | SkipAsSame | Skip | SkipLate | Approve | Cancel | Refuse | Leave


def outcome(known: Known, rules: LateRules) -> Outcome:
    """What happens to a shoot: see the tables at the top."""
    match known.verb:
        case None:
            return _of_settled(known, rules)
        case Verb.SKIP:
            return _of_skip(known)
        case Verb.SUBMIT | Verb.SUBMIT_AGAIN:
            return _of_submit(known, known.verb)
        case Verb.SPLIT:
            return _of_split(known)
        case _:
            raise ValueError(f"{known.verb} does not apply to a shoot")


def _of_settled(known: Known, rules: LateRules) -> Outcome:
    judged, before = known.judged, known.judged.before
    match judged.again:
        case Again.NEW:
            return Send() if known.has_photos else Skip()
        case Again.SAME if known.moved and (moved := may_have_moved(judged, known.folder)) is not None:
            return Move(moved)
        case Again.SAME if before is not None and before.source.folder != known.folder and not known.orders:
            return SkipAsSame(before)
        case Again.UNSURE:
            return Send(unsure=True)
        case Again.MORE if before is not None and judged.new and may_supplement(known.orders, rules.late_files):
            here = before.source.folder == known.folder
            why = may_follow(judged, before, rules.now, rules.late_files, here=here, dev_mode=rules.dev_mode)
            return Supplement(*to_part(judged, known.orders, why))
        case _:
            return Leave()


def _of_submit(known: Known, verb: Verb) -> Outcome:
    newest = known.newest
    why = refusal(newest, verb) if newest is not None else None
    if not known.has_photos:
        return Refuse(RefusedFor.NO_PHOTOS)
    if why is not None:
        return Refuse(RefusedFor.NOT_ALLOWED, newest, why)
    if verb is Verb.SUBMIT_AGAIN or _is_free(known):
        return Send() if newest is None or newest.phase is Phase.DOWNLOADED else Replace(newest)
    return _of_plain_submit(known, newest)


def _of_plain_submit(known: Known, newest: Order | None) -> Outcome:
    judged, sent_by, rest = known.judged, _sent_by(known.judged), the_rest(known.judged)
    if newest is None:
        if sent_by is not None:
            return SkipAsSame(sent_by, known.original)
        return Supplement(rest) if rest is not None else Send()
    is_supplement = newest.phase is Phase.HELD and newest.source.supplement_of is not None
    if known.elsewhere and (is_supplement or newest.hold_kind is HoldKind.UNKNOWN_ORDER):
        return Refuse(RefusedFor.MAYBE_SENT, newest)
    if is_supplement:
        return Approve(newest)
    same = Refuse(RefusedFor.SAME_PHOTOS, known.original)
    if newest.phase is Phase.DOWNLOADED:
        if rest is not None:
            return Supplement(rest)
        return (
            same
            if sent_by and sent_by.source.folder != newest.source.folder
            else Refuse(RefusedFor.SENT_BEFORE, newest)
        )
    is_copy = newest.phase is Phase.SKIPPED and newest.source.same_as is not None
    if (sent_by and sent_by.id != newest.id) or (is_copy and rest is None and not is_unsent(judged)):
        return same
    return Replace(newest, rest)


def _of_split(known: Known) -> Outcome:
    newest, judged = known.newest, known.judged
    why = refusal(newest, Verb.SPLIT) if newest is not None else None
    if not known.has_photos:
        return Refuse(RefusedFor.NO_PHOTOS)
    if why is not None:
        return Refuse(RefusedFor.NOT_ALLOWED, newest, why)
    if newest is not None and known.elsewhere and newest.hold_kind is HoldKind.UNKNOWN_ORDER:
        return Refuse(RefusedFor.MAYBE_SENT, newest)
    if judged.known:
        return Refuse(RefusedFor.SENT_IN_PART, judged.before)
    return Split(newest) if known.properties > 1 else Refuse(RefusedFor.ONE_PROPERTY)


def _of_skip(known: Known) -> Outcome:
    judged, newest = known.judged, known.newest
    if newest is not None and Verb.CANCEL in allowed(newest):
        return Cancel(newest)
    if judged.again is Again.NEW:
        return Skip()
    if judged.again is Again.MORE and judged.new:
        return SkipLate()
    if newest is not None and not_wanted(newest):
        return Refuse(RefusedFor.SKIPPED_ALREADY)
    return Refuse(RefusedFor.NOTHING_NEW)


def may_have_moved(judged: Judged, folder: str) -> Order | None:
    """The order under way that has exactly a shoot's photos in another folder. It was renamed if that is gone."""
    before = judged.before
    is_same = judged.again is Again.SAME and not judged.by_frame
    return before if is_same and before and before.due is not None and before.source.folder != folder else None


def may_supplement(orders: Sequence[Order], late_files: str) -> bool:
    """True if late photos of a folder may become an order. ``orders`` are those of the folder."""
    return not orders or not (late_files == "ignore" or any(map(is_mendable, orders)))


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


def _sent_by(judged: Judged) -> Order | None:
    """The order that has sent the photos; None if some are unsent, or if it is not known."""
    sent = judged.again in (Again.SAME, Again.MORE) and not is_unsent(judged) and not judged.unsent
    return judged.before if sent else None


def _is_free(known: Known) -> bool:
    """True if only an order that was never sent has the photos, so that sending them buys nothing twice."""
    return known.original is not None and not was_sent(known.original) and not known.judged.unsent
