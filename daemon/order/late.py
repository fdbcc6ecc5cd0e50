"""Photos that come, or change, after their shoot was locked: what is new, and whether it is sent unasked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from daemon.order import facts as f
from daemon.order.again import Judged, frame_of, key, paths_of, was_declined, was_sent
from daemon.order.model import Bracket, MergeState, Order, Phase, names_of

LATELY = 2 * 3600.0
"""Seconds after the lock in which new photos are the tail of a copy or a sync, whatever their times say."""

Suspects = dict[str, list[tuple[Bracket, str]]]


def changed_since(orders: Sequence[Order], photos: Sequence[Bracket]) -> tuple[tuple[str, ...], Suspects]:
    """Photos of a shoot that none of its orders knows, and those that do not look as they did when they were merged.

    The latter for each order's id, with the SHA-256 of what was sent. What bears the stem of a known frame (a
    RAW's JPEG, a finished picture beside it) is no new photo.
    """
    frames = {frame_of(path) for order in orders for path in paths_of(order)}
    late = tuple(photo.path for photo in photos if frame_of(photo.path) not in frames)
    now = {photo.path: photo for photo in photos}
    suspects: Suspects = {order.id: [] for order in orders}
    for order in orders:
        for bracket in order.brackets if order.merge is not MergeState.NOT_ASKED else ():
            photo = now.get(bracket.path)
            if photo is not None and bracket.sha256 is not None and key(photo) != key(bracket):
                suspects[order.id].append((photo, bracket.sha256))
    return late, suspects


def is_mendable(order: Order) -> bool:
    """Whether a shoot's order is held before its merge: a person may yet send it anew, late photos and all."""
    return order.phase is Phase.HELD and order.merge is MergeState.NOT_ASKED and order.supplement_of is None


def without_sent(fact: f.Locked, others: Sequence[Order]) -> f.Locked:
    """A shoot without the photos that other orders of its folder, supplements say, have sent."""
    sent = {key(bracket) for order in others if was_sent(order) for bracket in order.brackets}
    return replace(fact, brackets=tuple(bracket for bracket in fact.brackets if key(bracket) not in sent))


def known_again(fact: f.Locked, judged: Judged, orders: Sequence[Order]) -> tuple[str, ...]:
    """Photos of a shoot that its orders know by their content, and not by these paths."""
    names = {path for order in orders for path in paths_of(order)} | {bracket.path for bracket in judged.new}
    return tuple(path for path in (*(bracket.path for bracket in fact.brackets), *fact.left_out) if path not in names)


def may_follow(judged: Judged, before: Order, now: float, late_files: str, *, here: bool, dev_mode: bool) -> str | None:
    """Why photos that came late for the order ``before`` wait for a person; None if they are sent at once.

    Sent at once are photos that belong to the visit: they come soon after the lock, or were not made after it, as what
    an editor exports is. ``here``: they lie in the folder of that order, and not, with photos that were sent, in
    another one.
    """
    names = names_of([bracket.path for bracket in judged.new])
    if was_declined(before):
        return (
            f"{judged.known} of its photos are those of “{before.shoot}”, which a person cancelled. "
            f"{len(judged.new)} more: {names}. `bracketd approve` sends those, `bracketd submit --again` all of them"
        )
    if not here:
        return (
            f"{judged.known} of its photos were sent as “{before.shoot}”; {len(judged.new)} were not: {names}. "
            "`bracketd approve` sends those, `bracketd submit --again` all of them"
        )
    told = f"{len(judged.new)} photo(s) came after the shoot was locked: {names}"
    if before.preset.dev_mode and not dev_mode:
        return f"{told}, in dev mode. `bracketd approve` sends these for real, `bracketd submit --again` all of them"
    if late_files == "hold":
        return f"{told}. `bracketd approve` sends them as a supplement"
    made_after = any(bracket.mtime_ns / 1e9 > before.created_at for bracket in judged.new)
    if made_after and now - before.created_at > LATELY:
        return f"{told}, and were made after it. `bracketd approve` sends them as a supplement"
    return None
