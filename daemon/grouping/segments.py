"""Lists the candidates for sets: all runs of up to nine frames without a cut, with what the rules use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from daemon.grouping.cuts import BY_HAND, Cut
from daemon.grouping.ladder import Ladder, ladder
from daemon.grouping.track import Track
from daemon.shoot.sets import MOST_BRACKETS

SAME_STEP = 0.4
"""A frame continues a ladder if its step differs from the ladder's by at most this, in EV."""

SUMS_TO_ZERO = 0.01
"""The largest sum in EV of offsets that are symmetric about the metered exposure."""

Column = Sequence[float | None]


@dataclass(slots=True)
class Segment:
    """Consecutive frames ``first`` … ``end`` - 1 of a track: one frame, or a candidate for a set.

    ``ladder`` is None for one frame, and if an exposure is unknown; ``by_value`` is True if it is made of the camera's
    offsets. ``marked`` is True if all frames have a bracket mark, ``length`` the camera's sequence length if all frames
    have the same. ``symmetric`` is True for offsets that contain 0 and sum to 0.

    ``step_before`` and ``step_after`` are the steps from the frame before and to the frame after, in thirds of an EV;
    None beyond a cut. ``missing_before``, ``missing_within`` and ``missing_after`` count missing file numbers; None if
    unknown. ``goes_on`` counts the sides (0 to 2) on which a rising or falling ladder goes on in the next frame.
    ``by_hand`` is True for a whole even ladder with pauses that a person needs between two exposures.
    """

    first: int
    end: int
    marked: bool
    ladder: Ladder | None = None
    by_value: bool = False
    length: int | None = None
    symmetric: bool = False
    step_before: int | None = None
    step_after: int | None = None
    missing_before: int | None = None
    missing_within: int | None = None
    missing_after: int | None = None
    goes_on: int = 0
    by_hand: bool = False

    @property
    def size(self) -> int:
        """The number of frames."""
        return self.end - self.first


def segments(track: Track, cuts: Sequence[Cut], *, by_hand: bool) -> Iterator[list[Segment]]:
    """For each frame, the candidates that end with it, shortest first. ``cuts`` are the gaps of the track.

    ``by_hand`` is True if a set may be bracketed by hand.
    """
    for end in range(1, len(track.frames) + 1):
        found = [Segment(end - 1, end, bool(track.marked[end - 1]))]
        slow = False
        for first in range(end - 2, max(-1, end - 1 - MOST_BRACKETS), -1):
            if cuts[first] is Cut.HARD:
                break
            slow = slow or cuts[first] is Cut.SLOW
            one = _segment(track, cuts, first, end)
            one.by_hand = by_hand and _is_by_hand(one, track)
            if one.by_hand or not slow:
                found.append(one)
        yield found


def _segment(track: Track, cuts: Sequence[Cut], first: int, end: int) -> Segment:
    """The candidate of two or more frames."""
    frames, size = track.frames, end - first
    length = frames[first].length
    if length is not None and any(frames[at].length != length for at in range(first + 1, end)):
        length = None
    one = Segment(first, end, all(track.marked[first:end]), length=length)
    one.missing_before = track.missing[first]
    one.missing_within, one.missing_after = _missing_within(track, first, end), track.missing[end]
    column, one.by_value = _column(track, first, end)
    levels = [level for level in column[first:end] if level is not None]
    if len(levels) < size:
        return one
    one.ladder = ladder(levels, None if one.by_value else track.at_limit[first:end])
    if column is track.values and not one.ladder.repeats:
        one.symmetric = 0 in levels and abs(sum(levels)) < SUMS_TO_ZERO
    if first and cuts[first - 1] is not Cut.HARD:
        one.step_before = _step(column[first - 1], column[first])
    if end < len(frames) and cuts[end - 1] is not Cut.HARD:
        one.step_after = _step(column[end - 1], column[end])
    if size < MOST_BRACKETS and one.ladder.rises and not one.ladder.repeats:
        one.goes_on = _goes_on(one, one.ladder, track.idle)
    return one


def _column(track: Track, first: int, end: int) -> tuple[Column, bool]:
    """The column of the levels of these frames, and True if these are the camera's offsets.

    Offsets must be distinct. If some are equal, the camera took two sets, or test shots in bracketing mode, whatever
    their exposures are.
    """
    values = track.values[first:end]
    if None not in values and (len(set(values)) == end - first or (track.has_offsets and all(track.marked[first:end]))):
        return track.values, True
    biases = track.biases[first:end]
    if len({round(6 * bias) for bias in biases if bias is not None}) == end - first:
        return track.biases, True
    return track.exposures, False


def _missing_within(track: Track, first: int, end: int) -> int | None:
    """The number of missing file numbers between these frames; None if unknown, or too many for one set."""
    missing = 0
    for some in track.missing[first + 1 : end]:
        if some is None:
            return None
        missing += some
    return missing if missing + end - first <= 2 * MOST_BRACKETS else None


def _step(before: float | None, after: float | None) -> int | None:
    return None if before is None or after is None else round(3 * (after - before))


def _goes_on(one: Segment, shape: Ladder, idle: Sequence[float | None]) -> int:
    """The number of sides on which the next frame continues the ladder, without a pause that is clearly longer."""
    inner = max((gap for gap in idle[one.first : one.end - 1] if gap is not None), default=0.0)
    sides = 0
    for step, gap in ((one.step_after, one.end - 1), (one.step_before, one.first - 1)):
        if step is None or step * shape.rises <= 0 or abs(abs(step) / 3 - shape.step) > SAME_STEP:
            continue
        pause = idle[gap]
        sides += pause is None or pause <= max(3 * inner, inner + 1.0)
    return sides


def _is_by_hand(one: Segment, track: Track) -> bool:
    """True for a whole, even ladder of four or more frames, with pauses as of a person who turns the dial.

    The pauses are similar, and the frames around it do not continue it.
    """
    shape, gaps = one.ladder, [gap for gap in track.idle[one.first : one.end - 1] if gap is not None]
    if shape is None or one.size < 4 or len(gaps) < one.size - 1 or shape.repeats or shape.span < 2.4:
        return False
    moves = [step > 0 for step in shape.steps]
    if len(set(moves)) > 1 or 0 in shape.steps or shape.uneven > SAME_STEP:
        return False
    if not 2 < max(gaps) <= min(BY_HAND, 5 * max(2.0, min(gaps))):
        return False
    usual = sorted(gaps)[len(gaps) // 2]
    for step, at in ((one.step_after, one.end - 1), (one.step_before, one.first - 1)):
        if one.size == MOST_BRACKETS or step is None or (step > 0) != moves[0] or abs(abs(step) / 3 - shape.step) > 0.7:
            continue
        pause = track.idle[at]
        if pause is not None and pause <= max(3 * usual, 6.0):
            return False
    return True
