from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from daemon.files.content import ends, mark
from daemon.frames import frame, shot, shot_in
from daemon.grouping import Frame, dangling, one_per_frame
from daemon.shoot import File, Taken
from daemon.shoot.shot import UNKNOWN, show_one_frame
from tests.edges.exif.build import Entries, jpeg, ratio, shorts, sratio, sub, text, tiff
from tests.edges.exif.taken import Camera, shot_of
from tests.edges.sandbox.shots import NOON, bracket

DATA = Path(__file__).parents[3] / "shared" / "data" / "canon-6d" / "100CANON"
HEADS = Path(__file__).parents[3] / "shared" / "data" / "heads"


def real() -> list[Frame]:
    """The five brackets of a real set of a Canon EOS 6D."""
    found = [frame(str(DATA), path.name) for path in sorted(DATA.iterdir())]
    return [one for one in found if one is not None]


def again(one: Frame, times: int) -> Frame:
    """The same bracket a number of sets later."""
    return replace(one, path=f"IMG_{int(one.stem[4:]) + 5 * times:04}.JPG", taken_at=one.time + 40 * times)


@pytest.mark.skipif(not DATA.is_dir(), reason="no real camera files at hand")
def test_a_real_set_lacks_nothing() -> None:
    """Five real brackets are a complete set, alone and among others; four of them among others are incomplete."""
    one = real()
    assert [(shot.aeb, shot.value_ev) for shot in one] == [(True, value) for value in (0.0, -4.0, -2.0, 2.0, 4.0)]
    assert dangling(one) is None
    three = [again(shot, times) for times in range(3) for shot in one]
    assert dangling(three) is None
    assert dangling(three[:-1]) == "the bracket set starting with IMG_0441.JPG has 4 photos; the other 2 sets have 5"


def test_what_a_photo_says_of_its_frame(tmp_path: Path) -> None:
    """Camera, time and exposure are read from the same bytes as the mark."""
    path = "card/IMG_1.JPG"
    (tmp_path / "card").mkdir()
    (tmp_path / path).write_bytes(bracket(0, -2.0, NOON.replace(microsecond=480_000)))
    read = ends(str(tmp_path), path)
    said = shot_in(str(tmp_path), path, read.head)
    assert said == shot(str(tmp_path), path)
    assert read.mark == mark(str(tmp_path), path)
    exposure = (said.second, said.fraction, said.f_number, said.iso, said.pixels)
    assert exposure == (1_717_243_200, 0.48, 8.0, 200.0, (240, 160))
    assert (said.make, said.model, said.serial, said.tells) == ("canon", "canon eos 6d", "", True)
    assert shot(str(tmp_path), "gone.JPG") == shot(str(tmp_path), "card") == UNKNOWN
    (tmp_path / path).write_bytes(b"no picture")
    assert shot(str(tmp_path), path) == UNKNOWN


@pytest.mark.parametrize("extension", ["JPG", "HEIC", "HIF", "ARW", "NEF", "DNG", "TIF"])
def test_every_format_says_the_same(extension: str) -> None:
    """A frame is the same frame in every format that a camera or a program writes it in."""
    jpeg, other = "1/DSC00001.JPG", f"2/DSC00001.{extension}"
    one, two = (Taken(path, shot_of(Camera(), path)) for path in (jpeg, other))
    assert show_one_frame(one, two)
    assert not show_one_frame(one, Taken(other, shot_of(Camera(), other, 2)))


@pytest.mark.skipif(not HEADS.is_dir(), reason="no real camera files at hand")
def test_a_real_raw_file_and_what_was_converted_from_it() -> None:
    """A real CR2 and the DNG converted from it are one frame, although they spell the serial number differently."""
    raw, dng = (Taken("IMG_0001." + name[-3:], shot(str(HEADS), name)) for name in ("CanonRaw.cr2", "DNG.dng"))
    assert raw.shot.serial != dng.shot.serial
    assert show_one_frame(raw, dng)
    others = [path.name for path in HEADS.iterdir() if path.suffix not in (".json", ".cr2", ".dng")]
    said = [Taken("IMG_0001.JPG", shot(str(HEADS), name)) for name in others]
    assert all(one.shot.tells for one in said)
    assert not any(show_one_frame(one, other) for one in said for other in (raw, *said) if one is not other)


@pytest.mark.skipif(not DATA.is_dir(), reason="no real camera files at hand")
def test_real_brackets_are_frames_of_their_own() -> None:
    """Five real brackets, taken within a second and a half, are five frames, under their names and under any other."""
    photos = {path.name: shot(str(DATA), path.name) for path in sorted(DATA.iterdir())}
    renamed = {f"web/Oak {number}.jpg": said for number, said in enumerate(photos.values())}
    for shots in (photos, renamed, {**photos, **renamed}):
        choice = one_per_frame((File(path, 1, 1, 1) for path in shots), shots)
        assert len(choice.send) == 5
    assert [file.path for file in choice.send] == sorted(photos)


def test_what_a_photo_says(tmp_path: Path) -> None:
    """A frame has camera, time, exposure and path, or without metadata only the path. A missing file has no frame."""
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "IMG_1.JPG").write_bytes(bracket(0, -2.0, NOON))
    said = frame(str(tmp_path), "card/IMG_1.JPG")
    assert said is not None
    assert (said.path, said.body, said.f_number, said.iso) == ("card/IMG_1.JPG", "Canon Canon EOS 6D", 8.0, 200)
    assert said.exposure_s == pytest.approx(1 / 240)
    (tmp_path / "card" / "IMG_1.JPG").write_bytes(b"no picture")
    assert frame(str(tmp_path), "card/IMG_1.JPG") == Frame("card/IMG_1.JPG")
    assert frame(str(tmp_path), "gone.JPG") is None
    assert frame(str(tmp_path), "card") is None


def edited(folder: Path, name: str, bias: float, taken: datetime, mode: int = 2) -> Frame:
    """A bracket without a maker note, marked only by Exif's ExposureMode and bias."""
    exif: Entries = {
        0x829A: ratio(1, round(60 * 2**-bias)),
        0x829D: ratio(8, 1),
        0x8827: shorts(100),
        0x9003: text(f"{taken:%Y:%m:%d %H:%M:%S}"),
        0x9204: sratio(round(3 * bias), 3),
        0xA402: shorts(mode),
    }
    camera: Entries = {0x010F: text("Canon"), 0x0110: text("Canon EOS 350D DIGITAL"), 0x8769: sub(exif)}
    (folder / name).write_bytes(jpeg(tiff(camera)))
    found = frame(str(folder), name)
    assert found is not None
    return found


def test_without_a_maker_note_exif_marks_a_bracket(tmp_path: Path) -> None:
    """Without a maker note, ExposureMode 2 marks a bracket, the bias is its offset, and an incomplete set is found."""
    shots = [
        edited(tmp_path, f"IMG_{401 + 3 * one + at:04}.JPG", bias, NOON + timedelta(seconds=40 * one + at))
        for one in range(3)
        for at, bias in enumerate((0.0, -2.0, 2.0))
    ]
    assert [(shot.is_marked, shot.bias_ev) for shot in shots[:3]] == [(True, 0.0), (True, -2.0), (True, 2.0)]
    assert dangling(shots) is None
    assert dangling(shots[:-1]) == "the bracket set starting with IMG_0407.JPG has 2 photos; the other 2 sets have 3"
    assert edited(tmp_path, "IMG_1.JPG", 0.0, NOON, mode=1).is_marked is None
