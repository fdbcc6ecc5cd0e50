"""Tests with real camera files, if available, and compares the synthetic ones with ExifTool."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from daemon.exif import BracketMark, Capture, read
from tests.edges.exif.samples import everything

REPOSITORY = Path(__file__).parents[3]
DATA = REPOSITORY.parent / "shared" / "data"
HEADS = DATA / "heads"
SIX_D = DATA / "canon-6d" / "100CANON"
EXIFTOOL = shutil.which("exiftool")

needs_files = pytest.mark.skipif(not DATA.is_dir(), reason="no real camera files at hand")
needs_exiftool = pytest.mark.skipif(EXIFTOOL is None, reason="ExifTool is not installed")

SIZES = {
    "CanonRaw.cr2": ("cr2", 3456, 2304),
    "CanonRaw.cr3": ("cr3", 6000, 4000),
    "DNG.dng": ("dng", 3456, 2304),
    "FujiFilm.raf": ("raf", 4256, 1424),
    "Nikon.nef": ("nef", 3040, 2014),
    "Panasonic.rw2": ("rw2", 3648, 2736),
    "Sony.HIF": ("heif", 8640, 5760),
    "Stonehenge.heic": ("heif", 300, 200),
}


def truth() -> dict[str, dict[str, Any]]:
    """What ExifTool read from the real heads, by file name."""
    path = HEADS / "truth.json"
    found: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}
    return found


def assert_agrees(capture: Capture, said: dict[str, Any]) -> None:
    """Check that the capture has the same values as ExifTool's numeric output."""
    assert capture.make == said["Make"]
    assert capture.model == said["Model"]
    assert capture.exposure_s == pytest.approx(said["ExposureTime"])
    assert capture.f_number == pytest.approx(said["FNumber"])
    assert capture.iso == said["ISO"]
    assert capture.bias_ev == pytest.approx(said["ExposureCompensation"])
    subsec = str(said.get("SubSecTimeOriginal", ""))
    assert capture.has_subsec == bool(subsec)
    assert capture.taken_at is not None
    assert capture.taken_at.replace(microsecond=0) == datetime.strptime(
        said["DateTimeOriginal"] + "+0000", "%Y:%m:%d %H:%M:%S%z"
    ).replace(tzinfo=None)
    assert capture.taken_at.microsecond == int(subsec.ljust(6, "0") or 0)


@needs_files
@pytest.mark.parametrize("name", sorted(truth()))
def test_real_heads_read_as_exiftool_reads_them(name: str) -> None:
    """Camera, time and exposure of real files of every kind are the same as in ExifTool."""
    capture = read(HEADS / name)
    assert_agrees(capture, truth()[name])
    assert (capture.container, capture.width, capture.height) == SIZES[name]


@needs_files
@pytest.mark.parametrize("name", sorted(truth()))
def test_real_heads_have_exiftool_s_bracket_marks(name: str) -> None:
    """The bracket marks of real maker notes agree with ExifTool: no frame is bracketed."""
    said, mark = truth()[name], read(HEADS / name).mark
    modes = [
        said[tag]
        for tag in ("BracketMode", "AutoBracketing", "ShootingMode", "BurstMode", "ReleaseMode")
        if tag in said
    ]
    values = [said[tag] for tag in ("AEBBracketValue", "ExposureBracketValue") if tag in said]
    assert modes in ([0], [])
    assert mark.aeb is (False if modes else None)
    assert mark.value_ev == (values[0] if values else None)
    assert (mark.sequence_number, mark.sequence_length) == (None, None)


@needs_files
def test_a_real_nikon_counts_its_shutter() -> None:
    """A real Nikon's shutter count and serial number are read from its note."""
    capture = read(HEADS / "Nikon.nef")
    assert (capture.mark.shutter_count, capture.serial) == (3619, "12345678")


@needs_files
def test_five_real_brackets() -> None:
    """The five brackets of a real Canon scene have their exposures, hundredths of a second and AEB values."""
    frames = [read(SIX_D / f"IMG_043{number}.JPG") for number in range(1, 6)]
    assert [frame.exposure_s for frame in frames] == [1 / 20, 1 / 320, 1 / 80, 1 / 5, 0.8]
    assert [frame.mark for frame in frames] == [
        BracketMark(aeb=True, value_ev=ev) for ev in (0.0, -4.0, -2.0, 2.0, 4.0)
    ]
    assert [frame.taken_at.strftime("%H:%M:%S.%f") for frame in frames if frame.taken_at] == [
        "12:48:00.300000",
        "12:48:00.560000",
        "12:48:00.780000",
        "12:48:01.020000",
        "12:48:01.450000",
    ]
    same = {(frame.model, frame.serial, frame.width, frame.height, frame.bias_ev, frame.iso) for frame in frames}
    assert same == {("Canon EOS 6D", "383051002252", 2736, 1824, 0.0, 800)}


@needs_exiftool
def test_exiftool_reads_the_made_up_files_alike(tmp_path: Path) -> None:
    """ExifTool reads the same values from the synthetic files of these tests."""
    assert EXIFTOOL is not None
    samples = everything()
    for name, (data, _) in samples.items():
        (tmp_path / name).write_bytes(data)
    asked = ["-json", "-n", "-q", "-EXIF:all", "-MakerNotes:BracketMode", "-MakerNotes:AEBBracketValue"]
    ran = subprocess.run([EXIFTOOL, *asked, str(tmp_path)], capture_output=True, check=True)
    said = {Path(row["SourceFile"]).name: row for row in json.loads(ran.stdout)}
    assert said.keys() == samples.keys()
    for name, (_, capture) in samples.items():
        row = said[name]
        assert_agrees(capture, row)
        assert str(row["SerialNumber"]).zfill(7) == capture.serial, name
        assert row["Orientation"] == capture.orientation, name
        assert row["ExposureMode"] == capture.exposure_mode, name
        assert bool(row["Flash"] & 1) == capture.flash_fired, name
        if capture.mark.aeb is not None:
            assert (row["BracketMode"], row["AEBBracketValue"]) == (1, capture.mark.value_ev), name
