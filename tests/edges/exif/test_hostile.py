"""Tests that no file content makes the reader raise, or read or work without limit."""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.exif import BracketMark, Capture, parse
from daemon.exif.source import MOST_BYTES, MOST_READS
from tests.edges.exif.build import Heif, Plain, Subs, blob, box, chunk, cr3, directory, jpeg, longs, segment, tiff
from tests.edges.exif.samples import IFD0, block, everything, noted, photo, private_data, rw2

SAMPLES = {**{name: data for name, (data, _) in everything().items()}, **noted(), "bare.rw2": rw2(b"no JPEG")}
MAGICS = [
    b"\xff\xd8\xff\xe1",
    b"II*\0\x08\0\0\0",
    b"MM\0*\0\0\0\x08",
    b"IIU\0\x08\0\0\0",
    b"IIRO\x08\0\0\0",
    b"FUJIFILMCCD-RAW ",
    b"\x89PNG\r\n\x1a\n",
    b"\0\0\0\x10ftypcrx \0\0\0\0\0\0\x10\0moov\0\0\x0f\0uuid" + bytes.fromhex("85c0b687820f11e08111f4ce462b6a48"),
    b"\0\0\0\x10ftypheic\0\0\0\0\0\0\x10\0meta\0\0\0\0",
]

MOST_CALLS = 100_000
"""Calls of functions, Python's own included, that reading one file may cost; a real one costs about a thousand."""


class Rest:
    """An endless file after the head. Counts the reads."""

    def __init__(self, data: bytes) -> None:
        self._data = data or b"\0"
        self.reads = 0
        self.bytes = 0

    def fetch(self, offset: int, size: int) -> bytes:
        """The data, repeated endlessly."""
        self.reads += 1
        self.bytes += size
        start = offset % len(self._data)
        return (self._data * (size // len(self._data) + 2))[start : start + size]


@contextmanager
def counted_calls() -> Iterator[list[int]]:
    """Counts the function calls inside the block, in a list with one number."""
    count = [0]

    def profile(_frame: object, event: str, _argument: object) -> None:
        count[0] += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield count
    finally:
        sys.setprofile(before)


def assert_bounded(head: bytes, rest: bytes = b"") -> Capture:
    """Read a head with an endless rest. Check that all values are valid and the work is bounded."""
    behind = Rest(rest)
    with counted_calls() as calls:
        capture = parse(head, behind.fetch)
    assert behind.reads <= MOST_READS
    assert behind.bytes <= MOST_BYTES
    assert calls[0] <= MOST_CALLS
    assert_sane(capture)
    assert_sane(parse(head))
    return capture


def assert_sane(capture: Capture) -> None:
    """Check that each value has its type and is in its range."""
    hash(capture)
    for number in (capture.exposure_s, capture.f_number, capture.focal_mm, capture.iso, capture.width, capture.height):
        assert number is None or 0 < number < 1 << 64
    for words in (capture.make, capture.model, capture.serial):
        assert words is None or (0 < len(words) <= 128 and words.isprintable())
    assert capture.taken_at is None or (isinstance(capture.taken_at, datetime) and capture.taken_at.tzinfo is None)
    assert capture.taken_at is not None or not capture.has_subsec
    assert capture.orientation in (None, 1, 2, 3, 4, 5, 6, 7, 8)
    assert (capture.width is None) == (capture.height is None)
    assert isinstance(capture.mark, BracketMark)
    assert capture.mark.sequence_number is None or 1 <= capture.mark.sequence_number <= 9999
    assert capture.mark.sequence_length is None or 2 <= capture.mark.sequence_length <= 99


@settings(deadline=None)
@given(st.binary(max_size=600), st.binary(max_size=64))
def test_random_bytes_never_raise(head: bytes, rest: bytes) -> None:
    """Random bytes never raise, and cost a bounded amount."""
    assert_bounded(head, rest)


@settings(deadline=None)
@given(st.sampled_from(MAGICS), st.binary(max_size=600), st.binary(max_size=64))
def test_random_bytes_after_a_magic_number_never_raise(magic: bytes, noise: bytes, rest: bytes) -> None:
    """Random bytes that begin like a picture never raise, and cost a bounded amount."""
    assert_bounded(magic + noise, rest)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)), min_size=1, max_size=8),
)
def test_damaged_pictures_never_raise(name: str, damage: list[tuple[float, bytes]]) -> None:
    """Pictures with bytes overwritten anywhere never raise, and cost a bounded amount."""
    data = bytearray(SAMPLES[name])
    for place, noise in damage:
        at = int(place * len(data))
        data[at : at + len(noise)] = noise
    assert_bounded(bytes(data), bytes(data))


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_pictures_cut_anywhere_never_raise(name: str) -> None:
    """A picture cut at any length never raises, and gives no value that the complete picture does not have."""
    data = SAMPLES[name]
    whole = parse(data)
    for length in range(len(data)):
        cut = parse(data[:length])
        assert_sane(cut)
        assert cut.exposure_s in (None, whole.exposure_s)
        assert cut.f_number in (None, whole.f_number)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_byte_may_be_the_worst(name: str) -> None:
    """Any single byte set to 0 or 255 never raises."""
    data = SAMPLES[name]
    for at in range(len(data)):
        for byte in (0, 255):
            assert_sane(parse(data[:at] + bytes([byte]) + data[at + 1 :]))


def bombs() -> dict[str, bytes]:
    """Files that are made to be slow to read."""
    looped = {0x8769: longs(8), 0x014A: longs(*[8] * 4000), **IFD0}
    full = b"II*\0\x08\0\0\0" + struct.pack("<H", 65535) + struct.pack("<HHII", 0x8769, 4, 1, 8) * 5000
    huge = tiff(
        {0x010F: Plain(2, 0xFFFFFFFF, lambda _o, _a: b"x" * 8), 0x8769: Plain(4, 0xFFFFFFFF, lambda _o, _a: b"")}
    )
    note = directory({0x2020: longs(8), 0x2010: longs(8)}, "<", 12)
    ifd0: dict[int, Plain | Subs] = dict(IFD0)
    records = b"Adobe\0" + b"None\0\0\0\0" * 7000
    iloc = box(b"iloc", struct.pack(">IHH", 0, 0, 65535) + b"\0\0\0\0\xff\xff" * 10_000)
    ipma = box(b"ipma", struct.pack(">II", 0, 65535) + b"\0\0\xff" * 20_000)
    info = box(b"iinf", struct.pack(">IH", 0, 65535) + box(b"infe", struct.pack(">IHH4s", 2 << 24, 7, 0, b"Exif")))
    primary = box(b"pitm", struct.pack(">IH", 0, 9))
    start = box(b"ftyp", b"heic\0\0\0\0")
    return {
        "directories that are each other": tiff(looped),
        "a directory of 65535 entries": full,
        "counts of four thousand millions": huge,
        "an Olympus note that is its own settings": tiff(photo(blob(b"OLYMPUS\0II\3\0" + note))),
        "private data of empty records": tiff({**ifd0, 0xC612: blob(b"\1\4\0\0"), 0xC634: blob(records)}),
        "an RW2 whose JPEG is the file": rw2(b"\xff\xd8\xff")[:-4] + b"\xff\xd8\xff\xe0",
        "segments of no length": b"\xff\xd8" + b"\xff\xe2\0\0" * 16_000,
        "nothing but fill bytes": b"\xff\xd8" + b"\xff" * 65_000,
        "chunks of no length": b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", b"") * 5000,
        "boxes of no length": start + b"\0\0\0\x08free" * 8000,
        "a box that ends before it begins": start + b"\0\0\0\1moov" + b"\0" * 8,
        "a box of all there is": start + b"\0\0\0\1free" + b"\xff" * 8 + b"\0" * 64,
        "extents without size": start + box(b"meta", b"\0\0\0\0" + info + iloc),
        "properties without end": start + box(b"meta", b"\0\0\0\0" + primary + box(b"iprp", box(b"ipco", b"") + ipma)),
        "items without end": start + box(b"meta", b"\0\0\0\0" + box(b"iinf", b"\0" * 6 + b"\0\0\0\x08infe" * 8000)),
        "Canon's box full of parts": cr3([block()] * 9 + [b""] * 3000),
    }


@pytest.mark.parametrize("name", sorted(bombs()))
def test_bombs_do_not_go_off(name: str) -> None:
    """Structures with loops and huge counts cost a bounded amount."""
    data = bombs()[name]
    assert_bounded(data[: 64 * 1024], data)


def test_reading_stops_at_the_bounds() -> None:
    """If all parts of a file are elsewhere, reading stops after the allowed reads and returns what was found."""
    far = segment(0xE2, b"\0" * 65_533)
    data = jpeg(block(), before=far * 40, width=3000, height=2000)
    behind = Rest(data)
    assert parse(data[: 64 * 1024], behind.fetch) == Capture(container="jpeg")
    assert behind.reads == MOST_READS


def test_an_offset_before_the_file_is_nothing() -> None:
    """Values of a DNG's note that would be before the start of the file count as missing."""
    data = tiff({**IFD0, 0xC612: blob(b"\1\4\0\0"), 0xC634: blob(private_data("<", {0x0093: longs(*range(9))}))})
    at = data.index(b"MakN") + 10
    moved = data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :]
    assert assert_bounded(moved).mark == BracketMark()


def test_an_exif_item_far_beyond_the_file_is_nothing() -> None:
    """A HEIF whose Exif item is beyond the end gives only its size and container."""
    data = Heif(block(), gap=100).file()
    cut = data[: data.index(b"mdat")]
    assert parse(cut) == Capture(container="heif", width=6000, height=4000)
