"""A Hypothesis state machine for one order in a hostile world: lost answers, kills, late and repeated facts.

``Promises`` must hold whatever happens. When the world is friendly again, the order must reach its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from daemon.order import RESTING, FlowName, MergeState, Phase, facts, steps
from daemon.order.deadline import Remaining
from daemon.order.facts import Failure
from daemon.order.intents import intent
from daemon.order.planned import PlannedImage
from daemon.order.policy import Limits
from daemon.order.preset import BadFiles, Buy
from tests.core.orders import NOW, POLICY, order
from tests.core.promises import Promises
from tests.core.world import Faulty, Script, World

SCRIPTS: tuple[Script, ...] = (
    ("good",),
    ("gone",),
    ("error",),
    ("error", "good"),
    ("limited", "limited", "good"),
    ("limited", "error", "good"),
    ("error", "limited", "good"),
    ("error", "limited", "error", "good"),
    ("expired",),
    ("refused",),
)

REFUSALS: dict[str, tuple[Failure, bool]] = {
    "not sent": (Failure.PASSING, True),
    "refused for now": (Failure.ACCOUNT, True),
    "not ready": (Failure.NOT_READY, False),
    "no room": (Failure.OUTPUT, True),
}
"""Outcomes that the world does nothing for: what kind of failure, and whether the request was certainly unsent."""

FAULTY: tuple[Faulty, ...] = ("cannot be opened", "cannot be read", "gone at last")

NEWS: tuple[facts.Fact, ...] = (
    facts.CameLate(("late.jpg",), ("altered.jpg",)),
    facts.FoundAgain(("copy.jpg",)),
    facts.Moved("renamed", "/in/renamed"),
    facts.Resumed(),
    facts.Interrupted(steps.Poll()),
    *(facts.DeadlineNear(remaining) for remaining in Remaining),
)
"""What changes neither phase nor steps."""

BROKEN = ("answer lost", "answer lost late")
MISHAPS = ("slow", *BROKEN, *BROKEN, "killed after", "killed before", "stopped", *REFUSALS)
OUTCOMES = ("done", "done", "done", *MISHAPS)
SLOW = 90.0
"""Seconds of a request that hangs: longer than ``Policy.reprocess_lag``."""

TOPS = st.sampled_from([None, None, 1, 2])
LIMITS = st.builds(Limits, TOPS, TOPS, TOPS)


class OrderMachine(Promises):
    """One order in one world, driven by Hypothesis."""

    @initialize(
        brackets=st.integers(1, 5),
        per_image=st.sampled_from([None, 1, 2]),
        flow=st.sampled_from(["images", "brackets"]),
        bad_files=st.sampled_from(["hold", "leave_out"]),
        dev_mode=st.sampled_from([False, False, True]),
        scripts=st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=3),
        limits=LIMITS,
        bad=st.dictionaries(st.integers(0, 4), st.sampled_from(FAULTY), max_size=2),
        head_start=st.sampled_from([0, 0, 1, 3, 8, 16, 24, 32]),
        planned=st.sampled_from([None, None, 1, 2]),
        swapped=st.sampled_from([False, False, False, True]),
        buy=st.sampled_from(["all", "all", "ask"]),
    )
    def begin(
        self,
        *,
        brackets: int,
        per_image: int | None,
        flow: FlowName,
        bad_files: BadFiles,
        dev_mode: bool,
        scripts: list[Script],
        limits: Limits,
        bad: dict[int, Faulty],
        head_start: int,
        planned: int | None,
        swapped: bool,
        buy: Buy,
    ) -> None:
        """Lock a shoot, perhaps with a plan of up to ``planned`` images; ``swapped``: the service confuses two images.

        Then let everything succeed for a while, so that late phases are reached as often.
        """
        if swapped:  # the look decides only in a shoot of two sets whose images are known
            brackets, flow, planned, scripts = max(brackets, 2), "brackets", 2, (scripts * 2)[:2]
        self.order, self.now, self.policy = order(brackets, flow), NOW, replace(POLICY, limits=limits)
        preset = replace(self.order.preset, per_image=per_image, bad_files=bad_files, dev_mode=dev_mode)
        parts = [tuple(range(first, brackets, planned)) for first in range(planned)] if planned else []
        plan = tuple(PlannedImage(part) for part in parts if part)
        self.order = replace(self.order, preset=replace(preset, on_mismatch="always", buy=buy), plan=plan)
        self.world = World(tuple(scripts), limits, bad, swapped)
        self.past, self.furthest = [], 0
        self.learn(facts.Locked(()))
        self._goes_well(head_start)

    def take(self, step: steps.Step, outcome: str) -> None:
        """Carry out a step with this outcome."""
        before = intent(step)
        if before is not None:
            self.learn(before)
        if outcome == "killed before":
            self.world.never_does(step)
            return
        if outcome in REFUSALS:
            kind, unsent = REFUSALS[outcome]
            if not unsent:
                self.world.never_does(step)
            self.learn(facts.Failed(step, kind, outcome, unsent=unsent))
            return
        self.now += SLOW if outcome in ("slow", "answer lost late") else 0
        fact = self.world.do(self.order, step, self.now, broken=outcome in BROKEN)
        if outcome == "stopped":
            self.learn(facts.Interrupted(step))
        elif outcome in BROKEN and not isinstance(fact, facts.Failed):
            self.learn(self._lost(step))
        elif outcome != "killed after":
            self.learn(fact)

    def _lost(self, step: steps.Step) -> facts.Fact:
        if isinstance(step, steps.Register):
            return facts.SlotLost(step.bracket, self.order.brackets[step.bracket].attempt, "answer lost")
        return facts.Failed(step, Failure.PASSING, "answer lost")

    def goes_on(self, step: steps.Step, outcome: str = "done") -> None:
        """Advance the time until the order is due, and take a step."""
        self.now = max(self.now, self.order.due or self.now)
        self.take(step, outcome)

    # --- the order goes its way ---

    @precondition(lambda self: self.order.phase not in RESTING)
    @rule(data=st.data(), outcome=st.sampled_from(OUTCOMES))
    def step(self, data: st.DataObject, outcome: str) -> None:
        """Take one of the next steps if the order is due."""
        self.goes_on(data.draw(st.sampled_from(self.choose(self.order))), outcome)

    @precondition(lambda self: self.order.phase not in RESTING)
    @rule(count=st.integers(1, 4))
    def goes_well(self, count: int) -> None:
        """Let everything succeed for a while."""
        self._goes_well(count)

    def _goes_well(self, count: int) -> None:
        for _ in range(count):
            for step in self.choose(self.order)[:1]:
                self.goes_on(step)

    @precondition(lambda self: self.order.phase not in RESTING)
    @rule(data=st.data(), outcome=st.sampled_from(MISHAPS))
    def up_to_what_counts(self, data: st.DataObject, outcome: str) -> None:
        """Let everything succeed until the merge, a reprocessing, or a purchase is next."""
        merged = self.order.merge.state is not MergeState.NOT_ASKED
        kinds = [steps.Reprocess, steps.Fetch, steps.Preview, steps.Inspect]
        wanted = data.draw(st.sampled_from(kinds)) if merged else steps.Merge
        for _ in range(60):
            step = next(iter(self.choose(self.order)), None)
            if step is None:
                return
            self.goes_on(step, outcome if isinstance(step, wanted) else "done")
            if isinstance(step, wanted):
                return

    @precondition(lambda self: self.order.phase not in RESTING)
    @rule(
        data=st.data(),
        kind=st.sampled_from([Failure.REQUEST, Failure.FILE, Failure.BUG, Failure.OUTPUT]),
    )
    def neighbour_fails(self, data: st.DataObject, kind: Failure) -> None:
        """Of two running steps one fails, perhaps for good, and then the other one ends."""
        steps = [step for step in self.choose(self.order) if intent(step) is None]
        self.now = max(self.now, self.order.due or self.now)
        if len(steps) > 1:
            under_way, failing = data.draw(st.permutations(steps).map(lambda mixed: mixed[:2]))
            fact = self.world.do(self.order, under_way, self.now)
            self.learn(facts.Failed(failing, kind, "look here"))
            self.learn(fact)

    # --- what people and the world do ---

    @rule(data=st.data())
    def person(self, data: st.DataObject) -> None:
        """A person handles the order, mostly when it is held."""
        held = self.order.phase is Phase.HELD
        wish = data.draw(st.sampled_from(["retry", "other settings", "approve"] + ["retry"] * (0 if held else 6)))
        other: BadFiles = "leave_out" if self.order.preset.bad_files == "hold" else "hold"
        wishes: dict[str, facts.Fact] = {
            "retry": facts.Retried(),
            "other settings": facts.Retried(replace(self.order.preset, bad_files=other)),
            "approve": facts.Approved(),
        }
        self.learn(wishes[wish])

    @precondition(lambda self: self.order.phase is not Phase.CANCELLED)
    @rule(
        data=st.data(),
        why=st.sampled_from(["cancelled by a person", "removed"]),
        meant=st.sampled_from([False] * 7 + [True]),
    )
    def cancel(self, data: st.DataObject, why: str, meant: bool) -> None:
        """Cancel the order, perhaps during a step. Before its merge it ends; after it nothing changes."""
        steps = [step for step in self.choose(self.order) if intent(step) is None]
        step = data.draw(st.sampled_from(steps)) if steps and meant else None
        fact = self.world.do(self.order, step, self.now) if step else None
        before = self.order
        ended = self.apply(before, facts.Cancelled(why), now=self.now, policy=self.policy)
        if before.merge.state is MergeState.NOT_ASKED:
            assert ended.phase is Phase.CANCELLED, "before the merge an order can be cancelled"
            assert self.choose(ended) == (), "a cancelled order asks for nothing"
        else:
            assert ended == before, "after the merge an order cannot be cancelled"
        if meant:
            self.learn(facts.Cancelled(why))
            if fact is not None:
                self.learn(fact)
                assert ended in (before, self.order), f"{fact} came too late for a cancelled order"

    @precondition(lambda self: self.order.phase in (Phase.SETTLED, Phase.UPLOADING))
    @rule(data=st.data(), what=st.sampled_from(["changed", "changed", *FAULTY]))
    def file_goes_bad(self, data: st.DataObject, what: Faulty | Literal["changed"]) -> None:
        """A photo changes during its upload, or can no longer be read."""
        number = data.draw(st.integers(0, len(self.order.brackets) - 1))
        if what == "changed":
            was = self.order.brackets[number]
            self.learn(facts.Changed(number, was.attempt, was.size + 1, was.mtime_ns + 1, was.inode))
        else:
            self.world.bad[number] = what

    @rule(
        seconds=st.floats(0, 400),
        images=st.integers(0, 3),
        what=st.sampled_from(["next day", "mended", "tidied up", "no previews"]),
    )
    def meanwhile(self, seconds: float, images: int, what: str) -> None:
        """Time passes, other orders buy images, photos become readable again, or a person removes hidden files."""
        self.now += seconds
        self.world.today = images + (0 if what == "next day" else self.world.today)
        self.world.month += images
        if what == "mended":
            self.world.bad.clear()
        self.world.hides = what == "no previews"
        if what == "tidied up":
            self.world.on_disk.clear()
        for news in NEWS:
            before = self.order
            self.learn(news)
            after = self.order
            assert (after.phase, self.choose(after)) == (before.phase, self.choose(before)), f"{news} goes too far"
            assert after.source.output == before.source.output, "pictures go where they were promised"

    # --- the end ---

    def teardown(self) -> None:
        """When the world is friendly again, the order reaches its end, with every image placed or named."""
        if not hasattr(self, "order"):
            return
        self.world.bad.clear()
        again = facts.Approved(), facts.Retried()
        wishes: Iterator[facts.Fact] = iter((*again, *again, *again, facts.Cancelled("strays")))
        for _ in range(1000):
            if self.order.phase is Phase.HELD:
                self.learn(next(wishes))
            for step in self.choose(self.order)[:1]:
                self.goes_on(step)
            self.promises()
            if self.order.phase in RESTING and self.order.phase is not Phase.HELD:
                break
        ended = self.order.phase in (Phase.DOWNLOADED, Phase.CANCELLED)
        assert ended, f"the order does not come to its end: {self.order}"
        if self.order.phase is Phase.DOWNLOADED:
            self.delivered()
