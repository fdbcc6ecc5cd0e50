from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.exif import BracketMark, Capture, parse
from tests.edges.exif.build import Heif, blob, box, chunk, cr3, jpeg, longs, raf, segment, shorts, text, tiff
from tests.edges.exif.samples import (
    CANON_NOTE,
    EXIF,
    IFD0,
    READ,
    block,
    everything,
    photo,
    private_data,
    raw_photo,
    rw2,
    without_size,
)

HEAD = 64 * 1024


def in_part(data: bytes) -> Capture:
    """The result if the head has 64 KiB and the rest is fetched."""
    return parse(data[:HEAD], lambda offset, size: data[offset : offset + size])


@pytest.mark.parametrize("name", sorted(everything()))
def test_every_container_says_all_there_is(name: str) -> None:
    """The same photo reads the same from every container, in both byte orders."""
    data, expected = everything()[name]
    assert parse(data) == expected


def test_a_jpeg_is_as_large_as_its_frame_header_says() -> None:
    """A JPEG's pixel size is that in its frame header, not an outdated one in Exif."""
    capture = parse(jpeg(block(), 3000, 2000))
    assert (capture.width, capture.height) == (3000, 2000)


def test_a_jpeg_cut_before_its_frame_header_has_exif_s_size() -> None:
    """Without a frame header, the pixel size is taken from Exif."""
    capture = parse(b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + block()))
    assert (capture.width, capture.height) == (6000, 4000)


def test_a_jpeg_without_exif_has_a_size() -> None:
    """A JPEG without Exif gives container and pixel size and nothing else."""
    assert parse(jpeg(None, 640, 480)) == Capture(container="jpeg", width=640, height=480)


def test_other_segments_are_stepped_over() -> None:
    """A JPEG is read correctly with JFIF, XMP in another APP1, a second Exif block, comments, tables and fill bytes."""
    before = segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0") + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>") + b"\xff"
    after = (
        segment(0xE1, b"Exif\0\0" + tiff({0x010F: text("Later")}))
        + segment(0xFE, b"a comment")
        + segment(0xC4, b"tables")
    )
    assert parse(jpeg(block(), before=before, after=after)) == READ


def test_what_lies_beyond_the_head_of_a_jpeg_is_fetched() -> None:
    """A JPEG's Exif block and frame header are found after 64 KiB of other segments."""
    padding = segment(0xE2, b"\0" * 60_000)
    assert in_part(jpeg(block(), before=padding * 2, after=padding * 2)) == READ


def test_an_exif_block_may_cross_the_end_of_the_head() -> None:
    """Values before, after and across the 64 KiB limit are read correctly."""
    length = len(block())
    for cut in range(0, length, 7):
        data = jpeg(block(), before=segment(0xE2, b"\0" * (HEAD - cut - 26)))
        assert in_part(data) == READ


def test_without_fetch_only_the_head_is_known() -> None:
    """Without a way to fetch more, only the given bytes are used, so a later frame header gives no size."""
    data = jpeg(tiff(photo()), 3000, 2000, after=segment(0xE2, b"\0" * 65_500))
    assert parse(data[:HEAD]) == READ


def test_a_tiff_may_keep_its_directory_at_its_end() -> None:
    """The directory of a TIFF that begins with its picture is found beyond the head."""
    entries = {**photo(), 0x0100: longs(6000), 0x0101: longs(4000)}
    assert in_part(tiff(entries, gap=b"\0" * 300_000)) == replace(READ, container="tiff")


def test_a_tiff_is_as_large_as_its_picture() -> None:
    """A TIFF's pixel size is that of its picture, not an outdated one in Exif."""
    capture = parse(tiff({**photo(), 0x0100: shorts(1500), 0x0101: shorts(1000)}))
    assert (capture.width, capture.height) == (1500, 1000)


@pytest.mark.parametrize(
    ("make", "container"),
    [("NIKON", "nef"), ("SONY", "arw"), ("RICOH IMAGING COMPANY, LTD.", "pef"), ("SAMSUNG", "srw"), ("Epson", "tiff")],
)
def test_sensor_data_make_a_raw_file(make: str, container: str) -> None:
    """The container of a TIFF with sensor data is its maker's format, or TIFF if the maker is unknown."""
    assert parse(raw_photo(make, "<", {0x0100: longs(8), 0x0101: longs(8)})).container == container


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_converted_dng_keeps_its_maker_note(order: str) -> None:
    """A note that Adobe's converter moved into a DNG's private data is read with the raw file's offsets."""
    data = raw_photo("Canon", ">", {}, xC612=blob(b"\1\4\0\0"), xC634=blob(private_data(order, CANON_NOTE)))
    assert parse(data).mark == READ.mark


def test_a_dng_s_own_serial_number_counts() -> None:
    """DNG's CameraSerialNumber is the serial number if Exif has none."""
    exif = {tag: entry for tag, entry in EXIF.items() if tag != 0xA431}
    data = tiff({**IFD0, **exif, 0xC612: blob(b"\1\4\0\0"), 0xC62F: text("DNG-7")})
    assert parse(data).serial == "DNG-7"


def test_a_raw_file_may_keep_all_in_its_first_directory() -> None:
    """Exif tags in the first directory, as TIFF/EP allows, are read."""
    capture = parse(tiff({**IFD0, **without_size(EXIF), 0x0100: longs(6000), 0x0101: longs(4000)}))
    assert capture == replace(READ, container="tiff", mark=BracketMark())


def test_an_rw2_without_its_jpeg_says_what_it_knows_itself() -> None:
    """An RW2 whose JPEG is missing still gives make, model, size and Panasonic's own ISO."""
    capture = parse(rw2(b"not a JPEG"))
    assert (capture.make, capture.iso, capture.width, capture.height) == ("Canon", 400, 6000, 4000)
    assert parse(rw2(b"not a JPEG", iso=0)).iso is None


def test_an_rw2_s_jpeg_may_lie_beyond_the_head() -> None:
    """The JPEG in an RW2 is fetched with one read if it is beyond the head."""
    assert in_part(rw2(jpeg(block(), before=segment(0xE2, b"\0" * 50_000), after=segment(0xE2, b"\0" * 40_000)))) == (
        replace(READ, container="rw2")
    )


def test_a_raf_s_sensor_directory_may_lie_beyond_the_head() -> None:
    """A RAF's image size is fetched from the data after its JPEG."""
    assert in_part(raf(jpeg(block(), 1920, 1280), 6000, 4000, gap=2_000_000)) == replace(READ, container="raf")


def test_a_raf_without_sensor_directory_has_no_size() -> None:
    """A RAF's size is never that of its embedded JPEG."""
    capture = parse(raf(jpeg(block(), 1920, 1280), 0, 0))
    assert (capture.width, capture.height, capture.exposure_s) == (None, None, 1 / 80)


def test_a_cr3_s_boxes_may_lie_beyond_the_head() -> None:
    """A CR3 whose moov box is beyond the head is read."""
    parts = [tiff(part) for part in (IFD0, EXIF, CANON_NOTE)]
    assert in_part(cr3(parts, gap=400_000)) == replace(READ, container="cr3")


def test_a_cr3_without_canon_s_box_is_still_a_cr3() -> None:
    """A CR3 without metadata gives only its container."""
    assert parse(cr3([])) == Capture(container="cr3")


def test_a_box_without_a_size_reaches_to_the_end() -> None:
    """A last box of size 0 extends to the end of the file."""
    data = cr3([tiff(part) for part in (IFD0, EXIF, CANON_NOTE)])
    at = data.index(b"moov") - 4
    assert parse(data[:at] + b"\0\0\0\0" + data[at + 4 :]) == replace(READ, container="cr3")


def test_a_box_smaller_than_its_head_ends_the_search() -> None:
    """Data after a box of an impossible size are not parsed as boxes."""
    data = cr3([tiff(part) for part in (IFD0, EXIF, CANON_NOTE)])
    at = data.index(b"moov") - 4
    assert parse(data[:at] + b"\0\0\0\4" + data[at:]) == Capture(container="cr3")


@pytest.mark.parametrize(
    "heif",
    [
        Heif(block()),
        Heif(block(), iloc=1),
        Heif(block(), iloc=2, infe=3),
        Heif(block(), iloc=1, in_idat=True),
        Heif(block(), wide=True, turn=3),
        Heif(block(), gap=500_000),
        Heif(block(), gap=500_000, meta_last=True),
    ],
    ids=["iloc 0", "iloc 1", "iloc 2", "idat", "wide indices", "Exif far in", "meta at the end"],
)
def test_heif_in_all_its_variants(heif: Heif) -> None:
    """Exif is found at every position in a HEIF that the standard allows."""
    assert in_part(heif.file()) == replace(READ, container="heif")


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(("turn", "orientation"), [(0, 1), (1, 8), (2, 3), (3, 6)])
def test_a_heif_s_own_turn_counts_where_exif_has_none(turn: int, orientation: int, wide: bool) -> None:
    """Quarter turns anticlockwise in irot become Exif's orientation."""
    assert parse(Heif(tiff({0x010F: text("SONY")}), turn=turn, wide=wide).file()).orientation == orientation


@pytest.mark.parametrize("brands", [b"heix\0\0\0\0mif1", b"MiHB\0\0\0\0MiHBheic", b"avif\0\0\0\0avif"])
def test_a_heif_is_known_by_any_of_its_brands(brands: bytes) -> None:
    """A file is a HEIF if any of its brands is one of HEIF's."""
    assert parse(box(b"ftyp", brands)).container == "heif"


def test_a_png_without_exif_has_a_size() -> None:
    """A PNG without Exif gives container and pixel size and nothing else."""
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0\0\2\x80\0\0\1\xe0\x08\2\0\0\0") + chunk(b"IDAT", b"")
    assert parse(data) == Capture(container="png", width=640, height=480)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8", b"II", b"II*\0", b"GIF89a", b"%PDF-1.7", b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", b"RIFF....WEBPVP8X"],
)
def test_other_files_give_an_empty_capture(data: bytes) -> None:
    """Text, other formats and truncated files give an empty Capture."""
    assert parse(data) == Capture()
