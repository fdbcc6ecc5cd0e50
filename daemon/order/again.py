"""Was this shoot sent before? Decided from its photos and the orders that there are.

Two photos are one when their content is: the mark of a few bytes agrees, and the SHA-256 of all of them where both are
known. Where an order knows no content (of an archive nothing was read), path within the shoot, size and time of change
(to two seconds: FAT keeps no more) decide; sizes alone would not do, for uncompressed RAW files are all equally large.
A photo is also known when it shows the frame of a photo that was sent: as another variant of it, or made from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from daemon.order.archive import Recognised
from daemon.order.model import Bracket, Order, Phase
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
    """What a settled shoot is, and the earlier order that says so; of MORE and SKIPPED the photos that no order has.

    ``known`` is how many of its photos were sent, ``by_frame`` how many of those as other files of the same frame.
    ``declined`` are the paths of photos that are only in orders which a person cancelled. Where some of the photos were
    sent, ``before`` is the order that has sent most of them, and ``unsent`` are those that no order has sent: a plain
    submit sends these. ``made`` are photos of a new shoot that were made from another shoot's frames. ``unread`` are
    new photos with the name of a photo that was sent and without metadata that would tell them apart. ``recognised`` is
    set when the photos are, or may be, those of a shoot that was skipped or cancelled: ``before``, unless that one sent
    the others.
    """

    again: Again
    before: Order | None = None
    new: tuple[Bracket, ...] = ()
    known: int = 0
    by_frame: int = 0
    declined: frozenset[str] = frozenset()
    unsent: tuple[Bracket, ...] = ()
    made: tuple[LeftOut, ...] = ()
    unread: tuple[str, ...] = ()
    recognised: Recognised | None = None


def fingerprint(brackets: Iterable[Bracket]) -> str:
    """The same for photos of the same paths, sizes and times, whatever their folder is called; empty for none."""
    keys = sorted(key(bracket) for bracket in brackets)
    return hashlib.blake2b(repr(keys).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest() if keys else ""


def compare(
    folder: str, brackets: Sequence[Bracket], earlier: Iterable[Order], inode: int | None = None, by_name: str = ""
) -> Judged:
    """What a settled shoot is. ``earlier``: orders that were not cancelled, except by a person, the newest first.

    ``inode`` is its folder's, ``by_name`` its fingerprint if no photo is read, as that of a skipped archive is. A
    folder that shares but a few of its photos with another one's orders (a floor plan in every shoot, say) is new,
    unless it was skipped as a copy before.
    """
    mark, earlier = fingerprint(brackets), tuple(earlier)
    marks = {True: (mark,), False: (mark, by_name or mark)}
    alike = [o for o in earlier if o.fingerprint in marks[bool(o.brackets)] and not _contradicts(o, brackets)]
    here = tuple(order for order in earlier if order.folder == folder)
    for order in filter(was_sent, alike):
        return Judged(Again.SAME, order, known=len(brackets))
    sent = [Sent(order) for order in earlier if was_sent(order)]
    shared = [_shared(brackets, theirs) for theirs in sent]
    known = frozenset[str]().union(*shared)
    by_frame = sum(b.path in known and not any(theirs.with_content(b) for theirs in sent) for b in brackets)
    by = _most(sent, shared)
    if known and len(known) == len(brackets):
        return Judged(Again.SAME, by, known=len(known), by_frame=by_frame)
    declined, refused = _declined([b for b in brackets if b.path not in known], earlier)
    mine = next((s.order for s, paths in zip(sent, shared, strict=True) if paths and s.order.folder == folder), None)
    accounted = len(known) + len(declined)
    is_copy = any(order.same_as is not None for order in here)
    if not accounted or (mine is None and not is_copy and 2 * accounted < len(brackets)):
        if alike:
            return Judged(Again.SAME, alike[0], known=len(brackets))
        if unwanted := _unwanted(here, inode):
            return Judged(Again.SKIPPED, unwanted, _new(brackets, known | declined, here))
        return Judged(Again.NEW, known=len(known), by_frame=by_frame, made=_made(brackets, sent))
    unsent = _new(brackets, known, filter(was_sent, here)) if known else ()
    new = _new(brackets, known | declined, here)
    before = mine or by or refused
    judged = Judged(Again.MORE, before, new, len(known), by_frame, declined=declined, unsent=unsent)
    if accounted == len(brackets):
        return replace(judged, again=Again.SAME, new=())
    if alike:
        return replace(judged, again=Again.SAME, new=(), before=before if known else alike[0])
    if unwanted := _unwanted(here, inode):
        return replace(judged, again=Again.SKIPPED, before=before if known else unwanted)
    unread = _unread(new, [theirs.order for theirs, paths in zip(sent, shared, strict=True) if paths])
    return replace(judged, unread=unread)


def _shared(brackets: Iterable[Bracket], theirs: Sent) -> frozenset[str]:
    """The paths of photos whose content or frame an order has."""
    return frozenset(b.path for b in brackets if theirs.with_content(b) or theirs.of_frame(b))


def _most(orders: Sequence[Sent], shared: Sequence[frozenset[str]]) -> Order | None:
    """The order that has most of a shoot's photos, the newest of several; None if none has any."""
    most = max(range(len(orders)), key=lambda number: len(shared[number]), default=0)
    return orders[most].order if any(shared) else None


def _declined(brackets: Sequence[Bracket], earlier: Sequence[Order]) -> tuple[frozenset[str], Order | None]:
    """The paths of photos that orders have which a person cancelled, and the one of those orders that has most."""
    orders = [Sent(order) for order in earlier if was_declined(order)]
    shared = [_shared(brackets, theirs) for theirs in orders]
    return frozenset[str]().union(*shared), _most(orders, shared)


def _new(brackets: Iterable[Bracket], known: frozenset[str], here: Iterable[Order]) -> tuple[Bracket, ...]:
    """The photos that are not known, and do not lie beside a file that an order of their folder knows."""
    of_folder = [Sent(order) for order in here]
    return tuple(b for b in brackets if b.path not in known and not any(theirs.beside(b) for theirs in of_folder))


def _unwanted(here: Sequence[Order], inode: int | None) -> Order | None:
    """The order for whose sake nothing in its folder is sent unasked; None if there is none, or one was sent since."""
    if any(map(was_sent, here)):
        return None
    return next((order for order in here if not_wanted(order) and _is_of(order, inode)), None)


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
