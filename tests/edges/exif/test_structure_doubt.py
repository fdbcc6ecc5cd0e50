"""In doubt a file is complete: tests with output of real cameras and programs that looks faulty."""

from __future__ import annotations

import struct

import pytest

from tests.edges.exif.build import Heif, blob, box, longs, segment, shorts, text, tiff
from tests.edges.exif.copies import cut, whole
from tests.edges.exif.samples import IFD0, block, raw_photo
from tests.edges.exif.wholes import (
    EOI,
    HUFFMAN,
    PAGE,
    SCAN_HEADER,
    TABLES,
    chained,
    cr3,
    heic,
    jpeg,
    located,
    multi_picture,
    noise,
    pef,
    raf,
    raw,
    samsung_trailer,
    strip,
    video,
)


def compressed(count: int, *, width: int = 500, height: int = 400) -> bytes:
    """A 3FR whose sensor data are a lossless JPEG of 250,000 bytes. Its stated size is ``count``."""
    data = noise(250_000)

    def head(at: int) -> bytes:
        size = {0x0100: longs(width), 0x0101: longs(height), 0x0102: shorts(16), 0x0103: shorts(7)}
        return raw_photo("Hasselblad", "<", {**size, 0x0111: longs(at), 0x0117: longs(count)})

    return located(head, data)


def black_tiff(start: int, size: int = 400_000) -> bytes:
    """A TIFF without compression whose image is black from ``start`` on."""
    data = noise(start) + bytes(size - start)
    return located(lambda at: tiff({**IFD0, **strip(at, data, x0103=shorts(1))}), data)


def without_end_marker() -> bytes:
    """A Samsung panorama: no end marker, and the trailer right after the scan."""
    return jpeg().removesuffix(EOI) + samsung_trailer()


def dropped() -> bytes:
    """A JPEG whose index lists a preview that an editing program dropped."""
    preview = jpeg(size=80_000, seed=4)
    return multi_picture(preview).removesuffix(preview)


def sub_image_s_next() -> bytes:
    """A raw file whose sub-images point to a next directory far beyond the file."""
    data = bytearray(raw())
    sub = struct.unpack("<I", data[data.index(struct.pack("<HHI", 0x014A, 4, 2)) + 8 :][:4])[0]
    first = struct.unpack_from("<I", data, sub)[0]
    link = first + 2 + 12 * struct.unpack_from("<H", data, first)[0]
    data[link : link + 4] = b"\x12\x34\x56\x7f"
    return bytes(data)


def dangling_next() -> bytes:
    """A raw file whose first directory has sub-images, and points to a next directory far beyond the file."""
    data = bytearray(raw())
    link = 8 + 2 + 12 * struct.unpack_from("<H", data, 8)[0]
    data[link : link + 4] = b"\x12\x34\x56\x7f"
    return bytes(data)


def a100(sensor: bytes) -> bytes:
    """An ARW of the Sony A100: sensor data in place of the directories of sub-images."""
    return located(lambda at: tiff({**IFD0, 0x010F: text("SONY"), 0x014A: longs(at)}), sensor)


def odd_sub_image() -> bytes:
    """Sensor data that begin like a directory with an image far beyond the file. Most entries have invalid types."""
    places = struct.pack("<HHII", 0x0111, 4, 1, 0x7FFFFFFF) + struct.pack("<HHII", 0x0117, 4, 1, 100)
    return a100(b"\5\0" + places + struct.pack("<HHII", 0xC000, 99, 1, 1) * 3 + noise(9000))


def large_sub_image() -> bytes:
    """Sensor data that begin like a directory of five thousand entries, but end after three thousand."""
    return a100(struct.pack("<H", 5000) + b"".join(struct.pack("<HHII", tag, 4, 1, 1) for tag in range(3000)))


def page_of_zeros() -> bytes:
    """A HEIC followed by zeros that happen to begin at a page boundary."""
    data = heic()
    return data + box(b"free", noise(-(len(data) + 8) % PAGE)) + bytes(100_000)


DOUBTFUL = {
    "an index that an editing program did not update": multi_picture(jpeg(size=80_000, seed=4), shift=900),
    "an index of a picture that was dropped": dropped(),
    "an index that is laid out otherwise": jpeg(
        header=segment(0xE2, b"MPF\0" + tiff({0xB002: blob(noise(32))})), size=90_000
    )
    + noise(90_000, 3),
    "an index that is none": jpeg(header=segment(0xE2, b"MPF\0" + noise(60))) + noise(90_000, 3),
    "a Samsung panorama without end marker": without_end_marker(),
    "Samsung's trailer and an old index": multi_picture(jpeg(size=9000), shift=90_000) + samsung_trailer(),
    "a video and a trailer behind it": multi_picture(jpeg(size=9000)) + video() + b"<vivo>" + noise(5000),
    "a video in pieces of no known type": multi_picture(jpeg(size=9000)) + box(b"ftyp", b"mp42") + noise(99_999),
    "a text behind it with what looks like a table": jpeg() + b"a" * 30_000 + b"\xff\xc4\x90\0" + b"a" * 60_000,
    "tables without a picture": b"\xff\xd8" + TABLES + EOI + noise(90_000),
    "something between the segments": b"\xff\xd8" + segment(0xE1, noise(900)) + b"odd" + jpeg()[2:],
    "a picture within a JPEG that begins again": b"\xff\xd8" + jpeg(size=9000),
    "a black JPEG": b"\xff\xd8" + TABLES + HUFFMAN + SCAN_HEADER + bytes(300_000) + EOI,
    "a Hasselblad's count before compression": compressed(500 * 400 * 2),
    "a Hasselblad's own count": compressed(250_000),
    "a black lower half": black_tiff(200_000),
    "an all black picture": black_tiff(0),
    "a black end that begins on a page, but is short": black_tiff(85 * PAGE),
    "a next directory from a sub-image": sub_image_s_next(),
    "sensor data for a sub-image": odd_sub_image(),
    "sensor data for a very large sub-image": large_sub_image(),
    "a JPEG inside that is said to reach beyond the sensor's data": raw(stated=9_000_000),
    "a JPEG inside that is said to be longer": pef(stated=3000),
    "a next directory from one that has sub-images": dangling_next(),
    "a Fujifilm's length before compression": raf(stated=300 * 500 * 2, compression=2, size=200_000),
    "zeros behind a HEIC": heic() + bytes(100_000),
    "a HEIC with something odd behind": heic() + b"\0\x01\x02\x03odd!" + noise(9000),
    "boxes without a size behind a HEIC": heic() + b"\0\0\0\4free" + b"mdat" + noise(9000),
    "a page of zeros behind a HEIC": page_of_zeros(),
    "a HEIC with its picture among the description": Heif(block(), in_idat=True).file(),
    "padding at the end of a CR3": cr3() + box(b"free", bytes(200_000)),
    "data to the end of the file": cr3(lambda kind, payload: b"\0\0\0\0" + kind + payload),
    "fewer than eight bytes behind": cr3() + b"\0\0\1",
}


@pytest.mark.parametrize("name", sorted(DOUBTFUL))
def test_unusual_files_have_no_fault(name: str) -> None:
    """Unusual data that cameras and programs are known to write are not a fault."""
    assert whole(DOUBTFUL[name]).structure().fault is None


FAULTY = {
    "a Hasselblad's own count": compressed(250_000),
    "a compressed RAF": raf(compression=2, sensor=(600, 500)),
    "a RAF that is not compressed": raf(stated=300 * 500 * 2, size=300 * 500 * 2),
    "a black lower half": black_tiff(200_000),
    "a JPEG inside behind the sensor's data": pef(),
    "data in boxes with padding": cr3() + box(b"free", bytes(20_000)),
    "an old index": multi_picture(jpeg(size=80_000, seed=4), shift=900),
}


@pytest.mark.parametrize("name", sorted(FAULTY))
def test_oddities_excuse_nothing_else(name: str) -> None:
    """Files of the same kinds are incomplete if they are clearly cut off."""
    assert cut(FAULTY[name], len(FAULTY[name]) - 30_000).structure().fault is not None


def test_a_cut_between_two_jpegs_is_found() -> None:
    """A raw file that ends with a JPEG's end marker is incomplete if another JPEG should follow."""
    first, second = jpeg(size=9000), jpeg(size=80_000)

    def head(*at: int) -> bytes:
        return chained(
            [
                {0x0201: longs(at[0]), 0x0202: longs(len(first))},
                {0x0201: longs(at[1]), 0x0202: longs(len(second))},
            ],
            "<",
        )

    data = located(head, first, second)
    assert whole(data).structure().fault is None
    assert cut(data, data.index(first) + len(first)).structure().fault is not None
