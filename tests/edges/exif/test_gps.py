"""Tests of where a photo was taken: Exif's GPS directory."""

from __future__ import annotations

import json
import math
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.exif import Capture, parse, read
from daemon.frames import frame, shot
from tests.edges.exif.build import (
    Entries,
    Heif,
    Plain,
    Subs,
    cr3,
    doubles,
    floats,
    jpeg,
    png,
    raf,
    ratio,
    shorts,
    sratio,
    sub,
    text,
    tiff,
)
from tests.edges.exif.samples import CANON_NOTE, EXIF, IFD0, photo, raw_photo, rw2

HEADS = Path(__file__).parents[3].parent / "shared" / "data" / "heads"
EXIFTOOL = shutil.which("exiftool")

SYDNEY: dict[int, Plain | Subs] = {
    0x0001: text("S"),
    0x0002: ratio(33, 1, 51, 1, 3195, 100),
    0x0003: text("E"),
    0x0004: ratio(151, 1, 12, 1, 5400, 100),
}
AT = (-(33 + 51 / 60 + 31.95 / 3600), 151.215)


def said(changes: Entries, *, without: int | None = None) -> tuple[float, float] | None:
    """The place that is read from a JPEG with these entries in its GPS directory."""
    entries = {tag: entry for tag, entry in {**SYDNEY, **changes}.items() if tag != without}
    return parse(jpeg(tiff({0x8825: sub(entries)}))).gps


def located() -> dict[str, bytes]:
    """A photo of Sydney in every container, by file name."""

    def block(order: str = "<") -> bytes:
        return tiff({**photo(), 0x8825: sub(SYDNEY)}, order)

    parts = [tiff(part) for part in (IFD0, EXIF, CANON_NOTE, SYDNEY)]
    return {
        "little.jpg": jpeg(block()),
        "big.jpg": jpeg(block(">")),
        "cr3.cr3": cr3(parts),
        "heif.heic": Heif(block()).file(),
        "nef.nef": raw_photo("NIKON CORPORATION", ">", {}, x8825=sub(SYDNEY)),
        "png.png": png(block(), 6000, 4000),
        "raf.raf": raf(jpeg(block()), 6000, 4000),
        "rw2.rw2": rw2(jpeg(block())),
        "tif.tif": block(),
    }


@pytest.mark.parametrize("name", sorted(located()))
def test_every_container_says_where(name: str) -> None:
    """Latitude and longitude are read from every format; south and west are negative."""
    assert parse(located()[name]).gps == pytest.approx(AT)


def test_north_and_west() -> None:
    """North is positive and west is negative, in capital letters or not."""
    assert said({0x0001: text("n"), 0x0003: text("W")}) == pytest.approx((-AT[0], -AT[1]))


@pytest.mark.parametrize(
    "angle",
    [ratio(151, 1, 129, 10, 0, 1), ratio(151215, 1000, 0, 1, 0, 1), floats(151, 12, 54), doubles(151, 12.9, 0)],
    ids=["decimal minutes", "decimal degrees", "floats", "doubles"],
)
def test_an_angle_may_be_written_in_several_ways(angle: Plain) -> None:
    """Degrees and minutes may have decimals, and may be floating point numbers, as some editors write."""
    assert said({0x0004: angle}) == pytest.approx(AT)


@pytest.mark.parametrize("missing", [0x0001, 0x0002, 0x0003, 0x0004])
def test_half_a_place_is_none(missing: int) -> None:
    """Without one of the angles or its direction, the place is not known."""
    assert said({}, without=missing) is None


@pytest.mark.parametrize(
    "entries",
    [
        {0x0002: ratio(0, 1, 0, 1, 0, 1), 0x0004: ratio(0, 1, 0, 1, 0, 1)},
        {0x0002: ratio(91, 1, 0, 1, 0, 1)},
        {0x0002: ratio(90, 1, 0, 1, 1, 100)},
        {0x0004: ratio(180, 1, 1, 1, 0, 1)},
        {0x0004: ratio(2**32 - 1, 1, 0, 1, 0, 1)},
        {0x0002: ratio(33, 0, 51, 1, 0, 1)},
        {0x0002: ratio(33, 1, 51, 0, 30, 1)},
        {0x0002: ratio(33, 1, 51, 1, 0, 0)},
        {0x0002: ratio(33, 1, 51, 1)},
        {0x0002: ratio(33, 1, 61, 1, 0, 1)},
        {0x0002: ratio(33, 1, 0, 1, 61, 1)},
        {0x0002: sratio(-33, 1, 51, 1, 0, 1)},
        {0x0002: sratio(33, 1, -51, 1, 0, 1)},
        {0x0002: doubles(math.nan, 0, 0)},
        {0x0004: doubles(math.inf, 0, 0)},
        {0x0002: text("33 51 31")},
        {0x0001: text("E")},
        {0x0001: text("north")},
        {0x0001: shorts(78)},
        {0x0003: text("")},
        {0x0009: text("V")},
    ],
)
def test_an_invalid_place_is_none(entries: Entries) -> None:
    """A place beyond the globe, at exactly 0, 0, with a zero denominator or without a fix is not known."""
    assert said({}) is not None
    assert said(entries) is None


def test_the_poles_and_the_date_line_are_on_the_globe() -> None:
    """The largest angles are valid, and so is a place on the equator."""
    assert said({0x0002: ratio(90, 1, 0, 1, 0, 1), 0x0004: ratio(180, 1, 0, 1, 0, 1)}) == (-90, 180)
    assert said({0x0002: ratio(0, 1, 0, 1, 0, 1)}) == pytest.approx((0, AT[1]))
    assert said({0x0009: text("A")}) == pytest.approx(AT)


@given(st.data())
def test_damage_never_gives_an_impossible_place(data: st.DataObject) -> None:
    """Whatever bytes are damaged, a place is on the globe or None."""
    name = data.draw(st.sampled_from(sorted(located())))
    damaged = bytearray(located()[name])
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=12)):
        damaged[at] = data.draw(st.integers(0, 255))
    require_on_the_globe(parse(bytes(damaged)))


def test_every_damaged_byte_of_the_place() -> None:
    """With any byte of a GPS directory replaced by typical wrong values, a place is possible or None."""
    whole = jpeg(tiff({0x8825: sub(SYDNEY)}))
    places = set()
    for at in range(len(whole)):
        for value in (0, 1, 0x7F, 0x80, 0xFF):
            capture = parse(whole[:at] + bytes([value]) + whole[at + 1 :])
            require_on_the_globe(capture)
            places.add(capture.gps)
    assert len(places) > 10, "the damage reached the place"
    for length in range(len(whole)):
        require_on_the_globe(parse(whole[:length]))


def require_on_the_globe(capture: Capture) -> None:
    """Check that a place is possible."""
    if capture.gps is not None:
        latitude, longitude = capture.gps
        assert -90 <= latitude <= 90
        assert -180 <= longitude <= 180


def test_a_directory_that_points_to_itself_ends() -> None:
    """A GPS pointer to the first directory is read once."""
    assert parse(struct.pack("<2sHIHHHIII", b"II", 42, 8, 1, 0x8825, 4, 1, 8, 0)).gps is None


def test_a_place_is_never_in_a_text(tmp_path: Path) -> None:
    """A place reaches the frame. It is not in the text of the capture or the frame, nor in what an order stores."""
    (tmp_path / "IMG_1.JPG").write_bytes(located()["little.jpg"])
    found = frame(str(tmp_path), "IMG_1.JPG")
    assert found is not None
    assert found.gps == pytest.approx(AT)
    texts = (found, read(tmp_path / "IMG_1.JPG"), shot(str(tmp_path), "IMG_1.JPG"))
    assert not any("gps" in repr(one).lower() or "151.2" in repr(one) or "33.8" in repr(one) for one in texts)


@pytest.mark.skipif(not HEADS.is_dir(), reason="no real camera files at hand")
def test_a_real_phone_says_where() -> None:
    """The place of a real HEIC is the same as in ExifTool. Files of cameras without a receiver have no place."""
    assert read(HEADS / "Stonehenge.heic").gps == pytest.approx((51.1782805555556, -1.82663888888889))
    assert read(HEADS / "CanonRaw.cr3").gps is None


@pytest.mark.skipif(EXIFTOOL is None, reason="ExifTool is not installed")
def test_exiftool_reads_the_same_places(tmp_path: Path) -> None:
    """ExifTool reads the same place from the files of these tests."""
    assert EXIFTOOL is not None
    for name, data in located().items():
        (tmp_path / name).write_bytes(data)
    asked = ["-json", "-n", "-q", "-Composite:GPSLatitude", "-Composite:GPSLongitude"]
    ran = subprocess.run([EXIFTOOL, *asked, str(tmp_path)], capture_output=True, check=True)
    rows = {Path(row["SourceFile"]).name: (row["GPSLatitude"], row["GPSLongitude"]) for row in json.loads(ran.stdout)}
    assert rows.keys() == located().keys()
    assert all(place == pytest.approx(AT) for place in rows.values())
