"""Rules for photos that arrive or change after their shoot was locked: which are new, and when they may be sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from daemon.order import facts as f
from daemon.order.again import Again, Judged, was_declined, was_sent
from daemon.order.bracket import Bracket
from daemon.order.changes import held
from daemon.order.hold import HoldKind
from daemon.order.naming import names_of
from daemon.order.order import Order
from daemon.order.phase import Phase
from daemon.order.problem import Code, Trouble
from daemon.order.sent import Sent, key, paths_of, taken
from daemon.shoot import LeftOut, Why
from daemon.shoot.shot import Shots

LATELY = 2 * 3600.0
"""Seconds after the lock during which new photos count as the rest of a copy or a sync, whatever their times are."""

Suspects = dict[str, list[tuple[Bracket, Bracket]]]
"""For each order's id: photos that may have changed, as they are now, each with the bracket that was sent."""


def unknown(orders: Sequence[Order], photos: Sequence[Bracket]) -> tuple[Bracket, ...]:
    """The photos of a shoot whose paths are in none of its orders. Some of them may show frames that were sent."""
    paths = {path for order in orders for path in paths_of(order)}
    return tuple(photo for photo in photos if photo.path not in paths)


def kept_out(orders: Sequence[Order]) -> frozenset[str]:
    """The paths of a shoot's photos that a person or the settings leave out. Their frames are not wanted at all."""
    why = (one for order in orders for one in order.unsent.left_out_why)
    return frozenset(one.path for one in why if one.why in (Why.SKIPPED, Why.DECLINED))


def changed_since(
    orders: Sequence[Order], photos: Sequence[Bracket], unwanted: Sequence[Bracket] = ()
) -> tuple[tuple[str, ...], Suspects]:
    """The paths of a shoot's new photos, and the photos that may have changed after they were merged.

    For the latter the content must be compared, because a chmod changes the ctime too. A photo is not new if it shows,
    or was made from, a frame that was sent, or that one of the ``unwanted`` photos shows (see ``kept_out``). A photo
    with the folder and stem of a known file is not new either, unless its metadata say that it shows another frame.
    """
    sent, others = [Sent(order) for order in orders], Shots(map(taken, unwanted))
    late = tuple(
        photo.path
        for photo in unknown(orders, photos)
        if not any(s.of_frame(photo) or s.beside(photo) for s in sent) and others.find(taken(photo)) is None
    )
    now = {photo.path: photo for photo in photos}
    suspects: Suspects = {order.id: [] for order in orders}
    for order in orders:
        for bracket in order.brackets if order.merge.requested else ():
            photo = now.get(bracket.path)
            if photo is None or bracket.sha256 is None:
                continue
            if key(photo) != key(bracket) or bracket.may_be_another(photo.ctime_ns):
                suspects[order.id].append((photo, bracket))
    return late, suspects


def came_late(order: Order, why: str) -> Order:
    """Hold a new order of late photos until a person approves it; ``why`` is from ``may_follow``."""
    return held(order, Trouble(Code.LATE_SUPPLEMENT, why), HoldKind.LATE)


def is_mendable(order: Order) -> bool:
    """True if the order is held before its merge: a new submit can then still include late photos."""
    return order.phase is Phase.HELD and not order.merge.requested and order.source.supplement_of is None


def known_again(fact: f.Locked, judged: Judged, orders: Sequence[Order]) -> tuple[LeftOut, ...]:
    """The files of a shoot that are not sent and whose paths are in none of its orders yet, each with the reason.

    ``orders`` are those of its folder. Empty for a skipped shoot, whose photos are recorded separately.
    """
    before = judged.before
    if before is None or judged.again not in (Again.SAME, Again.MORE):
        return ()
    if before.phase is Phase.SKIPPED and not any(map(was_sent, orders)):
        return ()
    names = {path for order in orders for path in paths_of(order)} | {bracket.path for bracket in judged.new}
    sent = [(Sent(order), True) for order in orders if was_sent(order)]
    sent += [(Sent(before), False)] if all(order.id != before.id for order in orders) else []
    why = {one.path: one for one in fact.left_out_why}
    declined = judged.declined | {bracket.path for bracket in judged.unsent}
    for bracket in fact.brackets:
        known = next((known for s, here in sent if (known := s.why_known(bracket, here=here))), None)
        if bracket.path in declined or before.phase is Phase.SKIPPED:
            known = replace(known or LeftOut(bracket.path, Why.DECLINED), why=Why.DECLINED)
        why[bracket.path] = known or LeftOut(bracket.path, Why.COPY)
    return tuple(_of_sent(why, path) for path in why if path not in names)


def part_of(whole: f.Locked, judged: Judged, orders: Sequence[Order]) -> f.Locked:
    """The shoot with only its new photos. The first order of a folder lists the known ones as left out.

    ``orders`` are the other orders of its folder. The doubt about the shoot is not kept: it may concern other photos.
    """
    known = () if orders else known_again(whole, judged, ())
    return f.Locked(judged.new, tuple(one.path for one in known), whole.why, known)


def _of_sent(why: Mapping[str, LeftOut], path: str) -> LeftOut:
    """Why a file is not sent. ``of`` names the file that was sent, even if the direct match is another unsent file."""
    one = why[path]
    of = why.get(one.of) if one.of is not None else None
    return one if of is None or of.of in (None, path) else replace(one, of=of.of, shoot=of.shoot)


def may_follow(judged: Judged, before: Order, now: float, late_files: str, *, here: bool, dev_mode: bool) -> str | None:
    """Why photos that arrived late for the order ``before`` must be approved; None if they are sent at once.

    Photos of the same visit are sent at once: they arrive soon after the lock, or were made before it, unlike an
    editor's exports. ``here``: they are in the folder of that order, not in another folder beside copies of sent
    photos. They wait while other late photos of the shoot wait for approval, and if a person cancelled half of the
    shoot.
    """
    names, declined = names_of([bracket.path for bracket in judged.new]), len(judged.declined)
    those = "`bracketd approve` sends those, `bracketd submit --again` all of them"
    if was_declined(before):
        known = f"{declined} of its photos are those of “{before.source.shoot}”, which a person cancelled"
        return f"{known}. {len(judged.new)} more: {names}. {those}"
    if not here:
        cancelled = f"a person cancelled {declined} others; " if declined else ""
        known = f"{judged.known} of its photos were sent as “{before.source.shoot}”; {cancelled}"
        return f"{known}{len(judged.new)} were not: {names}. {those}"
    came = f"{len(judged.new)} photo(s) came after the shoot was locked: {names}"
    if declined and declined >= judged.known + len(judged.new):
        return f"{came}. A person cancelled {declined} others of the shoot. {those}"
    if before.phase is Phase.HELD and before.source.supplement_of is not None:
        return f"{came}. Others that came before them wait for approval. `bracketd approve` sends them as a supplement"
    if before.preset.dev_mode and not dev_mode:
        return f"{came}, in dev mode. `bracketd approve` sends these for real, `bracketd submit --again` all of them"
    if late_files == "hold":
        return f"{came}. `bracketd approve` sends them as a supplement"
    if judged.unread:
        return (
            f"{came}. {names_of(judged.unread)} may duplicate photos already sent: the names match, and the files have "
            "no capture time. `bracketd approve` sends them as a supplement"
        )
    made_after = any(bracket.mtime_ns / 1e9 > before.times.created_at for bracket in judged.new)
    if made_after and now - before.times.created_at > LATELY:
        return f"{came}, and were made after it. `bracketd approve` sends them as a supplement"
    return None
