from __future__ import annotations

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from daemon.picture import MOST_CHUNKS, MOST_SEGMENTS, Reading, reading_of

SIZE = (640, 480)
EOI = b"\xff\xd9"


def saved(form: str, **options: object) -> bytes:
    """A picture of noise, saved by Pillow."""
    file = io.BytesIO()
    Image.effect_noise(SIZE, 80).convert("RGB").save(file, form, **options)
    return file.getvalue()


def segment(marker: int, data: bytes) -> bytes:
    """A JPEG segment."""
    return bytes((0xFF, marker)) + (len(data) + 2).to_bytes(2) + data


JPEG = saved("JPEG")
PICTURES = {
    "baseline JPEG": JPEG,
    "progressive JPEG": saved("JPEG", progressive=True),
    "JPEG with restart markers": saved("JPEG", restart_marker_blocks=3),
    "JPEG with a thumbnail": JPEG[:2] + segment(0xE1, b"Exif\0\0" + saved("JPEG", quality=5)[:60000]) + JPEG[2:],
    "JPEG with fill bytes": JPEG[:2] + b"\xff\xff\xff" + JPEG[2:-2] + b"\xff\xff" + EOI,
    "JPEG with something between its segments": JPEG[:2] + segment(0xE1, b"x" * 90) + b"odd" + JPEG[2:],
    "PNG": saved("PNG"),
    "lossy WebP": saved("WEBP"),
    "lossless WebP": saved("WEBP", lossless=True),
    "extended WebP": saved("WEBP", exif=b"Exif\0\0abc"),
}
TRAILERS = (b"\0" * 99, b"\r\n<!-- cache -->", b"\xff" * 5000, JPEG, EOI, b" " * 5000)

NAMED = pytest.mark.parametrize("name", sorted(PICTURES))


def read(data: bytes, step: int = 1 << 18) -> Reading:
    """The picture, read in pieces of this size."""
    reading = reading_of(data[:12])
    assert reading is not None
    for at in range(0, len(data), step):
        reading.feed(data[at : at + step])
    return reading


@NAMED
@pytest.mark.parametrize("step", [1, 2, 7, 1000, 1 << 18])
def test_a_whole_picture_is_whole(name: str, step: int) -> None:
    """A picture is followed to its end, and its size is known, for any sizes of the pieces."""
    reading = read(PICTURES[name], step)
    assert (reading.whole, reading.pixels) == (True, SIZE)


@NAMED
def test_what_follows_the_end_does_not_matter(name: str) -> None:
    """Padding, text, or a second picture after the end is ignored."""
    assert [trailer for trailer in TRAILERS if not read(PICTURES[name] + trailer).whole] == []


@NAMED
def test_a_cut_picture_is_not_whole(name: str) -> None:
    """A picture that is cut anywhere, even by one byte, is incomplete."""
    data = PICTURES[name]
    points = {*range(0, len(data), max(1, len(data) // 200)), *range(len(data) - 20, len(data))} - set(range(12))
    assert [point for point in points if read(data[:point]).whole] == []


def test_an_end_marker_alone_is_not_a_picture() -> None:
    """Neither JPEG tables with an end marker nor a PNG without image data are a picture."""
    assert not read(JPEG[: JPEG.index(b"\xff\xda")] + EOI).whole
    assert not read(b"\x89PNG\r\n\x1a\n" + saved("PNG")[-12:]).whole


def test_other_formats_are_not_followed() -> None:
    """Bytes of other formats have no reader."""
    assert [reading_of(head) for head in (b"", b"<html>", b"GIF89a" + bytes(9), b"RIFF1234WAVEfmt ", b"\xff\xd8")] == [
        None
    ] * 5


def test_a_height_that_is_stated_later_is_not_known() -> None:
    """A JPEG may state its height after its first scan; until then it has no size."""
    at = JPEG.index(b"\xff\xc0") + 5
    assert read(JPEG[:at] + b"\0\0" + JPEG[at + 2 :]).pixels is None


@pytest.mark.parametrize(
    "data",
    [
        JPEG[:2] + segment(0xFE, b"") * (MOST_SEGMENTS + 1) + JPEG[2:],
        saved("PNG")[:33] + (b"\0\0\0\0tEXt" + zlib.crc32(b"tEXt").to_bytes(4)) * (MOST_CHUNKS + 1) + saved("PNG")[33:],
        saved("PNG")[:33] + b"\0\0\0\0\x01\x02\x03\x04" + saved("PNG")[33:],
    ],
    ids=["segments", "chunks", "nonsense"],
)
def test_a_picture_without_end_is_given_up(data: bytes) -> None:
    """Endless or invalid parts are not followed forever."""
    reading = read(data)
    assert (reading.whole, reading.goes_on) == (False, False)


@given(st.sampled_from(sorted(PICTURES)), st.binary(max_size=200), st.integers(12, 400), st.integers(1, 300))
def test_whatever_the_bytes_are_nothing_is_raised(name: str, noise: bytes, at: int, step: int) -> None:
    """A damaged picture is complete or not, but never raises an error."""
    data = PICTURES[name][:2000]
    assert read(data[:at] + noise + data[at:], step).whole in (True, False)
