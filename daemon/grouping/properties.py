"""Detects shoots with sets of several properties, as from one card: by a pause, another date or another place.

It only reports, so it prefers missing a property to raising a false alarm:

1. A pause separates two properties if it is much longer than the gaps between the other sets, and longer than can be
   expected of a photographer with such gaps. A night always does.
2. Another place separates them, with or without a pause, if the sets before lie close together and so do those after.
3. Sets at the same place are one property, whatever the pause: a lunch break, or a return at dusk. Without places, a
   return cannot be distinguished from another property.
4. A camera must have been used on both sides. A second camera's clock may be hours wrong, and a drone is far away.
5. A property has at least ``LEAST`` sets. A walk to a place near by and back is not another property.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from statistics import NormalDist, fmean, median

from daemon.grouping.frame import Frame
from daemon.grouping.places import Place, metres, middle
from daemon.grouping.property import Apart, Part
from daemon.shoot.shot import CLOCK_SET

LEAST = 4
"""The minimum number of sets in a property."""

PAUSE = 720.0
"""The minimum pause in seconds that can separate properties."""

LONGER, USUAL = 8.0, 0.95
"""A pause is longer than the ``USUAL`` quantile of the gaps between sets by this factor."""

ALARMS = 0.001
"""The share of shoots of a single property whose longest gap may count as a pause."""

SHORT = 1.0
"""The shortest usual gap in seconds. Two cameras overlap."""

NIGHT = 4 * 3600.0
"""The minimum pause in seconds that separates two dates."""

DAY = 86_400

APART = 150.0
"""The minimum distance in metres between two properties. Places that are closer count as the same."""

SPREAD = 75.0
"""The maximum distance in metres from a set to the middle of its group, where only the place separates two groups."""


def properties(sets: Iterable[Sequence[Frame]]) -> tuple[Part, ...]:
    """The parts of a shoot that look like different properties, by time. Empty if it looks like one.

    ``sets`` are the frames of each set, in shooting order. Sets without a time count with the set before
    them, and at the start with the first.
    """
    scenes = _scenes(sets)
    if len(scenes) < 2 * LEAST:
        return ()
    gaps = [max(after.begin - end, 0.0) for after, end in zip(scenes[1:], _ends(scenes), strict=False)]
    longest = _longest(gaps)
    nights = {at for at, gap in enumerate(gaps) if gap > NIGHT and scenes[at].day != scenes[at + 1].day}
    cuts = {at for at, gap in enumerate(gaps) if gap > longest} | nights | _moves(scenes)
    bounds = [0, *(at + 1 for at in sorted(cuts)), len(scenes)]
    groups = _joined([_group(scenes[start:stop]) for start, stop in pairwise(bounds)], longest)
    return _parts(groups, longest) if len(groups) > 1 else ()


# --- sets ---


@dataclass(frozen=True, slots=True)
class _Scene:
    """A set with a time, and the number of sets that it stands for: itself and those beside it without a time."""

    begin: float
    end: float
    bodies: frozenset[str]
    place: Place | None
    sets: int = 1

    @property
    def day(self) -> int:
        """The date, in days from 1970."""
        return int(self.begin // DAY)


def _scenes(sets: Iterable[Sequence[Frame]]) -> list[_Scene]:
    """The sets with a time, by time."""
    scenes: list[_Scene] = []
    untimed = 0
    for frames in sets:
        timed = [frame for frame in frames if frame.time >= CLOCK_SET]
        if timed:
            begin, end = min(frame.time for frame in timed), max(frame.time + frame.shutter for frame in timed)
            bodies = frozenset(frame.body for frame in timed)
            scenes.append(_Scene(begin, end, bodies, middle(_places(frames)), 1 + untimed))
            untimed = 0
        elif scenes:
            scenes[-1] = replace(scenes[-1], sets=scenes[-1].sets + 1)
        else:
            untimed += 1
    return sorted(scenes, key=lambda scene: scene.begin)


def _ends(scenes: Sequence[_Scene]) -> list[float]:
    """For each set, the end of the latest set up to it: two cameras may work at the same time."""
    return list(accumulate((scene.end for scene in scenes), max))


# --- pauses ---


def _longest(gaps: Sequence[float]) -> float:
    """The longest gap in seconds between two sets of one property.

    Gaps between properties would raise the quantile of a short shoot. So the longest gaps are left out of it at first,
    as many as there can be properties, and come back as long as they are not longer than the result.
    """
    inner = sorted(gaps)
    apart = [gap for gap in inner[len(inner) - max((len(gaps) + 1) // LEAST - 1, 0) :] if gap > PAUSE]
    inner = inner[: len(inner) - len(apart)]
    while True:
        longest = max(PAUSE, LONGER * _quantile(inner), _tail(inner)) if inner else math.inf
        back = [gap for gap in apart if gap <= longest]
        if not back:
            return longest
        inner, apart = sorted([*inner, *back]), [gap for gap in apart if gap > longest]


def _tail(gaps: Sequence[float]) -> float:
    """The gap in seconds that only a share ``ALARMS`` of single properties exceeds, if the gaps are log-normal.

    Only gaps above the median are used to estimate the spread, because short gaps depend on how the sets were found.
    """
    usual = max(median(gaps), SHORT)
    above = [math.log(gap / usual) for gap in gaps if gap > usual]
    deviation = math.sqrt(fmean(log * log for log in above)) if above else 0.0
    return usual * math.exp(deviation * NormalDist().inv_cdf(1 - ALARMS / len(gaps)))


def _quantile(values: Sequence[float]) -> float:
    """The ``USUAL`` quantile of sorted values, by nearest rank."""
    return values[math.ceil(USUAL * len(values)) - 1]


# --- places ---


def _moves(scenes: Sequence[_Scene]) -> set[int]:
    """The sets after which the place changes. Several sets must lie close together on either side."""
    located = [(at, scene.place) for at, scene in enumerate(scenes) if scene.place is not None]
    moves = set()
    for here in range(LEAST, len(located) - LEAST + 1):
        before = [place for _, place in located[here - LEAST : here]]
        after = [place for _, place in located[here : here + LEAST]]
        if metres(middle(before), middle(after)) > APART and _is_close(before) and _is_close(after):
            last, first = located[here - 1][0], located[here][0]
            moves.add(max(range(last, first), key=lambda at: scenes[at + 1].begin - scenes[at].end))
    return moves


def _places(frames: Iterable[Frame]) -> list[Place]:
    return [frame.gps for frame in frames if frame.gps is not None]


def _is_close(places: Sequence[Place]) -> bool:
    centre = middle(places)
    return all(metres(place, centre) <= SPREAD for place in places)


# --- groups ---


@dataclass(frozen=True, slots=True)
class _Group:
    """Sets that follow each other in time. ``place`` is their middle, if any of them has a place."""

    scenes: tuple[_Scene, ...]
    end: float
    sets: int
    bodies: frozenset[str]
    place: Place | None

    @property
    def begin(self) -> float:
        """The time of the first set."""
        return self.scenes[0].begin


def _group(scenes: Sequence[_Scene]) -> _Group:
    return _Group(
        tuple(scenes),
        max(scene.end for scene in scenes),
        sum(scene.sets for scene in scenes),
        frozenset().union(*(scene.bodies for scene in scenes)),
        middle([scene.place for scene in scenes if scene.place is not None]),
    )


def _joined(groups: list[_Group], longest: float) -> list[_Group]:
    """The groups that can be different properties. The others are joined, the closest in time first."""
    while True:
        walks = {at for at in range(1, len(groups) - 1) if _is_walk(groups[at - 1 : at + 2], longest)}
        false = [
            at
            for at, (one, other) in enumerate(pairwise(groups))
            if at in walks
            or at + 1 in walks
            or _is_same_place(one, other)
            or min(one.sets, other.sets) < LEAST
            or not one.bodies & other.bodies
        ]
        if not false:
            return groups
        at = min(false, key=lambda at: groups[at + 1].begin - groups[at].end)
        groups[at : at + 2] = [_group(groups[at].scenes + groups[at + 1].scenes)]


def _is_same_place(one: _Group, other: _Group) -> bool:
    return None not in (one.place, other.place) and metres(one.place, other.place) <= APART


def _is_walk(groups: Sequence[_Group], longest: float) -> bool:
    """True if the photographer left the place and came back, without a long pause either time."""
    before, there, after = groups
    pauses = there.begin - before.end, after.begin - there.end
    return max(pauses) <= longest and _is_same_place(before, after)


def _parts(groups: Sequence[_Group], longest: float) -> tuple[Part, ...]:
    parts = []
    for at, group in enumerate(groups):
        why = _why(groups[at - 1], group, longest) if at else ()
        same = next((earlier for earlier in range(at) if _is_same_place(groups[earlier], group)), None)
        parts.append(Part(group.begin, group.end, group.sets, why, same))
    return tuple(parts)


def _why(before: _Group, after: _Group, longest: float) -> tuple[Apart, ...]:
    pause, nightly = after.begin - before.end, before.scenes[-1].day != after.scenes[0].day
    found = {
        Apart.PAUSE: pause > longest or (nightly and pause > NIGHT),
        Apart.DATE: nightly,
        Apart.PLACE: metres(before.place, after.place) > APART,
    }
    return tuple(apart for apart, is_so in found.items() if is_so)
