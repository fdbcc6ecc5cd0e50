"""Tests of the report that a shoot has photos of several properties, with simulated shoots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.grouping.frame import Frame
from daemon.grouping.places import Place, metres, middle
from daemon.grouping.properties import LEAST, properties
from daemon.grouping.property import Apart, Part, described

MORNING = 1_780_218_720.0
"""2026-05-31 09:12:00 of a camera's clock."""

MINUTE, HOUR = 60.0, 3600.0
OAK: Place = (51.5007, -0.1246)
METRE = 1 / 111_195
"""A metre of latitude in degrees."""

Sets = list[list[Frame]]


@dataclass
class Day:
    """A photographer's day: sets of three frames, with log-normal gaps between them."""

    random: Random = field(default_factory=lambda: Random(1))
    now: float = MORNING
    sets: Sets = field(default_factory=list)
    body: str = "Canon EOS R5 1"
    usual: float = 35.0
    spread: float = 0.6

    def shoot(self, sets: int, *, at: Place | None = None, noise: float = 10.0) -> Day:
        """Shoot some sets, ``noise`` metres around a place if the camera knows it."""
        for _ in range(sets):
            gps = None if at is None else self._near(at, noise)
            self.sets.append(
                [Frame(f"{len(self.sets)}-{n}", self.body, self.now + n / 2, 1 / 30, gps=gps) for n in range(3)]
            )
            self.now += 1.5 + self.random.lognormvariate(math.log(self.usual), self.spread)
        return self

    def pause(self, seconds: float) -> Day:
        """Do nothing for a while."""
        self.now += seconds
        return self

    def _near(self, place: Place, noise: float) -> Place:
        north, east = self.random.gauss(0, noise), self.random.gauss(0, noise)
        return place[0] + north * METRE, place[1] + east * METRE / math.cos(math.radians(place[0]))


def away(north: float, east: float = 0.0) -> Place:
    """A place this many metres from Oak Street."""
    return OAK[0] + north * METRE, OAK[1] + east * METRE / math.cos(math.radians(OAK[0]))


def sizes(day: Day) -> list[int]:
    """The numbers of sets of the parts."""
    return [part.sets for part in properties(day.sets)]


def whys(day: Day) -> list[tuple[Apart, ...]]:
    """How each part after the first differs from the one before."""
    return [part.why for part in properties(day.sets)[1:]]


def test_one_house_is_one_property() -> None:
    """An ordinary shoot gives no report, with and without places."""
    assert properties(Day().shoot(45).sets) == ()
    assert properties(Day().shoot(45, at=OAK, noise=25).sets) == ()
    assert described(()) == ""


def test_three_properties_are_separated_by_pauses() -> None:
    """Long pauses between properties give a part for each, with its times and the number of its sets."""
    day = Day().shoot(34)
    first = day.sets[-1][-1].time
    day.pause(35 * MINUTE).shoot(28).pause(40 * MINUTE).shoot(20)
    parts = properties(day.sets)
    assert [part.sets for part in parts] == [34, 28, 20]
    assert [part.why for part in parts] == [(), (Apart.PAUSE,), (Apart.PAUSE,)]
    assert parts[0].begin == MORNING
    assert parts[0].end == pytest.approx(first + 1 / 30)


def test_small_properties_are_separated() -> None:
    """Four flats with eight sets each are found, although their pauses are a tenth of all gaps."""
    day = Day().shoot(8)
    for _ in range(3):
        day.pause(30 * MINUTE).shoot(8)
    assert sizes(day) == [8, 8, 8, 8]


def test_the_report_is_one_line() -> None:
    """The report has times, numbers of sets, and why each part is another property."""
    day = 20_604 * 86_400.0
    nine, eleven, night = day + 9.2 * HOUR, day + 11 * HOUR, day + 33 * HOUR
    one = Part(nine, nine + 46 * MINUTE, 34)
    parts = (
        one,
        Part(eleven, eleven + 39 * MINUTE, 28, (Apart.PAUSE, Apart.PLACE)),
        Part(day + 21 * HOUR, day + 21.5 * HOUR, 6, (Apart.PAUSE, Apart.PLACE), same_as=0),
    )
    assert described(parts) == (
        "looks like 2 properties: 09:12\N{EN DASH}09:58 34 sets, "
        "11:00\N{EN DASH}11:39 28 sets (after 62 min, another place), "
        "21:00\N{EN DASH}21:30 6 sets (after 9 h, the place of part 1)"
    )
    assert described((one, Part(night, night + HOUR, 9, (Apart.PAUSE, Apart.DATE)))) == (
        "looks like 2 properties: 2026-05-31 09:12\N{EN DASH}09:58 34 sets, "
        "2026-06-01 09:00\N{EN DASH}10:00 9 sets (after 23 h)"
    )


def test_a_lunch_break_in_one_house_gives_no_report() -> None:
    """If the places before and after a pause are the same, the pause gives no report."""
    day = Day().shoot(30, at=OAK, noise=25).pause(70 * MINUTE).shoot(25, at=OAK, noise=25)
    assert properties(day.sets) == ()
    unlocated = Day().shoot(30).pause(70 * MINUTE).shoot(25)
    assert whys(unlocated) == [(Apart.PAUSE,)]


def test_a_few_places_are_enough_for_a_lunch_break() -> None:
    """Only some photos need to have a place, before and after the pause."""
    day = Day().shoot(28).shoot(2, at=OAK).pause(70 * MINUTE).shoot(1, at=OAK).shoot(24)
    assert properties(day.sets) == ()


def test_a_return_at_dusk_is_reported_as_a_pause() -> None:
    """Without places, a return to the property at dusk cannot be distinguished, and the report names the pause."""
    day = Day().shoot(30).pause(9 * HOUR).shoot(6)
    assert (sizes(day), whys(day)) == ([30, 6], [(Apart.PAUSE,)])
    assert "(after 9 h)" in described(properties(day.sets))
    at_home = Day().shoot(30, at=OAK).pause(9 * HOUR).shoot(6, at=OAK)
    assert properties(at_home.sets) == ()


def test_a_return_to_an_earlier_property_is_recognised() -> None:
    """With places, the third visit of a day is known to be at the first property."""
    other = away(3000)
    day = Day().shoot(20, at=OAK).pause(HOUR).shoot(20, at=other).pause(5 * HOUR).shoot(6, at=OAK)
    parts = properties(day.sets)
    assert [part.same_as for part in parts] == [None, None, 0]
    assert described(parts).startswith("looks like 2 properties: ")


def test_neighbours_are_separated_by_place() -> None:
    """Two houses 300 m apart are found without a long pause."""
    day = Day().shoot(25, at=OAK).pause(4 * MINUTE).shoot(20, at=away(300))
    assert (sizes(day), whys(day)) == ([25, 20], [(Apart.PLACE,)])
    near = Day().shoot(25, at=OAK).pause(4 * MINUTE).shoot(20, at=away(60))
    assert properties(near.sets) == ()


def test_a_place_that_wanders_gives_no_report() -> None:
    """If the places of one property are spread widely, a change of place gives no report."""
    day = Day()
    for n in range(40):
        day.shoot(1, at=away(60.0 * n))
    assert properties(day.sets) == ()


def test_a_walk_to_the_park_gives_no_report() -> None:
    """A few sets at a place near by, with a return to the house, give no report unless there are long pauses."""
    walk = Day().shoot(20, at=OAK).shoot(5, at=away(400)).shoot(20, at=OAK)
    assert properties(walk.sets) == ()
    drive = Day().shoot(20, at=OAK).pause(HOUR).shoot(5, at=away(400)).pause(HOUR).shoot(20, at=OAK)
    assert sizes(drive) == [20, 5, 20]


def test_midnight_alone_gives_no_report() -> None:
    """A shoot across midnight is one property; sets of the next morning are not."""
    day = Day(now=MORNING + 14.5 * HOUR).shoot(60)
    assert int(day.sets[0][0].time // 86_400) < int(day.sets[-1][0].time // 86_400)
    assert properties(day.sets) == ()
    later = day.pause(9 * HOUR).shoot(20)
    assert (sizes(later), whys(later)) == ([60, 20], [(Apart.PAUSE,)])


def test_another_date_is_another_property() -> None:
    """Sets of two days are two parts, however irregular the photographer's pauses are."""
    day = Day()
    for _ in range(2):
        for _ in range(6):
            day.shoot(2).pause(2 * HOUR)
        day.pause(10 * HOUR)
    assert (sizes(day), whys(day)) == ([12, 12], [(Apart.PAUSE, Apart.DATE)])


def test_a_clock_that_is_wrong_gives_no_report() -> None:
    """A second camera whose clock is hours or days wrong gives no report; nor does a drone far above."""
    day = Day().shoot(30, at=OAK)
    for wrong, place in ((-3 * HOUR, OAK), (5 * HOUR, away(250)), (26 * HOUR, None)):
        other = Day(Random(2), MORNING + wrong, body="DJI Mavic 3").shoot(8, at=place)
        assert properties([*day.sets, *other.sets]) == ()
    both = day.pause(HOUR).shoot(20, at=away(2000))
    between = Day(Random(3), both.sets[29][0].time + 20 * MINUTE, body="DJI Mavic 3").shoot(6)
    assert [part.sets for part in properties([*both.sets, *between.sets])] == [36, 20]


def test_two_cameras_at_two_properties() -> None:
    """Two cameras that are used together at both properties are one report."""
    first = Day().shoot(30).pause(50 * MINUTE).shoot(20)
    second = Day(Random(2), MORNING + 30, body="Sony ILCE-7M3 9").shoot(12)
    second.now = first.sets[30][0].time + 40
    second.shoot(9)
    assert [part.sets for part in properties([*first.sets, *second.sets])] == [42, 29]


@pytest.mark.parametrize("begin", [0.0, 315_532_800.0])
def test_no_clock_gives_no_report(begin: float) -> None:
    """Without times, or with a clock that was never set or stands still, nothing can be said."""
    day = Day().shoot(20).pause(5 * HOUR).shoot(20)
    for clock in (None, MORNING):
        assert properties([[replace(frame, taken_at=clock) for frame in one] for one in day.sets]) == ()
    unset = [[replace(frame, taken_at=frame.time - MORNING + begin) for frame in one] for one in day.sets]
    assert properties(unset) == ()


def test_sets_without_a_time_count_with_their_neighbours() -> None:
    """A set without a time belongs to the part of the set before it. The first set belongs to the part after it."""
    day = Day().shoot(20).pause(HOUR).shoot(20)
    gone = (0, 7, 19, 25)
    sets = [[replace(frame, taken_at=None) for frame in one] if n in gone else one for n, one in enumerate(day.sets)]
    assert [part.sets for part in properties(sets)] == [20, 20]


@pytest.mark.parametrize("few", range(1, LEAST))
def test_a_few_late_sets_give_no_report(few: int) -> None:
    """A group of sets counts as a property only if it is large enough, whatever the pause."""
    assert properties(Day().shoot(30).pause(5 * HOUR).shoot(few).sets) == ()
    assert sizes(Day().shoot(30).pause(5 * HOUR).shoot(LEAST)) == [30, LEAST]
    assert properties(Day().shoot(LEAST).pause(20 * MINUTE).shoot(few).sets) == ()


@pytest.mark.parametrize("usual", [15.0, 35.0, 90.0])
def test_one_property_is_almost_never_reported_as_several(usual: float) -> None:
    """Of single properties with log-normal gaps, at most one in two hundred is reported."""
    random = Random(5)
    shoots, reported = 400, 0
    for _ in range(shoots):
        day = Day(random, usual=usual, spread=random.uniform(0.4, 1.0)).shoot(random.randint(8, 80))
        reported += bool(properties(day.sets))
    assert reported <= shoots / 200


def test_irregular_gaps_are_not_pauses() -> None:
    """Long shoots with very irregular gaps are not reported: among many gaps, some are long."""
    random = Random(8)
    shoots = [Day(random, spread=1.2).shoot(200) for _ in range(50)]
    assert [bool(properties(day.sets)) for day in shoots] == [False] * 50


@pytest.mark.parametrize(
    ("usual", "minutes", "reported"), [(10, 10, False), (10, 15, True), (120, 15, False), (120, 40, True)]
)
def test_a_pause_is_long_for_its_photographer(usual: float, minutes: float, reported: bool) -> None:
    """A pause counts from twelve minutes on, and for a slow photographer only if it is much longer than usual."""
    day = Day(usual=usual, spread=0.2).shoot(20).pause(minutes * MINUTE).shoot(20)
    assert bool(properties(day.sets)) is reported


def test_several_properties_are_almost_always_reported() -> None:
    """Three properties with half an hour between them are found in at least nineteen of twenty shoots."""
    random = Random(6)
    found = 0
    for _ in range(200):
        day = Day(random, spread=random.uniform(0.4, 0.7)).shoot(random.randint(10, 40))
        for _ in range(2):
            day.pause(random.uniform(25, 50) * MINUTE).shoot(random.randint(10, 40))
        found += len(properties(day.sets)) == 3
    assert found >= 190


@given(st.data())
def test_every_set_is_in_one_part(data: st.DataObject) -> None:
    """Whatever times and places are read, the parts have all sets, follow each other, and none is too small."""
    place = st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)) | st.sampled_from([OAK, away(400)])
    gap = st.sampled_from([0.0, 30.0, 60.0, 1500.0, 20_000.0, 90_000.0])
    now, sets = MORNING, []
    for n in range(data.draw(st.integers(0, 40))):
        now += data.draw(gap)
        taken = data.draw(st.sampled_from([now, now, now, None]))
        sets.append([Frame(str(n), data.draw(st.sampled_from("AAB")), taken, 0.1, gps=data.draw(place))])
    parts = properties(sets)
    assert len(parts) != 1
    if parts:
        assert sum(part.sets for part in parts) == len(sets)
        assert all(one.begin <= other.begin for one, other in pairwise(parts))
        assert all(part.sets >= LEAST for part in parts)
        assert described(parts)
    assert properties(data.draw(st.permutations(sets))) == parts or any(one[0].taken_at is None for one in sets)


def test_places_have_distances() -> None:
    """Distances are right within a percent, also across the date line, and an unknown place is at no distance."""
    london, paris = (51.5074, -0.1278), (48.8566, 2.3522)
    assert metres(london, paris) == pytest.approx(343_500, rel=0.01)
    assert metres((0.0, 179.9995), (0.0, -179.9995)) == pytest.approx(111.2, rel=0.01)
    assert metres(None, paris) == 0.0
    fiji: Sequence[Place] = [(-17.0, 179.9), (-17.0, -179.9), (-17.0, -179.8)]
    centre = middle(fiji)
    assert metres(centre, (-17.0, -179.9)) == pytest.approx(0.0, abs=0.01)
    assert middle(()) is None


def test_a_report_has_no_place() -> None:
    """A part has no coordinates, so a report or a log of it cannot have them."""
    day = Day().shoot(20, at=OAK).pause(HOUR).shoot(20, at=away(3000))
    parts = properties(day.sets)
    assert len(parts) == 2
    assert "51.5" not in f"{parts!r} {described(parts)}"
