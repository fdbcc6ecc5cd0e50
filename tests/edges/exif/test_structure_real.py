"""Tests with real camera files and files written by Pillow and libtiff; compares synthetic files with ExifTool."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from daemon.exif.structure import Structure
from tests.edges.exif.copies import cut, stalled, whole
from tests.edges.exif.samples import block
from tests.edges.exif.wholes import PAGE, noise, raws

REPOSITORY = Path(__file__).parents[3]
DATA = REPOSITORY.parent / "shared" / "data"
HEADS = DATA / "heads"
SIX_D = DATA / "canon-6d" / "100CANON"
EXIFTOOL = shutil.which("exiftool")

needs_files = pytest.mark.skipif(not DATA.is_dir(), reason="no real camera files at hand")
needs_exiftool = pytest.mark.skipif(EXIFTOOL is None, reason="ExifTool is not installed")


@needs_files
@pytest.mark.parametrize("number", range(1, 6))
def test_a_real_jpeg_is_whole_and_each_part_of_it_is_not(number: int) -> None:
    """A camera's JPEG is complete; cut off anywhere, or with zeros from anywhere on, it is incomplete."""
    data = (SIX_D / f"IMG_043{number}.JPG").read_bytes()
    assert whole(data).structure() == Structure()
    thumbnail = data.index(b"\xff\xd9") + 2
    points = {*range(thumbnail - 3, thumbnail + 3), *range(0, 30_000, 97), *range(30_000, len(data), len(data) // 300)}
    points |= {len(data) - left for left in range(1, 40)}
    assert [point for point in points if cut(data, point).structure().fault is None] == []
    assert [point for point in points if stalled(data, point).structure().fault is None] == []


@needs_files
@pytest.mark.parametrize("path", sorted(HEADS.glob("*.[!j]*")), ids=lambda path: path.name)
def test_real_structures_are_understood(path: Path) -> None:
    """ExifTool's samples are complete: real files with their image data removed and their lengths corrected.

    Panasonic's is an exception: only the sensor's 3724 by 2754 pixels show how long its data should be. In Fujifilm's,
    from a sensor with two kinds of photosites, the second frame is not checked.
    """
    data = path.read_bytes()
    assert whole(data).structure() == Structure("ends after 12 kB of 12 MB" if path.suffix == ".rw2" else None)
    assert cut(data, len(data) - 50).structure().fault is not None


def picture(size: tuple[int, int] = (400, 300), mode: str = "RGB") -> Image.Image:
    """A picture of noise."""
    return Image.frombytes(mode, size, noise(size[0] * size[1] * len(mode)))


def saved(form: str, image: Image.Image | None = None, **options: object) -> bytes:
    """The picture in a format, as Pillow writes it."""
    file = BytesIO()
    (image or picture()).save(file, form, **options)
    return file.getvalue()


def pillow() -> dict[str, bytes]:
    """Pictures as Pillow, libjpeg, libtiff, libpng, libwebp and libavif write them."""
    black = Image.new("RGB", (1000, 800))

    def further() -> list[Image.Image]:
        return [picture((300, 200)), picture((200, 100))]

    return {
        "baseline.jpg": saved("JPEG", quality=95),
        "progressive.jpg": saved("JPEG", quality=95, progressive=True),
        "optimized, restarts.jpg": saved("JPEG", quality=90, optimize=True, restart_marker_blocks=7),
        "grey.jpg": saved("JPEG", picture(mode="L")),
        "CMYK.jpg": saved("JPEG", picture(mode="CMYK")),
        "large Exif.jpg": saved("JPEG", exif=block() + noise(64_000), comment=noise(20_000)),
        "black.jpg": saved("JPEG", black, optimize=True),
        "black progressive.jpg": saved("JPEG", black, progressive=True),
        "previews.jpg": saved("MPO", save_all=True, append_images=further()),
        "rgb.png": saved("PNG"),
        "black.png": saved("PNG", black),
        "lossy.webp": saved("WEBP"),
        "lossless, Exif.webp": saved("WEBP", lossless=True, exif=block()),
        "bare.tif": saved("TIFF"),
        "strips.tif": saved("TIFF", strip_size=4000, compression="tiff_lzw"),
        "deflate.tif": saved("TIFF", compression="tiff_deflate"),
        "jpeg.tif": saved("TIFF", compression="jpeg"),
        "pages.tif": saved("TIFF", save_all=True, append_images=further()),
        "black.tif": saved("TIFF", black),
        "BigTIFF.tif": saved("TIFF", big_tiff=True),
        "BigTIFF of strips.tif": saved("TIFF", big_tiff=True, compression="tiff_lzw", strip_size=4000),
        "picture.avif": saved("AVIF"),
    }


PILLOW = pillow()


@pytest.mark.parametrize("name", sorted(PILLOW))
def test_what_libraries_write_is_whole(name: str) -> None:
    """A picture written by the common libraries is complete."""
    assert whole(PILLOW[name]).structure() == Structure()


@pytest.mark.parametrize("name", sorted(PILLOW))
def test_what_libraries_write_is_found_when_cut(name: str) -> None:
    """A picture written by the common libraries is incomplete if it is cut off anywhere.

    The exception is the last number of a TIFF, which only says that there is no other directory.
    """
    data = PILLOW[name]
    last = len(data) - 4 if name.endswith(".tif") else len(data)
    points = {*range(100), *range(0, last, max(1, len(data) // 200)), *range(last - 30, last)}
    assert [point for point in points if cut(data, point).structure().fault is None] == []


@pytest.mark.parametrize("name", sorted(name for name in PILLOW if name.endswith((".jpg", ".png"))))
def test_what_libraries_write_is_found_when_stalled(name: str) -> None:
    """A JPEG or PNG written by the common libraries is incomplete if it still ends with zeros."""
    data = PILLOW[name]
    points = {*range(100), *range(0, len(data) - 1, max(1, len(data) // 200))}
    assert [point for point in points if stalled(data, point).structure().fault is None] == []


@needs_exiftool
def test_exiftool_finds_the_same_raw_files_cut(tmp_path: Path) -> None:
    """ExifTool's validation finds data beyond the end of every truncated raw file and TIFF, and of no complete one.

    It skips RW2, and reports less for BigTIFF and for data other than images.
    """
    assert EXIFTOOL is not None
    samples = {name: photo for name, photo in raws().items() if not name.endswith((".rw2", "BigTIFF.tif", "last.tif"))}
    for name, photo in samples.items():
        (tmp_path / f"whole {name}").write_bytes(photo.data)
        (tmp_path / f"cut {name}").write_bytes(photo.data[: photo.needed - 5 * PAGE])
    asked = ["-json", "-q", "-validate", "-a", "-warning"]
    ran = subprocess.run([EXIFTOOL, *asked, str(tmp_path)], capture_output=True, check=False)
    said = {Path(row["SourceFile"]).name: str(row) for row in json.loads(ran.stdout)}
    beyond = {name for name, row in said.items() if re.search(r"past end of file|Bad IFD0 directory", row)}
    assert beyond == {f"cut {name}" for name in samples}
