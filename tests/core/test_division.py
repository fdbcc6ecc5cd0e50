"""Tests of the division of a shoot's photos among its properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from daemon.grouping.division import Division, divide
from daemon.grouping.frame import Frame
from daemon.shoot import LeftOut, Why
from tests.core.test_properties import HOUR, MINUTE, Day, away

Images = list[tuple[str, ...]]


def two() -> Day:
    """Two houses of ten sets, two hours apart."""
    return Day().shoot(10).pause(2 * HOUR).shoot(10)


def divided(sets: Sequence[Sequence[Frame]], left_out: Sequence[LeftOut] = (), *others: Frame) -> Division:
    """The division of these sets. ``others`` are the frames of photos that are not sent."""
    frames = {frame.path: frame for frame in (*(frame for one in sets for frame in one), *others)}
    found = divide([[frame.path for frame in one] for one in sets], left_out, frames)
    assert found is not None
    return found


def at(path: str, time: float, like: Frame) -> Frame:
    """A frame of the same camera at another time."""
    return replace(like, path=path, taken_at=time)


def test_one_property_is_not_divided() -> None:
    """A shoot of one property has no division."""
    day = Day().shoot(20)
    assert divide([[f.path for f in one] for one in day.sets], (), {f.path: f for one in day.sets for f in one}) is None


@given(st.integers(0, 1000), st.lists(st.integers(4, 12), min_size=2, max_size=4))
def test_every_photo_is_in_one_property_and_no_set_is_torn(seed: int, houses: list[int]) -> None:
    """Each photo has one property, all photos of a set have the same, and the properties are those of the report."""
    day = Day(Random(seed))
    for sets in houses:
        day.shoot(sets).pause(5 * HOUR)
    found = divided(day.sets)
    assert found.properties == len(houses)
    assert found.part_of.keys() == {frame.path for one in day.sets for frame in one}
    numbers = [{found.property_of(frame.path) for frame in one} for one in day.sets]
    assert numbers == [{number} for number, sets in enumerate(houses) for _ in range(sets)]


def test_a_single_between_two_properties_belongs_to_the_nearer() -> None:
    """A photo taken in the pause counts with the property that is nearer in time."""
    day = two()
    end, begin = day.sets[9][-1].time, day.sets[10][0].time
    early, late = at("early", end + 10 * MINUTE, day.sets[0][0]), at("late", begin - 10 * MINUTE, day.sets[0][0])
    found = divided([*day.sets[:10], [early], [late], *day.sets[10:]])
    assert [found.property_of(path) for path in ("early", "late")] == [0, 1]


def test_photos_without_a_time_go_with_their_folder_or_the_set_before() -> None:
    """A set without a time belongs to the property of its folder, or else of the set before it, and is named."""
    day = two()
    sets = [[replace(frame, path=f"b/{frame.path}") for frame in one] for one in day.sets[10:]]
    blind = [replace(day.sets[0][0], path=path, taken_at=None) for path in ("b/blind", "c/blind", "d/first")]
    found = divided([[blind[2]], *day.sets[:10], [blind[0]], *sets, [blind[1]]])
    assert [found.property_of(path) for path in ("b/blind", "c/blind", "d/first")] == [1, 1, 0]
    assert found.untimed == ("d/first", "b/blind", "c/blind")


def test_a_set_with_one_known_time_is_not_torn() -> None:
    """Photos without a time belong to the property of their set."""
    day = two()
    day.sets[12] = [day.sets[12][0], *(replace(frame, taken_at=None) for frame in day.sets[12][1:])]
    found = divided(day.sets)
    assert {found.property_of(frame.path) for frame in day.sets[12]} == {1}
    assert found.untimed == ()


def test_files_that_are_not_sent_belong_to_one_property() -> None:
    """A file that is not sent goes with the file that is sent for it, or by its time, or by its folder."""
    day = two()
    sent, skipped = day.sets[15][0], at("skipped", day.sets[15][0].time, day.sets[0][0])
    left_out = (
        LeftOut("variant.CR3", Why.VARIANT, sent.path),
        LeftOut("skipped", Why.SKIPPED),
        LeftOut("broken", Why.UNREADABLE),
        LeftOut("copy", Why.COPY, sent.path, shoot="another shoot"),
    )
    found = divided(day.sets, left_out, skipped)
    assert [found.property_of(one.path) for one in left_out] == [1, 1, 0, 0]


def test_a_return_belongs_to_the_first_visit() -> None:
    """Parts at the same place are one property, so that a return at dusk is not an order of its own."""
    day = Day().shoot(10, at=away(0)).pause(2 * HOUR).shoot(10, at=away(900)).pause(2 * HOUR).shoot(10, at=away(0))
    found = divided(day.sets)
    assert (len(found.parts), found.properties, found.numbers) == (3, 2, (0, 1, 0))
