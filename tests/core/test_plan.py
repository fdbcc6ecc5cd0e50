"""Tests of the plan of a shoot: its sets and singles, a person's wishes, and what is not sent."""

from __future__ import annotations

import pytest

from daemon.grouping.frame import Frame
from daemon.grouping.plan import Mode, Plan, PlanSettings, arrange, by_folder, every, plan, sent_for
from daemon.grouping.sets import BracketSet, Confidence, Grouping, Single
from daemon.grouping.wishes import Wishes, WrongName, resolve
from daemon.shoot import LeftOut, Why
from daemon.shoot.sets import Singles

NAMES = tuple(f"IMG_{number:04}.JPG" for number in range(1, 9))
TWO_SETS = Grouping(
    (BracketSet(NAMES[0:3], Confidence.CERTAIN, ("marked",)), BracketSet(NAMES[3:6], Confidence.LIKELY, ("pattern",))),
    (Single(NAMES[6], "test shot"), Single(NAMES[7], "single photo")),
)


def planned(wishes: Wishes | None = None, *, singles: Singles | None = None) -> Plan:
    """The plan of a shoot with two sets and two singles."""
    return arrange(TWO_SETS, NAMES, (), wishes or Wishes(), singles=singles)


def test_a_plan_counts_an_image_for_each_set_and_each_single() -> None:
    """Each set and each single becomes one image."""
    assert planned().images == 4
    assert planned(singles="leave_out").images == 2


def test_singles_beside_sets_wait_for_a_person() -> None:
    """Without a setting, single photos are asked about in a shoot with sets, and sent in a shoot of singles only."""
    assert planned().asks_for_singles
    assert not planned(singles="send").asks_for_singles
    alone = arrange(Grouping((), (Single(NAMES[0], "single photo"),)), NAMES[:1])
    assert (alone.asks_for_singles, alone.images) == (False, 1)


def test_left_out_singles_are_listed_as_not_sent() -> None:
    """With ``singles: leave_out`` each single is named among the files that are not sent."""
    left = planned(singles="leave_out")
    assert [(one.path, one.why) for one in left.not_sent] == [(NAMES[6], Why.SKIPPED), (NAMES[7], Why.SKIPPED)]
    assert set(left.paths) == set(NAMES[:6])


def test_a_listed_single_is_sent_without_asking() -> None:
    """A photo that a person listed under ``single`` is sent, even if other singles are left out."""
    listed = planned(Wishes(single=(NAMES[6],), skip=(NAMES[7],)))
    assert not listed.asks_for_singles
    assert [one.path for one in listed.singles] == [NAMES[6]]
    kept = planned(Wishes(single=(NAMES[6],)), singles="leave_out")
    assert [one.path for one in kept.singles] == [NAMES[6]]
    assert [one.path for one in kept.not_sent] == [NAMES[7]]


def test_a_fixed_set_replaces_what_was_found() -> None:
    """A fixed set takes its photos from the sets that were found; a person should look at the rest."""
    fixed = planned(Wishes(sets=((NAMES[2], NAMES[3]),)))
    assert [one.paths for one in fixed.sets] == [NAMES[0:2], NAMES[2:4], NAMES[4:6]]
    assert [one.confidence for one in fixed.sets] == [Confidence.ASK, Confidence.CERTAIN, Confidence.ASK]


def test_a_set_is_split_where_a_fixed_set_lies_between_its_frames() -> None:
    """Frames before and after a fixed set do not become one image."""
    found = Grouping((BracketSet(NAMES[:6], Confidence.LIKELY),))
    fixed = arrange(found, NAMES[:6], (), Wishes(sets=(NAMES[2:4],)))
    assert [one.paths for one in fixed.sets] == [NAMES[0:2], NAMES[2:4], NAMES[4:6]]


def test_a_skipped_frame_does_not_split_its_set() -> None:
    """A set without its skipped frame stays one set, as sure as before, and the frame is listed as not sent."""
    skipped = planned(Wishes(skip=(NAMES[1],)))
    assert skipped.sets[0].paths == (NAMES[0], NAMES[2])
    assert skipped.sets[0].confidence is planned(Wishes()).sets[0].confidence
    assert LeftOut(NAMES[1], Why.SKIPPED) in skipped.not_sent


def test_a_lonely_rest_becomes_a_single() -> None:
    """If a fixed set takes all but one frame of another set, that frame is a single photo, and a person is asked."""
    fixed = planned(Wishes(sets=(NAMES[0:2],)), singles="ask")
    assert NAMES[2] in [one.path for one in fixed.singles]
    assert fixed.asks_for_singles


def test_names_stand_for_the_file_that_is_sent() -> None:
    """A RAW file's name stands for its JPEG, whatever its case; a full path works as well as a name."""
    sent = {"a/IMG_1.JPG": "a/IMG_1.JPG", "a/IMG_1.CR3": "a/IMG_1.JPG", "b/IMG_2.JPG": "b/IMG_2.JPG"}
    wishes, wrong = resolve(Wishes(sets=(("img_1.cr3", "b/IMG_2.jpg"),)), sent)
    assert (wishes.sets, wrong) == ((("a/IMG_1.JPG", "b/IMG_2.JPG"),), ())


def test_wrong_names_are_reported() -> None:
    """A name that matches no photo, or several, is reported with the photos that it could mean."""
    sent = {"a/IMG_1.JPG": "a/IMG_1.JPG", "b/IMG_1.JPG": "b/IMG_1.JPG"}
    _, wrong = resolve(Wishes(skip=("IMG_1.JPG", "IMG_9.JPG")), sent)
    assert wrong == (WrongName("IMG_1.JPG", ("a/IMG_1.JPG", "b/IMG_1.JPG")), WrongName("IMG_9.JPG"))


def test_variants_stand_for_what_is_sent() -> None:
    """Variants and copies point to the file that is sent; files of other shoots do not."""
    left_out = (LeftOut("A.CR3", Why.VARIANT, "A.JPG"), LeftOut("B.JPG", Why.COPY, "A.JPG", "other shoot"))
    assert sent_for(["A.JPG"], left_out) == {"A.JPG": "A.JPG", "A.CR3": "A.JPG"}


def test_each_folder_is_a_set() -> None:
    """With ``grouping: folders`` a folder's photos are one set, or a single; more than 9 photos are in doubt."""
    found = by_folder(["1/a.jpg", "1/b.jpg", "2/c.jpg", *(f"3/{n}.jpg" for n in range(10))])
    assert found.sets[0].paths == ("1/a.jpg", "1/b.jpg")
    assert [one.path for one in found.singles] == ["2/c.jpg"]
    assert [one.confidence for one in found.sets] == [Confidence.CERTAIN, Confidence.ASK]


@pytest.mark.parametrize(("count", "sizes"), [(6, [3, 3]), (8, [3, 3, 2]), (7, [3, 3])])
def test_a_fixed_number_cuts_every_n(count: int, sizes: list[int]) -> None:
    """A fixed number makes sets of that many frames; the last one may have fewer, and a last single is a single."""
    found = every(NAMES[:count], 3)
    assert [len(one.paths) for one in found.sets] == sizes
    assert sum(sizes) + len(found.singles) == count


def frames_of(count: int, *, size: int = 3) -> list[Frame]:
    """Frames of a marked shoot with sets of ``size``, twenty seconds apart, one second within a set."""
    values = {3: (0.0, -2.0, 2.0), 5: (0.0, -2.0, -1.0, 1.0, 2.0)}[size]
    return [
        Frame(
            f"IMG_{number:04}.JPG",
            body="Canon R6",
            taken_at=1_000_000_000.0 + 20 * (number // size) + number % size,
            resolution_s=0.01,
            exposure_s=2.0 ** values[number % size] / 60,
            f_number=8.0,
            iso=100,
            pixels=(6000, 4000),
            aeb=True,
            value_ev=values[number % size],
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(("mode", "sizes"), [("sets", [3, 3, 3, 3]), ("automatic", [3, 3, 3, 3]), (4, [4, 4, 4])])
def test_the_mode_decides_the_sets(mode: Mode, sizes: list[int]) -> None:
    """Sets are found from the photos, except for a fixed number, which cuts them in the order they were taken."""
    found = plan(list(reversed(frames_of(12))), (), PlanSettings(mode=mode))
    assert [len(one.paths) for one in found.sets] == sizes
    assert [path for one in found.sets for path in one.paths] == [frame.path for frame in frames_of(12)]


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(sets=(("A.jpg", "B.jpg"), ("b.JPG", "C.jpg"))),
        Wishes(sets=(("A.jpg", "x/../A.jpg", "B.jpg"),), skip=("B.JPG",)),
        Wishes(single=("B.CR3",), skip=("B.jpg",)),
    ],
)
def test_a_photo_that_two_names_mean_is_reported(wishes: Wishes) -> None:
    """A photo is in one list only, however its names are written."""
    sent = {"A.jpg": "A.jpg", "B.jpg": "B.jpg", "C.jpg": "C.jpg", "B.CR3": "B.jpg"}
    _, wrong = resolve(wishes, sent)
    assert [one.found for one in wrong if one.is_repeated] in ([("B.jpg",)], [("B.CR3",)])


def test_names_match_whatever_the_form_of_their_accents() -> None:
    """A name typed with composed accents means the file with decomposed ones; a backslash may be part of a name."""
    sent = {"a/Ku\u0308che.jpg": "a/Ku\u0308che.jpg", "b\\1.jpg": "b\\1.jpg", "c/2.jpg": "c/2.jpg"}
    wishes, wrong = resolve(Wishes(skip=("K\u00fcche.jpg", "b\\1.jpg", "c\\2.jpg")), sent)
    assert (wishes.skip, wrong) == (tuple(sent), ())
