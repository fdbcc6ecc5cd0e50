from __future__ import annotations

import pytest

from daemon.grouping import weights
from daemon.grouping.clock import Clock
from daemon.grouping.ladder import ladder
from daemon.grouping.learn import Usual, learn
from daemon.grouping.pauses import Pauses, View
from daemon.grouping.rhythm import Rhythm
from daemon.grouping.score import Scorer, fixed_score
from daemon.grouping.segments import Segment
from daemon.grouping.track import track_of
from tests.core.brackets import FIVE, THREE, frame

RHYTHM = Rhythm(-2.0, 2.0, 0.5, 0.05)


def of(*levels: float, marked: bool = False, **more: object) -> Segment:
    """A candidate with these levels, or a single frame."""
    shape = ladder(levels) if len(levels) > 1 else None
    return Segment(0, len(levels), marked, shape, **more)  # type: ignore[arg-type] # any further field


def fixed(*levels: float, marked: bool = False, **more: object) -> float:
    """The part of a candidate's score that does not depend on the rest of the shoot."""
    return fixed_score(of(*levels, marked=marked, **more), doubted=False)


def score(
    one: Segment,
    usual: Usual | None = None,
    *,
    pause: float = 0.4,
    rhythm: Rhythm | None = RHYTHM,
    doubted: bool = False,
) -> float:
    """The whole score of a candidate whose frames begin ``pause`` seconds apart."""
    track = track_of([frame(1 + at, pause * at, exposure_s=0.001) for at in range(max(one.size, 2))], Clock())
    view = View(rhythm)
    return Scorer(Pauses(track, view), view, usual, doubted=doubted).score(one, fixed_score(one, doubted=doubted))


def test_a_single_frame_is_the_measure() -> None:
    """A single frame scores 0; with a bracket mark it belongs to a set and scores less."""
    assert fixed(0.0) == 0
    assert fixed(0.0, marked=True) == weights.MARKED_SINGLE


def test_the_camera_s_length_decides() -> None:
    """A sequence that has its length scores much more than a part of it, and that more than too many frames."""
    whole, part, more = (fixed(*range(0, 2 * size, 2), marked=True, length=3) for size in (3, 2, 4))
    assert whole > part + 5
    assert part > fixed(0, 2, marked=True)
    assert more < fixed(0, 2, 4, 6, marked=True)


def test_equal_exposures_are_not_a_bracket() -> None:
    """A repeated level makes the score negative; the more levels repeat, the lower it is."""
    assert 0 > fixed(0.0, 0.0, 2.0) > fixed(0.0, 0.0, 0.0)


def test_a_narrow_span_is_doubtful() -> None:
    """Exposures within one EV score less."""
    assert fixed(0.0, 0.4, 0.8) < fixed(0.0, 1.0, 2.0) - 1


def test_a_ladder_that_goes_on_is_not_cut() -> None:
    """Each side on which the ladder continues costs more than a further frame gains."""
    assert fixed(0.0, 1.0, 2.0, goes_on=1) + weights.RUNG < fixed(0.0, 1.0, 2.0, 3.0)


def test_symmetric_offsets_are_whole() -> None:
    """Symmetric offsets score more."""
    assert fixed(*THREE, marked=True, symmetric=True) == fixed(*THREE, marked=True) + weights.SYMMETRIC


@pytest.mark.parametrize("levels", [(0.0, -2.0, 5.0), (0.0, 2.0, 3.0)])
def test_uneven_steps_cost(levels: tuple[float, ...]) -> None:
    """A ladder whose steps differ by more than rounding scores less than an even one."""
    assert score(of(*levels)) < score(of(*THREE))


def test_even_sizes_are_rare() -> None:
    """The fourth frame gains less than the third and the fifth."""
    three, four, five = (score(of(*range(size))) for size in (3, 4, 5))
    assert four - three < five - four


def test_short_pauses_speak_for_a_set_and_long_ones_against() -> None:
    """With a rhythm, its two kinds of gaps decide; without one, each second costs."""
    assert score(of(*THREE), pause=0.2) > score(of(*THREE), pause=1.0) > score(of(*THREE), pause=8.0)
    assert score(of(*THREE), pause=0.2, rhythm=None) > score(of(*THREE), pause=2.0, rhythm=None)


@pytest.mark.parametrize("levels", [(0.0, 0.0, 2.0), (0.0, 0.4, 0.8)])
def test_short_pauses_do_not_make_a_burst_a_set(levels: tuple[float, ...]) -> None:
    """For repeated levels and narrow unmarked spans, pauses may only speak against a set."""
    assert score(of(*levels), pause=0.1) <= fixed(*levels) + weights.EVEN
    assert score(of(*levels), pause=8.0) < score(of(*levels), pause=0.1)


def test_the_shoot_s_usual_pattern_is_preferred() -> None:
    """A candidate with the shoot's usual pattern gains more than one of the same size and order with other steps."""
    usual = learn([of(*THREE)] * 8)
    gain, other_gain = (score(one, usual) - score(one) for one in (of(*THREE), of(0.0, -1.0, 1.0)))
    assert gain > 4
    assert other_gain < gain - 2


def test_a_part_of_a_usual_set_is_not_uneven() -> None:
    """A set that lacks a frame, with its number missing, is not punished for its odd steps and size."""
    usual = learn([of(*FIVE)] * 8)
    part = of(0.0, -4.0, 2.0, 4.0, missing_before=0, missing_within=1)
    odd = of(0.0, -4.0, 2.0, 4.0, missing_before=0, missing_within=0)
    assert score(part, usual) > score(odd, usual) + 2


def test_a_part_of_a_usual_set_may_be_narrow() -> None:
    """Two frames of a usual set with small steps span less than one EV, as the set's own frames do."""
    narrow = [of(0.0, 0.7, 1.4)] * 8
    pair, away = of(0.0, 0.7, missing_before=0, missing_within=0), of(0.0, 0.7, missing_within=0, step_after=2)
    assert score(pair, learn(narrow), pause=0.2) > 0 > score(away, learn(narrow), pause=0.2)


def test_an_unmarked_pair_needs_other_pairs() -> None:
    """Pairs of one step support each other; one pair alone loses."""
    pairs = learn([of(0.0, 2.0)] * 6)
    others = learn([of(*THREE)] * 6)
    assert score(of(0.0, 2.0), pairs, pause=0.2) > score(of(0.0, 2.0), others, pause=0.2) + 5


def test_a_lonely_pattern_among_single_photos() -> None:
    """In a shoot of single photos, two different exposures soon after each other are not a set; a plain bracket is."""
    usual = learn([*[of(0.0)] * 9, of(0.0, 1.3, 0.6)])
    single = score(of(0.0), usual)
    slow = Rhythm(1.5, 4.0, 0.5, 0.05)
    assert score(of(0.0, 1.3, 0.6), usual, pause=3.0, rhythm=slow) < 3 * single
    assert score(of(*THREE), usual, pause=0.2) > 3 * single


def test_a_slow_pattern_must_repeat_more_often_than_by_chance() -> None:
    """Among sixty single photos, three patterns are alike by chance, except with pauses too short to aim."""
    one, slow = of(0.0, 1.3, 0.6), Rhythm(1.5, 4.0, 0.5, 0.05)
    often, seldom = (learn([*[of(0.0)] * 60, *[one] * times]) for times in (12, 3))
    assert score(one, often, pause=4.0, rhythm=slow) > 3 * score(of(0.0), often)
    assert score(one, seldom, pause=4.0, rhythm=slow) < 3 * score(of(0.0), seldom)
    assert score(one, seldom, pause=1.0, rhythm=slow) > 3 * score(of(0.0), seldom)


def test_slow_sets_without_a_usual_pattern_are_doubtful() -> None:
    """Frames with long pauses and patterns that all differ may be single photos; a ladder by hand is a set."""
    levels = [(0.0, 1.0, 2.3), (0.0, 2.0, 0.7), (0.0, -1.3, 1.0), (0.0, 2.7, 1.3), (0.0, -2.0, -0.7)]
    differ, slow = learn([of(*some) for some in levels]), Rhythm(1.5, 4.0, 0.5, 0.05)
    one, hand = of(*levels[0]), of(0.0, 1.0, 2.0, 3.0, by_hand=True)
    alike = learn([one] * 5)
    assert score(one, differ, pause=4.0, rhythm=slow) < score(one, differ, pause=1.0, rhythm=slow) - 5
    assert score(one, alike, pause=4.0, rhythm=slow) == score(one, alike, pause=1.0, rhythm=slow)
    assert score(hand, differ, pause=4.0, rhythm=slow) > score(hand, alike, pause=4.0, rhythm=slow)


def test_unmarked_frames_beside_marked_sets_are_doubted() -> None:
    """Beside marked sets, an unmarked pattern that occurs once and an unmarked pair score less."""
    usual = learn([of(*THREE), *[of(0.0)] * 2])
    for one in (of(*THREE), of(0.0, 2.0)):
        assert score(one, usual, doubted=True) < score(one, usual) - 2


def test_unknown_exposures_leave_it_to_the_pauses() -> None:
    """Without exposures a set needs a rhythm."""
    unknown = Segment(0, 3, marked=False)
    assert score(unknown, pause=0.2) > 0
    assert score(unknown, pause=0.2, rhythm=None) < 0


def test_a_person_may_be_slow() -> None:
    """The pauses within a set that is bracketed by hand cost little, with a strong and clear rhythm a little more."""
    slow = of(0.0, 2.0, 4.0, 6.0, by_hand=True)
    assert score(slow, pause=9.0) == pytest.approx(score(slow, pause=9.0, rhythm=None) - 3 * 0.15)
