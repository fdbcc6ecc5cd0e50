"""Invariants of an order that must hold whatever the world does, for a Hypothesis state machine."""

from __future__ import annotations

from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from daemon.order import LINE, RESTING, ImageState, MergeState, Order, Phase, Policy, evolve, facts, next_steps, steps
from daemon.order.merging import UNHEARD
from daemon.order.preview import PreviewState
from tests.changed import changed
from tests.core.world import World

LOOKS = (
    facts.Failed,
    facts.CameLate,
    facts.Moved,
    facts.Retried,
    facts.Resumed,
    facts.Approved,
    facts.Cancelled,
)
"""Facts that say how things are, or what a person wants. If they come twice, they count twice."""

COMES_OUT = {("good",), ("error", "good"), ("limited", "limited", "good"), ("error", "limited", "good")}
"""Scripts that end in a picture, unless kills cost an image its second chance again and again."""


class Promises(RuleBasedStateMachine):
    """An order in its world, with checks of its invariants.

    ``apply`` and ``choose`` are the rules under test; a planted fault replaces one of them. ``past`` are the facts
    that happened, ``furthest`` is the latest phase that the order has reached.
    """

    apply: Any = staticmethod(evolve)
    choose: Any = staticmethod(next_steps)
    order: Order
    world: World
    policy: Policy
    now: float
    past: list[facts.Fact]
    furthest: int

    def learn(self, fact: facts.Fact) -> None:
        """Apply a fact to the order and store the result."""
        self.past += [] if isinstance(fact, LOOKS) or fact in self.past else [fact]
        self.world.hears(self.order, fact)
        self.order = self.apply(self.order, fact, now=self.now, policy=self.policy)

    @invariant()
    def promises(self) -> None:
        """Check the invariants that hold at any time."""
        if not hasattr(self, "order"):
            return
        now, world = self.order, self.world
        self._phases(now)
        assert len(world.merges) <= 1, "one merge an order"
        assert not world.wrong, world.wrong
        assert len(world.placed) == len(set(world.placed)), "every picture is placed once"
        there = {image.id for image in now.images if image.state in (ImageState.FETCHED, ImageState.PLACED)}
        assert there <= world.written, "says fetched before the bytes are there"
        if now.preset.dev_mode:
            assert not world.paid, "dev mode is free"
            assert steps.Reckon() not in self.choose(now), "what costs nothing is not reckoned"

    def _phases(self, now: Order) -> None:
        if now.phase in RESTING:
            assert self.choose(now) == (), f"a {now.phase.value} order asks for nothing"
            assert now.due is None, "what rests waits for nothing"
        else:
            assert now.due is not None, "what does not rest comes back by itself"
            assert now.due - self.now <= self.policy.longest, "and not in an age"
        if now.phase is Phase.CANCELLED:
            assert not self.world.merges, "a cancelled order is never merged"
            assert not self.world.paid, "a cancelled order costs nothing"
            self.furthest = len(LINE)
            return
        stage = now.stage or now.phase
        assert LINE.index(stage) >= self.furthest, "phases only move forward"
        self.furthest = LINE.index(stage)

    @invariant()
    def repeated_facts_change_nothing(self) -> None:
        """Each past fact may arrive again, out of order, without effect."""
        for old in getattr(self, "past", []):
            after = self.apply(self.order, old, now=self.now, policy=self.policy)
            if after is not self.order and not self._undone(old):
                same = changed(after, updated_at=0) == changed(self.order, updated_at=0)
                assert same, f"a repeated {old} changed the order"

    def _undone(self, old: facts.Fact) -> bool:
        """True if the effect of a past fact was undone, so that the same fact may happen again."""
        stage = self.order.stage or self.order.phase
        states = {image.id: image.state for image in self.order.images}
        match old:
            case facts.Confirmed():
                return stage is Phase.UPLOADING
            case facts.Polled():
                return stage in (Phase.MERGING, Phase.PROCESSING)
            case facts.Reckoned():
                return stage is Phase.DOWNLOADING and not self.order.purchase.within_limits
            case facts.MergeIntended():
                return self.order.merge.state is MergeState.NOT_ASKED
            case facts.ReprocessIntended(image):
                return states.get(image) is ImageState.AGAIN
            case facts.Reprocessed(image) | facts.ImageLost(image):
                return states.get(image) is ImageState.PENDING
            case facts.Previewed(image) | facts.PreviewFailed(image):
                previews = {image.id: image.preview for image in self.order.images}
                return previews.get(image) is PreviewState.NOT_FETCHED
            case facts.Inspected():
                return self.order.inspection is None
            case facts.Fetched(image):
                return states.get(image) is ImageState.PROCESSED
            case facts.FetchLost(image):
                return states.get(image) is ImageState.FETCHED
            case _:
                return False

    def delivered(self) -> None:
        """Check that in the end every image is placed, or named with its outcome."""
        world, messages = self.world, " ".join(self.order.messages)
        assert {image.id for image in self.order.images} == set(world.outputs), "every image is known"
        for image, output in world.outputs.items():
            assert image in world.placed or f"{image} failed" in messages, f"{image} is neither placed nor named"
            if output.shown(self.now) == "good":
                assert image in world.placed, f"{image} was processed and is not placed"
            if output.script in COMES_OUT and world.cut[image] < UNHEARD:
                assert image in world.placed, f"{image} was given up too soon"
