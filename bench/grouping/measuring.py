"""The rule that groups brackets into sets, judged on simulated shoots whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bench.grouping.judge import Group, Tally, percent, total
from bench.grouping.kinds import JUDGING, KINDS
from bench.grouping.totals import (
    SIMPLE,
    KindTotal,
    TornTotal,
    chance,
    judging,
    many_frames,
    of_kind,
    seconds,
    sum_of,
    torn,
)
from bench.sizes import Bench
from bench.table import Row
from daemon.grouping import group
from daemon.grouping.sets import Confidence

SETS, SHOOTS, WORST = 99.7, 96.0, 97.0
CHANCE_SETS, CHANCE_SHOOTS = 98.6, 89.0
CERTAIN = 99.95
ALARMS: Mapping[bool, float] = {True: 2.5, False: 6.0}
NOTICED: Mapping[bool, float] = {True: 95.0, False: 75.0}
MANY, MANY_S = 2_000, 0.5
"""The goals: percentages, and seconds for many frames. ``ALARMS`` and ``NOTICED`` are by True for marked shoots."""

MARKED = {True: "with marks", False: "without marks"}
"""Words for the two keys of these goals."""


def measure(bench: Bench) -> Iterator[Row]:
    """Yield the overall rows, then one for each kind of shoot."""
    yield from rows(group, bench.sizes.seeds, bench.sizes.torn_seeds)


def rows(group: Group, seeds: int, torn_seeds: int) -> Iterator[Row]:
    """The rows for any rule. ``seeds`` and ``torn_seeds`` are the numbers of shoots of each kind."""
    kinds = {kind.name: of_kind(kind, group, JUDGING[:seeds]) for kind in KINDS.values()}
    yield from _overall([kinds[kind.name] for kind in judging()])
    yield from _chance([kinds[kind.name] for kind in chance()])
    yield from _gate([kinds[kind.name] for kind in judging()], torn(judging(), group, JUDGING[:torn_seeds]))
    took = seconds(group, many_frames(1, MANY))
    yield Row("grouping.speed", f"processor time for grouping {MANY:,} frames", took, "s", MANY_S)
    yield from (_of_kind(kind) for kind in kinds.values())


def _overall(kinds: Sequence[KindTotal]) -> Iterator[Row]:
    every = total(kind.rule for kind in kinds)
    held_out = total(kind.rule for kind in kinds if kind.kind.judging_only)
    simple = [total(kind.simple[at] for kind in kinds) for at in range(len(SIMPLE))]
    worst = min(kinds, key=lambda kind: kind.percent)
    yield _row("sets", "sets exactly right", every.sets_percent, SETS, _beside(simple))
    yield _row("shoots", "shoots with every set exactly right", every.shoots_percent, SHOOTS, f"{every.shoots} shoots")
    yield _row("images", "sets and single photos exactly right", every.images_percent)
    note = f"shoots {held_out.shoots_percent:.1f} %"
    yield _row("held_out", "sets exactly right, kinds never used for tuning", held_out.sets_percent, None, note)
    yield _row("worst", f"the worst kind: {worst.kind.name}", worst.percent, WORST)
    for confidence in Confidence:
        share = percent(every.found[confidence], every.found.total())
        goal = CERTAIN if confidence is Confidence.CERTAIN else None
        name = f"sets found as {confidence} that are right"
        yield _row(f"{confidence}", name, every.precision(confidence), goal, f"{share:.0f} % of found sets")


def _chance(kinds: Sequence[KindTotal]) -> Iterator[Row]:
    every = total(kind.rule for kind in kinds)
    yield _row("chance.sets", "everything by chance: sets exactly right", every.sets_percent, CHANCE_SETS)
    name = "everything by chance: shoots with every set exactly right"
    yield _row("chance.shoots", name, every.shoots_percent, CHANCE_SHOOTS)


def _gate(kinds: Sequence[KindTotal], noticed: TornTotal) -> Iterator[Row]:
    for marked, words in MARKED.items():
        count = sum_of(kind.alarms[marked] for kind in kinds)
        what = f"false alarms in complete shoots {words}"
        yield Row(f"grouping.alarms.{_short(marked)}", what, count.percent, "%", ALARMS[marked], f"{count.of} shoots")
    for marked, words in MARKED.items():
        count = noticed.of(marked)
        parts = [f"{where} {some.percent or 0:.0f} %" for where, some in noticed.parts(marked).items()]
        yield _row(
            f"noticed.{_short(marked)}", f"torn sets noticed {words}", count.percent, NOTICED[marked], ", ".join(parts)
        )


def _of_kind(of: KindTotal) -> Row:
    kind = of.kind
    marks = ["never tuned"] * kind.judging_only + ["left to people"] * kind.left_to_people
    note = "; ".join((f"shoots {of.rule.shoots_percent:.0f} %", _beside(of.simple, of.has_sets), *marks))
    goal = None if kind.left_to_people or kind.is_chance else WORST
    return _row(f"kind.{kind.name}", f"{kind.name}: {kind.says}", of.percent, goal, note)


def _row(name: str, what: str, figure: float | None, goal: float | None = None, note: str = "") -> Row:
    return Row(f"grouping.{name}", what, figure, "%", goal, note, at_least=True)


def _beside(simple: Sequence[Tally], has_sets: bool = True) -> str:
    """The figures of the simple rules: sets / shoots, or images / shoots for kinds with single photos only."""
    pairs = zip(SIMPLE, simple, strict=True)
    return ", ".join(
        f"{name} {tally.sets_percent if has_sets else tally.images_percent:.0f} / {tally.shoots_percent:.0f}"
        for name, tally in pairs
    )


def _short(marked: bool) -> str:
    return "marked" if marked else "unmarked"
