"""Rules for an outdated state: one restored from an older copy, or used while a second bracketd has its own state.

Orders that the state does not know may have been sent, merged and paid for. An order therefore resumes from its actual
phase, and a shoot that another order may have sent is held for a person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from daemon.order import steps
from daemon.order.again import Again, compare
from daemon.order.bracket import Bracket
from daemon.order.changes import held
from daemon.order.found import FoundDelivered, FoundElsewhere, FoundMerged, Note
from daemon.order.hold import HoldKind
from daemon.order.image import ImageState
from daemon.order.merge import MergeState
from daemon.order.naming import name_at_service, names_of
from daemon.order.order import Order
from daemon.order.phase import Phase
from daemon.order.policy import Policy
from daemon.order.problem import Code, Trouble
from daemon.order.purchase import LimitCheck

ATTEMPTS = 9
"""The number of registrations to assume for a bracket if the actual number is unknown."""

OVER = (Phase.DOWNLOADED, Phase.SKIPPED, Phase.CANCELLED)


def found_delivered(order: Order, fact: FoundDelivered, now: float, _policy: Policy) -> Order:
    """Mark an order as delivered if its pictures confirm its delivery note; otherwise hold it."""
    if order.phase in OVER or order.source.unknown_order == order.id:
        return order
    if fact.missing or not any(image.state is ImageState.PLACED for image in fact.images):
        after = held(order, Trouble(Code.MAYBE_DELIVERED_BEFORE, _unconfirmed(fact)), HoldKind.DELIVERED)
        return replace(after, source=replace(order.source, unknown_order=order.id))
    return replace(
        order,
        standing=Phase.DOWNLOADED,
        uploads=replace(order.uploads, created=True, discards=()),
        brackets=_as_sent(order.brackets, fact.brackets, now),
        images=fact.images,
        purchase=replace(order.purchase, check=LimitCheck.WITHIN),
        merge=replace(order.merge, state=MergeState.SEEN),
        tries=replace(order.tries, failures=0),
        troubles=(),
        due=None,
    )


def found_merged(order: Order, fact: FoundMerged, now: float, _policy: Policy) -> Order:
    """Continue an order that the service has already merged, without another upload or merge."""
    if order.phase in OVER or order.merge.state not in (MergeState.NOT_ASKED, MergeState.ASKED):
        return order
    return as_merged(order, now, merging=fact.merging)


def found_elsewhere(order: Order, fact: FoundElsewhere, _now: float, _policy: Policy) -> Order:
    """Hold an order whose photos another order may have sent, unless images of it were bought already."""
    bought = any(image.fetched_at is not None for image in order.images)
    if order.phase in OVER or bought or order.source.unknown_order == fact.order:
        return order
    merged = order.merge.requested
    trouble = Trouble(Code.MAYBE_SENT_BEFORE, _elsewhere(fact, merged=merged))
    after = held(order, trouble, HoldKind.UNKNOWN_ORDER)
    return replace(after, source=replace(order.source, unknown_order=fact.order))


def asks_note(order: Order, *, looked: bool) -> bool:
    """True if the delivery note of an order from an earlier run must be read: nobody has approved the order since.

    ``looked``: the order was looked up in this run.
    """
    return not looked and order.source.unknown_order != order.id


def asks_service(order: Order, step: steps.Step, *, looked: bool) -> bool:
    """True if the service must be asked whether it has merged an order from an earlier run.

    It is always asked before a merge. An approval does not change that, because a second merge would be paid for again.
    """
    return isinstance(step, steps.Merge) or (not looked and not order.merge.requested)


def as_merged(order: Order, now: float, *, merging: bool) -> Order:
    """The order as merged by the service. Its merge counts as seen, so a second one is never requested."""
    sent = frozenset(order.sent)
    brackets = (
        replace(bracket, stored_at=bracket.stored_at or now, attempt=max(bracket.attempt, ATTEMPTS))
        if number in sent
        else bracket
        for number, bracket in enumerate(order.brackets)
    )
    return replace(
        order,
        standing=Phase.MERGING if merging else Phase.PROCESSING,
        uploads=replace(order.uploads, created=True, discards=()),
        brackets=tuple(brackets),
        merge=replace(order.merge, state=MergeState.SEEN, asked_at=now),
        tries=replace(order.tries, polls=0, failures=0),
        troubles=(),
        due=now,
        times=replace(order.times, updated_at=now),
    )


def _as_sent(brackets: Iterable[Bracket], in_note: Iterable[Bracket], now: float) -> tuple[Bracket, ...]:
    """The brackets, with the content marks and hashes from a delivery note."""
    sent = {bracket.path: bracket for bracket in in_note}
    known = ((bracket, sent.get(bracket.path, bracket)) for bracket in brackets)
    return tuple(
        replace(
            bracket,
            stored_at=bracket.stored_at or now,
            mark=bracket.mark or note.mark,
            sha256=note.sha256,
            left_out=note.left_out,
        )
        for bracket, note in known
    )


def inputs(order: Order) -> frozenset[str | None]:
    """All ids that were or may have been registered for an order's brackets. An image with such an id is an input."""
    generous = replace(order, brackets=tuple(replace(b, attempt=max(b.attempt, ATTEMPTS)) for b in order.brackets))
    return generous.registrations | {bracket.service_id for bracket in order.brackets}


def delivered_as(
    folder: str, outputs: Collection[str], brackets: Sequence[Bracket], notes: Iterable[Note]
) -> Note | None:
    """The first delivery note that may belong to this shoot; None if there is none.

    ``notes`` are of orders that the state does not know. ``outputs`` are the folders that the shoot's pictures would
    go to. One matching folder is enough, because a wrong match only asks a person.
    """
    for note in notes:
        if note.order.source.folder == folder or note.order.source.output in outputs or note.folder in outputs:
            return note
        if compare("", brackets, (note.order,)).again in (Again.SAME, Again.MORE):
            return note
    return None


def named_alike(shoot: str, brackets: Iterable[Bracket], names: frozenset[str]) -> bool:
    """True if any photo's name at the service would be in ``names`` (an order's names there, without tags)."""
    return any(name_at_service(shoot, bracket.path, "") in names for bracket in brackets)


def _elsewhere(fact: FoundElsewhere, *, merged: bool) -> str:
    which, nothing = f"order {fact.order[:8]}", "bought" if merged else "sent"
    otherwise = "" if merged else "; `bracketd cancel` skips it"
    if fact.doubtful:
        return (
            f"{fact.note} says that this shoot was delivered as {which}, but neither its pictures nor the service "
            f"confirm that. Nothing was {nothing}. `bracketd approve` sends and buys the shoot{otherwise}. If its "
            "pictures are elsewhere, put them back beside the note and run `bracketd doctor --recover` again"
        )
    where = f"{fact.note} says that this shoot was delivered" if fact.note else "the service has an order of this shoot"
    return (
        f"{where}, as {which}, which is not in bracketd's state. Either the state is out of date, or another bracketd "
        f"uses the same folders or account. Nothing was {nothing}. To import that order, stop bracketd and run "
        f"`bracketd doctor --recover`. `bracketd approve` buys the shoot anyway{otherwise}"
    )


def _unconfirmed(fact: FoundDelivered) -> str:
    which = f"pictures are missing or changed: {names_of(fact.missing)}" if fact.missing else "it names no picture"
    return (
        f"{fact.note} says that this order was delivered, but {which}. Nothing more was bought. Put the pictures back "
        "and use `bracketd retry`, or use `bracketd approve` to download them again"
    )
