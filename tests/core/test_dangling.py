from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.grouping import Frame, dangling

THREE, FIVE = (0.0, -2.0, 2.0), (0.0, -4.0, -2.0, 2.0, 4.0)
RISING = (-4.0, -2.0, 0.0, 2.0, 4.0)
ORDERS = (THREE, FIVE, RISING, (2.0, 0.0, -2.0), (-1 / 3, 0.0, 1 / 3), (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0))
WAYS = ("values", "lengths", "numbers", "neither")

NOON = 1_717_243_200.0
"""Seconds from 1970. Times in these tests are counted from here, because a clock before 2000 was never set."""

Shoot = list[list[Frame]]


def shoot(
    sets: int = 4,
    offsets: Sequence[float] = FIVE,
    way: str = "values",
    *,
    first: int = 401,
    begins: float = 1000.0,
    pauses: Sequence[float] = (30.0,),
    name: str = "IMG_{:04}.CR3",
    **more: Any,
) -> Shoot:
    """Consecutive bracket sets; the camera marks them with values, numbers and lengths, or not at all."""
    made, taken, number = Shoot(), NOON + begins, first
    for one in range(sets):
        taken += pauses[one % len(pauses)]
        frames = []
        for at, offset in enumerate(offsets, 1):
            taken += 0.5
            frame = Frame(
                name.format(number),
                body="Canon EOS R5 1",
                taken_at=taken,
                exposure_s=2.0**offset / (30, 60, 250)[one % 3],
                f_number=8.0,
                iso=100,
                focal_mm=16.0,
                pixels=(8192, 5464),
                resolution_s=0.01,
                aeb=None if way == "neither" else True,
                value_ev=offset if way == "values" else None,
                number=at if way in ("lengths", "numbers") else None,
                length=len(offsets) if way == "lengths" else None,
            )
            frames.append(replace(frame, **more))
            number = number % 9999 + 1
        made.append(frames)
    return made


def flat(sets: Shoot) -> list[Frame]:
    """All frames, in their order."""
    return [frame for one in sets for frame in one]


def single(number: int, taken: float, **more: Any) -> Frame:
    """A single shot of the same camera."""
    frame = Frame(
        f"IMG_{number:04}.CR3", "Canon EOS R5 1", NOON + taken, 1 / 40, 8.0, 100, 16.0, (8192, 5464), aeb=False
    )
    return replace(frame, **more)


def without(frames: Sequence[Frame], *numbers: int) -> list[Frame]:
    """These frames except those with the given file numbers."""
    return [frame for frame in frames if frame.file_number not in numbers]


def unnumbered(frames: Sequence[Frame]) -> list[Frame]:
    """The same frames under names without numbers, in their order."""
    return [replace(frame, path=f"{'abcdefghijklmnopqrstuvwxyz'[at]}.CR3") for at, frame in enumerate(frames)]


@pytest.mark.parametrize("way", WAYS)
def test_the_end_of_a_shoot_is_missing(way: str) -> None:
    """If the last of several sets of five has three frames, it is reported with both numbers."""
    words = "the bracket set starting with IMG_0436.CR3 has 3 photos; the other 7 sets have 5"
    assert dangling(flat(shoot(8, RISING, way))[:-2]) == words


def test_a_sequence_says_by_itself_how_long_it_is() -> None:
    """A camera that records sequence numbers and lengths needs no other set to show that photos are missing."""
    (one,) = shoot(1, FIVE, "lengths")
    assert dangling(one[:3]) == "the bracket set starting with IMG_0401.CR3 has only 3 of 5 photos"
    assert dangling(one[:1]) == "the bracket set starting with IMG_0401.CR3 has only 1 of 5 photos"
    two = shoot(2, FIVE, "lengths")
    assert dangling(flat(two)[:-1]) == "the bracket set starting with IMG_0406.CR3 has 4 photos; the other set has 5"


def test_what_was_taken_out_of_every_set_is_not_missing() -> None:
    """If all sets lack the same frames, these were removed on purpose, so nothing is missing."""
    for way in WAYS:
        sets = shoot(5, FIVE, way)
        assert dangling([frame for one in sets for frame in one[:4]]) is None


@pytest.mark.parametrize("way", ["values", "lengths", "numbers"])
def test_another_number_of_brackets_is_not_a_gap(way: str) -> None:
    """Sets of five frames indoors and of three outside are all complete."""
    inside = shoot(4, FIVE, way)
    outside = shoot(2, THREE, way, first=421, begins=5000.0)
    assert dangling(flat(inside) + flat(outside)) is None


def test_unmarked_sets_of_two_sizes_are_not_reported() -> None:
    """Without marks, gaps are reported only if all sets of the shoot are alike."""
    frames = flat(shoot(4, FIVE, "neither")) + flat(shoot(2, THREE, "neither", first=421, begins=5000.0))
    assert dangling(frames) is None


@pytest.mark.parametrize("way", ["values", "lengths", "numbers"])
def test_an_interrupted_set_is_not_a_gap(way: str) -> None:
    """A short set is complete if no file number is missing: the photographer stopped."""
    sets = shoot(5, FIVE, way)
    frames = flat([*sets[:2], sets[2][:2], *sets[3:]])
    closed = [replace(frame, path=f"IMG_{number:04}.CR3") for number, frame in enumerate(frames, 1)]
    assert dangling(closed) is None
    assert dangling(frames) is not None


def test_numbers_that_say_nothing_refute_nothing() -> None:
    """If the names have no numbers, or the next file is in another folder, only the marks decide."""
    frames = without(flat(shoot(5)), 412, 413)
    assert dangling(unnumbered(frames)) == "the bracket set starting with k.CR3 has 3 photos; the other 4 sets have 5"
    closed = [replace(frame, path=f"IMG_{number:04}.CR3") for number, frame in enumerate(frames, 1)]
    assert dangling(closed) is None
    folders = [replace(frame, path=f"{100 + (at > 10)}CANON/{frame.path}") for at, frame in enumerate(closed)]
    words = "the bracket set starting with 100CANON/IMG_0011.CR3 has 3 photos; the other 4 sets have 5"
    assert dangling(folders) == words
    unmarked = without(flat(shoot(5, FIVE, "neither")), 412, 413)
    assert dangling(unmarked) is not None
    assert dangling(unnumbered(unmarked)) is None


def test_pairs_tell_nothing() -> None:
    """Two frames may be their own bracketing, and a single frame may be a single shot: neither is a gap."""
    assert dangling(flat(shoot(4, (0.0, -2.0)))[:-1]) is None
    assert dangling(flat(shoot(4)) + flat(shoot(2, (0.0, -4.0), first=421, begins=5000.0))) is None


def test_a_burst_is_not_a_set() -> None:
    """A camera numbers the frames of other sequences too; only those marked as bracketing are sets."""
    (one,) = shoot(1, FIVE, "lengths", aeb=False)
    assert dangling(one[:3]) is None


def test_sequences_of_two_lengths_are_two_sets() -> None:
    """Frames of a sequence of five and of one of seven do not form one set."""
    (five,), (seven,) = (
        shoot(1, FIVE, "lengths"),
        shoot(1, ORDERS[-1], "lengths", first=406, begins=1033.0, pauses=(1.0,)),
    )
    assert dangling([*five[:3], *seven[3:]]) == "the bracket set starting with IMG_0401.CR3 has only 3 of 5 photos"


@pytest.mark.parametrize("way", WAYS)
def test_a_single_shot_between_sets_is_not_a_set(way: str) -> None:
    """A test shot before, between or after sets is not an incomplete set."""
    sets = shoot(5, FIVE, way, first=402)
    times = [
        one.time + pause - NOON
        for one, pause in zip((sets[2][0], sets[0][0], sets[-1][-1]), (-13.5, -20.0, 20.0), strict=True)
    ]
    for number, taken in zip((412, 401, 427), times, strict=True):
        moved = [
            replace(frame, path=f"IMG_{frame.file_number + 1:04}.CR3")
            if number == 412 and frame.file_number is not None and frame.file_number >= 412
            else frame
            for frame in flat(sets)
        ]
        assert dangling([*moved, single(number, taken)]) is None


def test_an_unmarked_shot_parts_marked_sets() -> None:
    """A set ends at an unmarked frame. It lacks photos only if numbers are missing before that frame."""
    *more, _, _ = flat(shoot(4, THREE, pauses=(1.0,)))
    assert dangling([*more, single(413, more[-1].time + 2.0 - NOON)]) is not None
    assert dangling([*more, single(411, more[-1].time + 2.0 - NOON)]) is None


@pytest.mark.parametrize("way", WAYS)
def test_twins_and_copies_are_one_frame(way: str) -> None:
    """RAW+JPEG twins, copies on a second card and an importer's duplicates do not change the size of a set."""
    frames = flat(shoot(4, FIVE, way))
    jpegs = [replace(frame, path=frame.path.replace("CR3", "JPG"), pixels=(6000, 4000)) for frame in frames]
    rounded = [replace(frame, taken_at=float(int(frame.time)), resolution_s=1.0) for frame in jpegs]
    cards = [replace(frame, path=f"card 2/{frame.path}") for frame in frames]
    doubles = [replace(frame, path=frame.path.replace(".CR3", "-1.CR3")) for frame in frames]
    for others in (jpegs, rounded, cards, doubles):
        assert dangling([*frames, *others]) is None
        assert dangling([*frames[:-1], *others[:-1]]) is not None
        assert dangling([*frames[:-3], *frames[-2:], *others]) is None, "a frame is there if one of its files is"


def test_copies_under_other_names_leave_it_open() -> None:
    """Frames that differ only in their names may be copies, so nothing is reported."""
    frames = flat(shoot(4))
    copies = [replace(frame, path=f"copy of {at}.CR3") for at, frame in enumerate(frames)]
    assert dangling([*frames[:-1], *copies]) is None
    assert dangling([*frames, *copies[-3:]]) is None


@pytest.mark.parametrize("unknown", ["taken_at", "exposure_s"])
def test_a_photo_that_says_nothing_leaves_it_open(unknown: str) -> None:
    """A photo without time or exposure may be the missing one, so nothing is reported."""
    frames = flat(shoot(4))[:-1]
    assert dangling(frames) is not None
    assert dangling([*frames, single(420, 0.0, **{unknown: None})]) is None


def test_each_camera_is_judged_separately() -> None:
    """Two cameras that shoot at the same time do not split each other's sets."""
    first, second = flat(shoot(4)), flat(shoot(4, THREE, body="Nikon Z 6 2", name="DSC_{:04}.NEF"))
    assert dangling([*first, *second]) is None
    words = "the bracket set starting with {}DSC_0410.NEF has 2 photos; the other 3 sets have 3"
    assert dangling([*first, *second[:-1]]) == words.format("")
    folders = [replace(frame, body="", path=f"{frame.path[:3]}/{frame.path}") for frame in (*first, *second)]
    assert dangling(folders) is None
    assert dangling(folders[:-1]) == words.format("DSC/")


@pytest.mark.parametrize("offsets", [THREE, FIVE, RISING])
@pytest.mark.parametrize("pauses", [(30.0,), (1.0,), (1.0, 1.0, 1.0, 30.0)])
@pytest.mark.parametrize("lost", range(8))
def test_the_beginning_of_a_set_is_missing(offsets: Sequence[float], pauses: Sequence[float], lost: int) -> None:
    """A set without its first frame is reported, although the offsets of later sets then seem shifted."""
    sets = shoot(8, offsets, pauses=pauses)
    gone = sets[lost][0].file_number
    assert gone is not None
    assert dangling(without(flat(sets), gone)) is not None


def test_a_set_that_a_pause_tore_apart_is_whole() -> None:
    """A long pause within a set is not a gap if no file number is missing there."""
    for way in ("values", "lengths", "numbers"):
        sets = shoot(5, FIVE, way)
        torn = [*sets[-1][:4], replace(sets[-1][4], taken_at=sets[-1][4].time + 60)]
        assert dangling(flat([*sets[:-1], torn])) is None
        assert dangling(flat([*sets[:-1], [*torn[:3], *torn[4:]]])) is not None


def test_long_exposures_do_not_part_a_set() -> None:
    """The exposure time, and as long again for the camera's dark frame, does not count as a pause."""
    sets = shoot(4, THREE, "neither", pauses=(100.0,))
    dusk, taken = Shoot(), NOON + 1000.0
    for one in sets:
        taken += 200.0
        dusk.append([])
        for frame, shutter in zip(one, (30.0, 8.0, 2.0), strict=True):
            dusk[-1].append(replace(frame, taken_at=taken, exposure_s=shutter))
            taken += 2 * shutter
    assert dangling(flat(dusk)) is None
    assert dangling(flat(dusk)[:-1]) is not None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"pixels": (4096, 2732)}, True),
        ({"focal_mm": 35.0}, True),
        ({"focal_mm": 16.3}, False),
        ({"focal_mm": None}, False),
    ],
)
def test_another_crop_or_focal_length_is_another_set(change: dict[str, Any], expected: bool) -> None:
    """Frames of another size or focal length are another set, however soon they follow; lens jitter is ignored."""
    sets = shoot(4, THREE, "lengths", pauses=(1.0,))
    sets[-1][2] = replace(sets[-1][2], path="IMG_0413.CR3", **change)
    assert (dangling(flat(sets)) is not None) is expected


def test_sets_of_two_ways_are_not_mixed() -> None:
    """Frames with sequence numbers and frames with offsets are never in the same set."""
    numbered, valued = shoot(1, THREE, "lengths", pauses=(1.0,)), shoot(3, THREE, first=404, begins=1003.0)
    assert dangling(flat(numbered) + flat(valued)) is None


def test_photos_that_are_not_brackets_are_not_reported() -> None:
    """Single shots, bursts at one exposure, and empty shoots have no gaps."""
    assert dangling([]) is None
    assert dangling([single(n, 1000.0 + 20 * n) for n in range(1, 30)]) is None
    assert dangling([single(n, 1000.0 + n / 5) for n in range(1, 30)]) is None
    assert dangling([single(n, 1000.0 + n, aeb=True) for n in range(1, 30)]) is None, "marked, without a place"


@pytest.mark.parametrize(
    "frames",
    [
        flat(shoot(3, FIVE, "neither"))[:-1],
        [*flat(shoot(4, RISING, "neither")), *flat(shoot(1, (0.0, 1.0), "neither", first=421, begins=3000.0))],
        [*flat(shoot(4, RISING, "neither")), *flat(shoot(1, (0.0, 1.0), "neither", first=431, begins=3000.0))],
        [*flat(shoot(1, (0.0, -2.0), "neither", first=399, begins=500.0)), *flat(shoot(4, FIVE, "neither"))],
        [*flat(shoot(4, FIVE, "neither")), single(421, 1133.0)],
        unnumbered(without(flat(shoot(5, FIVE, "neither")), 421)),
        unnumbered(without(flat(shoot(5, FIVE, "neither")), 414, 415)),
    ],
    ids=[
        "too few",
        "other steps",
        "other steps beside a hole",
        "test shots first",
        "a test shot right after a set",
        "a last part without numbers",
        "a first part in between, without numbers",
    ],
)
def test_doubtful_unmarked_sets_are_not_reported(frames: list[Frame]) -> None:
    """Without marks, nothing is reported for too few sets, other steps, test shots, or names without numbers."""
    assert dangling(frames) is None


def test_an_incomplete_unmarked_set_among_others() -> None:
    """Without marks, a set lacks photos if at least three sets are complete, whatever the rest of the shoot is."""
    sets = flat(shoot(3, FIVE, "neither"))
    other = flat(shoot(1, RISING, "neither", first=416, begins=2000.0))
    short = flat(shoot(1, FIVE, "neither", first=421, begins=3000.0))[:-1]
    assert dangling([*sets, *other]) is None
    assert dangling([*sets, *other, *short]) is not None
    assert dangling([*sets[:10], *other, *short]) is None


def test_file_numbers_that_start_again() -> None:
    """After 9999 comes 0001 without a gap; frames of the same second are sorted by their numbers."""
    for way in WAYS:
        frames = [
            replace(frame, taken_at=float(int(frame.time)), resolution_s=1.0)
            for frame in flat(shoot(4, THREE, way, first=9993, pauses=(30.25,)))
        ]
        assert frames[7].path == "IMG_0001.CR3"
        assert dangling(frames) is None
        assert dangling(without(frames, 1)) is not None
    sets = shoot(4, THREE, "lengths", first=9995)
    broken_off = [
        replace(f, path=p.path) for f, p in zip([f for f in flat(sets) if f != sets[1][2]], flat(sets), strict=False)
    ]
    assert dangling(broken_off) is None


shoots = st.builds(
    shoot,
    st.integers(3, 7),
    st.sampled_from(ORDERS),
    st.sampled_from(WAYS),
    first=st.sampled_from([1, 401, 9990]),
    pauses=st.lists(st.floats(1.0, 200.0), min_size=1, max_size=4),
)


@given(shoots, st.randoms(use_true_random=False))
def test_a_shoot_of_whole_sets_lacks_nothing(sets: Shoot, random: Any) -> None:
    """In any order of the files, a shoot of complete sets has no gaps."""
    frames = flat(sets)
    random.shuffle(frames)
    assert dangling(frames) is None


wide_shoots = st.builds(
    shoot,
    st.integers(3, 7),
    st.sampled_from([offsets for offsets in ORDERS if max(offsets) >= 1]),
    st.sampled_from(["values", "lengths", "numbers"]),
    first=st.sampled_from([1, 401, 9990]),
    pauses=st.lists(st.floats(3.0, 200.0), min_size=1, max_size=4),
)


@given(wide_shoots, st.data())
def test_one_frame_of_a_marked_set_is_missed(sets: Shoot, data: st.DataObject) -> None:
    """Any missing frame of marked sets with pauses between them is reported, in any order of the files."""
    frames = flat(sets)
    lost = data.draw(st.sampled_from(frames))
    assert dangling(data.draw(st.permutations([frame for frame in frames if frame != lost]))) is not None


@given(shoots, st.data())
def test_interrupted_sets_are_not_gaps(sets: Shoot, data: st.DataObject) -> None:
    """Any number of interrupted sets within a shoot is complete if no file number is missing."""
    kept = [data.draw(st.integers(1, len(one))) for one in sets[1:-1]]
    frames = flat([sets[0], *(one[:here] for one, here in zip(sets[1:-1], kept, strict=True)), sets[-1]])
    assert dangling([replace(frame, path=f"IMG_{number:04}.CR3") for number, frame in enumerate(frames, 1)]) is None


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("apart", [0.7, 0.1, 31.0])
@pytest.mark.parametrize("places", [("CardA/{}", "CardB/{}"), ("CardA/DCIM/100CANON/{}", "CardB/DCIM/100CANON/{}")])
def test_two_bodies_of_one_model_at_once(way: str, apart: float, places: tuple[str, str]) -> None:
    """Two bodies of one model without serial numbers, used at once, have complete sets; a split set is reported."""
    cards = []
    for place, begins in zip(places, (1000.0, 1000.0 + apart), strict=True):
        frames = flat(shoot(6, FIVE, way, begins=begins, body="NIKON Z 6"))
        cards.append([replace(frame, path=place.format(frame.path)) for frame in frames])
    assert dangling([*cards[0], *cards[1]]) is None
    assert dangling([*cards[0], *cards[1][:-1]]) is not None


def test_two_bodies_in_one_folder() -> None:
    """Two bodies used at once, with files in one folder, are distinguished by their counters."""
    one = flat(shoot(6, FIVE, "values", first=11, body="NIKON Z 6"))
    other = flat(shoot(6, FIVE, "values", first=5001, begins=1000.7, body="NIKON Z 6"))
    assert dangling([*one, *other]) is None


def test_one_body_on_two_cards_in_turn() -> None:
    """A camera that continues on its second card is one body, and a set on both cards is complete."""
    frames = flat(shoot(6, FIVE))
    cards = [replace(frame, path=f"Card{1 + (at > 12)}/{frame.path}") for at, frame in enumerate(frames)]
    assert dangling(cards) is None
    assert dangling([*cards[:-8], *cards[-7:]]) is not None


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("taken", [1, 2, 3, 4])
def test_a_first_set_that_was_broken_off(way: str, taken: int) -> None:
    """An interrupted first set is complete if no file number is missing."""
    first = shoot(1, FIVE, way, first=401)[0][:taken]
    rest = shoot(3, FIVE, way, first=401 + taken, begins=1100.0)
    assert dangling([*first, *flat(rest)]) is None


@pytest.mark.parametrize("way", ["values", "lengths", "numbers"])
def test_a_last_set_whose_beginning_was_deleted(way: str) -> None:
    """A last set without its first frames is complete if the numbers leave no room for them."""
    sets = shoot(4, FIVE, way)
    closed = [
        replace(frame, path=f"IMG_{401 + at:04}.CR3") for at, frame in enumerate([*flat(sets[:-1]), *sets[-1][2:]])
    ]
    assert dangling(closed) is None


@pytest.mark.parametrize("way", ["values", "lengths", "numbers"])
def test_a_first_set_without_its_beginning_lacks_it(way: str) -> None:
    """If a shoot starts within a set, the earlier frames are unknown, so the set is incomplete."""
    assert dangling(flat(shoot(4, FIVE, way))[2:]) is not None
