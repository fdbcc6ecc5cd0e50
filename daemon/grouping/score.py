"""Scores a candidate: how much more likely its frames are one set than single photos."""

from __future__ import annotations

from daemon.grouping import weights
from daemon.grouping.learn import ENOUGH, ROUNDING, Usual
from daemon.grouping.parts import part_of
from daemon.grouping.pauses import Pauses, View
from daemon.grouping.segments import Segment

MOSTLY_SINGLES = 0.6
"""A shoot whose share of single frames is at least this has few sets."""

PLAIN_STEPS, PLAIN_SPAN = 0.36, 1.8
"""A set that is clear on its own: how even it is and its span, in EV. Two steps of 1 EV may be measured as 1.84."""

QUICK = 0.4
"""The longest pause in seconds of a bracketing that the camera takes by itself."""

SAME_BY_CHANCE = 0.2
"""The probability that the step between two single photos is about the same as between two others."""

FEW = 4
"""The largest number of single photos that look like a set by chance if most frames are in sets."""

AIMING = 2.0
"""The minimum time in seconds that a person needs to point the camera at another view."""

ALIKE = 0.2
"""A candidate whose pattern is shared by more than this share of sets is not a part of another."""

EVEN_SIZES = frozenset({4, 6, 8})


def fixed_score(one: Segment, *, doubted: bool) -> float:
    """The part of a candidate's score that depends on its own marks and exposures only.

    ``doubted`` is True for unmarked frames of a camera that marks its sets.
    """
    if one.size == 1:
        return weights.MARKED_SINGLE if one.marked else 0.0
    pairs = one.size - 1
    score = weights.MARKED * pairs if one.marked else 0.0
    if one.length:
        score += _of_length(one.size, one.length)
    if one.size == 2:
        score += weights.PAIR + (weights.DOUBTED_PAIR if doubted else 0.0)
    if one.ladder is None:
        return score
    if one.ladder.repeats:
        return score + weights.REPEATED + weights.REPEATED_AGAIN * (one.ladder.repeats - 1)
    score += weights.RUNG * pairs + weights.GOES_ON * one.goes_on
    if one.ladder.span < weights.WIDE_ENOUGH:
        score += weights.NARROW
    if one.symmetric:
        score += weights.SYMMETRIC
    return score


class Scorer:
    """Scores the candidates of a stream with one view of its pauses, and with what is usual in the shoot, if known."""

    def __init__(self, pauses: Pauses, view: View, usual: Usual | None, *, doubted: bool) -> None:
        self._pauses, self._view, self._usual, self._doubted = pauses, view, usual, doubted
        self._tolerance = weights.TOLERANCE if usual is None else usual.tolerance
        self._parts: dict[tuple[object, ...], float] = {}

    def score(self, one: Segment, fixed: float) -> float:
        """The score of a candidate. ``fixed`` is its ``fixed_score``."""
        usual, shape = self._usual, one.ladder
        if one.size == 1:
            share = 0.0 if usual is None else usual.sizes.get(1, 0.0)
            return fixed + min(weights.MOST_SINGLES, weights.USUAL_SINGLES * share)
        part = 0.0 if usual is None or shape is None or shape.repeats else self._part(one, usual)
        score, may_add = fixed, True
        if shape is None:
            score += self._view.of_unknown_levels * (one.size - 1)
        elif shape.repeats:
            may_add = False
        else:
            may_add = (
                one.marked or part > 0 or (shape.span >= weights.WIDE_ENOUGH and not self._is_slow_and_lonely(one))
            )
            if part and shape.span < weights.WIDE_ENOUGH:
                score -= weights.NARROW * part  # the whole set is wide enough
            beyond = 0.0 if part else shape.uneven - self._tolerance
            if beyond > 0:
                score += weights.UNEVEN * beyond
            elif one.size > 2:
                score += weights.EVEN
        if one.size in EVEN_SIZES and not part:
            score += weights.EVEN_SIZE
        score += self._pauses.of(one, may_add=may_add)
        return score if usual is None else score + self._usually(one, usual, part)

    def _part(self, one: Segment, usual: Usual) -> float:
        """How surely the candidate is a part of a usual set. 0 if its own pattern is usual."""
        assert one.ladder is not None
        if usual.share(one.ladder.steps) >= ALIKE:
            return 0.0
        key = one.ladder.steps, one.step_before, one.step_after, one.missing_before, one.missing_within
        found = self._parts.get(key)
        if found is None:
            found = self._parts[key] = part_of(one, usual)
        return found

    def _usually(self, one: Segment, usual: Usual, part: float) -> float:
        """What the rest of the shoot adds to a candidate's score."""
        score = weights.USUAL_SIZE * usual.sizes.get(one.size, 0.0) + weights.ANY_SIZE + weights.PART * part
        shape = one.ladder
        if shape is None:
            return score
        score += weights.USUAL_ORDER * usual.orders.get(shape.ranks, 0.0)
        if shape.repeats:
            return score
        if usual.steps and not part:
            score += weights.OTHER_STEP * min(abs(shape.step - step) for step in usual.steps)
        share = usual.share(shape.steps)
        if share:
            score += weights.USUAL_PATTERN * share
        else:
            score += weights.OTHER_PATTERN * usual.concentration * (1 - part)
        return score if one.marked else score + self._alone(one, usual, share, part)

    def _alone(self, one: Segment, usual: Usual, share: float, part: float) -> float:
        """What speaks against an unmarked pair, and against an unmarked pattern that occurs once."""
        shape, score = one.ladder, 0.0
        assert shape is not None
        pairs, occurs_once = one.size - 1, share * usual.count < 1 - ROUNDING
        if one.size == 2:
            score += weights.LONELY_PAIR * (1 - max(part, usual.pairs.get(shape.steps, 0.0)))
        elif self._doubted and occurs_once:
            score += weights.DOUBTED * pairs + weights.DOUBTED_SET
        if not part and self._is_lonely(one):
            score += weights.LONELY * pairs + weights.LONELY_SET
        return score

    def _is_lonely(self, one: Segment) -> bool:
        """True for a pattern that single photos explain: they differ in exposure by chance, and some steps repeat.

        They are a shoot's usual frames if most frames are single, or if its sets are slow and have no usual pattern.
        More than FEW single photos rarely have exposures that are all different.
        """
        usual, shape = self._usual, one.ladder
        if usual is None or shape is None or one.by_hand:
            return False
        mostly_singles = usual.sizes.get(1, 0.0) >= MOSTLY_SINGLES
        unlike = one.size <= FEW and usual.count >= ENOUGH and not usual.concentration
        if not (mostly_singles or unlike) or self._is_plain(one):
            return False
        slow = self._pauses.longest(one) > AIMING
        by_chance = usual.frames * SAME_BY_CHANCE ** len(shape.steps) if slow else 0.0
        return (mostly_singles or slow) and usual.share(shape.steps) * usual.count < max(1.0, by_chance) - ROUNDING

    def _is_slow_and_lonely(self, one: Segment) -> bool:
        """True for a pattern that occurs once, with pauses like those between single photos."""
        return self._is_lonely(one) and self._pauses.longest(one) > QUICK

    def _is_plain(self, one: Segment) -> bool:
        """True for a quick, even ladder of three or more frames with a wide span. It counts on its own."""
        shape = one.ladder
        if shape is None or one.size < 3 or shape.uneven > PLAIN_STEPS or shape.span < PLAIN_SPAN:
            return False
        return self._pauses.longest(one) <= QUICK


def _of_length(size: int, length: int) -> float:
    """How well a number of frames agrees with the camera's sequence length."""
    if size == length:
        return weights.WHOLE_SEQUENCE
    return weights.PART_OF_SEQUENCE if size < length else weights.OTHER_LENGTH * (size - length)
