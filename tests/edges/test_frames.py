from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from daemon.frames import frame
from daemon.grouping import Frame, dangling
from tests.edges.exif.build import Entries, jpeg, ratio, shorts, sratio, sub, text, tiff
from tests.edges.sandbox.shots import NOON, bracket

DATA = Path(__file__).parents[3] / "shared" / "data" / "canon-6d" / "100CANON"


def real() -> list[Frame]:
    """The five brackets of a real set, a Canon EOS 6D's."""
    found = [frame(str(DATA), path.name) for path in sorted(DATA.iterdir())]
    return [one for one in found if one is not None]


def again(one: Frame, times: int) -> Frame:
    """The same bracket of so many sets later."""
    return replace(one, path=f"IMG_{int(one.stem[4:]) + 5 * times:04}.JPG", taken_at=one.time + 40 * times)


@pytest.mark.skipif(not DATA.is_dir(), reason="no real camera files at hand")
def test_a_real_set_lacks_nothing() -> None:
    """Five real brackets of one scene are a whole set, alone and among others; four of them among others are not."""
    one = real()
    assert [(shot.aeb, shot.value_ev) for shot in one] == [(True, value) for value in (0.0, -4.0, -2.0, 2.0, 4.0)]
    assert dangling(one) is None
    three = [again(shot, times) for times in range(3) for shot in one]
    assert dangling(three) is None
    assert dangling(three[:-1]) == "IMG_0441.JPG begins a bracket set of 4 where the other 2 sets have 5"


def test_what_a_photo_says(tmp_path: Path) -> None:
    """Of a photo camera, time, exposure and path are known; of one that is gone or cannot be read nothing."""
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
    """A bracket whose maker note is gone: Exif's ExposureMode and bias are what is left of its mark."""
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
    """ExposureMode 2 marks a bracket whose maker note is gone, the bias is its value, and a torn set is seen."""
    shots = [
        edited(tmp_path, f"IMG_{401 + 3 * one + at:04}.JPG", bias, NOON + timedelta(seconds=40 * one + at))
        for one in range(3)
        for at, bias in enumerate((0.0, -2.0, 2.0))
    ]
    assert [(shot.aeb, shot.value_ev) for shot in shots[:3]] == [(True, 0.0), (True, -2.0), (True, 2.0)]
    assert dangling(shots) is None
    assert dangling(shots[:-1]) == "IMG_0407.JPG begins a bracket set of 2 where the other 2 sets have 3"
    assert edited(tmp_path, "IMG_1.JPG", 0.0, NOON, mode=1).aeb is None
