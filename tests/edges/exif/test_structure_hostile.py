"""Tests that no file content makes the structure check raise, or read or work without limit."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.exif.source import HEAD_BYTES, MOST_BYTES, MOST_READS
from daemon.exif.structure import Structure, judge
from daemon.exif.structure.body import FOLLOWED_BYTES, MOST_FOLLOWED
from tests.edges.exif.build import Plain, blob, box, longs, segment, tiff
from tests.edges.exif.copies import stalled
from tests.edges.exif.samples import everything as small
from tests.edges.exif.test_hostile import MAGICS, MOST_CALLS, Rest, bombs, counted_calls
from tests.edges.exif.wholes import everything, multi_picture

SMALL = {name: data for name, (data, _) in small().items()}
LARGE = {name: photo.data for name, photo in everything().items()}
MORE_MAGICS = [b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0", b"MM\0+\0\x08\0\0", b"RIFF\x40\0\0\0WEBPVP8 ", b"MMOR\0\0\0\x08"]


def assert_bounded(head: bytes, size: int, rest: bytes = b"") -> Structure:
    """Check a head with an endless rest.

    The result must be valid and the work bounded. Beyond the limited reads, a file is read completely at most once, and
    never if it is too large.
    """
    behind = Rest(rest)
    with counted_calls() as calls:
        found = judge(head[:size], size, behind.fetch)
    through = size if size <= MOST_FOLLOWED else 0
    assert behind.reads <= 2 * MOST_READS + -(-through // FOLLOWED_BYTES)
    assert behind.bytes <= 2 * MOST_BYTES + through
    assert calls[0] <= MOST_CALLS
    assert isinstance(found, Structure)
    assert found.fault is None or (found.checked and found.fault.isprintable() and len(found.fault) < 120)
    judge(head[:size], size)
    return found


sizes = st.one_of(st.integers(0, 2000), st.integers(0, 1 << 40))


@settings(deadline=None)
@given(st.binary(max_size=600), sizes, st.binary(max_size=64))
def test_random_bytes_never_raise(head: bytes, size: int, rest: bytes) -> None:
    """Random bytes of any size never raise, and cost a bounded amount."""
    assert_bounded(head, max(size, len(head)), rest)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([*MAGICS, *MORE_MAGICS]), st.binary(max_size=600), sizes, st.binary(max_size=64))
def test_random_bytes_after_a_magic_number_never_raise(magic: bytes, noise: bytes, size: int, rest: bytes) -> None:
    """Random bytes that begin like a picture never raise, and cost a bounded amount."""
    assert_bounded(magic + noise, max(size, len(magic + noise)), rest)


damage = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)), min_size=1, max_size=8
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(SMALL)), damage, sizes)
def test_damaged_pictures_never_raise(name: str, holes: list[tuple[float, bytes]], size: int) -> None:
    """Pictures with bytes overwritten anywhere, whatever their size, never raise and cost a bounded amount."""
    data = bytearray(SMALL[name])
    for place, noise in holes:
        at = int(place * len(data))
        data[at : at + len(noise)] = noise
    assert_bounded(bytes(data), len(data), bytes(data))
    assert_bounded(bytes(data), max(size, len(data)), bytes(data))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(LARGE)), damage, st.floats(0, 1))
def test_damaged_copies_never_raise(name: str, holes: list[tuple[float, bytes]], done: float) -> None:
    """Half-written copies with bytes of their head overwritten never raise, and cost a bounded amount."""
    data = bytearray(LARGE[name][:HEAD_BYTES])
    for place, noise in holes:
        at = int(place * place * len(data))
        data[at : at + len(noise)] = noise
    disk = stalled(bytes(data) + LARGE[name][HEAD_BYTES:], int(done * len(LARGE[name])))
    with counted_calls() as calls:
        disk.structure()
    assert len(disk.reads) <= 2 * MOST_READS
    assert calls[0] <= MOST_CALLS


@pytest.mark.parametrize("name", sorted(SMALL))
def test_pictures_cut_anywhere_never_raise(name: str) -> None:
    """A small picture cut at any length never raises."""
    for length in range(len(SMALL[name])):
        assert isinstance(judge(SMALL[name][:length], length), Structure)


@pytest.mark.parametrize("name", sorted(SMALL))
def test_every_byte_may_be_the_worst(name: str) -> None:
    """Any single byte set to 0 or 255 never raises."""
    data = SMALL[name]
    for at in range(len(data)):
        for byte in (b"\0", b"\xff"):
            assert isinstance(judge(data[:at] + byte + data[at + 1 :], len(data)), Structure)


def more_bombs() -> dict[str, bytes]:
    """Files that are made to be slow to check."""
    endless = Plain(4, 0xFFFFFFFF, lambda _order, _at: b"")
    rows = struct.pack("<IIII", 0, 1, 0, 0) + struct.pack("<IIII", 0, 0xFFFFFFFF, 0xFFFFFFFF, 0) * 4000
    chain = b"".join(struct.pack("<HHHIII", 1, 0x0103, 3, 1, 7, 8 + 18 * number) for number in range(1, 3000))
    big = struct.pack("<2sHHHQQ", b"II", 43, 8, 0, 16, (1 << 64) - 1) + b"\xff" * 5000
    return {
        "directories that name each other": tiff({0x014A: longs(*[8] * 4000), 0x8769: longs(8)}),
        "three thousand directories": struct.pack("<2sHI", b"II", 42, 8) + chain,
        "lists of four thousand millions": tiff({0x0111: endless, 0x0117: endless, 0x0144: endless, 0x014A: endless}),
        "a directory of all the numbers there are": big,
        "an index of four thousand pictures": b"\xff\xd8" + segment(0xE2, b"MPF\0" + tiff({0xB002: blob(rows)})),
        "a video of empty boxes": multi_picture(b"\xff\xd8", size=900) + box(b"ftyp", b"") + box(b"free", b"") * 9000,
        "a scan of nothing but tables": b"\xff\xd8" + segment(0xDA, b"\0" * 8) + segment(0xC4, b"\1" * 17) * 3000,
        "a scan of nothing but 0xFF": b"\xff\xd8" + segment(0xDA, b"\0" * 8) + b"\xff" * 60_000,
        "a RAF of four thousand millions": b"FUJIFILMCCD-RAW ".ljust(84, b"0") + b"\xff" * 100,
        "a WebP of four thousand millions": b"RIFF\xff\xff\xff\xffWEBP" + b"\xff" * 100,
    }


@pytest.mark.parametrize("name", sorted({**bombs(), **more_bombs()}))
def test_bombs_do_not_go_off(name: str) -> None:
    """Structures with loops and huge counts cost a bounded amount."""
    data = {**bombs(), **more_bombs()}[name]
    for size in (len(data), 10_000_000, 1 << 62):
        assert_bounded(data[:HEAD_BYTES], size, data)
