"""Tests with impossible exposures: a photo that has one neither stops nor misleads the grouping."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.exif import parse
from daemon.frames import frame, shot
from daemon.grouping import Frame, dangling, one_per_frame
from daemon.shoot import File, FileClass
from tests.edges.exif.build import Entries, Plain, doubles, floats, jpeg, ratio, shorts, sratio, sub, text, tiff
from tests.edges.exif.samples import nikon

EXPOSURE, F_NUMBER, ISO, BIAS, MODE, FOCAL = 0x829A, 0x829D, 0x8827, 0x9204, 0xA402, 0x920A
TIMES = (60, 240, 15)


def photo(number: int, entries: Entries, make: str = "ACME") -> bytes:
    """Frame ``number`` of a camera that brackets three exposures, with other entries on top."""
    exif: dict[int, Plain] = {
        EXPOSURE: ratio(1, TIMES[number % 3]),
        F_NUMBER: ratio(8, 1),
        ISO: shorts(100),
        0x9003: text(f"2026:11:30 12:{number // 3:02}:{number % 3:02}"),
    }
    return jpeg(tiff({0x010F: text(make), 0x0110: text("M1"), 0x8769: sub({**exif, **entries})}))


def judged(tmp: object, photos: Sequence[bytes]) -> str | None:
    """The result of ``dangling`` for a card with these photos, after all other decisions about its frames."""
    frames, shots, files = [], {}, []
    for number, data in enumerate(photos):
        path = f"IMG_{number + 1:04}.JPG"
        with open(f"{tmp}/{path}", "wb") as file:
            file.write(data)
        one = frame(str(tmp), path)
        assert one is not None
        frames.append(one)
        shots[path] = shot(str(tmp), path)
        files.append(File(path, len(data), number, 0, FileClass.PHOTO))
    one_per_frame(files, shots)
    return dangling(frames)


ABSURD: dict[str, dict[int, Plain]] = {
    "f/1e200": {F_NUMBER: doubles(1e200)},
    "f/4.0 in the wrong byte order": {F_NUMBER: doubles(2e-320)},
    "the shortest time that a double holds": {EXPOSURE: doubles(5e-324)},
    "the longest time that a float holds": {EXPOSURE: floats(3e38)},
    "a bias of an editor": {MODE: shorts(2), BIAS: doubles(1e308)},
    "a negative bias of an editor": {MODE: shorts(2), BIAS: doubles(-1e308)},
    "a bias of a hundred stops": {MODE: shorts(2), BIAS: sratio(100, 1)},
}


@pytest.mark.parametrize("entries", ABSURD.values(), ids=ABSURD.keys())
def test_a_photo_with_an_absurd_exposure_stops_nothing(tmp_path: object, entries: Entries) -> None:
    """A photo with an impossible exposure is treated like a photo without an exposure."""
    mode = {MODE: shorts(2), BIAS: sratio(0, 1)} if MODE in entries else {}
    sets = [photo(number, mode) for number in range(12)]
    whole = judged(tmp_path, sets)
    assert judged(tmp_path, [*sets[:4], photo(4, entries), *sets[5:]]) == whole


@pytest.mark.parametrize("value", [doubles(1e308), doubles(-1e308), sratio(-2_000_000_000, 1)])
def test_a_maker_note_with_an_absurd_offset_stops_nothing(tmp_path: object, value: Plain) -> None:
    """A maker note's offset of more stops than any camera has counts as absent."""
    marked = [photo(n, {0x927C: nikon({0x0089: shorts(16), 0x0019: value})}, "NIKON") for n in range(6)]
    assert parse(marked[0]).mark.value_ev is None
    assert parse(marked[0]).mark.aeb is True
    judged(tmp_path, marked)


@pytest.mark.parametrize(
    ("entries", "field", "value"),
    [
        ({EXPOSURE: ratio(1, 180_000)}, "exposure_s", 1 / 180_000),
        ({EXPOSURE: ratio(86_400, 1)}, "exposure_s", 86_400.0),
        ({EXPOSURE: ratio(1, 2_000_000)}, "exposure_s", None),
        ({EXPOSURE: ratio(4_000_000_000, 1)}, "exposure_s", None),
        ({F_NUMBER: ratio(95, 100)}, "f_number", 0.95),
        ({F_NUMBER: ratio(256, 1)}, "f_number", 256.0),
        ({F_NUMBER: ratio(1, 100)}, "f_number", None),
        ({F_NUMBER: ratio(65_535, 1)}, "f_number", None),
        ({ISO: Plain(4, 1, lambda order, _: struct.pack(f"{order}I", 4_560_000))}, "iso", 4_560_000),
        ({ISO: Plain(4, 1, lambda order, _: struct.pack(f"{order}I", 2**32 - 2))}, "iso", None),
        ({BIAS: sratio(-5, 1)}, "bias_ev", -5.0),
        ({BIAS: sratio(21, 1)}, "bias_ev", None),
        ({FOCAL: ratio(154, 100)}, "focal_mm", 1.54),
        ({FOCAL: doubles(1e300)}, "focal_mm", None),
    ],
)
def test_what_a_camera_can_do_is_kept(entries: Entries, field: str, value: float | None) -> None:
    """The extremes of real cameras are read, and what lies far beyond them counts as absent."""
    assert getattr(parse(jpeg(tiff({0x8769: sub(entries)}))), field) == value


_RAW = {1: 1, 3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
"""TIFF's numeric types, and the bytes of one value."""


@st.composite
def raw_values(draw: st.DrawFn) -> Plain:
    """Any bytes as a number of any type that TIFF has."""
    kind = draw(st.sampled_from(sorted(_RAW)))
    data = draw(st.binary(min_size=_RAW[kind], max_size=_RAW[kind]) | st.just(b"\xff" * _RAW[kind]))
    if kind == 12:
        data = struct.pack("<d", draw(st.floats(allow_nan=True, allow_infinity=True, width=64)))
    return Plain(kind, 1, lambda _order, _at: data)


TAGS = (EXPOSURE, F_NUMBER, ISO, BIAS, MODE, FOCAL, 0x0019, 0x0089)
RAW_PHOTO = st.dictionaries(st.sampled_from(TAGS), raw_values(), max_size=len(TAGS))


@given(st.lists(RAW_PHOTO, min_size=1, max_size=7), st.booleans())
def test_any_bytes_for_an_exposure_are_judged(
    tmp_path_factory: pytest.TempPathFactory, raw: list[Entries], mark: bool
) -> None:
    """Grouping ends without an error for any exposure numbers in the photos."""
    noted = ({0x927C: nikon({0x0089: shorts(16), **entries})} if mark else {} for entries in raw)
    photos = [photo(n, {**entries, **note}, "NIKON") for n, (entries, note) in enumerate(zip(raw, noted, strict=True))]
    usual = [photo(n, {}, "NIKON") for n in range(len(raw), len(raw) + 9)]
    judged(tmp_path_factory.getbasetemp(), [*photos, *usual])


def extremes() -> list[Frame]:
    """Frames at the ends of what is read, in every combination."""
    ends = itertools.product((1e-6, 1e6), (0.1, 1000.0), (1, 10_000_000), (-20.0, 20.0))
    return [
        Frame(f"IMG_{n:04}.JPG", "M1", float(n), time, f_number, iso, aeb=True, value_ev=ev)
        for n, (time, f_number, iso, ev) in enumerate(ends)
    ]


def test_the_ends_of_what_is_read_are_judged() -> None:
    """The least and the greatest values that are read give finite exposure values."""
    assert all(abs(one.ev) < 60 for one in extremes())
    assert dangling(extremes()) is None
