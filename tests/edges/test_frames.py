from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from daemon.frames import frame
from daemon.grouping import Frame, dangling
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
