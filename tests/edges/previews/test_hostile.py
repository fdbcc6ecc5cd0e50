from __future__ import annotations

import os
import random
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from daemon.previews import Failure, FailureKind, Limits, Thumbnail
from daemon.previews.decode import thumbnail
from tests.edges.previews.pictures import jpeg, png, quarters, written
from tests.edges.previews.raws import MAKERS
from tests.edges.previews.test_decode import PICTURES

TIGHT = Limits(pixels=1_000_000)
MAGICS = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"RIFF\xff\xff\0\0WEBPVP8 ",
    b"II*\0\x08\0\0\0",
    b"MM\0*\0\0\0\x08",
    b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0",
    b"FUJIFILMCCD-RAW 0201",
    b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
    b"IIU\0\x08\0\0\0",
    b"IIRO\x08\0\0\0",
)


def kind_of(path: Path, limits: Limits = TIGHT) -> FailureKind | None:
    """Why there is no thumbnail, None if there is one."""
    found = thumbnail(path, 100, limits)
    return found.kind if isinstance(found, Failure) else None


def claiming(width: int, height: int, *, progressive: bool = False) -> bytes:
    """A small JPEG whose header claims this size."""
    data = bytearray(jpeg(64, 64, progressive=progressive))
    frame = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    struct.pack_into(">HH", data, frame + 5, height, width)
    return bytes(data)


def test_the_limit_of_pixels_is_for_one_picture(tmp_path: Path) -> None:
    """Decoding with a limit of pixels leaves Pillow's own limit as it was, also after a picture that exceeds it."""
    before = Image.MAX_IMAGE_PIXELS
    for data in (jpeg(), png(60_000, 60_000)):
        (tmp_path / "picture").write_bytes(data)
        kind_of(tmp_path / "picture")
        assert before == Image.MAX_IMAGE_PIXELS


FILES = PICTURES | {kind: make(jpeg(600, 400), jpeg(160, 120), 6) for kind, make in MAKERS.items()}


@pytest.mark.parametrize(
    "data",
    [
        png(60_000, 60_000),
        png(1500, 1500, zlib.compress(bytes(1500 * 4501))),
        claiming(65_000, 65_000),
        claiming(1500, 1500, progressive=True),
        written(quarters(1500, 1500), "TIFF", compression="tiff_lzw"),
        written(quarters(1500, 1500), "WEBP", lossless=True),
        MAKERS["nef"](claiming(60_000, 60_000), claiming(60_000, 60_000), 1),
    ],
    ids=["claimed png", "real png", "jpeg", "progressive jpeg", "tiff", "webp", "preview"],
)
def test_too_many_pixels(data: bytes, tmp_path: Path) -> None:
    """A picture with more pixels than the limit, or whose header claims them, is rejected."""
    (tmp_path / "picture").write_bytes(data)
    found = thumbnail(tmp_path / "picture", 100, TIGHT)
    assert found == Failure(FailureKind.TOO_MANY_PIXELS, TIGHT.pixels)


def test_large_jpegs_are_decoded_at_a_reduced_size(tmp_path: Path) -> None:
    """Only the pixels that a JPEG is decoded to count, because it is decoded at a reduced size."""
    (tmp_path / "picture").write_bytes(jpeg(1800, 1200))
    assert kind_of(tmp_path / "picture") is None


@pytest.mark.parametrize("kind", FILES)
def test_pictures_that_are_cut_off(kind: str, tmp_path: Path) -> None:
    """A picture that is cut off is a value: a failure, or a thumbnail of what is there."""
    data = FILES[kind]
    for part in range(20):
        (tmp_path / "picture").write_bytes(data[: len(data) * part // 20])
        assert isinstance(thumbnail(tmp_path / "picture", 100, TIGHT), Failure | Thumbnail)


@pytest.mark.parametrize("kind", ["jpeg", "progressive jpeg", "png", "webp", "tiff", "lzw tiff"])
def test_half_a_picture_is_damaged(kind: str, tmp_path: Path) -> None:
    """Half of a picture has no thumbnail."""
    (tmp_path / "picture").write_bytes(FILES[kind][: len(FILES[kind]) // 2])
    assert kind_of(tmp_path / "picture") is FailureKind.DAMAGED


@pytest.mark.parametrize("magic", MAGICS)
def test_random_bytes(magic: bytes, tmp_path: Path) -> None:
    """Random bytes that begin like a picture have no thumbnail."""
    for seed in range(40):
        (tmp_path / "picture").write_bytes(magic + random.Random(seed).randbytes(5000))
        assert isinstance(thumbnail(tmp_path / "picture", 100, TIGHT), Failure)


@pytest.mark.parametrize("kind", FILES)
def test_changed_bytes(kind: str, tmp_path: Path) -> None:
    """Changed bytes in a picture never raise."""
    for seed in range(60):
        chance, data = random.Random(seed), bytearray(FILES[kind])
        for _ in range(8):
            data[chance.randrange(min(len(data), 400 if seed % 2 else len(data)))] = chance.randrange(256)
        (tmp_path / "picture").write_bytes(data)
        assert isinstance(thumbnail(tmp_path / "picture", 100, TIGHT), Failure | Thumbnail)


def test_files_of_too_many_bytes(tmp_path: Path) -> None:
    """A file larger than the limit is not decoded."""
    (tmp_path / "picture").write_bytes(jpeg())
    size = (tmp_path / "picture").stat().st_size
    assert kind_of(tmp_path / "picture", Limits(file_bytes=size)) is None
    found = thumbnail(tmp_path / "picture", 100, Limits(file_bytes=size - 1))
    assert found == Failure(FailureKind.TOO_LARGE, size - 1)


def test_previews_of_too_many_bytes(tmp_path: Path) -> None:
    """A preview larger than the limit is not decoded, however large the raw file may be."""
    preview = jpeg(600, 400)
    (tmp_path / "picture").write_bytes(MAKERS["nef"](preview, b"", 1))
    assert kind_of(tmp_path / "picture", Limits(file_bytes=10, preview_bytes=len(preview))) is None
    found = thumbnail(tmp_path / "picture", 100, Limits(preview_bytes=len(preview) - 1))
    assert found == Failure(FailureKind.TOO_LARGE, len(preview) - 1)


@pytest.mark.parametrize("name", ["missing", "file/below"])
def test_missing_files(name: str, tmp_path: Path) -> None:
    """A missing file is reported as gone."""
    (tmp_path / "file").write_bytes(b"")
    assert kind_of(tmp_path / name) is FailureKind.GONE


def test_what_is_not_a_file(tmp_path: Path) -> None:
    """A folder, a pipe and a device are not read."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        assert kind_of(path) is FailureKind.UNREADABLE
