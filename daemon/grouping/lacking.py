"""Finds sets that lack photos: parts of a usual set, with file numbers missing where its other frames belong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from daemon.grouping.cuts import looks_differ
from daemon.grouping.segments import Segment
from daemon.grouping.solve import Solved
from daemon.grouping.track import Track

ALIKE, ALIKE_UNMARKED = 2, 3
"""The number of equal sets that makes a set usual, with and without bracket marks."""

LEAST = 3
"""The minimum number of frames in a usual set that other sets are compared with."""


class Lacking(NamedTuple):
    """What an incomplete set lacks: ``missing`` of ``wanted`` frames. ``others`` is the number of complete sets."""

    missing: int
    wanted: int
    others: int


class Labels(NamedTuple):
    """The places of frames in a usual set, in shooting order.

    ``values`` are numbers in a sequence of ``length``, which is 0 if unknown. If ``length`` is None, they are levels:
    of ``marked`` frames the camera's offsets in twelfths of an EV, which can represent thirds and halves; of others the
    exposures relative to the first frame in thirds.
    """

    marked: bool
    length: int | None
    values: tuple[int, ...]

    def is_like(self, other: Labels) -> bool:
        """True if two sets are equal. Exposures may differ by a third, because shutter times are rounded."""
        if self.marked or other.marked:
            return self == other
        return len(self.values) == len(other.values) and all(
            abs(mine - theirs) <= 1 for mine, theirs in zip(self.values, other.values, strict=True)
        )

    def places(self, part: Labels) -> list[tuple[int, ...]]:
        """All places where a part may fit into this set, each as the positions of the part's frames."""
        if (self.marked, self.length) != (part.marked, part.length):
            return []
        offsets = (0,) if self.marked else self.values
        found = (_positions([value + offset for value in part.values], self) for offset in offsets)
        return [place for place in found if place is not None]


def lacking(solved: Solved) -> list[dict[int, Lacking]]:
    """For each track, what its sets and marked single frames lack, by the position of their first frame.

    If several sets lack the same frames, they count as complete: somebody removed the frames on purpose.
    """
    labels = [
        [_labels(track, one) for one in division]
        for track, division in zip(solved.tracks, solved.divisions, strict=True)
    ]
    often = Counter(known for some in labels for known in some if known is not None)
    found = [
        [_of_one(track, division, some, here, often) for here in range(len(division))]
        for track, division, some in zip(solved.tracks, solved.divisions, labels, strict=True)
    ]
    alike = Counter(
        known
        for some, lacks in zip(labels, found, strict=True)
        for known, lack in zip(some, lacks, strict=True)
        if known is not None and lack is not None
    )
    return [
        {
            one.first: lack
            for one, known, lack in zip(division, some, lacks, strict=True)
            if lack is not None and known is not None and not _is_meant(known, alike, often)
        }
        for division, some, lacks in zip(solved.divisions, labels, found, strict=True)
    ]


def _is_meant(known: Labels, alike: Counter[Labels], often: Counter[Labels]) -> bool:
    """True if several sets lack the same frames; for a known sequence length, all must. ``alike`` counts them."""
    count = _count(known, alike)
    if not known.length:
        return count > 1
    return count == sum(some for other, some in often.items() if other.marked and other.length == known.length) > 1


def _of_one(
    track: Track, division: Sequence[Segment], labels: Sequence[Labels | None], here: int, often: Counter[Labels]
) -> Lacking | None:
    """What the set at ``here`` of a division lacks."""
    known, one = labels[here], division[here]
    if known is None:
        return None
    before = labels[here - 1] if here and _is_one_scene(track, one.first) else None
    after = labels[here + 1] if here + 1 < len(labels) and _is_one_scene(track, one.end) else None
    only = bool(known.length) or _count(known, often) == 1
    for whole in _wholes(known, often):
        if _both(before, known, whole) is not None:
            return None  # reported for the part before
        both = _both(known, after, whole)
        part, end = (known, one.end) if both is None else (both, division[here + 1].end)
        missing = len(whole.values) - len(part.values)
        if missing and any(_has_room(track, one.first, end, place, whole, only=only) for place in whole.places(part)):
            return Lacking(missing, len(whole.values), _count(whole, often))
    return None


def _wholes(known: Labels, often: Counter[Labels]) -> list[Labels]:
    """The complete sets that these labels may be a part of, the most frequent first. Empty for a complete set."""
    if known.length:
        whole = known._replace(values=tuple(range(1, known.length + 1)))
        return [] if known == whole else [whole]
    least = ALIKE if known.marked else ALIKE_UNMARKED
    if _count(known, often) >= least and len(known.values) >= LEAST:
        return []
    longer = (whole for whole, _ in often.most_common() if len(whole.values) > max(len(known.values), LEAST - 1))
    return [whole for whole in longer if whole.places(known) and _count(whole, often) >= least]


def _count(known: Labels, often: Counter[Labels]) -> int:
    """The number of sets like this one."""
    return sum(count for other, count in often.items() if known.is_like(other))


def _is_one_scene(track: Track, at: int) -> bool:
    """True if a frame and the one before it may show the same scene despite the pause between them."""
    return not looks_differ(track.frames[at - 1], track.frames[at])


def _both(known: Labels | None, after: Labels | None, whole: Labels) -> Labels | None:
    """Joins two neighbours if both are parts of one marked set that a long pause split; otherwise returns None."""
    if known is None or after is None or not whole.marked or known[:2] != after[:2]:
        return None
    both = known._replace(values=known.values + after.values)
    return both if whole.places(both) else None


def _positions(values: Sequence[int], whole: Labels) -> tuple[int, ...] | None:
    """The positions of these values in a whole set, in its order; None if they are not a part of it."""
    spare, found, at = 0 if whole.marked else 1, list[int](), 0
    for value in values:
        while at < len(whole.values) and abs(whole.values[at] - value) > spare:
            at += 1
        if at == len(whole.values):
            return None
        found.append(at)
        at += 1
    return tuple(found)


def _has_room(track: Track, first: int, end: int, place: tuple[int, ...], whole: Labels, *, only: bool) -> bool:
    """True if file numbers are missing where the missing frames belong: before, within and after the part.

    If the names do not show it, marked frames may have room around and within them, and so may the end of the shoot.
    This applies only if the part is the ``only`` one of its kind: other kinds of sets are complete.
    """
    needed = [place[0], *(after - before - 1 for before, after in pairwise(place)), len(whole.values) - 1 - place[-1]]
    for at, some in enumerate(needed, first):
        missing = track.missing[at]
        if missing is None:
            missing = some if only and (whole.marked or at == end == len(track.frames)) else 0
        if some > missing:
            return False
    return True


def _labels(track: Track, one: Segment) -> Labels | None:
    """The labels of a set, or of a single frame with a bracket mark. None if nothing can be compared."""
    frames = track.frames[one.first : one.end]
    numbers = [frame.number for frame in frames if frame.number is not None]
    numbered = one.marked and len(numbers) == one.size
    length = frames[0].length if len({frame.length for frame in frames}) == 1 else None
    if numbered and length:
        return Labels(True, length, tuple(numbers))
    offsets = _offsets(track, one) if one.marked else None
    if offsets is not None:
        return Labels(True, None, tuple(round(12 * offset) for offset in offsets))
    if numbered:
        return Labels(True, 0, tuple(numbers))
    if one.ladder is None or one.ladder.repeats:
        return None
    return Labels(False, None, tuple(accumulate(one.ladder.steps, initial=0)))


def _offsets(track: Track, one: Segment) -> list[float] | None:
    """The camera's offsets of these frames in EV. None if it did not record them, or recorded one twice."""
    for column in (track.values, track.biases):
        offsets = [offset for offset in column[one.first : one.end] if offset is not None]
        if len(set(offsets)) == one.size:
            return offsets
    return None
