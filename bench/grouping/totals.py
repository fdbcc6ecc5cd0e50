"""Runs a rule over simulated shoots, and sums what the judges say."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bench.grouping import rules
from bench.grouping.begin import photographer
from bench.grouping.gate import Count, Torn, Where, alarms, is_noticed, tear
from bench.grouping.judge import Group, Tally, judged, to_group
from bench.grouping.kinds import KINDS, Kind
from bench.grouping.makers import CANON
from daemon.grouping import Frame

SIMPLE = ("2 s window", "idle gap 2 s", "every N")
"""The names of the rules for comparison."""


@dataclass(slots=True)
class KindTotal:
    """What the judges say of one kind of shoot: the rule, the simple rules in the order of ``SIMPLE``, false alarms.

    ``has_sets`` is False if the shoots have single photos only. ``alarms`` are by True for shoots with marks, False for
    those without.
    """

    kind: Kind
    rule: Tally = field(default_factory=Tally)
    simple: tuple[Tally, ...] = field(default_factory=lambda: tuple(Tally() for _ in SIMPLE))
    has_sets: bool = False
    alarms: dict[bool, Count] = field(default_factory=lambda: {True: Count(), False: Count()})

    @property
    def percent(self) -> float:
        """Percentage of sets that are exactly right, or of images if the shoots have single photos only."""
        return self.rule.sets_percent if self.has_sets else self.rule.images_percent


def of_kind(kind: Kind, group: Group, seeds: Iterable[int]) -> KindTotal:
    """Judge a rule, and the simple rules, on shoots of one kind."""
    total = KindTotal(kind)
    for seed in seeds:
        shoot = kind.shoot(seed)
        frames = to_group(shoot)
        found = group(frames)
        total.has_sets = total.has_sets or bool(shoot.sets)
        total.rule.add(judged(shoot, found))
        simple = (rules.window, rules.idle, rules.every(rules.usual_size(shoot)))
        for tally, rule in zip(total.simple, simple, strict=True):
            tally.add(judged(shoot, rule(frames)))
        if shoot.is_complete and shoot.sets and not kind.left_to_people:
            total.alarms[shoot.is_marked].add(bool(alarms(found)))
    return total


@dataclass(slots=True)
class TornTotal:
    """Torn sets that a rule noticed, by marks and by the missing part."""

    by: dict[tuple[bool, Where], Count] = field(
        default_factory=lambda: {(marked, where): Count() for marked in (True, False) for where in Where}
    )

    def parts(self, marked: bool) -> dict[Where, Count]:
        """The counts by the missing part, for shoots with marks or without."""
        return {where: self.by[marked, where] for where in Where}

    def of(self, marked: bool) -> Count:
        """The sum for shoots with marks, or without."""
        return sum_of(self.parts(marked).values())


def torn_shoots(kind: Kind, seed: int) -> Iterator[tuple[Where, Torn]]:
    """The shoot of a seed with one set torn: at its start, within it, at its end."""
    if kind.is_counted and not kind.left_to_people:
        shoot = kind.shoot(seed)
        for where in Where:
            some = tear(random.Random(f"{kind.name} {seed} {where}"), shoot, where)  # noqa: S311 - a simulation
            if some is not None:
                yield where, some


def torn(kinds: Iterable[Kind], group: Group, seeds: Sequence[int]) -> TornTotal:
    """Tear one set of each shoot, and see if the rule notices."""
    total = TornTotal()
    for kind in kinds:
        for seed in seeds:
            for where, some in torn_shoots(kind, seed):
                noticed = is_noticed(some, group(list(some.shoot.frames)))
                total.by[some.shoot.is_marked, where].add(noticed)
    return total


def many_frames(seed: int, frames: int) -> list[Frame]:
    """The frames of one large shoot with marks: five frames a set."""
    visit = photographer(random.Random(seed), CANON[:1], size=5)  # noqa: S311 - a simulation
    visit.walk(frames // 5)
    return list(visit.roll.shoot().frames)


def seconds(group: Group, frames: Sequence[Frame], rounds: int = 3) -> float:
    """The least processor time in which a rule groups these frames. Other programs on the machine do not add to it."""

    def timed() -> Iterator[float]:
        for _ in range(rounds):
            begins = time.process_time()
            group(frames)
            yield time.process_time() - begins

    return min(timed())


def judging() -> list[Kind]:
    """The kinds that have goals and are not drawn by chance."""
    return [kind for kind in KINDS.values() if not kind.left_to_people and not kind.is_chance]


def chance() -> list[Kind]:
    """The kinds with everything drawn by chance."""
    return [kind for kind in KINDS.values() if kind.is_chance]


def sum_of(counts: Iterable[Count]) -> Count:
    """The sum of counts."""
    some = list(counts)
    return Count(sum(count.yes for count in some), sum(count.of for count in some))
