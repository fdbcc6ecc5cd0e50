"""The judges of grouping count right, and the simple rules beside it do what their names say."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bench.grouping import rules
from bench.grouping.altering import without
from bench.grouping.gate import Where, alarms, is_noticed, tear
from bench.grouping.judge import Tally, judged, to_group
from bench.grouping.kinds import JUDGING, KINDS
from bench.grouping.measuring import rows
from bench.grouping.shoot import Shoot, TrueSet
from bench.grouping.totals import torn_shoots
from bench.table import Row, table
from daemon.grouping import Frame
from daemon.grouping.sets import BracketSet, Confidence, Grouping, Single


def true_grouping(shoot: Shoot) -> Grouping:
    """The true grouping of a shoot."""
    return Grouping(
        tuple(BracketSet(some.paths, Confidence.CERTAIN, lacking=some.lacking) for some in shoot.sets),
        tuple(Single(path, "single photo") for path in shoot.singles),
    )


def simple() -> Shoot:
    """Two sets of three and a single photo, one second between frames."""
    frames = tuple(Frame(f"IMG_000{at}.JPG", taken_at=1e9 + at, exposure_s=2.0**-at) for at in range(1, 8))
    paths = [frame.path for frame in frames]
    return Shoot(frames, (TrueSet(tuple(paths[:3])), TrueSet(tuple(paths[3:6]))), (paths[6],))


def sizes(found: Grouping) -> list[int]:
    """The number of frames of each set."""
    return [len(some.paths) for some in found.sets]


def at(times: Sequence[float], exposure_s: float = 0.01) -> list[Frame]:
    """Frames at these times, in seconds."""
    return [
        Frame(f"IMG_{number:04}.JPG", taken_at=1e9 + time, exposure_s=exposure_s) for number, time in enumerate(times)
    ]


# --- the judges ---


def test_the_truth_is_right() -> None:
    """The true grouping of any shoot has nothing wrong."""
    for kind in KINDS.values():
        shoot = kind.shoot(7)
        tally = judged(shoot, true_grouping(shoot))
        assert (tally.sets_right, tally.images_right, tally.shoots_right) == (tally.sets, tally.images, 1)


def test_two_sets_in_one_are_wrong() -> None:
    """Joined sets count as two wrong sets and a wrong shoot, and the found set as wrong for its confidence."""
    shoot = simple()
    joined = Grouping(
        (BracketSet((*shoot.sets[0].paths, *shoot.sets[1].paths), Confidence.CERTAIN),),
        (Single(shoot.singles[0], "single photo"),),
    )
    tally = judged(shoot, joined)
    assert (tally.sets, tally.sets_right, tally.images, tally.images_right, tally.shoots_right) == (2, 0, 3, 1, 0)
    assert tally.precision(Confidence.CERTAIN) == 0
    assert tally.precision(Confidence.ASK) is None


def test_a_set_of_single_photos_is_wrong() -> None:
    """A found set without a frame of a true set counts as one more set, which is wrong."""
    shoot = Shoot(simple().frames, (), tuple(frame.path for frame in simple().frames))
    tally = judged(shoot, Grouping((BracketSet(shoot.singles, Confidence.ASK),)))
    assert (tally.sets, tally.sets_right, tally.images_right, tally.shoots_right) == (1, 0, 0, 0)


def test_a_frame_in_two_variants_is_wrong() -> None:
    """A set that has a frame twice is not right."""
    shoot = simple()
    twin = Frame("IMG_0001.CR3", taken_at=1e9 + 1)
    both = Shoot((*shoot.frames, twin), shoot.sets, shoot.singles, {twin.path: "IMG_0001.JPG"})
    first, second = (some.paths for some in shoot.sets)
    found = Grouping((BracketSet((*first, twin.path), Confidence.LIKELY), BracketSet(second, Confidence.LIKELY)))
    assert judged(both, found).sets_right == 1


def test_only_one_file_of_a_frame_is_grouped() -> None:
    """RAW files and copies are left out before grouping, as the daemon does."""
    for name in ("raw_and_jpeg", "raw_card_and_jpeg_card", "copies_on_two_cards", "pixel_raw"):
        shoot = KINDS[name].shoot(1)
        paths = {frame.path for frame in to_group(shoot)}
        assert len(paths) == len(shoot.frames) - len(shoot.variants)


def test_a_missing_photo_is_noticed() -> None:
    """A set that lacks photos counts as noticed only if it has frames of the torn set."""
    shoot = simple()
    for where in Where:
        torn = tear(random.Random(1), shoot, where)
        assert torn is not None
        (some,) = (some for some in torn.shoot.sets if some.lacking == 1)
        assert frozenset(some.paths) == torn.left
        assert is_noticed(torn, true_grouping(torn.shoot))
        whole = next(other for other in torn.shoot.sets if other is not some)
        assert not is_noticed(torn, Grouping((BracketSet(whole.paths, Confidence.LIKELY, lacking=1),)))
    assert not list(alarms(true_grouping(shoot)))


def test_a_set_can_be_torn_anywhere() -> None:
    """The missing photo is the first, one within, or the last."""
    shoot = Shoot(simple().frames[:3], simple().sets[:1])
    gone = [
        {frame.path for frame in shoot.frames} - torn.left
        for where in Where
        if (torn := tear(random.Random(1), shoot, where)) is not None
    ]
    assert gone == [{"IMG_0001.JPG"}, {"IMG_0002.JPG"}, {"IMG_0003.JPG"}]


def test_a_shoot_that_already_lacks_photos_is_not_torn() -> None:
    """Only complete shoots with a large enough set are torn."""
    shoot = simple()
    assert tear(random.Random(1), without(shoot, {"IMG_0001.JPG"}), Where.END) is None
    assert tear(random.Random(1), Shoot(shoot.frames, (), ()), Where.END) is None


def test_the_last_frame_of_a_set_is_a_single() -> None:
    """If all but one frame of a set were deleted, the last one is a single photo."""
    left = without(simple(), {"IMG_0001.JPG", "IMG_0002.JPG"})
    assert left.singles == ("IMG_0007.JPG", "IMG_0003.JPG")
    assert left.sets == simple().sets[1:]


# --- the simple rules ---


def test_the_window_rule_cuts_after_two_seconds() -> None:
    """A set of the window rule lasts 2 s at most from its first frame."""
    assert sizes(rules.window(at((0, 1, 2, 3, 4)))) == [3, 2]


def test_the_idle_rule_cuts_at_pauses() -> None:
    """A set of the idle rule ends at a pause of more than 2 s after an exposure."""
    assert sizes(rules.idle(at((0, 5, 10, 20, 25), exposure_s=4))) == [3, 2]


def test_the_rule_of_every_n_counts() -> None:
    """The rule of every N cuts after N frames, whatever they are."""
    found = rules.every(3)(at(range(7)))
    assert (sizes(found), len(found.singles)) == ([3, 3], 1)
    assert rules.usual_size(simple()) == 3


def test_tallies_add_up() -> None:
    """The sum of two shoots has the counts of both."""
    shoot, tally = simple(), Tally()
    for _ in range(2):
        tally.add(judged(shoot, true_grouping(shoot)))
    assert (tally.shoots, tally.sets, tally.images, tally.found[Confidence.CERTAIN]) == (2, 4, 6, 4)


# --- the table ---


def test_the_truth_meets_every_goal() -> None:
    """A rule that knows the truth meets every goal, and the table has a row for each kind."""
    known: dict[frozenset[Frame], Grouping] = {}
    seed = JUDGING[0]
    for kind in KINDS.values():
        shoot = kind.shoot(seed)
        known[frozenset(to_group(shoot))] = true_grouping(shoot)
        known |= {frozenset(torn.shoot.frames): true_grouping(torn.shoot) for _, torn in torn_shoots(kind, seed)}
    found = list(rows(lambda frames: known.get(frozenset(frames), Grouping()), 1, 1))
    assert {row.name for row in found if row.met is False} == set()
    names = {row.name for row in found}
    assert len(names) == len(found)
    assert {f"grouping.kind.{name}" for name in KINDS} < names


def test_a_simple_rule_misses_the_goals() -> None:
    """Cutting at pauses misses the goals for sets, shoots and torn sets."""
    missed = {row.name for row in rows(rules.idle, 1, 1) if row.met is False}
    assert {"grouping.sets", "grouping.shoots", "grouping.worst", "grouping.noticed.marked"} < missed


def test_a_goal_may_be_a_minimum() -> None:
    """The table shows whether a goal is a maximum or a minimum, and does not round a percentage up to it."""
    least = Row("sets", "sets", 99.699, "%", 99.7, at_least=True)
    most = Row("alarms", "alarms", 2.0, "%", 2.5)
    assert (least.met, most.met) == (False, True)
    shown = table([least, most])
    assert "99.69 %" in shown
    assert ">= 99.70 %" in shown
    assert "<= 2.50 %" in shown
