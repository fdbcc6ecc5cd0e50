"""The rules of an order against a hostile world: lost answers, kills, late and repeated facts, refusals.

``World`` is a model of the service and of the disk. Whatever it does, the promises below hold, and when it stops being
hostile the order comes to its end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Generate
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from daemon.order import LINE, RESTING, FlowName, Order, Phase, evolve, facts, next_steps
from daemon.order.facts import Kind
from tests.core.orders import NOW, POLICY, order

LOOKS = (facts.Failed, facts.SlotLost, facts.Confirmed, facts.Seen, facts.FetchLost, facts.Retried)
"""Facts that tell how things are, or what a person wants: told twice, they count twice."""

OUTCOMES = ("done", "done", "done", "answer lost", "killed after", "killed before", "not sent", "refused for now")


@dataclass
class World:
    """What the service and the disk hold."""

    registered: dict[str, bool] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    merges: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    fetched: dict[str, int] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    on_disk: set[str] = field(default_factory=set)
    placed: list[str] = field(default_factory=list)

    def do(self, of: Order, step: facts.Step, now: float) -> facts.Fact:
        """Carry a step out."""
        match step:
            case facts.Create():
                return facts.Created()
            case facts.Register(n):
                return self._register(of, n)
            case facts.Upload(n):
                bracket = of.brackets[n]
                assert bracket.service_id is not None
                self.registered[bracket.service_id] = True
                return facts.Stored(n, bracket.attempt)
            case facts.Discard(registration):
                self.registered.pop(registration, None)
                self.deleted.add(registration)
                return facts.Discarded(registration)
            case facts.Confirm():
                lacking = [n for n, b in enumerate(of.brackets) if not self.registered.get(b.service_id or "")]
                return facts.Confirmed(tuple(lacking))
            case facts.Merge():
                self._merge(of, now)
                return facts.Merged()
            case facts.Look():
                return self._look(now)
            case facts.Fetch(image):
                self.fetched[image] = self.fetched.get(image, 0) + 1
                self.paid.add(image)
                self.on_disk.add(image)
                return facts.Fetched(image, 3, "ab", "jpg")
            case facts.Place(image):
                if image not in self.on_disk and image not in self.placed:
                    return facts.FetchLost(image)
                self.on_disk.discard(image)
                self.placed += [] if image in self.placed else [image]
                return facts.Placed(image, f"{image}.jpg")
            case facts.Deliver():
                return facts.Delivered()

    def _register(self, of: Order, number: int) -> facts.Fact:
        wanted, attempt = of.registration(number), of.brackets[number].attempt
        if wanted in self.registered:
            return facts.SlotLost(number, attempt, "the service had this registration already")
        if wanted in self.deleted:
            self.wrong.append("a deleted id was used again")
        self.registered[wanted] = False
        return facts.Registered(number, attempt, wanted, "https://storage", "image/jpeg")

    def _merge(self, of: Order, now: float) -> None:
        self.merges.append(now)
        ours = {bracket.service_id for bracket in of.brackets}
        if not all(self.registered.get(i or "") for i in ours):
            self.wrong.append("merged before every bracket was stored")
        if set(self.registered) - ours:
            self.wrong.append("merged with a registration that is none of the order's brackets")

    def _look(self, now: float) -> facts.Fact:
        age = now - self.merges[0] if self.merges else -1.0
        if age < 20:
            return facts.Seen(merging=False, processing=False, images=())
        if age < 60:
            return facts.Seen(merging=True, processing=False, images=())
        seen = facts.SeenImage("a", "a", ended=True), facts.SeenImage("b", "b", ended=None if age < 90 else True)
        return facts.Seen(merging=False, processing=age < 90, images=seen)


class OrderMachine(RuleBasedStateMachine):
    """One order, one world, and whatever Hypothesis thinks of."""

    apply: Any = staticmethod(evolve)
    choose: Any = staticmethod(next_steps)

    @initialize(brackets=st.integers(1, 4), flow=st.sampled_from(["images", "brackets"]))
    def begin(self, brackets: int, flow: FlowName) -> None:
        """A shoot was locked."""
        self.order, self.world, self.now = order(brackets, flow), World(), NOW
        self.past: list[facts.Fact] = []
        self.furthest = 0

    def learn(self, fact: facts.Fact) -> None:
        """A fact comes in; the row is what it makes of the order."""
        self.past.append(fact)
        self.order = self.apply(self.order, fact, now=self.now, policy=POLICY)

    def take(self, step: facts.Step, outcome: str) -> None:
        """Carry a step out, with this outcome."""
        intent = facts.intent(step)
        if intent is not None:
            self.learn(intent)
        if outcome == "killed before":
            return
        if outcome == "not sent":
            self.learn(facts.Failed(step, Kind.PASSING, "no connection", unsent=True))
            return
        if outcome == "refused for now":
            self.learn(facts.Failed(step, Kind.ACCOUNT, "no credits", unsent=True))
            return
        fact = self.world.do(self.order, step, self.now)
        if outcome == "killed after":
            return
        if outcome == "answer lost":
            lost: facts.Fact = facts.Failed(step, Kind.PASSING, "answer lost")
            if isinstance(step, facts.Register):
                lost = facts.SlotLost(step.bracket, self.order.brackets[step.bracket].attempt, "answer lost")
            self.learn(lost)
            return
        self.learn(fact)

    @precondition(lambda self: self.order.phase not in RESTING)
    @rule(data=st.data(), outcome=st.sampled_from(OUTCOMES))
    def step(self, data: st.DataObject, outcome: str) -> None:
        """When the order is due, one of its next steps is taken."""
        self.now = max(self.now, self.order.due or self.now)
        self.take(data.draw(st.sampled_from(self.choose(self.order))), outcome)

    @precondition(lambda self: self.order.phase not in RESTING)
    @rule(count=st.integers(1, 12))
    def goes_well(self, count: int) -> None:
        """For a while nothing goes wrong, so that late phases are met as often as early ones."""
        for _ in range(count):
            for step in self.choose(self.order)[:1]:
                self.now = max(self.now, self.order.due or self.now)
                self.take(step, "done")

    @precondition(lambda self: self.order.phase in (Phase.SETTLED, Phase.UPLOADING))
    @rule(outcome=st.sampled_from(OUTCOMES))
    def up_to_the_merge(self, outcome: str) -> None:
        """All goes well until the one step that must not be taken twice."""
        for _ in range(40):
            step = self.choose(self.order)[0]
            self.now = max(self.now, self.order.due or self.now)
            self.take(step, outcome if isinstance(step, facts.Merge) else "done")
            if isinstance(step, facts.Merge):
                return

    @precondition(lambda self: bool(self.past))
    @rule(data=st.data())
    def echo(self, data: st.DataObject) -> None:
        """A fact that happened arrives once more, out of time."""
        old = data.draw(st.sampled_from(self.past))
        if not isinstance(old, LOOKS):
            before = self.order
            self.order = self.apply(self.order, old, now=self.now, policy=POLICY)
            fresh_intent = isinstance(old, facts.MergeIntended) and self.order.phase is Phase.MERGING
            assert self.order == before or fresh_intent, f"a repeated {old} changed the order"
            self.order = before

    @precondition(lambda self: self.order.phase in (Phase.SETTLED, Phase.UPLOADING))
    @rule(data=st.data())
    def file_changes(self, data: st.DataObject) -> None:
        """A photo is written to while its shoot is sent."""
        number = data.draw(st.integers(0, len(self.order.brackets) - 1))
        bracket = self.order.brackets[number]
        self.learn(facts.Changed(number, bracket.attempt, bracket.size + 1, bracket.mtime_ns + 1, bracket.inode))

    @rule(kind=st.sampled_from([Kind.REQUEST, Kind.FILE, Kind.BUG]))
    def held(self, kind: Kind) -> None:
        """Something that only a person mends, and the person who mends it."""
        steps = self.choose(self.order)
        if steps:
            self.learn(facts.Failed(steps[0], kind, "look here"))
            assert self.choose(self.order) == ()
            self.learn(facts.Retried())

    @rule(seconds=st.floats(0, 400))
    def time_passes(self, seconds: float) -> None:
        """Nothing happens for a while."""
        self.now += seconds

    @precondition(lambda self: self.world.on_disk)
    @rule()
    def somebody_tidies_up(self) -> None:
        """Hidden files in the output folder are removed."""
        self.world.on_disk.clear()

    @invariant()
    def promises(self) -> None:
        """What must hold whatever happens."""
        if not hasattr(self, "order"):
            return
        stage = self.order.held_in or self.order.phase
        assert LINE.index(stage) >= self.furthest, "phases only move forward"
        self.furthest = LINE.index(stage)
        assert len(self.world.merges) <= 1, "one merge an order"
        assert not self.world.wrong, self.world.wrong
        assert len(self.world.placed) == len(set(self.world.placed))

    def teardown(self) -> None:
        """When the world is kind again, the order comes to its end, with every image in place."""
        if not hasattr(self, "order"):
            return
        for _ in range(500):
            steps = self.choose(self.order)
            if not steps:
                break
            self.now = max(self.now, self.order.due or self.now)
            self.take(steps[0], "done")
            self.promises()
        assert self.order.phase is Phase.DOWNLOADED, self.order
        assert sorted(self.world.placed) == ["a", "b"]


EFFORT = settings(
    max_examples=200,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    report_multiple_bugs=False,
    print_blob=False,
)


def test_the_promises_hold_in_a_hostile_world() -> None:
    """One merge, of stored brackets only, phases forward only, and always a way to the end."""
    run_state_machine_as_test(OrderMachine, settings=EFFORT)


def _merges_again(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """A fault: an answer that was lost counts as a merge that was not carried out."""
    if isinstance(fact, facts.Failed) and isinstance(fact.step, facts.Merge):
        fact = facts.Failed(fact.step, fact.kind, fact.why, unsent=True)
    return evolve(of, fact, **how)


def _forgets_discards(of: Order) -> tuple[facts.Step, ...]:
    """A fault: unused registrations are not deleted."""
    steps = tuple(step for step in next_steps(of) if not isinstance(step, facts.Discard))
    return steps or (facts.Confirm(),) if of.phase is Phase.UPLOADING else steps


def _merges_early(of: Order) -> tuple[facts.Step, ...]:
    """A fault: the merge is asked for as soon as one bracket is stored."""
    stored = of.phase is Phase.UPLOADING and any(bracket.stored for bracket in of.brackets)
    return (facts.Merge(),) if stored else next_steps(of)


def _goes_back(of: Order, fact: facts.Fact, **how: Any) -> Order:
    """A fault: a failed look sends the order back to its upload."""
    after = evolve(of, fact, **how)
    failed_look = isinstance(fact, facts.Failed) and isinstance(fact.step, facts.Look)
    return order(len(of.brackets), of.flow) if failed_look else after


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        ({"apply": staticmethod(_merges_again)}, "one merge an order"),
        ({"choose": staticmethod(_forgets_discards)}, "merged with a registration|DOWNLOADED"),
        ({"choose": staticmethod(_merges_early)}, "merged before every bracket|one merge an order"),
        ({"apply": staticmethod(_goes_back)}, "phases only move forward"),
    ],
    ids=["merges again", "forgets discards", "merges early", "goes back"],
)
def test_a_planted_fault_is_found(fault: dict[str, Any], broken: str) -> None:
    """The machine can fail: each of these mistakes breaks one of its promises."""
    with pytest.raises(AssertionError, match=broken):
        run_state_machine_as_test(
            type("Broken", (OrderMachine,), fault), settings=settings(EFFORT, phases=[Generate.generate])
        )
