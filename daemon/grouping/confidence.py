"""Judges how sure a set is, and says why in short phrases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from daemon.grouping.lacking import Lacking
from daemon.grouping.learn import Usual
from daemon.grouping.segments import Segment
from daemon.grouping.sets import Confidence
from daemon.grouping.track import Track

LONGER, LEAST_PAUSE = 3.0, 1.0
"""The pauses around a certain set are at least LONGER times as long as its longest inner pause, and at least
LEAST_PAUSE seconds."""

ENOUGH = 2
"""The number of other sets that makes a pattern usual."""

USUAL = 0.25
"""The share of sets that makes a pattern or a size usual."""

EXACT = 0.1
"""The tolerance in EV for the evenness of the camera's offsets."""


class Judged(NamedTuple):
    """How sure a set is, and the reasons."""

    confidence: Confidence
    reasons: tuple[str, ...]


def judge(track: Track, division: Sequence[Segment], here: int, usual: Usual, lacks: Lacking | None) -> Judged:
    """Judge the set at ``here`` of a track's division. ``lacks`` is what it lacks, None if it is complete."""
    one = division[here]
    doubts = [] if lacks is None else [f"{_photos(lacks.missing)} missing of {lacks.wanted}"]
    doubts += _doubts(track, division, here, usual)
    if doubts:
        return Judged(Confidence.ASK, tuple(doubts))
    inner, around = _pauses(track, one)
    apart = around >= max(LONGER * inner, LEAST_PAUSE)
    proofs = [
        *_by_counters(track, one, usual),
        *_by_offsets(one, closed=around >= inner),
        *(_by_pattern(one, usual) if apart else []),
    ]
    if proofs:
        return Judged(Confidence.CERTAIN, tuple(proofs))
    return Judged(Confidence.LIKELY, tuple(_signs(one, usual, apart=apart)))


def _by_counters(track: Track, one: Segment, usual: Usual) -> list[str]:
    """Proof from the camera's counters. Without a sequence length, the set's size must be usual."""
    numbers = [frame.number for frame in track.frames[one.first : one.end]]
    if not one.marked or numbers != list(range(1, one.size + 1)):
        return []
    if one.length is None and usual.sizes.get(one.size, 0.0) < USUAL:
        return []
    return [f"the camera counted 1 to {one.size}"] if one.length in (None, one.size) else []


def _by_offsets(one: Segment, *, closed: bool) -> list[str]:
    """Proof from the camera's offsets: a complete bracketing, in an order that cameras use, without a pause inside."""
    if not one.symmetric or not one.marked or one.ladder is None or one.ladder.uneven > EXACT or not closed:
        return []
    starts_in_the_middle = one.ladder.ranks[0] == one.size // 2
    return ["the camera's offsets are complete"] if one.size > 2 and (starts_in_the_middle or one.ladder.rises) else []


def _by_pattern(one: Segment, usual: Usual) -> list[str]:
    """Proof from a usual pattern with longer pauses around the set."""
    others = _others(one, usual)
    if one.size < 3 or others < ENOUGH or others < USUAL * usual.count:
        return []
    return [f"the same exposure steps as {others} other sets", "longer pauses around it than within it"]


def _others(one: Segment, usual: Usual) -> int:
    return 0 if one.ladder is None else round(usual.share(one.ladder.steps) * usual.count)


def _pauses(track: Track, one: Segment) -> tuple[float, float]:
    """The longest pause within a set and the shorter pause around it. Unknown ones get the least favourable value."""
    inner = max(math.inf if idle is None else idle for idle in track.idle[one.first : one.end - 1])
    around = [track.idle[one.first - 1] if one.first else math.inf]
    around.append(track.idle[one.end - 1] if one.end < len(track.frames) else math.inf)
    return inner, min(0.0 if idle is None else idle for idle in around)


def _doubts(track: Track, division: Sequence[Segment], here: int, usual: Usual) -> list[str]:
    """Why a person should look at a set."""
    one, doubts = division[here], list[str]()
    if one.length is not None and one.size != one.length and one.marked:
        doubts.append(f"{one.size} photos of a sequence of {one.length}")
    if one.ladder is None:
        return [*doubts, "unknown exposures"]
    if one.ladder.repeats:
        doubts.append("an exposure occurs twice")
    if not one.marked and _only_iso_differs(track, one):
        doubts.append("only ISO differs")
    is_usual = _others(one, usual) >= ENOUGH
    if one.ladder.uneven > usual.tolerance and not is_usual:
        doubts.append("uneven exposure steps")
    common = max((size for size in usual.sizes if size > 1), key=usual.sizes.__getitem__)
    if not is_usual and one.length != one.size and usual.sizes[one.size] < USUAL * usual.sizes[common]:
        doubts.append(f"{one.size} photos, but most sets have {common}")
    if any(_is_left_over(track, division, at, one) for at in (here - 1, here + 1)):
        doubts.append("a photo beside it may belong to it")
    return doubts


def _only_iso_differs(track: Track, one: Segment) -> bool:
    """True if frames differ in ISO alone: an ISO bracketing, whose frames are made from one exposure."""
    frames = track.frames[one.first : one.end]
    return len({(frame.exposure_s, frame.f_number) for frame in frames}) == 1 < len({frame.iso for frame in frames})


def _is_left_over(track: Track, division: Sequence[Segment], at: int, one: Segment) -> bool:
    """True if the neighbour of a set is one photo that follows it as closely as its own photos follow each other."""
    if not 0 <= at < len(division) or division[at].size > 1:
        return False
    inner, _ = _pauses(track, one)
    idle = track.idle[max(division[at].first, one.first) - 1]
    return division[at].marked == one.marked and (idle is None or idle <= max(LONGER * inner, LEAST_PAUSE))


def _signs(one: Segment, usual: Usual, *, apart: bool) -> list[str]:
    """The evidence for a likely set."""
    others = _others(one, usual)
    signs = [
        "bracket marks of the camera" if one.marked else "",
        f"the same exposure steps as {others} other set{'s' * (others > 1)}" if others else "",
        "even exposure steps" if one.size > 2 and one.ladder and one.ladder.uneven <= usual.tolerance else "",
        "longer pauses around it than within it" if apart else "",
    ]
    return [sign for sign in signs if sign] or ["different exposures in short succession"]


def _photos(count: int) -> str:
    return f"{count} photo{'s' * (count != 1)}"
