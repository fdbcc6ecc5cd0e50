from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from daemon.demo.camera import SHUTTERS, biases, linear, make_shoot
from daemon.demo.scene import Light

SIZE = (360, 240)
BRACKETS, SCENES = 5, 2
DARKEST, BRIGHTEST = 0.15, 0.85
"""Range of JPEG values that are affected by neither noise nor clipping."""


@pytest.fixture(scope="module")
def shoot(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Two sets of five."""
    return make_shoot(tmp_path_factory.mktemp("card"), scenes=SCENES, brackets=BRACKETS, size=SIZE)


def tags(path: Path) -> dict[str, Any]:
    """All Exif tags by name."""
    with Image.open(path) as image:
        ifd0 = image.getexif()
        both = {**ifd0, **ifd0.get_ifd(ExifTags.IFD.Exif)}
    return {ExifTags.TAGS[number]: _plain(value) for number, value in both.items()}


def _plain(value: object) -> object:
    return Fraction(str(value.numerator)) / value.denominator if isinstance(value, IFDRational) else value


def begun(path: Path) -> datetime:
    """The time when the shutter opened."""
    found = tags(path)
    clock = f"{found['DateTimeOriginal']}.{found['SubsecTimeOriginal']}{found['OffsetTimeOriginal']}"
    return datetime.strptime(clock, "%Y:%m:%d %H:%M:%S.%f%z")


def light(path: Path) -> Light:
    """Shares of saturation, averaged over 8 x 8 pixels, so that noise and small movements do not count."""
    with Image.open(path) as image:
        values = np.asarray(image, np.float32) / np.float32(255)
    small = (SIZE[0] // 8, SIZE[1] // 8)
    clipped = cv2.resize(
        ((values < DARKEST) | (values > BRIGHTEST)).astype(np.float32), small, interpolation=cv2.INTER_AREA
    )
    mean = cv2.resize(linear(values), small, interpolation=cv2.INTER_AREA)
    return np.where(clipped > 0, np.float32(np.nan), mean)


def test_names(shoot: tuple[Path, ...]) -> None:
    """Folders and names are those of a Canon's card, and the numbers continue over all scenes."""
    assert [path.name for path in shoot] == [f"IMG_{431 + n:04}.JPG" for n in range(SCENES * BRACKETS)]
    assert {path.parent.parts[-2:] for path in shoot} == {("DCIM", "100CANON")}


def test_exif(shoot: tuple[Path, ...]) -> None:
    """Every frame has its camera, lens and settings, as software expects of a bracketed frame."""
    for path in shoot:
        found = tags(path)
        assert (found["Make"], found["Model"]) == ("Canon", "Canon EOS R6")
        assert found["BodySerialNumber"]
        assert found["LensModel"]
        assert found["ExposureMode"] == 2
        assert found["Flash"] & 1 == 0
        assert found["Orientation"] == 1
        assert (found["ExifImageWidth"], found["ExifImageHeight"]) == SIZE
        assert found["FNumber"] == 8
        assert found["ISOSpeedRatings"] == 400
        assert 10 < found["FocalLength"] < 35
        assert found["ExposureTime"] in SHUTTERS
        with Image.open(path) as image:
            assert image.size == SIZE


def test_ladder(shoot: tuple[Path, ...]) -> None:
    """Each set has 0, -4, -2, +2 and +4 EV, which differ only in shutter speed."""
    for begin in range(0, len(shoot), BRACKETS):
        found = [tags(path) for path in shoot[begin : begin + BRACKETS]]
        assert [int(frame["ExposureBiasValue"]) for frame in found] == [0, -4, -2, 2, 4]
        for frame in found:
            steps = math.log2(frame["ExposureTime"] / found[0]["ExposureTime"])
            assert steps == pytest.approx(float(frame["ExposureBiasValue"]), abs=0.17)


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_exiftool(shoot: tuple[Path, ...]) -> None:
    """ExifTool reads the same values as Pillow, without warnings."""
    command = ["exiftool", "-json", "-n", "-validate", "-warning", "-error", "-SubSecDateTimeOriginal"]
    wanted = ["-Model", "-SerialNumber", "-LensModel", "-ExposureTime", "-ExposureCompensation", "-ExposureMode"]
    run = subprocess.run([*command, *wanted, *map(str, shoot)], check=True, capture_output=True, text=True)
    for path, found in zip(shoot, json.loads(run.stdout), strict=True):
        mine = tags(path)
        assert "Warning" not in found
        assert "Error" not in found
        assert found["Model"] == mine["Model"]
        assert str(found["SerialNumber"]) == mine["BodySerialNumber"]
        assert found["LensModel"] == mine["LensModel"]
        assert found["ExposureTime"] == pytest.approx(float(mine["ExposureTime"]), rel=1e-3)
        assert found["ExposureCompensation"] == int(mine["ExposureBiasValue"])
        assert found["ExposureMode"] == 2
        assert datetime.strptime(found["SubSecDateTimeOriginal"], "%Y:%m:%d %H:%M:%S.%f%z") == begun(path)


def test_times(shoot: tuple[Path, ...]) -> None:
    """Frames of a set follow within half a second of the previous exposure's end, sets within 20 to 60 seconds."""
    for number, (path, following) in enumerate(pairwise(shoot)):
        idle = begun(following) - begun(path) - timedelta(seconds=float(tags(path)["ExposureTime"]))
        if (number + 1) % BRACKETS:
            assert timedelta(seconds=0.2) < idle < timedelta(seconds=0.5)
        else:
            assert timedelta(seconds=20) < idle < timedelta(seconds=61)


@pytest.mark.parametrize("scene", range(SCENES))
def test_exposures(shoot: tuple[Path, ...], scene: int) -> None:
    """Where two frames do not clip, their brightness differs by the ratio of their exposure times."""
    frames = sorted(shoot[scene * BRACKETS :][:BRACKETS], key=lambda path: tags(path)["ExposureTime"])
    for darker, brighter in pairwise(frames):
        stated = float(tags(brighter)["ExposureTime"] / tags(darker)["ExposureTime"])
        ratios = light(brighter) / light(darker)
        assert np.count_nonzero(~np.isnan(ratios)) > 30
        assert float(np.nanmedian(ratios)) == pytest.approx(stated, rel=0.05)


def test_needs_brackets(shoot: tuple[Path, ...]) -> None:
    """No frame shows both window and shadow: the metered one clips, and the one without clipping is too dark."""
    with Image.open(shoot[0]) as image:
        brightest = np.asarray(image).max(axis=2)
    with Image.open(shoot[1]) as image:
        darkest = np.asarray(image).max(axis=2)
    assert np.mean(brightest == 255) > 0.03
    assert np.mean(darkest == 255) < 0.01
    assert np.mean(darkest < 40) > 0.5


def test_movement(shoot: tuple[Path, ...]) -> None:
    """The frames of a set are slightly misaligned, but by less than two pixels."""
    window = cv2.createHanningWindow(SIZE, cv2.CV_32F)
    for begin in range(0, len(shoot), BRACKETS):
        metered, *others = (_outlines(path) for path in shoot[begin : begin + 4])
        shifts = [math.hypot(*cv2.phaseCorrelate(metered, other, window)[0]) for other in others]
        assert max(shifts) < 2.2
        assert max(shifts) > 0.2


def _outlines(path: Path) -> Light:
    with Image.open(path) as image:
        grey = np.asarray(image.convert("L"), np.float32)
    return np.asarray(np.log1p(grey), np.float32)


def _bytes(paths: Sequence[Path]) -> list[bytes]:
    return [path.read_bytes() for path in paths]


def test_same_again(tmp_path: Path) -> None:
    """The same seed makes the same files, byte for byte. Another seed makes different files."""
    first, again, other = (
        make_shoot(tmp_path / name, scenes=1, brackets=3, size=(150, 100), seed=seed)
        for name, seed in (("first", 7), ("again", 7), ("other", 8))
    )
    assert _bytes(first) == _bytes(again)
    assert all(a != b for a, b in zip(_bytes(first), _bytes(other), strict=True))


def test_portrait(tmp_path: Path) -> None:
    """A portrait shoot is portrait in pixels, and its Exif agrees."""
    (path,) = make_shoot(tmp_path, scenes=1, brackets=1, size=(100, 150))
    with Image.open(path) as image:
        assert image.size == (100, 150)
    found = tags(path)
    assert (found["ExifImageWidth"], found["ExifImageHeight"], found["Orientation"]) == (100, 150, 1)


def test_progress(tmp_path: Path) -> None:
    """Progress is reported before the first bracket and after each bracket."""
    calls: list[tuple[int, int]] = []
    make_shoot(tmp_path, scenes=1, brackets=3, size=(90, 60), progress=lambda done, total: calls.append((done, total)))
    assert calls == [(0, 3), (1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("brackets", "ladder"),
    [
        (1, (0,)),
        (2, (0, -2)),
        (3, (0, -2, 2)),
        (4, (0, -4, -2, 2)),
        (5, (0, -4, -2, 2, 4)),
        (7, (0, -3, -2, -1, 1, 2, 3)),
        (9, (0, -4, -3, -2, -1, 1, 2, 3, 4)),
    ],
)
def test_biases(brackets: int, ladder: tuple[int, ...]) -> None:
    """A set begins with the metered exposure, followed by the others from dark to bright."""
    assert biases(brackets) == ladder


@pytest.mark.parametrize("brackets", [0, -1, 10])
def test_impossible_brackets(tmp_path: Path, brackets: int) -> None:
    """An impossible number of brackets is refused before anything is written."""
    with pytest.raises(ValueError, match="1 to 9 brackets"):
        make_shoot(tmp_path, brackets=brackets)
    assert list(tmp_path.iterdir()) == []
