"""Tests that one press of the shutter is one bracket, whatever its files are called and wherever they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from daemon.shoot import LeftOut, Shot, Why
from daemon.shoot.shot import UNKNOWN
from tests.core.shots import CANON, EXPOSURES, NOON, SONY, at, card, chosen, sent, shoot

SIX = shoot(SONY)
PIXEL = replace(SONY, make="google", model="pixel 8 pro")


@pytest.mark.parametrize(
    ("kept", "other"),
    [
        ("Card2/DCIM/100MSDCF/DSC{:05}.JPG", "Card1/DCIM/100MSDCF/DSC{:05}.ARW"),
        ("JPG/DSC{:05}.JPG", "RAW/DSC{:05}.ARW"),
        ("JPG/_DSC{:04}.JPG", "RAW/DSC_{:04}.NEF"),
        ("DSC{:05}.HIF", "DSC{:05}.ARW"),
        ("Card2/DSC{:05}.HIF", "Card1/DSC{:05}.ARW"),
        ("DSC_{:04}.NEF", "DSC_{:04}.dng"),
        ("IMG_{:04}.JPG", "IMG_{:04}.HEIC"),
        ("IMG_{:04}.JPG", "IMG_{:04}.TIF"),
        ("IMG_{:04}.JPG", "IMG_{:04}.CR3"),
        ("PXL_20240601_12000{}.RAW-01.COVER.jpg", "PXL_20240601_12000{}.RAW-02.ORIGINAL.dng"),
    ],
)
def test_a_frame_in_two_formats_is_sent_once(kept: str, other: str) -> None:
    """Each press of the shutter becomes one bracket, in one folder or two, on two cards, under one stem or two."""
    one, two = card(kept, SIX), card(other, SIX)
    choice = chosen({**one, **two})
    assert [file.path for file in choice.send] == sorted(one)
    variants = [LeftOut(path, Why.VARIANT, of) for of, path in zip(one, two, strict=True)]
    assert list(choice.left_out) == sorted(variants, key=lambda left: left.path)
    assert choice.doubt is None


def test_of_three_formats_one_is_sent() -> None:
    """With RAW and HEIF from the camera and DNG from a conversion, one bracket per frame is sent."""
    files = {**card("1/DSC{:05}.ARW", SIX), **card("2/DSC{:05}.HIF", SIX), **card("1/DSC{:05}.dng", SIX)}
    assert sent(files) == [f"2/DSC{number:05}.HIF" for number in range(1, 7)]


def test_two_cameras_that_share_their_names_are_two() -> None:
    """RAWs of one camera and JPEGs of another, an hour later, with the same names in one folder, are all sent."""
    raws, jpegs = card("IMG_{:04}.CR2", shoot(CANON)), card("IMG_{:04}.JPG", shoot(SONY, begins=NOON + 3600))
    assert sent({**raws, **jpegs}) == sorted({**raws, **jpegs})
    assert chosen({**raws, **jpegs}).doubt is None


@pytest.mark.parametrize("serial", ["283021004418", "1283021"])
def test_two_bodies_of_one_model_are_two(serial: str) -> None:
    """Two bodies with serial numbers, used at the same time with the same names, are two cameras."""
    second = replace(CANON, serial=serial)
    files = {**card("A/IMG_{:04}.CR2", shoot(CANON)), **card("B/IMG_{:04}.JPG", shoot(second))}
    assert sent(files) == sorted(files)


def test_one_camera_by_its_hour() -> None:
    """If a camera's counter was reset and names repeat, another time means another frame."""
    files = {**card("A/IMG_{:04}.CR2", shoot(CANON)), **card("B/IMG_{:04}.JPG", shoot(CANON, begins=NOON + 86400))}
    assert sent(files) == sorted(files)


@pytest.mark.parametrize(
    "spelled",
    [
        {"serial": ""},
        {"serial": "28302100441"},
        {"serial": "no= 00283021004417"},
        {"make": ""},
        {"f_number": None},
        {"iso": None},
        {"exposure_s": 1 / 61},
        {"f_number": 8.1},
    ],
)
def test_what_one_file_does_not_say_or_rounds_parts_nothing(spelled: dict[str, object]) -> None:
    """Files of one frame match even if they spell the serial number differently, round, or omit a value."""
    shot = at(CANON, 1)
    other = replace(shot, **spelled)  # type: ignore[arg-type]
    assert sent({"1/IMG_0001.CR3": shot, "2/IMG_0001.JPG": other}) == ["2/IMG_0001.JPG"]


@pytest.mark.parametrize(
    "differs",
    [{"exposure_s": 1 / 80}, {"f_number": 9.0}, {"iso": 125.0}, {"second": NOON + 1}, {"model": "r5"}, {"make": "x"}],
)
def test_another_exposure_or_time_is_another_frame(differs: dict[str, object]) -> None:
    """A third of a stop, a second, or another camera makes another frame, even under the same number."""
    shot = at(CANON, 1)
    files = {"1/IMG_0001.CR3": shot, "2/IMG_0001.JPG": replace(shot, **differs)}  # type: ignore[arg-type]
    assert sent(files) == sorted(files)


@pytest.mark.parametrize(("one", "other"), [(1, 100), (100, 1), (100, 1000), (1, 1)])
def test_clocks_of_different_fineness(one: int, other: int) -> None:
    """A JPEG with hundredths of a second and a HEIF without them show one frame, because nothing contradicts."""
    heifs, jpegs = shoot(CANON, clock=one), shoot(CANON, clock=other)
    assert len(sent({**card("1/IMG_{:04}.HIF", heifs), **card("2/IMG_{:04}.JPG", jpegs)})) == 6


def burst(frames: int, clock: int = 1) -> list[Shot]:
    """Frames of one exposure within one second."""
    shot = at(CANON, 1)
    return [replace(shot, fraction=number / 10 if clock > 1 else None) for number in range(frames)]


@pytest.mark.parametrize("pattern", ["IMG_{:04}", "DSC{:05}", "12 Oak St-{:03}", "DJI_2024060112000{0}_{0:04}_D"])
def test_a_burst_is_as_many_frames_as_it_has_numbers(pattern: str) -> None:
    """Frames of one second and one exposure, without fractions, are distinguished by their numbers."""
    jpegs, raws = card(f"{pattern}.JPG", burst(8)), card(f"raw/{pattern}.DNG", burst(8))
    assert len(sent(jpegs)) == 8
    assert len(sent({**jpegs, **raws})) == 8


def test_sizes_that_are_not_known_part_no_burst() -> None:
    """Frames of one second with unknown picture sizes are distinguished by their numbers."""
    shots = [replace(shot, pixels=size) for shot, size in zip(burst(3), (None, (6000, 4000), None), strict=True)]
    assert len(sent(card("IMG_{:04}.JPG", shots))) == 3


def test_a_burst_is_as_many_frames_as_it_has_times() -> None:
    """If the names have no numbers, the fractions of the clock decide."""
    names = [f"{word}.JPG" for word in ("hall", "kitchen", "stairs", "yard")]
    assert len(sent(dict(zip(names, burst(4, clock=10), strict=True)))) == 4


@pytest.mark.parametrize("second", [NOON, 946_684_800 - 1])
def test_a_clock_that_stands_still_parts_nothing_and_joins_nothing(second: int) -> None:
    """Photos with one time and one exposure, in folders with the same names, are all sent."""
    stopped = replace(CANON, second=second, exposure_s=1 / 60)
    rooms = {f"room {room}/{photo}.JPG": stopped for room in range(10) for photo in range(3)}
    assert sent(rooms) == sorted(rooms)


def test_a_clock_that_stands_still_and_two_cards() -> None:
    """Even with a stopped clock, a frame's files on two cards have the same number and exposure: one is sent."""
    stopped = [replace(shot, second=NOON, fraction=None) for shot in shoot(CANON, 24)]
    files = {**card("1/IMG_{:04}.CR3", stopped), **card("2/IMG_{:04}.JPG", stopped)}
    assert sent(files) == [f"2/IMG_{number:04}.JPG" for number in range(1, 25)]


def test_a_file_that_says_nothing_is_known_by_its_name_unless_something_contradicts() -> None:
    """A RAW beside a JPEG without metadata is one frame, unless the JPEG is of another camera."""
    shot = at(CANON, 1)
    assert sent({"IMG_0001.CR3": shot, "IMG_0001.JPG": Shot()}) == ["IMG_0001.JPG"]
    other = Shot(make="sony", model="ilce-7m3")
    assert sent({"IMG_0001.CR3": shot, "IMG_0001.JPG": other}) == ["IMG_0001.CR3", "IMG_0001.JPG"]
    assert sent({"IMG_0001.X3F": Shot(), "IMG_0001.JPG": Shot()}) == ["IMG_0001.JPG"]


def test_one_name_in_one_folder_needs_no_equal_exposure() -> None:
    """If one format records a wrong ISO, camera, time and name in one folder still identify the frame."""
    shot = at(CANON, 1)
    assert sent({"IMG_0001.CR3": replace(shot, iso=4_294_967_295.0), "IMG_0001.JPG": shot}) == ["IMG_0001.JPG"]


# --- formats ---


def test_the_format_is_decided_for_each_camera() -> None:
    """One camera's JPEGs are sent because it has them all; another's RAWs, because one JPEG is missing."""
    canon = {**card("A/IMG_{:04}.CR3", shoot(CANON)), **card("A/IMG_{:04}.JPG", shoot(CANON))}
    raws, jpegs = card("B/DSC{:05}.ARW", SIX), card("B/DSC{:05}.JPG", SIX)
    del jpegs["B/DSC00004.JPG"]
    choice = chosen({**canon, **raws, **jpegs})
    assert [file.path for file in choice.send] == sorted([path for path in canon if path.endswith("JPG")] + list(raws))
    assert choice.doubt is None


def test_the_preferred_format_is_a_parameter() -> None:
    """With RAW preferred, RAW is sent where it is complete, and JPEG where it is not."""
    raws, jpegs = card("DSC{:05}.ARW", SIX), card("DSC{:05}.JPG", SIX)
    assert sent({**raws, **jpegs}, "raw") == sorted(raws)
    del raws["DSC00002.ARW"]
    assert sent({**raws, **jpegs}, "raw") == sorted(jpegs)


def test_a_camera_may_change_its_format_between_two_sets() -> None:
    """If the format changes from RAW to JPEG between two sets, each set is sent in its own format."""
    files = {**card("DSC{:05}.ARW", SIX[:3]), **card("DSC{:05}.JPG", SIX[3:], first=4)}
    assert sent(files) == sorted(files)
    assert chosen(files).doubt is None


def test_frames_that_are_complete_in_no_format_wait_for_a_person() -> None:
    """A set with one frame only as RAW and one only as JPEG is held, with the missing files."""
    files = {**card("DSC{:05}.ARW", SIX), **card("DSC{:05}.JPG", SIX)}
    del files["DSC00002.JPG"]
    del files["DSC00003.ARW"]
    doubt = chosen(files).doubt
    assert doubt is not None
    why = "no single format covers these 3 frames, which may belong to one set: there is no JPEG of "
    assert doubt.why.startswith(why)
    assert "there is no JPEG of DSC00002.ARW; there is no RAW of DSC00003.JPG." in doubt.why
    assert doubt.files == ("DSC00002.ARW", "DSC00003.JPG")
    assert len(sent(files)) == 6


def test_two_doubts_are_both_shown() -> None:
    """With a mixed-format set and possible duplicates, the message has both problems with all files."""
    files = {**card("DSC{:05}.ARW", SIX), **card("DSC{:05}.JPG", SIX), "A/IMG_1.ARW": UNKNOWN, "B/IMG_1.JPG": UNKNOWN}
    del files["DSC00002.JPG"]
    del files["DSC00003.ARW"]
    doubt = chosen(files).doubt
    assert doubt is not None
    assert "no single format covers these 3 frames" in doubt.why
    assert ". Also: 1 photo(s) may be duplicates" in doubt.why
    assert doubt.files == ("A/IMG_1.ARW", "B/IMG_1.JPG", "DSC00002.ARW", "DSC00003.JPG")


def test_photos_that_may_be_here_twice_wait_for_a_person() -> None:
    """RAWs without a capture time, beside JPEGs of the same names on another card, are held."""
    files = {**dict.fromkeys(card("1/SDIM{:04}.X3F", SIX), Shot()), **card("2/SDIM{:04}.JPG", SIX)}
    doubt = chosen(files).doubt
    assert doubt is not None
    assert doubt.why.startswith("6 photo(s) may be duplicates, and have no capture time: 1/SDIM0001.X3F and ")


# --- derived pictures ---

Make = Callable[[Shot], Shot]


def small(shot: Shot) -> Shot:
    """The same shot in a smaller size."""
    return replace(shot, pixels=(2000, 1333))


def whole(shot: Shot) -> Shot:
    """The same shot in full size."""
    return shot


@pytest.mark.parametrize("original", ["IMG_{:04}.JPG", "IMG_{:04}.CR3", "DCIM/100CANON/IMG_{:04}.JPG"])
@pytest.mark.parametrize(
    ("made", "how"),
    [
        ("darktable_exported/IMG_{:04}.jpg", whole),
        ("darktable_exported/IMG_{:04}.jpg", small),
        ("IMG_{:04}-Edit.jpg", whole),
        ("IMG_{:04}-Edit-2.tif", whole),
        ("IMG_{:04}-HDR.dng", whole),
        ("HDR_IMG_{:04}.jpg", whole),
        ("IMG_{:04}_5_6_tonemapped.jpg", whole),
        ("IMG_E{:04}.JPG", whole),
        ("web/12 Oak St-{}.jpg", small),
        ("12 Oak St-{}.jpg", small),
        ("Edited/Oak_{:04}.png", whole),
    ],
)
def test_what_was_made_from_a_frame_is_named_and_not_sent(original: str, made: str, how: Make) -> None:
    """An export beside its original, in another folder, in another size or under an editor's name is never sent."""
    camera, exports = card(original, shoot(CANON)), card(made, [how(shot) for shot in shoot(CANON)])
    choice = chosen({**camera, **exports})
    assert [file.path for file in choice.send] == sorted(camera)
    derived = {LeftOut(path, Why.DERIVED, of) for of, path in zip(camera, exports, strict=True)}
    assert set(choice.left_out) == derived


def test_one_edited_frame_of_a_set_is_not_sent() -> None:
    """One edited frame beside its JPEG is not sent and does not hold the shoot."""
    camera = card("IMG_{:04}.JPG", shoot(CANON))
    choice = chosen({**camera, "IMG_0002-Edit.jpg": at(CANON, 2)})
    assert [file.path for file in choice.send] == sorted(camera)
    assert choice.left_out == (LeftOut("IMG_0002-Edit.jpg", Why.DERIVED, "IMG_0002.JPG"),)
    assert choice.doubt is None


@pytest.mark.parametrize(
    "merged", [replace(at(CANON, 2), pixels=(5960, 3973)), at(CANON, 2)], ids=["cropped", "as large"]
)
def test_a_cameras_own_hdr_beside_its_sources_is_not_sent(merged: Shot) -> None:
    """An in-camera HDR of three frames has the next number and the time and exposure of one of them."""
    files = {**card("IMG_{:04}.JPG", shoot(CANON, 3)), "IMG_0004.JPG": merged}
    choice = chosen(files)
    assert [file.path for file in choice.send] == ["IMG_0001.JPG", "IMG_0002.JPG", "IMG_0003.JPG"]
    assert choice.left_out == (LeftOut("IMG_0004.JPG", Why.DERIVED, "IMG_0002.JPG"),)


def test_a_cameras_own_hdr_at_a_whole_tenth_is_not_sent() -> None:
    """A clock whose other times have hundredths also has hundredths at a whole tenth of a second."""
    files = card("IMG_{:04}.JPG", shoot(CANON, 3, begins=NOON + 0.4))
    choice = chosen({**files, "IMG_0004.JPG": files["IMG_0001.JPG"]})
    assert choice.left_out == (LeftOut("IMG_0004.JPG", Why.DERIVED, "IMG_0001.JPG"),)


def test_a_cameras_own_hdr_at_a_full_second_is_not_sent() -> None:
    """If nearly all files of a camera have hundredths, two files without a fraction have the same full second."""
    files = card("IMG_{:04}.JPG", shoot(CANON, 24))
    assert files["IMG_0001.JPG"].fraction is None
    choice = chosen({**files, "IMG_0025.JPG": files["IMG_0001.JPG"]})
    assert choice.left_out == (LeftOut("IMG_0025.JPG", Why.DERIVED, "IMG_0001.JPG"),)


def test_a_burst_whose_fractions_an_editor_removed_is_sent() -> None:
    """If several files of a camera have no fraction, it may be missing, and their numbers distinguish them."""
    files = card("IMG_{:04}.JPG", [*shoot(CANON, 12), *burst(3)])
    assert len(sent(files)) == 15


def test_a_burst_at_one_tenth_is_as_many_frames_as_it_has_numbers() -> None:
    """Frames of one tenth of a second are distinguished by their numbers if the camera's clock counts tenths."""
    files = card("IMG_{:04}.JPG", [*shoot(CANON, 6, clock=10), *[replace(burst(1)[0], fraction=0.4)] * 3])
    assert len(sent(files)) == 9


def test_a_small_jpeg_that_the_camera_wrote_is_not_sent() -> None:
    """Of a RAW and a half-size JPEG the RAW is sent: a small picture costs as much."""
    raws = card("DSC{:05}.ARW", SIX)
    jpegs = card("DSC{:05}.JPG", [replace(shot, pixels=(3000, 2000)) for shot in SIX])
    assert sent({**raws, **jpegs}) == sorted(raws)


@pytest.mark.parametrize("pattern", ["IMG_{:04}.jpg", "12 Oak St-{}.tif", "export/IMG_{:04}-Edit.jpg"])
def test_a_shoot_of_exported_brackets_is_sent_as_it_is(pattern: str) -> None:
    """Exported brackets without their originals are ordinary brackets."""
    files = card(pattern, [small(shot) for shot in shoot(CANON)])
    assert sent(files) == sorted(files)
    assert chosen(files).doubt is None


@pytest.mark.parametrize(
    "names",
    [
        ("IMG_0001.jpg", "IMG_0001-2.jpg", "IMG_0001-3.jpg"),
        ("IMG_0001_-2.tif", "IMG_0001_0.tif", "IMG_0001_+2.tif"),
        ("dark.jpg", "light.jpg", "middle.jpg"),
    ],
)
def test_exposures_developed_from_one_raw_are_sent_without_it(names: tuple[str, ...]) -> None:
    """Pictures with one frame's metadata, in one folder, format and size, are all sent if their RAW is missing."""
    files = dict.fromkeys(names, at(CANON, 1))
    assert sent(files) == sorted(files)
    assert len(sent({**files, "IMG_0001.CR3": at(CANON, 1)})) == 1


def test_four_thousand_files_take_no_time() -> None:
    """Two cards of 2,000 frames are sorted in less than two seconds, with a running clock and with a stopped one."""
    running = shoot(CANON, 2000)
    stopped = [replace(CANON, second=NOON, exposure_s=EXPOSURES[number % 3]) for number in range(2000)]
    for shots in (running, stopped):
        began = time.process_time()
        assert len(sent({**card("1/IMG_{:04}.CR3", shots), **card("2/IMG_{:04}.JPG", shots)})) == 2000
        assert time.process_time() - began < 2
