"""Rules from the locked shoot to the last stored bracket."""

from __future__ import annotations

from dataclasses import replace

from daemon.order import answers
from daemon.order import facts as f
from daemon.order.bracket import Bracket
from daemon.order.changes import awaited, forward, held, mismatched, progress, wait, with_bracket
from daemon.order.due import time_is_doubtful
from daemon.order.merge import MergeState
from daemon.order.naming import names_of
from daemon.order.order import Order
from daemon.order.phase import RESTING, Phase
from daemon.order.plan import with_note
from daemon.order.policy import Policy, register_wait, slot_wait
from daemon.order.problem import Code, Trouble
from daemon.order.source import part_name
from daemon.shoot.shot import UNKNOWN


def moved(order: Order, fact: f.Moved, _now: float, _policy: Policy) -> Order:
    """Record that the shoot's folder was renamed or moved. The output folder stays the same."""
    if order.phase in RESTING or order.source.folder == fact.folder:
        return order
    shoot = part_name(fact.shoot, order.source.part)
    return replace(order, source=replace(order.source, shoot=shoot, folder=fact.folder))


def created(order: Order, _fact: f.Created, now: float, _policy: Policy) -> Order:
    """Record that the order exists at the service."""
    if order.uploads.created or order.phase in RESTING:
        return order
    return progress(replace(order, uploads=replace(order.uploads, created=True)), now)


def registered(order: Order, fact: f.Registered, now: float, policy: Policy) -> Order:
    """Record a bracket's upload URL. The order is now uploading.

    A new URL for a bracket that was refused does not count as progress: the back-off lasts until bytes are stored.
    """
    bracket = awaited(order, fact.bracket, fact.attempt)
    if bracket is None or bracket.registered:
        return order
    if wrong := answers.is_taken(order, fact.bracket, fact.service_id):
        return slot_lost(
            order, f.SlotLost(fact.bracket, fact.attempt, str(wrong), mismatch=wrong.mismatch), now, policy
        )
    order = forward(order, Phase.UPLOADING)
    place = replace(bracket, service_id=fact.service_id, url=fact.url, content_type=fact.content_type)
    place = replace(place, unreadable_since=None)
    order = with_bracket(order, fact.bracket, place)
    if bracket.attempt == 0:
        return progress(order, now)
    return order if order.due is not None and order.due > now else replace(order, due=now)


def stored(order: Order, fact: f.Stored, now: float, _policy: Policy) -> Order:
    """Record that the service has a bracket's bytes."""
    bracket = awaited(order, fact.bracket, fact.attempt)
    if bracket is None or bracket.stored or not bracket.registered:
        return order
    there = replace(bracket, stored_at=now, failures=0, sha256=fact.sha256, refusals=0, refused=None)
    there = replace(there, unreadable_since=None)
    if fact.ctime_ns is not None:
        there = replace(there, ctime_ns=fact.ctime_ns)
    order = replace(order, uploads=replace(order.uploads, refusals=0))
    return progress(with_bracket(order, fact.bracket, there), now)


def slot_lost(order: Order, fact: f.SlotLost, now: float, policy: Policy) -> Order:
    """Register a bracket again whose registration cannot be used.

    If only the answer was lost, this happens at once the first time, and then with back-off. If the service or storage
    refused it, the wait grows with each refusal in a row until the order is held for a person.
    """
    bracket = awaited(order, fact.bracket, fact.attempt)
    if bracket is None:
        return order
    failed = replace(bracket, failures=bracket.failures + 1)
    if fact.cause is not f.Lost.UNHEARD:
        return _refused(order, fact, failed, now, policy)
    again = unregister(order, fact.bracket, failed)
    if fact.mismatch is not None:
        return mismatched(again, fact.mismatch, fact.why, now, policy, times=bracket.failures + 1)
    if bracket.failures == 0:
        return progress(again, now)
    return wait(again, Trouble(Code.SERVICE, fact.why), now, register_wait(policy, order.id, bracket.failures))


def _refused(order: Order, fact: f.SlotLost, bracket: Bracket, now: float, policy: Policy) -> Order:
    """Back off after a refusal, and hold the order after too many in a row, for one bracket or for whole rounds.

    Refusals that arrive while the order is already waiting after a refusal count as part of the same round.
    """
    waits = bool(order.troubles) and order.due is not None and order.due > now
    rounds = order.uploads.refusals if waits else order.uploads.refusals + 1
    bracket = replace(bracket, refusals=bracket.refusals + 1, refused=fact.said or fact.why)
    tries = max(rounds, bracket.refusals)
    order = unregister(order, fact.bracket, bracket)
    order = replace(order, uploads=replace(order.uploads, refusals=rounds))
    if tries >= policy.slot_tries:
        return held(order, Trouble(Code.STORAGE_REFUSED, _refused_too_often(bracket, fact, tries)))
    return wait(order, Trouble(Code.STORAGE_REFUSED, fact.why), now, slot_wait(policy, order.id, tries))


def _refused_too_often(bracket: Bracket, fact: f.SlotLost, tries: int) -> str:
    if fact.cause is f.Lost.TAKEN:
        what = f"the service refused to register {bracket.path} because its id is already in use"
        remedy = "Ask the vendor about this order"
    else:
        what = f"storage refused {bracket.path}"
        remedy = "Check this machine's clock and its proxy settings, and ask the vendor if both are correct"
    return (
        f"{what}. bracketd tried {tries} times in a row; the last answer was: {bracket.refused}. "
        f"Nothing was merged or paid for. {remedy}. `bracketd retry` then sends the rest."
    )


def changed(order: Order, fact: f.Changed, now: float, policy: Policy) -> Order:
    """Resend a file that changed since the lock or its upload, once it has been unchanged for a while."""
    bracket = awaited(order, fact.bracket, fact.attempt)
    if bracket is None or _is_unchanged(bracket, fact):
        return order
    ctime_ns = bracket.ctime_ns if fact.ctime_ns is None else fact.ctime_ns
    new = replace(bracket, size=fact.size, mtime_ns=fact.mtime_ns, inode=fact.inode, ctime_ns=ctime_ns)
    new = replace(new, mark="", sha256=None, shot=UNKNOWN)
    why = (
        f"{bracket.path} changed after the shoot was locked; bracketd sends it again once it has not changed "
        f"for {policy.quiet:.0f} s"
    )
    return replace(
        send_again(order, fact.bracket, new),
        troubles=(Trouble(Code.FILE_CHANGED, why),),
        due=now + policy.quiet,
    )


def _is_unchanged(bracket: Bracket, fact: f.Changed) -> bool:
    same = (bracket.size, bracket.mtime_ns, bracket.inode) == (fact.size, fact.mtime_ns, fact.inode)
    return same and fact.ctime_ns in (None, bracket.ctime_ns)


def same_content(order: Order, fact: f.SameContent, now: float, _policy: Policy) -> Order:
    """Record the new ctime of files that still have the content that was sent, so that they are not read again.

    If the merge's intent is recorded, the merge step found this before its request, so the merge was not requested.
    """
    brackets = list(order.brackets)
    for number, rereads, ctime_ns in fact.seen:
        if brackets[number].rereads == rereads:
            brackets[number] = replace(brackets[number], ctime_ns=ctime_ns, rereads=rereads + 1)
    if tuple(brackets) == order.brackets or order.phase in RESTING:
        return order
    order = replace(order, brackets=tuple(brackets))
    if order.merge.state is MergeState.ASKED:
        order = replace(order, merge=order.merge.taken_back())
    return progress(order, now)


def discarded(order: Order, fact: f.Discarded, now: float, _policy: Policy) -> Order:
    """Record that an unused registration was deleted."""
    if fact.registration not in order.uploads.discards or order.phase in RESTING:
        return order
    return progress(replace(order, uploads=order.uploads.without(fact.registration)), now)


def confirmed(order: Order, fact: f.Confirmed, now: float, policy: Policy) -> Order:
    """Move to ``uploaded`` if every bracket is stored, none is missing, and no unused registration is left.

    Missing brackets are sent again after ``Policy.confirm_wait``.
    """
    stored = all(order.brackets[n].stored for n in order.sent)
    if order.phase is not Phase.UPLOADING or not stored or order.uploads.discards:
        return order
    missing = tuple(number for number in order.sent if number in fact.missing)
    if not missing:
        return progress(forward(order, Phase.UPLOADED), now)
    last = max(order.brackets[n].stored_at or now for n in missing)
    if order.tries.polls < policy.doubted_looks and time_is_doubtful(order, last, now, policy.confirm_wait):
        tries = replace(order.tries, polls=order.tries.polls + 1)
        order, last = replace(_stored_now(order, missing, now), tries=tries), now
    if now - last < policy.confirm_wait:
        return replace(order, due=now + policy.confirm_every)
    unseen = order.uploads.unseen + 1
    if unseen >= policy.slot_tries:
        return held(order, Trouble(Code.NOT_SHOWN, _never_seen(order, missing, unseen)))
    for number in missing:
        order = send_again(order, number, order.brackets[number])
    why = f"the service does not show {len(missing)} of the uploaded brackets; bracketd sends them again"
    order = replace(order, uploads=replace(order.uploads, unseen=unseen))
    return wait(order, Trouble(Code.NOT_SHOWN, why), now, slot_wait(policy, order.id, unseen))


def _never_seen(order: Order, missing: tuple[int, ...], tries: int) -> str:
    names = names_of([order.brackets[number].path for number in missing])
    return (
        f"the service accepted {len(missing)} bracket(s) {tries} times but does not show them: {names}. Nothing was "
        "merged or paid for. Ask the vendor about this order; `bracketd retry` checks again."
    )


def _stored_now(order: Order, missing: tuple[int, ...], now: float) -> Order:
    """Restart the wait for the service to show these brackets, because the clock was set since they were stored."""
    for number in missing:
        order = with_bracket(order, number, replace(order.brackets[number], stored_at=now))
    return order


def go_without(order: Order, number: int, why: str) -> Order:
    """Leave out a bracket whose file is bad. Its registration is deleted, even if the answer to it never arrived."""
    order = unregister(order, number, order.brackets[number])
    bracket = order.brackets[number]
    left = replace(bracket, left_out=why)
    without = with_bracket(order, number, left)
    return with_note(replace(without, notes=(*order.notes, f"{bracket.path} is left out: {why}")))


def send_again(order: Order, number: int, bracket: Bracket) -> Order:
    """Have a bracket's bytes sent again, in place of those that were sent before.

    The brackets flow cannot delete a registration, and uploading to a second one would add an exposure to the image. So
    that flow reuses the same URL, which replaces the earlier bytes.
    """
    if order.flow == "brackets" and bracket.registered:
        return with_bracket(order, number, replace(bracket, attempt=bracket.attempt + 1, stored_at=None))
    return unregister(order, number, bracket)


def unregister(order: Order, number: int, bracket: Bracket) -> Order:
    """Give a bracket a new registration, and schedule the deletion of the old one.

    This works even if the answer to the old one never arrived, because bracketd chooses the id.
    """
    used = bracket.service_id or order.registration(number)
    fresh = replace(bracket, attempt=bracket.attempt + 1, service_id=None, url=None, content_type=None, stored_at=None)
    return replace(with_bracket(order, number, fresh), uploads=order.uploads.discarding(used))
