"""Rules for a state that is behind reality: restored from an older copy, or one of two that do the same work.

What it does not know may have been sent, merged and paid for. So an order goes on from where it really is, and what
another order seems to have done waits for a person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from daemon.order import steps
from daemon.order.again import Again, compare
from daemon.order.changes import held
from daemon.order.found import FoundDelivered, FoundElsewhere, FoundMerged, Note
from daemon.order.hold import Hold
from daemon.order.model import Bracket, ImageState, MergeState, Order, Phase
from daemon.order.naming import name_at_service, names_of
from daemon.order.policy import Policy
from daemon.order.problem import Code, Trouble

ATTEMPTS = 9
"""Registrations that a bracket may have had when nobody knows how many it had."""

OVER = (Phase.DOWNLOADED, Phase.SKIPPED, Phase.CANCELLED)


def found_delivered(order: Order, fact: FoundDelivered, now: float, _policy: Policy) -> Order:
    """An order was delivered if its pictures confirm the note; otherwise a person is asked."""
    if order.phase in OVER or order.unknown_order == order.id:
        return order
    if fact.missing or not any(image.state is ImageState.PLACED for image in fact.images):
        return replace(
            held(order, Trouble(Code.MAYBE_DELIVERED_BEFORE, _unconfirmed(fact)), Hold.DELIVERED),
            unknown_order=order.id,
        )
    return replace(
        order,
        phase=Phase.DOWNLOADED,
        created=True,
        brackets=_as_sent(order.brackets, fact.brackets, now),
        images=fact.images,
        discards=(),
        reckoned=True,
        merge=MergeState.SEEN,
        failures=0,
        troubles=(),
        due=None,
    )


def found_merged(order: Order, fact: FoundMerged, now: float, _policy: Policy) -> Order:
    """An order that the service has merged is only looked at from now on."""
    if order.phase in OVER or order.merge not in (MergeState.NOT_ASKED, MergeState.ASKED):
        return order
    return as_merged(order, now, merging=fact.merging)


def found_elsewhere(order: Order, fact: FoundElsewhere, _now: float, _policy: Policy) -> Order:
    """Photos that another order seems to have sent wait for a person, unless pictures of them were bought already."""
    bought = any(image.fetched_at is not None for image in order.images)
    if order.phase in OVER or bought or order.unknown_order == fact.order:
        return order
    merged = order.merge is not MergeState.NOT_ASKED
    trouble = Trouble(Code.MAYBE_SENT_BEFORE, _elsewhere(fact, merged=merged))
    return replace(held(order, trouble, Hold.UNKNOWN_ORDER), unknown_order=fact.order)


def asks_note(order: Order, *, looked: bool) -> bool:
    """True if the delivery note of an order of an earlier run counts: no person has approved the order since.

    ``looked``: it was looked up in this run.
    """
    return not looked and order.unknown_order != order.id


def asks_service(order: Order, step: steps.Step, *, looked: bool) -> bool:
    """True if the service is asked whether it has merged an order of an earlier run.

    It is always asked before a merge. No approval changes that: what is merged is paid for once.
    """
    return isinstance(step, steps.Merge) or (not looked and order.merge is MergeState.NOT_ASKED)


def as_merged(order: Order, now: float, *, merging: bool) -> Order:
    """An order as one that the service has merged: its merge counts as seen, so that no other is ever asked for."""
    sent = frozenset(order.sent)
    brackets = (
        replace(bracket, stored_at=bracket.stored_at or now, attempt=max(bracket.attempt, ATTEMPTS))
        if number in sent
        else bracket
        for number, bracket in enumerate(order.brackets)
    )
    return replace(
        order,
        phase=Phase.MERGING if merging else Phase.PROCESSING,
        held_in=None,
        hold=None,
        created=True,
        brackets=tuple(brackets),
        discards=(),
        merge=MergeState.SEEN,
        merge_asked_at=now,
        polls=0,
        failures=0,
        troubles=(),
        due=now,
        updated_at=now,
    )


def _as_sent(brackets: Iterable[Bracket], told: Iterable[Bracket], now: float) -> tuple[Bracket, ...]:
    """Brackets with what a note tells of their bytes."""
    sent = {bracket.path: bracket for bracket in told}
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
    """Ids of everything that was ever registered for an order's brackets, or may have been: none is a result."""
    generous = replace(order, brackets=tuple(replace(b, attempt=max(b.attempt, ATTEMPTS)) for b in order.brackets))
    return generous.registrations | {bracket.service_id for bracket in order.brackets}


def delivered_as(
    folder: str, outputs: Collection[str], brackets: Sequence[Bracket], notes: Iterable[Note]
) -> Note | None:
    """The first of some delivery notes that seems to be of this shoot.

    ``notes`` are of orders that the state does not know; ``outputs`` are the folders that the shoot's pictures would
    come into. One mention of a folder is enough: nothing is lost by asking a person.
    """
    for note in notes:
        if note.order.folder == folder or note.order.output in outputs or note.folder in outputs:
            return note
        if compare("", brackets, (note.order,)).again in (Again.SAME, Again.MORE):
            return note
    return None


def named_alike(shoot: str, brackets: Iterable[Bracket], names: frozenset[str]) -> bool:
    """Whether photos would bear names at the service that an order there has: ``names``, without their tags."""
    return any(name_at_service(shoot, bracket.path, "") in names for bracket in brackets)


def _elsewhere(fact: FoundElsewhere, *, merged: bool) -> str:
    which, nothing = f"order {fact.order[:8]}", "bought" if merged else "sent"
    otherwise = "" if merged else ", `bracketd cancel` leaves it alone"
    if fact.doubtful:
        return (
            f"{fact.note} says that this shoot was delivered, as {which}, and neither its pictures nor the service "
            f"confirm that. Nothing was {nothing}. `bracketd approve` sends and buys the shoot{otherwise}. If its "
            "pictures are elsewhere, put them back beside the note and run `bracketd doctor --recover` again"
        )
    where = f"{fact.note} says that this shoot was delivered" if fact.note else "the service has an order of this shoot"
    return (
        f"{where}, as {which}, which is not in bracketd's state. The state is older than that order, or a second "
        f"bracketd works with a state of its own. Nothing was {nothing}. To take the order up, stop bracketd and run "
        f"`bracketd doctor --recover`. `bracketd approve` buys the shoot all the same{otherwise}"
    )


def _unconfirmed(fact: FoundDelivered) -> str:
    which = f"pictures are missing or changed: {names_of(fact.missing)}" if fact.missing else "it names no picture"
    return (
        f"{fact.note} says that this order was delivered, but {which}. Nothing more was bought. Put the pictures back "
        "and use `bracketd retry`, or use `bracketd approve` to download them again"
    )
