from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.exif.source import HEAD_BYTES, MOST_BYTES, MOST_READS
from daemon.exif.structure import Structure, fault, judge, structure
from daemon.exif.structure.body import STALLED_BYTES
from tests.edges.exif.copies import Disk, Photo, cut, stalled, whole
from tests.edges.exif.wholes import (
    EOI,
    PAGE,
    SCAN_HEADER,
    cr3,
    everything,
    heic,
    jpeg,
    last_directory,
    multi_picture,
    noise,
    png,
    raw,
    video,
)

PHOTOS = everything()
MARKED = {name for name in PHOTOS if name.endswith((".jpg", ".png")) and not PHOTOS[name].data.endswith(video())}
"""These end with a marker, so that every byte that is missing is missed."""

PADDED = {name for name, photo in PHOTOS.items() if photo.data.endswith(bytes(STALLED_BYTES)) or "long header" in name}
"""These take some more reads: to find where the zeros begin, or to step through the header."""


def lengths(photo: Photo) -> list[int]:
    """Sizes of an interrupted copy: the first few bytes, powers of two, some sizes in between, and the last bytes."""
    spread = range(0, photo.needed, max(1, photo.needed // 150))
    powers = (1 << power for power in range(photo.needed.bit_length()))
    return sorted({*range(80), *powers, *spread, *range(photo.needed - 40, photo.needed)})


@pytest.mark.parametrize("name", sorted(PHOTOS))
def test_whole_files_are_whole(name: str) -> None:
    """A complete file of each kind passes, whatever cameras and phones write after the picture."""
    assert whole(PHOTOS[name].data).structure() == Structure(fault=None, checked=True)


@pytest.mark.parametrize("name", sorted(PHOTOS))
def test_cut_files_are_found(name: str) -> None:
    """A file that ends before its announced end is incomplete, wherever it ends."""
    photo = PHOTOS[name]
    assert [length for length in lengths(photo) if cut(photo.data, length).structure().fault is None] == []


@pytest.mark.parametrize("make", [jpeg, lambda: multi_picture(jpeg(size=9000))], ids=["plain", "previews"])
def test_a_thumbnail_s_end_is_not_the_picture_s(make: Callable[[], bytes]) -> None:
    """A JPEG that is cut off, or not yet written, right after its thumbnail's end marker is incomplete."""
    data = make()
    end = data.index(EOI) + len(EOI)
    for length in (end - 1, end, end + 1):
        assert "before the image data" in (cut(data, length).structure().fault or "")
        assert "of zeros; it is still being written" in (stalled(data, length).structure().fault or "")


@pytest.mark.parametrize("name", sorted(name for name, photo in PHOTOS.items() if photo.needed < len(photo.data)))
def test_what_nothing_announces_is_not_missed(name: str) -> None:
    """Padding and trailers that nothing in the file announces may be missing."""
    photo = PHOTOS[name]
    behind = len(photo.data) - photo.needed
    for part in (0, 1, behind // 3, behind - 1):
        assert cut(photo.data, photo.needed + part).structure().fault is None, part


@pytest.mark.parametrize("name", sorted(PHOTOS))
def test_stalled_copies_are_found(name: str) -> None:
    """A preallocated file is incomplete as long as its last bytes are still zeros."""
    photo = PHOTOS[name]
    if name in MARKED:
        found = lengths(photo)
    else:
        found = [
            length - length % PAGE for length in lengths(photo) if length < photo.needed - photo.last - STALLED_BYTES
        ]
    assert [written for written in found if stalled(photo.data, written).structure().fault is None] == []


@pytest.mark.parametrize("name", sorted(PHOTOS))
def test_few_bytes_are_read(name: str) -> None:
    """The number of reads is limited for any file, and very small for a complete file of a common kind."""
    photo = PHOTOS[name]
    for disk in (whole(photo.data), cut(photo.data, photo.needed // 2), stalled(photo.data, photo.needed // 2)):
        disk.structure()
        assert len(disk.reads) <= 2 * MOST_READS
        assert sum(size for _, size in disk.reads) <= 2 * MOST_BYTES
    usual = whole(photo.data)
    usual.structure()
    assert len(usual.reads) <= (12 if name in PADDED else 3)


def test_the_reads_do_not_grow_with_the_file() -> None:
    """A photo of 60 MB needs one read beyond its head, and a stalled copy of it fewer than twenty."""
    photo = jpeg(size=60_000_000)
    good, bad = whole(photo), stalled(photo, 31 * PAGE * 256)
    assert (good.structure().fault, len(good.reads)) == (None, 1)
    assert bad.structure().fault == "ends with 28 MB of zeros; it is still being written, or the copy was interrupted"
    assert len(bad.reads) < 20


def sentences() -> dict[str, Disk]:
    """Files by their expected message."""
    big, small, picture = raw(size=4_800_000), raw(size=3000), jpeg(size=2_000_000)
    samsung = heic(meta_last=True)
    return {
        "is empty (0 bytes)": cut(small, 0),
        "ends after 1 byte, before the image data": cut(small, 1),
        "ends after 5.0 kB, before the image data": cut(picture, 5000),
        "ends after 3.1 of 4.8 MB": cut(big, 3_100_000),
        "ends after 4.79 of 4.81 MB": cut(big, 4_790_000),
        "ends after 4,807,119 of 4,807,120 bytes": cut(big, len(big) - 1),
        "ends after 9.5 of 10.1 kB": cut(small, 9500),
        "ends after 30 kB of 4.8 MB": cut(big, 30_000),
        "ends after 200 of at least 300 kB": cut(last_directory(), 200_000),
        "ends after 7.6 kB, before the image data": cut(picture, picture.rindex(SCAN_HEADER) + 5),
        "ends after 350 of 397 kB": cut(multi_picture(jpeg(size=80_000)), 350_000),
        "has no JPEG end marker; the file is cut off after 200 kB": cut(picture, 200_000),
        "has no PNG end (IEND); the file is cut off after 200 kB": cut(png(), 200_000),
        "has no image data; the file is cut off after 30 kB": cut(cr3(), cr3().index(b"uuid") - 4),
        "has no image metadata; the file is cut off after 300 kB": cut(samsung, samsung.index(b"meta") - 4),
        "ends with 1.0 MB of zeros; it is still being written, or the copy was interrupted": stalled(
            picture, len(picture) - 1_000_000
        ),
        "ends with 456 kB of zeros; it is still being written, or the copy was interrupted": stalled(
            cr3(), cr3().index(b"uuid") - 4
        ),
        "contains only zeros (4.8 MB); nothing has been written yet": stalled(big, 0),
    }


SENTENCES = sentences()


@pytest.mark.parametrize("sentence", sorted(SENTENCES))
def test_a_fault_is_said_in_words_and_numbers(sentence: str) -> None:
    """The message shows a photographer how far the copy got."""
    assert SENTENCES[sentence].structure() == Structure(sentence)


@pytest.mark.parametrize("magic", [b"FOVb", b"\0MRM", b"II\x1a\0\0\0HEAPCCDR", b"GIF89a", b"%PDF-1.7", b"\xff\x0a"])
def test_unknown_formats_are_not_judged(magic: bytes) -> None:
    """Unknown formats (X3F, MRW, CRW and others) have no fault and do not count as checked."""
    data = magic + noise(100_000)
    assert whole(data).structure() == Structure(fault=None, checked=False)
    assert cut(data, 5000).structure() == Structure(fault=None, checked=False)


def test_a_video_is_not_judged() -> None:
    """A file of boxes that is not a picture is not checked."""
    data = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + noise(9000)
    assert whole(data).structure() == Structure(fault=None, checked=False)


def test_any_of_its_brands_tells_a_picture() -> None:
    """A file of boxes is checked if one of its compatible brands is a picture format."""
    data = heic().replace(b"ftypheic", b"ftypxyz1", 1)
    assert whole(data).structure() == Structure()
    assert cut(data, 200_000).structure() == Structure("ends after 200 of 301 kB")


def test_files_are_judged_by_path(tmp_path: Path) -> None:
    """The file at a path is checked, whatever its name, and has a fault if it is cut off."""
    path = tmp_path / "photo.xyz"
    path.write_bytes(raw())
    assert structure(path) == Structure()
    assert fault(str(path)) is None
    os.truncate(path, 48 * PAGE)
    assert fault(path) == "ends after 197 of 307 kB"
    os.truncate(path, len(raw()))
    assert fault(path) == "ends with 111 kB of zeros; it is still being written, or the copy was interrupted"


@pytest.mark.parametrize("name", ["gone.jpg", "."])
def test_what_cannot_be_read_is_an_error(tmp_path: Path, name: str) -> None:
    """A file that cannot be opened raises the system's own error."""
    with pytest.raises(OSError, match=r"No such file|Is a directory"):
        fault(tmp_path / name)


def test_a_file_that_shrinks_meanwhile_is_not_judged() -> None:
    """A file that shrinks during the check has no fault; the next check decides."""
    data = raw()
    disk = cut(data, 100_000)
    assert judge(data[:HEAD_BYTES], len(data), disk.fetch) == Structure(fault=None, checked=True)
    picture = jpeg()
    assert judge(picture[:HEAD_BYTES], len(picture), cut(picture, 100_000).fetch) == Structure(checked=False)


def test_without_more_bytes_only_the_head_is_judged() -> None:
    """Without a way to read more, a file has no fault that its head does not prove."""
    assert judge(jpeg()[:HEAD_BYTES], len(jpeg())) == Structure(fault=None, checked=False)
    assert judge(raw()[:HEAD_BYTES], len(raw()) - 1).fault == "ends after 307.119 of 307.120 kB"
