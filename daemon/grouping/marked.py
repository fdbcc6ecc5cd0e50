"""Finds incomplete sets of frames with marks: the camera's sequence numbers or exposure offsets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from daemon.grouping.frame import Frame
from daemon.grouping.stream import (
    UNKNOWN,
    Lacking,
    Set,
    cut,
    hole,
    room_after,
    room_before,
    room_within,
)

ALIKE = 2
"""The number of complete sets with the same offsets that is needed before another set can be called incomplete."""

LEAST = 3
"""The least number of photos in a set that other sets are compared with."""


class Mark(NamedTuple):
    """A frame's place in its set. ``value`` is its number in a sequence of ``length``, which is 0 if unknown.

    If ``length`` is None, ``value`` is the offset from the metered exposure in twelfths of an EV, which can represent
    thirds and halves.
    """

    length: int | None
    value: int


class Kind(NamedTuple):
    """The values of the marks of a set's frames, and their ``length``."""

    length: int | None
    values: frozenset[int]


def mark_of(frame: Frame) -> Mark | None:
    """The camera's mark for a frame. None if it has none."""
    if not frame.aeb:
        return None
    if frame.number is not None and frame.length is not None:
        return Mark(frame.length, frame.number)
    if frame.value_ev is not None:
        return Mark(None, round(12 * frame.value_ev))
    return None if frame.number is None else Mark(0, frame.number)


def lacking(stream: Sequence[Frame], marks: Sequence[Mark | None]) -> Lacking | None:
    """The first incomplete set of a stream. ``marks`` are the marks of its frames."""
    plain = _Sets(stream, marks)
    ways = [plain, *(_Sets(stream, marks, order, plain.known) for order in plain.orders)]
    best = max(way.likely for way in ways)
    return next((found for way in ways if way.likely == best and (found := way.lacking()) is not None), None)


class _Sets:
    """A stream of marked frames, split into sets where offsets repeat or do not follow the given ``order``.

    ``known`` are the kinds of complete sets. By default, these are the kinds that occur more than once.
    """

    def __init__(
        self,
        stream: Sequence[Frame],
        marks: Sequence[Mark | None],
        order: Sequence[int] = (),
        known: frozenset[Kind] | None = None,
    ) -> None:
        self._stream, self._marks = stream, marks
        sets = list(self._split(order))
        often = Counter(map(self._kind, sets))
        repeated = (kind for kind, count in often.items() if len(kind.values) >= LEAST and count >= ALIKE)
        self.known = frozenset(repeated) if known is None else known
        self._sets, self._pieces = self._joined(sets), len(sets)
        self._often = Counter(map(self._kind, self._sets))

    @property
    def likely(self) -> tuple[int, int]:
        """A sort key for how well this explains the stream: more complete sets, then fewer pieces."""
        return sum(self._is_whole(self._kind(one)) for one in self._sets), -self._pieces

    @property
    def orders(self) -> list[tuple[int, ...]]:
        """The possible orders of the camera's usual offsets. There are several, as a stream may begin within a set."""
        taken = Counter(tuple(self._values(one)) for one in self._sets if self._kind(one) in self.known)
        usual = max(taken, key=taken.__getitem__, default=())
        return [usual[at:] + usual[:at] for at in range(len(usual))]

    def lacking(self) -> Lacking | None:
        """The first incomplete set."""
        for one, after in zip(self._sets, [*self._sets[1:], []], strict=True):
            kind = self._kind(one)
            wanted = self._wanted(kind)
            if wanted is not None and self._has_room(self._with_rest(one, after, wanted), wanted):
                return Lacking(one, len(wanted.values), self._often[wanted])
        return None

    def _has_room(self, one: Set, wanted: Kind) -> bool:
        """True if file numbers are missing where the missing frames belong: before, within or after the set.

        If the order of a complete set is unknown, they may be missing anywhere around it.
        """
        room = room_before(self._stream, one), room_within(self._stream, one), room_after(self._stream, one)
        order, values = self._order(wanted), self._values(one)
        places = [order.index(value) for value in values if value in order]
        if len(places) < len(values) or places != sorted(places):
            return len(wanted.values) - len(values) <= sum(room)
        span = places[-1] - places[0] + 1
        missing = places[0], span - len(values), len(order) - places[0] - span
        return all(some <= there for some, there in zip(missing, room, strict=True))

    def _with_rest(self, one: Set, after: Set, wanted: Kind) -> Set:
        """A set joined with the next one, if both are parts of one complete set that a long pause split."""
        order, both = self._order(wanted), [*one, *after]
        places = [order.index(value) for value in self._values(both) if value in order]
        is_part = len(places) == len(both) and all(first < second for first, second in pairwise(places))
        return both if after and is_part and self._length(one) == self._length(after) else one

    def _order(self, wanted: Kind) -> tuple[int, ...]:
        """The order in which the camera takes a complete set of this kind. Empty if the shoot does not show it."""
        if wanted.length:
            return tuple(range(1, wanted.length + 1))
        taken = Counter(tuple(self._values(one)) for one in self._sets if self._kind(one) == wanted)
        return max(taken, key=taken.__getitem__, default=())

    def _split(self, order: Sequence[int]) -> Iterator[Set]:
        one: Set = []
        for at, mark in enumerate(self._marks):
            if one and (
                mark is None or cut(self._stream[at - 1], self._stream[at]) or not self._goes_on(one, at, order)
            ):
                yield one
                one = []
            if mark is not None:
                one.append(at)
        if one:
            yield one

    def _goes_on(self, one: Set, at: int, order: Sequence[int]) -> bool:
        *before, last, value = self._values([*one, at])
        length = self._length(one)
        if length != self._length([at]):
            return False
        if length is not None:
            return value > last
        if value in order and last in order:
            return order.index(value) > order.index(last)
        return value not in (*before, last)

    def _joined(self, sets: Sequence[Set]) -> list[Set]:
        """The sets, with a set split by a pause rejoined if no file number is missing at the split."""
        joined: list[Set] = []
        for one in sets:
            if joined and not self._is_whole(self._kind(one)) and self._are_one(joined[-1], one):
                joined[-1] = [*joined[-1], *one]
            else:
                joined.append(one)
        return joined

    def _are_one(self, first: Set, second: Set) -> bool:
        some, more = self._kind(first), self._kind(second)
        if hole(self._stream[first[-1]], self._stream[second[0]]) not in (0, UNKNOWN):
            return False
        both = Kind(some.length, some.values | more.values)
        return some.length == more.length and not some.values & more.values and self._is_whole(both)

    def _values(self, one: Set) -> list[int]:
        return [mark.value for at in one if (mark := self._marks[at]) is not None]

    def _kind(self, one: Set) -> Kind:
        return Kind(self._length(one), frozenset(self._values(one)))

    def _length(self, one: Set) -> int | None:
        mark = self._marks[one[0]]
        return None if mark is None else mark.length

    def _is_whole(self, kind: Kind) -> bool:
        return len(kind.values) == kind.length if kind.length else kind in self.known

    def _wanted(self, kind: Kind) -> Kind | None:
        """The kind that a set should have. None if nothing is missing."""
        if self._is_whole(kind):
            return None
        alike = self._often[kind]
        if kind.length:
            among = sum(count for other, count in self._often.items() if other.length == kind.length)
            meant = alike == among > 1  # all sets lack the same frames, so somebody removed them
            return None if meant else Kind(kind.length, frozenset(range(1, kind.length + 1)))
        larger = [other for other in self.known if other.length == kind.length and kind.values < other.values]
        return max(larger, key=self._often.__getitem__) if larger and alike == 1 else None
