"""The grouping rule meets its goals on simulated shoots that never tuned it."""

from __future__ import annotations

import math

import pytest

from bench.grouping.judge import total
from bench.grouping.kinds import JUDGING
from bench.grouping.measuring import (
    ALARMS,
    CERTAIN,
    CHANCE_SETS,
    CHANCE_SHOOTS,
    MARKED,
    NOTICED,
    SETS,
    SHOOTS,
    WORST,
)
from bench.grouping.totals import KindTotal, TornTotal, chance, judging, of_kind, sum_of, torn
from daemon.grouping import group
from daemon.grouping.sets import Confidence

pytestmark = pytest.mark.long

FEW, MANY = (4, 1), (100, 25)
"""The numbers of shoots of each kind: for sets, and with a torn set."""

DEVIATIONS = 2.0
"""A few shoots may miss a goal by chance. The tests allow two standard deviations of a share of that many shoots, as if
all sets of a shoot were right or wrong together."""


def least(goal: float, shoots: int) -> float:
    """The percentage that a share of ``goal`` percent reaches in ``shoots`` shoots, except by chance."""
    return goal - DEVIATIONS * math.sqrt(goal * (100 - goal) / shoots)


def most(goal: float, shoots: int) -> float:
    """The percentage that a share of ``goal`` percent does not exceed in ``shoots`` shoots, except by chance."""
    return 100 - least(100 - goal, shoots)


@pytest.fixture(scope="module", params=[FEW, pytest.param(MANY, marks=pytest.mark.soak)], ids=["few", "many"])
def numbers(request: pytest.FixtureRequest) -> tuple[int, int]:
    """The numbers of shoots of each kind."""
    few: tuple[int, int] = request.param
    return few


@pytest.fixture(scope="module")
def kinds(numbers: tuple[int, int]) -> list[KindTotal]:
    """What the judges say of each kind that has goals."""
    return [of_kind(kind, group, JUDGING[: numbers[0]]) for kind in judging()]


@pytest.fixture(scope="module")
def by_chance(numbers: tuple[int, int]) -> list[KindTotal]:
    """What the judges say of the kinds with everything drawn by chance, on ten times as many shoots."""
    return [of_kind(kind, group, JUDGING[: 10 * numbers[0]]) for kind in chance()]


@pytest.fixture(scope="module")
def noticed(numbers: tuple[int, int]) -> TornTotal:
    """The torn sets that the rule noticed."""
    return torn(judging(), group, JUDGING[: numbers[1]])


def test_sets_are_right(kinds: list[KindTotal]) -> None:
    """At least 99.7 % of all sets are exactly right, and 96 % of all shoots."""
    every = total(kind.rule for kind in kinds)
    assert every.sets_percent >= least(SETS, every.shoots)
    assert every.shoots_percent >= least(SHOOTS, every.shoots)


def test_no_kind_is_bad(kinds: list[KindTotal]) -> None:
    """In every kind of shoot, 97 % of the sets are exactly right."""
    bad = {kind.kind.name: kind.percent for kind in kinds if kind.percent < least(WORST, kind.rule.shoots)}
    assert not bad


def test_certain_sets_are_right(kinds: list[KindTotal]) -> None:
    """At least 99.95 % of the sets that are called certain are exactly right, and most sets are called certain."""
    every = total(kind.rule for kind in kinds)
    assert every.found[Confidence.CERTAIN] > 0.5 * every.found.total()
    assert (every.precision(Confidence.CERTAIN) or 0) >= least(CERTAIN, every.shoots)


def test_shoots_by_chance_are_right(by_chance: list[KindTotal]) -> None:
    """With everything drawn by chance, 98.6 % of the sets and 89 % of the shoots are exactly right."""
    every = total(kind.rule for kind in by_chance)
    assert every.sets_percent >= least(CHANCE_SETS, every.shoots)
    assert every.shoots_percent >= least(CHANCE_SHOOTS, every.shoots)


@pytest.mark.parametrize("marked", MARKED, ids=MARKED.get)
def test_complete_shoots_raise_no_alarm(kinds: list[KindTotal], marked: bool) -> None:
    """Of complete shoots, 2.5 % are called incomplete if the camera marks brackets, 6 % if it does not."""
    count = sum_of(kind.alarms[marked] for kind in kinds)
    assert count.percent is not None
    assert count.percent <= most(ALARMS[marked], count.of)


@pytest.mark.parametrize("marked", MARKED, ids=MARKED.get)
def test_torn_sets_are_noticed(noticed: TornTotal, marked: bool) -> None:
    """Of sets with a missing photo, 95 % are noticed if the camera marks brackets, 75 % if it does not."""
    count = noticed.of(marked)
    assert count.percent is not None
    assert count.percent >= least(NOTICED[marked], count.of)
