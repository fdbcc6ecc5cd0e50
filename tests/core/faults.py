"""Planted faults in the rules, each with the promise that it breaks.

``apply`` faults replace ``evolve``, ``choose`` faults replace ``next_steps``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from daemon.order import ImageState, Merge, Order, Phase, Policy, evolve, facts, next_steps, steps
from daemon.order.facts import Failure
from daemon.order.purchase import LimitCheck, Purchase
from tests.changed import changed
from tests.core.orders import order


def merges_again(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """A merge whose answer was lost counts as not carried out."""
    if isinstance(fact, facts.Failed) and isinstance(fact.step, steps.Merge):
        fact = replace(fact, unsent=True)
    return evolve(of, fact, **how)


def goes_back(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """A failed look sends the order back to its upload."""
    after = evolve(of, fact, **how)
    failed_look = isinstance(fact, facts.Failed) and isinstance(fact.step, steps.Poll)
    return order(len(of.brackets), of.flow) if failed_look else after


def takes_late_answers(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """An answer to an abandoned registration is accepted for the current one."""
    if isinstance(fact, facts.Registered | facts.Stored):
        fact = replace(fact, attempt=of.brackets[fact.bracket].attempt)
    return evolve(of, fact, **how)


def keeps_the_bad_ones_place(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """A bracket is left out, but its registration stays at the service."""
    after = evolve(of, fact, **how)
    bad = isinstance(fact, facts.Failed) and fact.kind is Failure.FILE
    return changed(after, discards=of.uploads.discards) if bad else after


def ignores_the_limit(of: Order, fact: facts.Fact, *, now: float, policy: Policy) -> Order:
    """The ledger is not compared with the limits."""
    return evolve(of, fact, now=now, policy=Policy() if isinstance(fact, facts.Reckoned) else policy)


def buys_what_differs(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """The images are not compared with the plan when they are all processed."""
    if not isinstance(fact, facts.Polled):
        return evolve(of, fact, **how)
    after = evolve(replace(of, preset=replace(of.preset, on_mismatch="never")), fact, **how)
    return replace(after, preset=of.preset)


def ignores_the_look(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """The images are bought whatever they look like."""
    return evolve(of, facts.Inspected(fact.compared) if isinstance(fact, facts.Inspected) else fact, **how)


def buys_without_asking(of: Order) -> tuple[steps.Step, ...]:
    """The previews are skipped, so that nobody is asked."""
    return next_steps(replace(of, preset=replace(of.preset, buy="all", on_mismatch="never")))


def sends_what_is_too_large(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """A shoot that must exceed the limit is sent."""
    return of if isinstance(fact, facts.Locked) else evolve(of, fact, **how)


def reprocesses_for_ever(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """The record that an image was reprocessed is lost."""
    if isinstance(fact, facts.Polled):
        of = replace(of, images=tuple(replace(image, reprocessed_at=None) for image in of.images))
    return evolve(of, fact, **how)


def gives_up_at_the_limit(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """An image that the account's daily limit stopped counts as one that cannot be reprocessed."""
    if isinstance(fact, facts.Polled):
        fact = replace(fact, images=tuple(replace(image, limited=False) for image in fact.images))
    return evolve(of, fact, **how)


def forgets_what_failed(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """A failed image is dropped without a message."""
    after = evolve(of, fact, **how)
    return replace(after, images=tuple(image for image in after.images if image.state is not ImageState.FAILED))


def believes_broken_downloads(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """An interrupted download counts as complete."""
    if isinstance(fact, facts.Failed) and isinstance(fact.step, steps.Fetch) and not fact.unsent:
        fact = facts.Fetched(fact.step.image, 1, "ab", "jpg")
    return evolve(of, fact, **how)


def lets_the_held_go(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """A held order continues when the account is accepted again."""
    return evolve(of, facts.Retried() if isinstance(fact, facts.Resumed) else fact, **how)


def falls_asleep(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """After a temporary failure the order never becomes due again."""
    after = evolve(of, fact, **how)
    return replace(after, due=None) if isinstance(fact, facts.Failed) and fact.kind is Failure.PASSING else after


def cancels_what_was_merged(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """An order is cancelled even if its merge was requested."""
    asked = of.merge
    after = evolve(replace(of, merge=Merge()) if isinstance(fact, facts.Cancelled) else of, fact, **how)
    return replace(after, merge=asked) if isinstance(fact, facts.Cancelled) else after


def forgets_discards(of: Order) -> tuple[steps.Step, ...]:
    """Unused registrations are not deleted."""
    left = tuple(step for step in next_steps(of) if not isinstance(step, steps.Discard))
    return left or (steps.Confirm(),) if of.phase is Phase.UPLOADING else left


def merges_early(of: Order) -> tuple[steps.Step, ...]:
    """The merge is requested as soon as one bracket is stored."""
    stored = of.phase is Phase.UPLOADING and any(bracket.stored for bracket in of.brackets)
    return (steps.Merge(),) if stored else next_steps(of)


def merges_the_cancelled(of: Order) -> tuple[steps.Step, ...]:
    """A cancelled order continues to its merge."""
    return (steps.Merge(),) if of.phase is Phase.CANCELLED else next_steps(of)


def goes_on_though_held(of: Order) -> tuple[steps.Step, ...]:
    """A held order continues by itself."""
    return next_steps(changed(of, phase=of.stage)) if of.stage else next_steps(of)


def buys_before_reckoning(of: Order) -> tuple[steps.Step, ...]:
    """Images are fetched before the limits are checked."""
    return next_steps(replace(of, purchase=Purchase(LimitCheck.WITHIN)))


def fetches_again(of: Order) -> tuple[steps.Step, ...]:
    """A fetched image is fetched again instead of placed."""
    return tuple(steps.Fetch(step.image) if isinstance(step, steps.PlacePicture) else step for step in next_steps(of))


def delivers_early(of: Order) -> tuple[steps.Step, ...]:
    """The shoot is marked as complete before its pictures are in place."""
    return (steps.Deliver(),) if of.phase is Phase.DOWNLOADING else next_steps(of)


APPLY = [
    (merges_again, "one merge an order|a cancelled order is never merged"),
    (goes_back, "phases only move forward"),
    (takes_late_answers, "a repeated .* changed the order"),
    (keeps_the_bad_ones_place, "merged with a registration"),
    (ignores_the_limit, "bought beyond a limit"),
    (buys_what_differs, "bought images that differ"),
    (ignores_the_look, "bought images that look like other sets"),
    (sends_what_is_too_large, "sent what cannot keep within the limit"),
    (reprocesses_for_ever, "processed again|does not come to its end"),
    (gives_up_at_the_limit, "given up too soon"),
    (forgets_what_failed, "every image is known|processed again more than once|does not come to its end"),
    (believes_broken_downloads, "before the bytes are there"),
    (lets_the_held_go, "goes too far"),
    (falls_asleep, "comes back by itself"),
    (cancels_what_was_merged, "after the merge an order cannot be cancelled"),
]

CHOOSE = [
    (forgets_discards, "merged with a registration|does not come to its end"),
    (merges_early, "merged before every bracket|one merge an order"),
    (merges_the_cancelled, "a cancelled order asks for nothing"),
    (goes_on_though_held, "a held order asks for nothing"),
    (buys_without_asking, "bought what nobody chose"),
    (buys_before_reckoning, "bought before it was reckoned"),
    (fetches_again, "fetched again what was fetched"),
    (delivers_early, "delivered with an image open"),
]

FAULTS: list[tuple[str, Callable[..., Any], str]] = [
    *(("apply", fault, broken) for fault, broken in APPLY),
    *(("choose", fault, broken) for fault, broken in CHOOSE),
]
