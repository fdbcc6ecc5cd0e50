"""Rules from the locked shoot to the last stored bracket."""

from __future__ import annotations

from dataclasses import replace

from daemon.order import answers, pictures
from daemon.order import facts as f
from daemon.order.changes import awaited, back_off, forward, mismatched, progress, with_bracket
from daemon.order.model import RESTING, Bracket, Order, Phase
from daemon.order.policy import Policy


def moved(order: Order, fact: f.Moved, _now: float, _policy: Policy) -> Order:
    """An order keeps its shoot under another name; its pictures go where they were promised."""
    if order.phase in RESTING or order.folder == fact.folder:
        return order
    return replace(order, shoot=fact.shoot, folder=fact.folder)


def created(order: Order, _fact: f.Created, now: float, _policy: Policy) -> Order:
    """The order exists at the service."""
    return order if order.created or order.phase in RESTING else progress(replace(order, created=True), now)


def registered(order: Order, fact: f.Registered, now: float, policy: Policy) -> Order:
    """A bracket has a place of its own; the order is under way."""
    bracket = awaited(order, fact.bracket, fact.attempt)
    if bracket is None or bracket.registered:
        return order
    if wrong := answers.is_taken(order, fact.bracket, fact.service_id):
        return slot_lost(order, f.SlotLost(fact.bracket, fact.attempt, str(wrong), wrong.mismatch), now, policy)
    order = forward(order, Phase.UPLOADING)
    place = replace(bracket, service_id=fact.service_id, url=fact.url, content_type=fact.content_type)
    return progress(with_bracket(order, fact.bracket, place), now)


def stored(order: Order, fact: f.Stored, now: float, _policy: Policy) -> Order:
    """A bracket is at the service."""
    bracket = awaited(order, fact.bracket, fact.attempt)
    if bracket is None or bracket.stored or not bracket.registered:
        return order
    width, height = pictures.plausible(fact.pixels)
    there = replace(bracket, stored_at=now, failures=0, sha256=fact.sha256, width=width, height=height)
    return progress(with_bracket(order, fact.bracket, there), now)


def slot_lost(order: Order, fact: f.SlotLost, now: float, policy: Policy) -> Order:
    """A registration is of no use: at once a fresh one, and with back-off if that is lost too."""
    bracket = awaited(order, fact.bracket, fact.attempt)
    if bracket is None:
        return order
    again = unregister(order, fact.bracket, replace(bracket, failures=bracket.failures + 1))
    if fact.mismatch is not None:
        return mismatched(again, fact.mismatch, fact.why, now, policy, times=bracket.failures + 1)
    if bracket.failures == 0:
        return progress(again, now)
    return back_off(again, fact.why, now, policy)


def changed(order: Order, fact: f.Changed, now: float, policy: Policy) -> Order:
    """A file is not the one that was locked: nothing of it counts, and it must be still again first."""
    bracket = awaited(order, fact.bracket, fact.attempt)
    if bracket is None or (bracket.size, bracket.mtime_ns, bracket.inode) == (fact.size, fact.mtime_ns, fact.inode):
        return order
    new = replace(bracket, size=fact.size, mtime_ns=fact.mtime_ns, inode=fact.inode, mark="")
    return replace(
        send_anew(order, fact.bracket, new),
        trouble=f"{bracket.path} changed after the shoot was locked; it is sent anew once it has been still "
        f"for {policy.quiet:.0f} s",
        due=now + policy.quiet,
    )


def discarded(order: Order, fact: f.Discarded, now: float, _policy: Policy) -> Order:
    """An unused registration is gone."""
    if fact.registration not in order.discards or order.phase in RESTING:
        return order
    left = tuple(registration for registration in order.discards if registration != fact.registration)
    return progress(replace(order, discards=left), now)


def confirmed(order: Order, fact: f.Confirmed, now: float, policy: Policy) -> Order:
    """The only way to ``uploaded``: every bracket stored, none missing, no unused registration left."""
    if order.phase is not Phase.UPLOADING or not all(order.brackets[n].stored for n in order.sent) or order.discards:
        return order
    missing = tuple(number for number in order.sent if number in fact.missing)
    if not missing:
        return progress(forward(order, Phase.UPLOADED), now)
    last = max(order.brackets[n].stored_at or now for n in order.sent)
    if now - last < policy.confirm_wait:
        return replace(order, due=now + policy.confirm_every)
    for number in missing:
        order = send_anew(order, number, order.brackets[number])
    why = f"the service does not show {len(missing)} of the uploaded brackets; they are sent anew"
    return back_off(order, why, now, policy)


def go_without(order: Order, number: int, why: str) -> Order:
    """The order goes on without a bracket whose file is bad; its registration is taken back, also one not heard of."""
    order = unregister(order, number, order.brackets[number])
    bracket = order.brackets[number]
    left = replace(bracket, left_out=why)
    return replace(with_bracket(order, number, left), notes=(*order.notes, f"goes without {bracket.path}: {why}"))


def send_anew(order: Order, number: int, bracket: Bracket) -> Order:
    """Have a bracket's bytes sent again, in place of those that were.

    The brackets flow cannot take a registration back, and two with bytes would be two exposures of one image. There
    the same place is used once more, which replaces what lies in it.
    """
    if order.flow == "brackets" and bracket.registered:
        return with_bracket(order, number, replace(bracket, attempt=bracket.attempt + 1, stored_at=None))
    return unregister(order, number, bracket)


def unregister(order: Order, number: int, bracket: Bracket) -> Order:
    """Give a bracket a fresh registration, and see to it that the old one is deleted.

    Also one whose answer never came: the id is ours, so it can be deleted without having been seen.
    """
    used = bracket.service_id or order.registration(number)
    discards = order.discards if used in order.discards else (*order.discards, used)
    fresh = replace(bracket, attempt=bracket.attempt + 1, service_id=None, url=None, content_type=None, stored_at=None)
    return replace(with_bracket(order, number, fresh), discards=discards)
