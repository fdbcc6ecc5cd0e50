"""Decides from a shoot's photos and the existing orders whether it was sent before.

Two photos are the same if their content is the same: their content marks are equal, and their SHA-256 too where both
are known. An order of an archive has no content marks, because nothing was read. Then the path within the shoot, the
size and the modification time decide. Times are compared to two seconds, the resolution of FAT. Sizes alone are not
enough: all uncompressed RAW files of a camera have the same size. A photo is also known if it shows the frame of a
photo that was sent, as another variant of it or as a picture made from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from daemon.order.archive import Recognised
from daemon.order.bracket import Bracket
from daemon.order.ended import DECLINED
from daemon.order.order import Order
from daemon.order.phase import Phase
from daemon.order.sent import Sent, is_same, key
from daemon.order.unpictured import unpictured
from daemon.shoot import LeftOut, Why
from daemon.shoot.leftout import is_certainly_made_of
from daemon.shoot.shot import Taken, stem_of

REPLACED = "replaced by a newer order of this shoot"
"""The stored reason of an order that a later ``submit`` replaced with a new order."""


class Again(StrEnum):
    """How a settled shoot relates to earlier orders."""

    NEW = "new"
    SAME = "the same photos were sent or skipped before"
    MORE = "some of the photos were sent before"
    UNSURE = "some of the photos may belong to a skipped shoot"
    SKIPPED = "was skipped, and is not sent unless it is submitted"


@dataclass(frozen=True, slots=True)
class Judged:
    """The result of comparing a settled shoot with earlier orders.

    ``before`` is the earlier order that decided the result; if some of the photos were sent, the order that sent most
    of them. ``new`` are the photos that are in no order, for MORE and SKIPPED. ``known`` is the number of photos that
    were sent, ``by_frame`` the number of those that were sent as other files of the same frame. ``declined`` are the
    paths of photos that are only in orders which a person cancelled, or that became no picture of the order that sent
    them (``unpictured``). ``unsent`` are the photos that no order has sent, or that became no picture, if orders have
    sent the others: a plain submit sends these. ``made`` are photos of a new shoot that were made from
    another shoot's frames. ``unread`` are new photos that have the name of a sent photo and no metadata to distinguish
    them. ``recognised`` is set if the photos are, or may be, those of a skipped or cancelled shoot: ``before``, unless
    that order sent the other photos.
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
    """A hash of the photos' paths, sizes and modification times, to two seconds. Empty string for no photos.

    It does not depend on the name of the shoot's folder.
    """
    keys = sorted(key(bracket) for bracket in brackets)
    return hashlib.blake2b(repr(keys).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest() if keys else ""


def compare(
    folder: str, brackets: Sequence[Bracket], earlier: Iterable[Order], inode: int | None = None, by_name: str = ""
) -> Judged:
    """Compare a settled shoot with earlier orders.

    ``earlier`` are the orders, newest first, without those that bracketd cancelled itself. ``inode`` is that of the
    shoot's folder. ``by_name`` is the shoot's fingerprint without reading any photo, as stored for a skipped archive.
    A folder that shares only a few photos with another folder's orders, such as a floor plan, is new, unless it was
    skipped as a copy before.
    """
    mark, earlier = fingerprint(brackets), tuple(earlier)
    marks = {True: (mark,), False: (mark, by_name or mark)}
    alike = [o for o in earlier if o.source.fingerprint in marks[bool(o.brackets)] and not _contradicts(o, brackets)]
    here = tuple(order for order in earlier if order.source.folder == folder)
    lacking = {order.id: unpictured(order) for order in earlier if was_sent(order)}
    for order in alike:
        if was_sent(order) and not lacking[order.id]:
            return Judged(Again.SAME, order, known=len(brackets))
    sent = [Sent(order, lacking[order.id]) for order in earlier if was_sent(order)]
    shared = [_shared(brackets, theirs) for theirs in sent]
    known = frozenset[str]().union(*shared)
    by_frame = sum(b.path in known and not any(theirs.with_content(b) for theirs in sent) for b in brackets)
    by = _most(sent, shared)
    if known and len(known) == len(brackets):
        return Judged(Again.SAME, _going(by, sent, shared), known=len(known), by_frame=by_frame)
    declined, refused = _declined([b for b in brackets if b.path not in known], earlier)
    mine = next(
        (s.order for s, paths in zip(sent, shared, strict=True) if paths and s.order.source.folder == folder), None
    )
    accounted = len(known) + len(declined)
    is_copy = any(order.source.same_as is not None for order in here)
    if not accounted or (mine is None and not is_copy and 2 * accounted < len(brackets)):
        if alike:
            return Judged(Again.SAME, alike[0], known=len(brackets))
        if unwanted := _unwanted(here, inode):
            return Judged(Again.SKIPPED, unwanted, _new(brackets, known | declined, map(Sent, here)))
        return Judged(Again.NEW, known=len(known), by_frame=by_frame, made=_made(brackets, sent))
    unsent = _new(brackets, known, [theirs for theirs in sent if theirs.order.source.folder == folder]) if known else ()
    new = _new(brackets, known | declined, map(Sent, here))
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
    """The order with most of a shoot's photos; of several, the newest. None if no order has any of them."""
    most = max(range(len(orders)), key=lambda number: len(shared[number]), default=0)
    return orders[most].order if any(shared) else None


def _going(by: Order | None, orders: Sequence[Sent], shared: Sequence[frozenset[str]]) -> Order | None:
    """An order under way of the shoot of ``by`` that has some of the photos, so that it follows a renamed folder."""
    folder = None if by is None else by.source.folder
    of_shoot = (one.order for one, paths in zip(orders, shared, strict=True) if paths)
    return next((order for order in of_shoot if order.due is not None and order.source.folder == folder), by)


def _declined(brackets: Sequence[Bracket], earlier: Sequence[Order]) -> tuple[frozenset[str], Order | None]:
    """The paths of photos in orders that a person cancelled, and the cancelled order that has most of them.

    Photos of other orders that became no picture count as well.
    """
    orders = [Sent(order) for order in earlier if was_declined(order)]
    orders += [
        Sent(order, frozenset(order.sent) - lacking)
        for order in earlier
        if was_sent(order) and (lacking := unpictured(order))
    ]
    shared = [_shared(brackets, theirs) for theirs in orders]
    return frozenset[str]().union(*shared), _most(orders, shared)


def _new(brackets: Iterable[Bracket], known: frozenset[str], here: Iterable[Sent]) -> tuple[Bracket, ...]:
    """The photos that are not known and have no file beside them that an order of their folder knows."""
    of_folder = tuple(here)
    return tuple(b for b in brackets if b.path not in known and not any(theirs.beside(b) for theirs in of_folder))


def _unwanted(here: Sequence[Order], inode: int | None) -> Order | None:
    """The skipped or cancelled order that keeps its folder from being sent; None without one, or if one was sent."""
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
    """The paths of new photos that have the name of a sent photo and no metadata to distinguish them."""
    stems = {stem_of(bracket.path) for order in orders for bracket in order.brackets}
    return tuple(bracket.path for bracket in new if not bracket.shot.tells and stem_of(bracket.path) in stems)


def was_sent(order: Order) -> bool:
    """True if an order's photos were sent or will be sent."""
    return order.phase not in (Phase.SKIPPED, Phase.CANCELLED)


def was_declined(order: Order) -> bool:
    """True if a person cancelled or dismissed an order. Its photos are not sent again unasked, in any folder."""
    return order.standing in DECLINED


def not_wanted(order: Order) -> bool:
    """True if a shoot is sent only on request, because it was skipped or cancelled."""
    return order.phase is Phase.SKIPPED or (order.phase is Phase.CANCELLED and order.source.supplement_of is None)


def _is_of(order: Order, inode: int | None) -> bool:
    """True if an order was created from this folder and not, as far as known, from another folder of the same name.

    False for a copy, which only its photos identify: a file system may reuse the inode of a removed folder.
    """
    return order.source.same_as is None and (None in (order.source.inode, inode) or order.source.inode == inode)


def _same(one: Bracket, other: Bracket) -> bool:
    if not (one.mark and other.mark):
        return key(one) == key(other)
    return one.mark == other.mark and is_same(one.sha256, other.sha256)


def _contradicts(order: Order, brackets: Sequence[Bracket]) -> bool:
    """True if any photo has the path of one of the order's brackets and, by the known contents, other content."""
    theirs = {bracket.path: bracket for bracket in order.brackets}
    return any(bracket.path in theirs and not _same(theirs[bracket.path], bracket) for bracket in brackets)
