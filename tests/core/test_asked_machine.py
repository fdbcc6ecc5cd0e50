"""The order machine, with everything that a person can ask for added to its world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase as Stage
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from daemon.order import (
    LINE,
    RESTING,
    ImageState,
    MergeState,
    Order,
    Phase,
    Verb,
    allowed,
    evolve,
    fact_of,
    facts,
    next_steps,
    steps,
)
from daemon.order.asked import ON_DISK
from daemon.order.facts import Failure
from daemon.order.money import waits_for_tomorrow
from daemon.order.picking import pickable
from tests.changed import changed
from tests.core.machine import OrderMachine
from tests.core.test_order_machine import EFFORT
from tests.core.world import World

pytestmark = pytest.mark.long

ON_ORDERS = (Verb.RETRY, Verb.APPROVE, Verb.APPROVE_ONLY, Verb.CANCEL, Verb.DISMISS)
UNWANTED = (ImageState.DISMISSED, ImageState.NOT_PICKED)
DAY = 86400.0


class AskedWorld(World):
    """A world in which images that a person does not want are not part of a delivered order."""

    def do(self, of: Order, step: steps.Step, now: float, *, broken: bool = False) -> facts.Fact:
        """Carry out a step."""
        wanted = tuple(image for image in of.images if image.state not in UNWANTED)
        of = replace(of, images=wanted) if isinstance(step, steps.Deliver) else of
        return super().do(of, step, now, broken=broken)


class AskedMachine(OrderMachine):
    """An order whose person makes allowed and forbidden requests, in a world with days and nights."""

    dismissed: frozenset[str] = frozenset()
    """Images that a person dismissed, or did not pick."""
    paid_before: frozenset[str] = frozenset()
    """Images that were paid for before that, including those whose download's answer was lost."""

    def learn(self, fact: facts.Fact) -> None:
        """Apply a fact. The ledger knows when the day ends; after a retry the service starts an image again."""
        match fact:
            case facts.Locked():
                self.world = AskedWorld(self.world.scripts, self.world.limits, self.world.bad, self.world.swapped)
            case facts.Reckoned(today, month):
                fact = facts.Reckoned(today, month, (self.now // DAY + 1) * DAY)
            case facts.Approved(only) if only and self.order.phase is Phase.DOWNLOADED:
                self.furthest = LINE.index(Phase.DOWNLOADING)
            case facts.Reopened(images):
                self.furthest = min(self.furthest, LINE.index(Phase.PROCESSING))
                for image in images:
                    self.world.mended.pop(image, None)
                    self.world.heard.discard(image)
        super().learn(fact)
        before, self.dismissed = self.dismissed, frozenset(self._in_state(*UNWANTED))
        self.paid_before |= (self.dismissed - before) & self.world.paid
        assert self.dismissed & self.world.paid <= self.paid_before, "an unwanted image is never bought"

    def _in_state(self, *states: ImageState) -> list[str]:
        return [image.id for image in self.order.images if image.state in states]

    @precondition(lambda self: bool(allowed(self.order) & {*ON_ORDERS}))
    @rule(data=st.data())
    def asks(self, data: st.DataObject) -> None:
        """A person makes an allowed request, which changes the order."""
        before, verb = self.order, data.draw(st.sampled_from(sorted(allowed(self.order) & {*ON_ORDERS})))
        may = pickable(before) if verb is Verb.APPROVE_ONLY else ()
        only = data.draw(st.sets(st.sampled_from(may), min_size=1)) if may else ()
        fact = fact_of(before, verb, only=tuple(only))
        after = self.apply(before, fact, now=self.now, policy=self.policy)
        assert after is not before, f"{verb} is allowed and does nothing"
        if verb is Verb.CANCEL:  # what becomes of a cancelled order is the other rules' matter
            return
        self.learn(fact)
        if verb is Verb.DISMISS:
            on_disk = any(image.state in ON_DISK for image in before.images)
            assert self.order.phase is (Phase.DOWNLOADING if on_disk else Phase.CANCELLED)

    @rule()
    def asks_too_much(self) -> None:
        """A forbidden request that would end or reopen an order has no effect even if it is recorded."""
        every = tuple(image.id for image in self.order.images)
        decisive = {
            Verb.CANCEL: facts.Cancelled("by a person", by_person=True),
            Verb.DISMISS: facts.Dismissed(),
            Verb.RETRY: facts.Reopened(every),
            Verb.APPROVE_ONLY: facts.Approved(every or ("none",)),
            Verb.REGROUP: facts.Regrouped((), "another order"),
        }
        for verb in decisive.keys() - allowed(self.order):
            after = self.apply(self.order, decisive[verb], now=self.now, policy=self.policy)
            assert after is self.order, f"{verb} is not allowed and does something"

    @precondition(lambda self: self.order.phase not in RESTING)
    @rule(dismiss=st.booleans())
    def refused_half_way(self, dismiss: bool) -> None:
        """Everything succeeds until one image is bought and the next is refused; then a person may dismiss the rest."""
        for _ in range(80):
            step = next(iter(self.choose(self.order)), None)
            if step is None:
                return
            if isinstance(step, steps.Fetch) and any(image.state in ON_DISK for image in self.order.images):
                self.learn(facts.Failed(step, Failure.REQUEST, "refused", unsent=True))
                if dismiss and Verb.DISMISS in allowed(self.order):
                    self.learn(facts.Dismissed())
                return
            self.goes_on(step)

    def goes_on(self, step: steps.Step, outcome: str = "done") -> None:
        """Advance the time until the order is due; a new day starts without purchases."""
        day = self.now // DAY
        self.now = max(self.now, self.order.due or self.now)
        if self.now // DAY > day:
            self.world.today = 0
        super().goes_on(step, outcome)

    @precondition(lambda self: waits_for_tomorrow(self.order))
    @rule()
    def night_falls(self) -> None:
        """The next day has room for an order that waited for it."""
        self.now = (self.now // DAY + 1) * DAY
        self.world.today = 0
        self.goes_on(steps.Reckon())
        assert not waits_for_tomorrow(self.order)

    def _phases(self, now: Order) -> None:
        if now.phase is Phase.CANCELLED and now.merge.state is not MergeState.NOT_ASKED:
            assert self.choose(now) == (), "a dismissed order asks for nothing"
            assert now.due is None, "and waits for nothing"
            assert not any(image.state in ON_DISK for image in now.images), "what is bought is delivered"
            return
        super()._phases(now)

    def _undone(self, old: facts.Fact) -> bool:
        stage = self.order.stage or self.order.phase
        if isinstance(old, facts.Reopened | facts.Dismissed | facts.Approved):  # asked twice counts twice
            return True
        if isinstance(old, facts.Delivered):
            return stage is Phase.DOWNLOADING
        if isinstance(old, facts.ImageLost) and self.order.times.reopened_at is not None:
            return True
        return super()._undone(old)

    def delivered(self) -> None:
        """Check that in the end every image is placed, named with its outcome, or dismissed."""
        for image in self.dismissed:
            self.world.outputs.pop(image, None)
        left = tuple(image for image in self.order.images if image.id not in self.dismissed)
        self.order = replace(self.order, images=left)
        super().delivered()


def buys_the_dismissed(of: Order) -> tuple[steps.Step, ...]:
    """Dismissed images are fetched before the rest is delivered."""
    dismissed = (steps.Fetch(i.id) for i in of.images if i.state in UNWANTED)
    return (*dismissed, *next_steps(of)) if of.phase is Phase.DOWNLOADING else next_steps(of)


def retries_what_is_placed(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """A retry of failed images also resets placed images."""
    after = evolve(of, fact, **how)
    again = isinstance(fact, facts.Reopened) and after is not of
    return replace(after, images=tuple(replace(i, state=ImageState.PENDING) for i in after.images)) if again else after


def dismisses_what_is_bought(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """A dismissed order ends even if images were bought."""
    after = evolve(of, fact, **how)
    ends = isinstance(fact, facts.Dismissed) and after is not of
    return changed(after, phase=Phase.CANCELLED, due=None) if ends else after


@pytest.mark.parametrize(
    ("rule", "fault", "broken"),
    [
        (
            "choose",
            buys_the_dismissed,
            "an unwanted image is never bought|fetched again what was|not come to its end|bought before",
        ),
        ("apply", retries_what_is_placed, "fetched again what was fetched"),
        ("apply", dismisses_what_is_bought, "assert <Phase.CANCELLED|what is bought is delivered"),
    ],
)
def test_a_planted_fault_is_found(rule: str, fault: Callable[..., Any], broken: str) -> None:
    """Each planted fault breaks one of the promises."""
    faulty = type("Faulty", (AskedMachine,), {rule: staticmethod(fault)})
    with pytest.raises(AssertionError, match=broken):
        run_state_machine_as_test(faulty, settings=settings(EFFORT, max_examples=1000, phases=[Stage.generate]))


def test_the_promises_hold_whatever_a_person_asks() -> None:
    """An allowed request has an effect, a forbidden one has none, and no dismissed image is ever bought."""
    run_state_machine_as_test(AskedMachine, settings=settings(EFFORT, max_examples=200))
