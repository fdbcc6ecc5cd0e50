"""Sorts frames into streams: the frames that one camera took one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from daemon.grouping.clock import has_time, is_stopped
from daemon.grouping.frame import ROLLS_AFTER, Frame

BACK = 2.0
"""Seconds by which the times of one body's numbered files may go back, because a slow card writes out of order."""

RUNS, SHARE = 3, 1 / 15
"""Files with more runs than RUNS per card, and than this share of the frames, were renamed: their numbers do not show
the order."""

Numbered = Callable[[Frame], int]


def bodies(frames: Iterable[Frame]) -> list[list[tuple[Frame, ...]]]:
    """The streams of each camera body, each in shooting order. A body without make and model is known by its card.

    A body has more than one stream if two bodies of one model without serial numbers were used at the same time.
    """
    alike: dict[str, list[Frame]] = defaultdict(list)
    for frame in sorted(frames, key=lambda frame: frame.path):
        alike[frame.body or frame.card].append(frame)
    return [_streams(some) for _, some in sorted(alike.items())]


def _streams(frames: Sequence[Frame]) -> list[tuple[Frame, ...]]:
    """Separate the frames of one model by body. Runs that overlap in time are of two bodies.

    A run is frames of one card whose file numbers and times rise together. Within a run the numbers are the order: a
    picture that the camera merges has the time of its first frame, and a number after its last one.
    """
    if not has_time(frames) or any(frame.file_number is None for frame in frames):
        return [_in_order(frames)]
    cards: dict[str, list[Frame]] = defaultdict(list)
    for frame in frames:
        cards[frame.card].append(frame)
    runs = sorted((run for card in cards.values() for run in _runs(card)), key=lambda run: run[0].time)
    if is_stopped(frames) or len(runs) > max(RUNS + len(cards), len(frames) * SHARE):
        return [_in_order(frames)]
    found: list[list[Frame]] = []
    for run in runs:
        later = [stream for stream in found if max(frame.time for frame in stream) <= run[0].time]
        spread = [stream for stream in found if stream not in later and _is_spread(stream, run)]
        if later or spread:
            stream = min([*later, *spread], key=lambda stream: _distance(stream[-1], run[0]))
            stream += run
            if stream in spread:
                stream.sort(key=_unrolled(stream))
        else:
            found.append(run)
    return [tuple(stream) for stream in found]


def _runs(card: Sequence[Frame]) -> list[list[Frame]]:
    """The frames of one card by folder and number, split where the time goes back."""
    numbered = _unrolled(card)
    runs: list[list[Frame]] = []
    for frame in sorted(card, key=lambda frame: (frame.directory, frame.folder, numbered(frame), frame.time)):
        if runs and frame.time >= runs[-1][-1].time - BACK:
            runs[-1].append(frame)
        else:
            runs.append([frame])
    return runs


def _is_spread(stream: Sequence[Frame], run: Sequence[Frame]) -> bool:
    """True if the same counter numbered both: one body's frames are spread over cards, or were only partly copied."""
    both = [*stream, *run]
    numbered = _unrolled(both)
    both.sort(key=numbered)
    return all(numbered(one) < numbered(other) and other.time >= one.time - BACK for one, other in pairwise(both))


def _distance(last: Frame, first: Frame) -> tuple[bool, int]:
    """A sort key for how unlikely one body took ``first`` right after ``last``: another card, then a distant number."""
    return last.card != first.card, abs((last.file_number or 0) - (first.file_number or 0))


def _in_order(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """The frames sorted by time; without a usable clock, by number alone.

    Frames of one time are in the order of their file numbers, or else of the camera's counters.
    """
    numbered = _unrolled(frames)
    clock = has_time(frames) and not is_stopped(frames)

    def place(frame: Frame) -> tuple[float, int, int, int, int, str]:
        counters = frame.shutter_count or 0, frame.number or 0
        return (frame.time if clock else 0.0, frame.directory, numbered(frame), *counters, frame.path)

    return tuple(sorted(frames, key=place))


def _unrolled(frames: Sequence[Frame]) -> Numbered:
    """A function for a frame's file number, which continues after 9999 if the camera's counter restarted at 1."""
    numbers: dict[int, list[int]] = defaultdict(list)
    for frame in frames:
        if frame.file_number is not None:
            numbers[frame.directory].append(frame.file_number)
    rolled = {where for where, some in numbers.items() if max(some) - min(some) > ROLLS_AFTER // 2}

    def numbered(frame: Frame) -> int:
        number = frame.file_number or 0
        return number + ROLLS_AFTER if number < ROLLS_AFTER // 2 and frame.directory in rolled else number

    return numbered
