"""Was this shoot sent before? Decided from its photos and the orders that there are.

Two photos are one when their content is: the mark of a few bytes agrees, and the SHA-256 of all of them where both are
known. Where an order knows no content (of an archive nothing was read), path within the shoot, size and time of change
(to two seconds: FAT keeps no more) decide; sizes alone would not do, for uncompressed RAW files are all equally large.
A photo is also known when it shows the frame of a photo that was sent: as another variant of it, or made from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from daemon.order.archive import Recognised
from daemon.order.hold import Hold
from daemon.order.model import RESTING, Bracket, MergeState, Order, Phase
from daemon.order.sent import Sent, is_same, key
from daemon.shoot import LeftOut, Why
from daemon.shoot.leftout import is_certainly_made_of
from daemon.shoot.shot import Taken, stem_of

REPLACED = "submitted anew as it is now"
"""Why an order was cancelled in whose place a person's ``submit`` put another."""


class Again(StrEnum):
    """What a settled shoot is, next to the orders that were made before."""

    NEW = "new"
    SAME = "the same photos were sent or skipped before"
    MORE = "some of the photos were sent before"
    UNSURE = "some of the photos may be those of a skipped shoot"
    SKIPPED = "was skipped, and stays so until a person submits it"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a settled shoot is, and the earlier order that says so; of MORE the photos that no order has.

    ``known`` is how many of its photos an order has, ``by_frame`` how many of those the order has as other files of the
    same frame. ``made`` are photos of a new shoot that were made from another shoot's frames. ``unread`` are new photos
    with the name of a photo that was sent and without metadata that would tell them apart. ``recognised`` is set when
    the photos are, or may be, those of a shoot that was skipped or cancelled: ``before``, unless that one sent the
    others.
    """

    again: Again
    before: Order | None = None
    new: tuple[Bracket, ...] = ()
    known: int = 0
    by_frame: int = 0
    made: tuple[LeftOut, ...] = ()
    unread: tuple[str, ...] = ()
    recognised: Recognised | None = None


class Submitted(StrEnum):
    """What a person's word to send a shoot comes to."""

    WHOLE = "is sent"
    ANEW = "is sent in place of what was skipped or held"
    SUPPLEMENT = "what is new is sent"
    APPROVED = "the supplement that was held is sent"
    SAME = "the same photos were sent before"
    SENT = "was sent already"
    UNDER_WAY = "is under way already"
    UNKNOWN = "another order seems to have its photos, and waits for a clearer word"


def submitted(newest: Order | None, judged: Judged, *, again: bool, unknown: bool = False) -> Submitted:
    """What ``bracketd submit`` comes to for a folder, whose newest order this is; ``again``: also what was sent.

    Photos that are known only from skipped or cancelled orders were never bought: a plain ``submit`` sends them.
    ``unknown``: an order that the state does not know seems to have the photos.
    """
    word = _submitted(newest, judged, again=again)
    waits = newest is not None and newest.hold is Hold.UNKNOWN_ORDER
    return Submitted.UNKNOWN if unknown and not again and (waits or word is Submitted.APPROVED) else word


def _submitted(newest: Order | None, judged: Judged, *, again: bool) -> Submitted:
    unsent = is_unsent(judged)
    same_as = judged.before if judged.again is Again.SAME and not unsent else None
    if newest is None:
        return Submitted.SAME if same_as is not None and not again else Submitted.WHOLE
    if newest.phase not in RESTING:
        return Submitted.UNDER_WAY
    if newest.phase is Phase.HELD and newest.merge is MergeState.NOT_ASKED:
        return Submitted.APPROVED if newest.supplement_of is not None and not again else Submitted.ANEW
    if same_as is not None and same_as.folder != newest.folder and not again:
        return Submitted.SAME
    if newest.phase is Phase.CANCELLED or (newest.phase is Phase.SKIPPED and (newest.same_as is None or unsent)):
        return Submitted.ANEW
    if again:
        return Submitted.ANEW if newest.phase is Phase.SKIPPED else Submitted.WHOLE
    if judged.again is Again.MORE and judged.new:
        return Submitted.SUPPLEMENT
    return Submitted.SAME if newest.phase is Phase.SKIPPED else Submitted.SENT


def is_unsent(judged: Judged) -> bool:
    """Whether no order has sent, or is about to send, any of a shoot's photos."""
    match judged.again:
        case Again.NEW | Again.SKIPPED:
            return True
        case Again.SAME:
            return judged.before is not None and not was_sent(judged.before)
        case _:
            return False


def fingerprint(brackets: Iterable[Bracket]) -> str:
    """The same for photos of the same paths, sizes and times, whatever their folder is called; empty for none."""
    keys = sorted(key(bracket) for bracket in brackets)
    return hashlib.blake2b(repr(keys).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest() if keys else ""


def compare(
    folder: str, brackets: Sequence[Bracket], earlier: Iterable[Order], inode: int | None = None, by_name: str = ""
) -> Judged:
    """What a settled shoot is. ``earlier``: orders that were not cancelled, the newest first; ``inode``: its folder's.

    ``by_name`` is its fingerprint if no photo is read, as that of a skipped archive is. A folder that shares but a few
    of its photos with another one's order (a floor plan in every shoot, say) is new.
    """
    mark, earlier = fingerprint(brackets), tuple(earlier)
    marks = {True: (mark,), False: (mark, by_name or mark)}
    alike = [o for o in earlier if o.fingerprint in marks[bool(o.brackets)] and not _contradicts(o, brackets)]
    here = tuple(order for order in earlier if order.folder == folder)
    for order in filter(was_sent, alike):
        return Judged(Again.SAME, order, known=len(brackets))
    sent = [Sent(order) for order in earlier if was_sent(order)]
    shared = [{b.path for b in brackets if theirs.with_content(b) or theirs.of_frame(b)} for theirs in sent]
    known = frozenset[str]().union(*shared)
    by_frame = sum(b.path in known and not any(theirs.with_content(b) for theirs in sent) for b in brackets)
    most = max(range(len(sent)), key=lambda number: len(shared[number]), default=0)
    if known and len(known) == len(brackets):
        return Judged(Again.SAME, sent[most].order, known=len(known), by_frame=by_frame)
    for order in alike:
        return Judged(Again.SAME, order, known=len(brackets))
    declined = _declined(brackets, earlier)
    if declined is not None and not declined.new:
        return declined
    if unwanted := next((order for order in here if not_wanted(order) and _is_of(order, inode)), None):
        return Judged(Again.SKIPPED, unwanted)
    if declined is not None:
        return declined
    if not known:
        return Judged(Again.NEW)
    mine = next((s.order for s, paths in zip(sent, shared, strict=True) if paths and s.order.folder == folder), None)
    if mine is None and 2 * len(known) < len(brackets):
        return Judged(Again.NEW, known=len(known), by_frame=by_frame, made=_made(brackets, sent))
    of_folder = [Sent(order) for order in here]
    new = tuple(b for b in brackets if b.path not in known and not any(theirs.beside(b) for theirs in of_folder))
    unread = _unread(new, [theirs.order for theirs, paths in zip(sent, shared, strict=True) if paths])
    return Judged(Again.MORE, mine or sent[most].order, new, len(known), by_frame, unread=unread)


def _made(brackets: Iterable[Bracket], sent: Sequence[Sent]) -> tuple[LeftOut, ...]:
    """Photos that were certainly made from frames that other shoots have sent."""
    found = []
    for bracket in brackets:
        of = next(((theirs, frame) for theirs in sent if (frame := theirs.of_frame(bracket))), None)
        if of is not None and is_certainly_made_of(Taken(bracket.path, bracket.shot), of[1]):
            found.append(of[0].why_known(bracket, here=False))
    return tuple(one for one in found if one is not None and one.why is not Why.COPY)


def _unread(new: Iterable[Bracket], orders: Iterable[Order]) -> tuple[str, ...]:
    """New photos with the name of a photo that was sent and without metadata that would tell them apart."""
    stems = {stem_of(bracket.path) for order in orders for bracket in order.brackets}
    return tuple(bracket.path for bracket in new if not bracket.shot.tells and stem_of(bracket.path) in stems)


def was_sent(order: Order) -> bool:
    """Whether an order's photos were sent, or are about to be."""
    return order.phase not in (Phase.SKIPPED, Phase.CANCELLED)


def was_declined(order: Order) -> bool:
    """Whether a person cancelled or dismissed an order: nobody buys its photos unasked, wherever they lie."""
    return order.phase is Phase.CANCELLED and order.by_person


def _declined(brackets: Sequence[Bracket], earlier: Sequence[Order]) -> Judged | None:
    """A shoot whose photos, or at least half of them, a person declined before; None if that is not so."""
    orders = tuple(filter(was_declined, earlier))
    declined = [Sent(order) for order in orders]
    shared = [frozenset(b.path for b in brackets if one.with_content(b) or one.of_frame(b)) for one in declined]
    known = frozenset[str]().union(*shared)
    if not known or 2 * len(known) < len(brackets):
        return None
    most = orders[max(range(len(orders)), key=lambda number: len(shared[number]))]
    new = tuple(bracket for bracket in brackets if bracket.path not in known)
    return Judged(Again.MORE if new else Again.SAME, most, new, len(known))


def not_wanted(order: Order) -> bool:
    """Whether a shoot is not sent unless a person asks: it was skipped, or a person cancelled it."""
    return order.phase is Phase.SKIPPED or (order.phase is Phase.CANCELLED and order.supplement_of is None)


def _is_of(order: Order, inode: int | None) -> bool:
    """Whether an order was made of this folder, as far as is known, and not of another one of its name.

    Of a copy nothing but its photos counts: a file system may give the next folder the inode of one that was removed.
    """
    return order.same_as is None and (None in (order.inode, inode) or order.inode == inode)


def _same(one: Bracket, other: Bracket) -> bool:
    if not (one.mark and other.mark):
        return key(one) == key(other)
    return one.mark == other.mark and is_same(one.sha256, other.sha256)


def _contradicts(order: Order, brackets: Sequence[Bracket]) -> bool:
    """Whether contents that are known on both sides say that photos alike in name, size and time are others."""
    theirs = {bracket.path: bracket for bracket in order.brackets}
    return any(bracket.path in theirs and not _same(theirs[bracket.path], bracket) for bracket in brackets)
