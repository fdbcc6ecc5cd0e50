from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from daemon.errors import Garbled, Mismatch, Mismatched, OutputError, Passing
from daemon.files import room
from daemon.files.incoming import MARGIN, Part, PictureName, part_name, place, read_json, write_json
from tests.mirror import Mirror


def saved(form: str, colour: str = "blue", **options: object) -> bytes:
    """A picture as Pillow writes it."""
    file = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, form, **options)
    return file.getvalue()


JPEG, PROGRESSIVE, PNG, WEBP = saved("JPEG"), saved("JPEG", progressive=True), saved("PNG"), saved("WEBP")


def fetched(folder: Path, image: str, data: bytes = JPEG) -> str:
    """Write an image's bytes under their hidden name. Returns their SHA-256."""
    with Part(str(folder), image) as part:
        return part.write([data[:7], data[7:]], len(data)).sha256


def test_fetched_bytes_get_their_name(tmp_path: Path) -> None:
    """A complete picture has a hidden name until it is placed, then its own, and no part file is left."""
    out = tmp_path / "out" / "12 Oak St"
    sha = fetched(out, "i1")
    assert os.listdir(out) == [part_name("i1")]
    assert part_name("i1").startswith(".")
    assert place(str(out), "i1", PictureName("IMG_0431", "jpg"), sha) == "IMG_0431.jpg"
    assert {name: (out / name).read_bytes() for name in os.listdir(out)} == {"IMG_0431.jpg": JPEG}
    assert sha == hashlib.sha256(JPEG).hexdigest()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """If another file has the name, the picture gets a suffix."""
    (tmp_path / "IMG_1.jpg").write_bytes(b"the photographer's own")
    (tmp_path / "IMG_1-2.jpg").symlink_to("nowhere")
    assert place(str(tmp_path), "i1", PictureName("IMG_1", "jpg"), fetched(tmp_path, "i1")) == "IMG_1-3.jpg"
    assert (tmp_path / "IMG_1.jpg").read_bytes() == b"the photographer's own"


def test_placing_twice_gives_one_picture(tmp_path: Path) -> None:
    """If placing was interrupted after the rename, the picture is found and not placed twice."""
    sha = fetched(tmp_path, "i1")
    assert place(str(tmp_path), "i1", PictureName("IMG_1", "jpg"), sha) == "IMG_1.jpg"
    assert place(str(tmp_path), "i1", PictureName("IMG_1", "jpg"), sha) == "IMG_1.jpg"
    fetched(tmp_path, "i1")
    assert place(str(tmp_path), "i1", PictureName("IMG_1", "jpg"), sha) == "IMG_1.jpg"
    assert os.listdir(tmp_path) == ["IMG_1.jpg"]


def test_lost_bytes_are_reported(tmp_path: Path) -> None:
    """If the hidden file is missing or has other bytes, nothing is placed."""
    assert place(str(tmp_path), "i1", PictureName("IMG_1", "jpg"), "0" * 64) is None
    fetched(tmp_path, "i1")
    assert place(str(tmp_path), "i1", PictureName("IMG_1", "jpg"), "0" * 64) is None


def test_bytes_are_not_lost_with_their_folder(tmp_path: Path) -> None:
    """If the output is renamed or unmounted during a download, the picture is placed once it is back."""
    out, away = tmp_path / "out", tmp_path / "away"
    with Part(str(out), "i1") as part:
        out.rename(away)
        sha = part.write([JPEG], len(JPEG)).sha256
    away.rename(out)
    assert place(str(out), "i1", PictureName("IMG_1", "jpg"), sha) == "IMG_1.jpg"
    assert os.listdir(out) == ["IMG_1.jpg"]


def test_room_is_left_for_the_likely_size(tmp_path: Path) -> None:
    """A picture is only bought if there is space for one as large as those before it."""
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(OutputError, match="Free up space there; bracketd then continues automatically"):
        Part(str(tmp_path), "i1", likely=free)
    assert os.listdir(tmp_path) == []


def test_it_is_said_how_much_room_is_needed(tmp_path: Path) -> None:
    """The message for a full disk has the needed and the free space."""
    with pytest.raises(OutputError) as caught:
        Part(str(tmp_path), "i1", likely=10**13 - MARGIN)
    words = r"bracketd buys a picture only if 10000 GB are free, \d+ [GM]B are free: No space left on device\. Free"
    assert re.search(words, str(caught.value))
    with Part(str(tmp_path), "i1") as part, pytest.raises(OutputError, match=r"the picture needs 10000 GB, \d+ [GM]B"):
        part.reserve(10**13)


@pytest.mark.parametrize(
    ("size", "least", "most"),
    [(13_400_000, "14 MB", "13 MB"), (67_108_864, "68 MB", "67 MB"), (900, "1 kB", "0 kB"), (25e9, "25 GB", "25 GB")],
)
def test_what_is_needed_is_never_said_to_be_there(size: float, least: str, most: str) -> None:
    """Needed space is rounded up, free space is rounded down."""
    assert (room.least(size), room.most(size)) == (least, most)


def test_a_quota_is_not_the_disk(tmp_path: Path) -> None:
    """If the quota is used up, the message does not give the disk's free space."""
    message = str(room.error(str(tmp_path), OSError(errno.EDQUOT, "Disk quota exceeded"), "1 MB must be free"))
    assert message.endswith(
        ": 1 MB must be free: Disk quota exceeded. Free up space in your quota; bracketd then continues automatically."
    )


def test_bytes_that_cannot_be_read_are_not_lost(tmp_path: Path) -> None:
    """An unreadable hidden file is a problem of the output; nothing is downloaded again."""
    (tmp_path / part_name("i1")).mkdir()
    with pytest.raises(OutputError, match="cannot write to"):
        place(str(tmp_path), "i1", PictureName("IMG_1", "jpg"), "0" * 64)


@pytest.mark.parametrize(
    ("data", "length", "mismatch"),
    [
        (b"<!doctype html><p>Sorry", None, Mismatch.NOT_A_PICTURE),
        (b"", None, Mismatch.NOT_A_PICTURE),
        (JPEG[:-2], None, Mismatch.BROKEN_PICTURE),
        (JPEG[:-2], len(JPEG) - 2, Mismatch.BROKEN_PICTURE),
        (JPEG[:-2], len(JPEG), None),
        (JPEG + JPEG[:9], len(JPEG), None),
        (PROGRESSIVE[: len(PROGRESSIVE) * 7 // 10], None, Mismatch.BROKEN_PICTURE),
        (PNG[:-5], None, Mismatch.BROKEN_PICTURE),
        (WEBP[:-9], None, Mismatch.BROKEN_PICTURE),
    ],
    ids=[
        *("html", "empty", "cut", "cut, its length given", "shorter than given", "longer than given"),
        *("progressive cut", "png cut", "webp cut"),
    ],
)
def test_an_incomplete_picture_is_refused(
    tmp_path: Path, data: bytes, length: int | None, mismatch: Mismatch | None
) -> None:
    """HTML, a partial picture or no data is never placed and leaves no file, and the error says what it is."""
    with pytest.raises(Passing) as error, Part(str(tmp_path), "i1") as part:
        part.write([data], length)
    assert os.listdir(tmp_path) == []
    assert isinstance(error.value, Garbled if mismatch is None else Mismatched)
    assert getattr(error.value, "mismatch", None) == mismatch


def test_a_thumbnails_end_is_not_the_pictures(tmp_path: Path) -> None:
    """A download that ends right after its thumbnail does not count as a picture."""
    exif = b"Exif\0\0" + JPEG
    cut = JPEG[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif
    with pytest.raises(Mismatched), Part(str(tmp_path), "i1") as part:
        part.write([cut], None)


@pytest.mark.parametrize(
    ("data", "extension"),
    [(JPEG, "jpg"), (PROGRESSIVE, "jpg"), (PNG, "png"), (WEBP, "webp")],
    ids=["JPEG", "progressive JPEG", "PNG", "WebP"],
)
@pytest.mark.parametrize("behind", [b"", b"\0\0\0", b"13 bytes more", b"\xff" * 70_000, b"text " * 20_000])
def test_every_format_is_known(tmp_path: Path, data: bytes, extension: str, behind: bytes) -> None:
    """JPEG, PNG and WebP are recognised by their bytes and get the right extension; trailing bytes are kept."""
    with Part(str(tmp_path), "i1") as part:
        written = part.write([data, behind], len(data + behind))
    assert (written.extension, written.size, written.pixels) == (extension, len(data + behind), (60, 40))


def test_a_download_without_end_is_broken_off(tmp_path: Path) -> None:
    """No more bytes are written than a picture can have."""

    def endless() -> Iterator[bytes]:
        yield JPEG
        while True:
            yield bytes(1000)

    with pytest.raises(Mismatched, match="larger than 50,000 bytes") as error, Part(str(tmp_path), "i1") as part:
        part.write(endless(), None, most=50_000)
    assert (error.value.mismatch, os.listdir(tmp_path)) == (Mismatch.LARGE_PICTURE, [])


def test_a_promise_beyond_all_pictures_takes_no_room(tmp_path: Path) -> None:
    """An impossible length is an error of the service, not a full disk."""
    with pytest.raises(Mismatched) as error, Part(str(tmp_path), "i1") as part:
        part.reserve(1 << 60, most=50_000)
    assert (error.value.mismatch, os.listdir(tmp_path)) == (Mismatch.LARGE_PICTURE, [])


def test_a_longer_file_of_an_earlier_try_does_not_shine_through(tmp_path: Path) -> None:
    """Reserved space and bytes of a failed attempt do not become part of the picture."""
    (tmp_path / part_name("i1")).write_bytes(b"z" * 9999)
    with Part(str(tmp_path), "i1") as part:
        part.reserve(5000)
        sha = part.write([JPEG], None).sha256
    assert place(str(tmp_path), "i1", PictureName("a", "jpg"), sha) == "a.jpg"
    assert (tmp_path / "a.jpg").read_bytes() == JPEG


@pytest.mark.parametrize("stem", ["x" * 255, "é" * 130, "e\u0301" * 100, "🏡" * 70])
def test_long_names_are_cut_to_what_a_disk_takes(tmp_path: Path, stem: str) -> None:
    """A stem that is too long with its suffix is cut between characters, twice if needed."""
    first = place(str(tmp_path), "i1", PictureName(stem, "jpg"), fetched(tmp_path, "i1"))
    second = place(str(tmp_path), "i2", PictureName(stem, "jpg"), fetched(tmp_path, "i2", saved("JPEG", "red")))
    assert first is not None
    assert second is not None
    assert first.endswith(".jpg")
    assert second.endswith("-2.jpg")
    assert sorted(os.listdir(tmp_path)) == sorted([first, second])


@pytest.mark.parametrize("longest", [143, 60])
def test_pictures_are_named_as_the_disk_takes_them(tmp_path: Path, longest: int) -> None:
    """On a disk with short names, a picture's name is cut, keeps its mark and number, and stays unique."""
    stem = "Kitchen " * 30
    names = []
    for number, colour in enumerate(("red", "green", "blue")):
        sha = fetched(tmp_path, f"i{number}", saved("JPEG", colour))
        names.append(place(str(tmp_path), f"i{number}", PictureName(stem, "jpg", "-dev", longest), sha))
    assert len(set(names)) == 3
    for name, ending in zip(names, ("-dev.jpg", "-dev-2.jpg", "-dev-3.jpg"), strict=True):
        assert name is not None
        assert name.endswith(ending)
        assert len(name) == longest


def test_a_disk_is_asked_what_it_takes(mirror: Mirror) -> None:
    """Without a given limit the disk's applies; a picture whose characters the disk rejects gets a plain name."""
    mirror.fails(longest=143, forbidden=":")
    long = place(str(mirror.point), "i1", PictureName("x" * 200, "jpg"), fetched(mirror.point, "i1"))
    odd = place(
        str(mirror.point), "i2", PictureName("IMG 12:30", "jpg"), fetched(mirror.point, "i2", saved("JPEG", "red"))
    )
    assert long == "x" * 139 + ".jpg"
    assert odd == "IMG 12_30.jpg"
    assert sorted(os.listdir(mirror.point)) == sorted([long, odd])


def test_a_full_disk_is_known_before_anything_is_bought(tmp_path: Path) -> None:
    """On a full disk the part file cannot be created, and the message says what to do."""
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    (tmp_path / part_name("i1")).symlink_to("/dev/full")
    with (
        pytest.raises(OutputError, match=r"No space left on device\. Free up space there"),
        Part(str(tmp_path), "i1") as p,
    ):
        p.write([JPEG], len(JPEG))


def test_an_output_that_is_not_a_folder_is_reported(tmp_path: Path) -> None:
    """If the output path is a file instead of a folder, the error names the path."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match=r"cannot write to .*out/12 Oak St"):
        Part(str(tmp_path / "out" / "12 Oak St"), "i1")


def test_json_is_replaced_whole(tmp_path: Path) -> None:
    """A document is written completely or not at all, can contain names that are not UTF-8, and reads back."""
    write_json(str(tmp_path), "order.json", {"shoot": "é", "odd": os.fsdecode(b"\xff.jpg")})
    write_json(str(tmp_path), "order.json", {"shoot": "é"})
    assert json.loads((tmp_path / "order.json").read_text()) == {"shoot": "é"}
    assert read_json(str(tmp_path), "order.json") == {"shoot": "é"}
    assert read_json(str(tmp_path), "other.json") is None
    assert os.listdir(tmp_path) == ["order.json"]
    assert stat.S_ISREG((tmp_path / "order.json").stat().st_mode)
