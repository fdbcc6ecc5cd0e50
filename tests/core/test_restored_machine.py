"""The order machine, with older copies of the state restored after the merge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase as Stage
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from daemon.order import RESTING, MergeState, Order, Phase, facts, steps
from daemon.order import behind as rules
from daemon.order.found import FoundDelivered, FoundMerged
from tests.core.machine import OrderMachine
from tests.core.test_order_machine import EFFORT
from tests.core.world import World

pytestmark = pytest.mark.long

LATER = 100.0
"""Seconds until the service shows a merge."""


class RestoredWorld(World):
    """A world that looks up an order of an older state before each step, as ``daemon.resuming`` does."""

    asks_service: Any = rules.asks_service
    resumed = False
    looked = False
    note: FoundDelivered | None = None

    def do(self, of: Order, step: steps.Step, now: float, *, broken: bool = False) -> facts.Fact:
        """Look the order up, and carry out the step if the order is not further than the state says."""
        found = self._looked_up(of, step, now) if self.resumed and not isinstance(step, steps.Deliver) else None
        return super().do(of, step, now, broken=broken) if found is None else found

    def _looked_up(self, of: Order, step: steps.Step, now: float) -> facts.Fact | None:
        found: facts.Fact | None = self.note if rules.asks_note(of, looked=self.looked) else None
        if found is None and self.asks_service(of, step, looked=self.looked):
            seen = super().do(of, steps.Poll(), now)
            assert isinstance(seen, facts.Polled)
            found = FoundMerged(seen.merging) if seen.merging or seen.processing or seen.images else None
        self.looked = self.looked or found is None
        return found


class RestoredMachine(OrderMachine):
    """An order whose state is restored to that before its merge."""

    asks_service: Any = staticmethod(rules.asks_service)
    world: RestoredWorld
    copies: tuple[Order, ...] = ()
    """The order as it was at each moment before its merge: what an older copy of the state may have."""

    def learn(self, fact: facts.Fact) -> None:
        """Apply a fact; the first fact creates the world."""
        if isinstance(fact, facts.Locked):
            self.world = RestoredWorld(self.world.scripts, self.world.limits, self.world.bad, self.world.swapped)
            self.world.asks_service = self.asks_service
        super().learn(fact)
        if self.order.merge.state is MergeState.NOT_ASKED and self.order.phase not in RESTING:
            self.copies = (*self.copies, self.order)

    @precondition(lambda self: not self.world.resumed and self.copies and self.world.merges)
    @rule(data=st.data(), finishes=st.sampled_from([True, True, False]), moved=st.sampled_from([True, True, False]))
    def is_put_in_place(self, data: st.DataObject, *, finishes: bool, moved: bool) -> None:
        """The order continues, perhaps to its end; then the copy is restored, and pictures may be moved away."""
        self._goes_well(80 if finishes else 0)
        if self.order.phase is Phase.CANCELLED:
            return
        older = data.draw(st.sampled_from(self.copies[::-1]))
        done, self.now = self.order, self.now + LATER
        world = RestoredWorld(self.world.scripts, self.world.limits, self.world.bad, self.world.swapped)
        world.made_of = self.world.made_of
        world.registered, world.deleted = self.world.registered, self.world.deleted
        world.merges, world.outputs = self.world.merges, self.world.outputs
        world.asks_service, world.resumed, world.approved = self.asks_service, True, older.purchase.approved
        if done.phase is Phase.DOWNLOADED:
            missing = ("IMG_1.jpg",) if moved else ()
            world.note = FoundDelivered("/out/order.json", done.brackets, done.images, missing)
        if not moved:
            world.placed, world.written = self.world.placed, self.world.written
        self.order, self.world = replace(older, due=self.now), world
        self.past, self.furthest = [], 0

    @precondition(lambda self: self.order.phase is Phase.HELD)
    @rule()
    def is_approved(self) -> None:
        """A person approves a held order."""
        self.learn(facts.Approved())

    def _phases(self, now: Order) -> None:
        if now.phase is Phase.CANCELLED and self.world.resumed:  # before anybody knew of the merge
            assert (self.choose(now), now.due, self.world.paid) == ((), None, set()), "a cancelled order is over"
            return
        super()._phases(now)

    def _undone(self, old: facts.Fact) -> bool:
        return isinstance(old, FoundDelivered | FoundMerged) or super()._undone(old)


def an_approval_hides_the_merge(of: Order, step: steps.Step, *, looked: bool) -> bool:
    """An order that was approved despite its note is not looked up at the service either."""
    return of.source.unknown_order != of.id and rules.asks_service(of, step, looked=looked)


def test_a_planted_fault_is_found() -> None:
    """The planted fault, an approval that hides the merge, causes a second merge."""
    faulty = type("Faulty", (RestoredMachine,), {"asks_service": staticmethod(an_approval_hides_the_merge)})
    with pytest.raises(AssertionError, match=r"one merge an order|a deleted id was used|merged "):
        run_state_machine_as_test(faulty, settings=settings(EFFORT, max_examples=500, phases=[Stage.generate]))


def test_the_promises_hold_for_a_state_that_is_older_than_its_merge() -> None:
    """A merge that an older state does not know is found and never repeated."""
    run_state_machine_as_test(RestoredMachine, settings=settings(EFFORT, max_examples=150))
