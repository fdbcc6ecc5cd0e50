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
"""Files with more runs than RUNS per card, and than this share of the frames, were renamed: their numbers say nothing
about the order."""

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

    A run is frames of one card whose file numbers and times rise together.
    """
    if not has_time(frames) or any(frame.file_number is None for frame in frames):
        return [_in_order(frames)]
    cards: dict[str, list[Frame]] = defaultdict(list)
    for frame in frames:
        cards[frame.card].append(frame)
    runs = sorted((run for card in cards.values() for run in _runs(card)), key=lambda run: run[0].time)
    if len(runs) > max(RUNS + len(cards), len(frames) * SHARE):
        return [_in_order(frames)]
    found: list[list[Frame]] = []
    for run in runs:
        free = [stream for stream in found if stream[-1].time <= run[0].time or _is_spread(stream, run)]
        if free:
            stream = min(free, key=lambda stream: _distance(stream[-1], run[0]))
            stream[:] = sorted((*stream, *run), key=lambda frame: frame.time)
        else:
            found.append(run)
    return [_in_order(stream) for stream in found]


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
    """True if one counter numbered both: one body's frames are spread over cards, or a copy of them is partial."""
    both = [*stream, *run]
    numbered = _unrolled(both)
    both.sort(key=numbered)
    return all(numbered(one) < numbered(other) and other.time >= one.time - BACK for one, other in pairwise(both))


def _distance(last: Frame, first: Frame) -> tuple[bool, int]:
    """A sort key for how unlikely one body took ``first`` right after ``last``: another card, then a distant number."""
    return last.card != first.card, abs((last.file_number or 0) - (first.file_number or 0))


def _in_order(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """The frames by time, or by number alone without a usable clock."""
    numbered = _unrolled(frames)
    clock = has_time(frames) and not is_stopped(frames)
    return tuple(
        sorted(
            frames,
            key=lambda frame: (frame.time if clock else 0.0, frame.directory, numbered(frame), frame.path),
        )
    )


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
