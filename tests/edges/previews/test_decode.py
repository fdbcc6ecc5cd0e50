from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageCms

from daemon.previews import Failure, FailureKind, Limits, Thumbnail
from daemon.previews.decode import picture, thumbnail
from daemon.previews.look import LOOK_HEIGHT, LOOK_WIDTH
from tests.edges.exif.build import Heif
from tests.edges.exif.samples import block
from tests.edges.previews.pictures import assert_upright, corners, exif, jpeg, lab, quarters, shown, written
from tests.edges.previews.raws import MAKERS

LIMITS = Limits()
SIXTEEN_BITS = Image.new("I;16", (60, 40), 128 << 8)


def made(folder: Path, data: bytes, name: str = "picture") -> Path:
    """A file with this content. Its name does not say what it is."""
    path = folder / name
    path.write_bytes(data)
    return path


PICTURES = {
    "jpeg": jpeg(),
    "progressive jpeg": jpeg(progressive=True),
    "cmyk jpeg": written(quarters().convert("CMYK"), "JPEG", quality=90),
    "png": written(quarters(), "PNG"),
    "palette png": written(quarters().convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
    "transparent png": written(quarters().convert("RGBA"), "PNG"),
    "webp": written(quarters(), "WEBP", quality=90),
    "lossless webp": written(quarters(), "WEBP", lossless=True),
    "tiff": written(quarters(), "TIFF"),
    "lzw tiff": written(quarters(), "TIFF", compression="tiff_lzw"),
    "jpeg tiff": written(quarters(), "TIFF", compression="jpeg"),
    "big tiff": written(quarters(), "TIFF", big_tiff=True),
    "cmyk tiff": written(quarters().convert("CMYK"), "TIFF"),
    "lab tiff": written(lab(), "TIFF"),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_formats(kind: str, tmp_path: Path) -> None:
    """JPEG, PNG, WebP and TIFF become small sRGB JPEGs, whatever their colour mode and compression are."""
    found = thumbnail(made(tmp_path, PICTURES[kind]), 120, LIMITS)
    image = shown(found)
    assert image.size == (120, 80)
    assert_upright(image, near=70 if "cmyk" in kind else 30)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_orientation(kind: str, orientation: int, tmp_path: Path) -> None:
    """A thumbnail is upright under each of Exif's eight orientations."""
    stored = quarters(300, 200, orientation)
    path = made(tmp_path, written(stored, kind, exif=exif(orientation)))
    image = shown(thumbnail(path, 120, LIMITS))
    assert image.size == (120, 80)
    assert_upright(image)


@pytest.mark.parametrize("orientation", [1, 6])
def test_room(orientation: int, tmp_path: Path) -> None:
    """An upright picture fits in a room that is not square."""
    path = made(tmp_path, written(quarters(300, 200, orientation), "JPEG", exif=exif(orientation)))
    image = picture(path, (150, 20), LIMITS)
    assert isinstance(image, Image.Image)
    assert image.size == (30, 20)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_room_of_a_tiff(orientation: int, tmp_path: Path) -> None:
    """An upright TIFF fits in a room that is not square."""
    path = made(tmp_path, written(quarters(300, 200, orientation), "TIFF", exif=exif(orientation)))
    image = picture(path, (150, 20), LIMITS)
    assert isinstance(image, Image.Image)
    assert image.size == (30, 20)


def test_small_pictures_are_not_enlarged(tmp_path: Path) -> None:
    """A picture smaller than the wanted size keeps its size."""
    assert shown(thumbnail(made(tmp_path, jpeg(60, 40)), 500, LIMITS)).size == (60, 40)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bits(kind: str, tmp_path: Path) -> None:
    """A picture with 16 bits keeps its brightness."""
    found = shown(thumbnail(made(tmp_path, written(SIXTEEN_BITS, kind)), 30, LIMITS))
    assert corners(found) == [(128, 128, 128)] * 4


def test_transparency_is_white(tmp_path: Path) -> None:
    """A transparent picture is shown on white."""
    clear = Image.new("RGBA", (60, 40), (10, 200, 10, 0))
    assert corners(shown(thumbnail(made(tmp_path, written(clear, "PNG")), 30, LIMITS))) == [(255, 255, 255)] * 4


def test_profiles_are_applied(tmp_path: Path) -> None:
    """A colour profile is converted to sRGB."""
    path = made(tmp_path, written(Image.new("RGB", (60, 40), (200, 100, 50)), "PNG", icc_profile=swapped_profile()))
    red, _, blue = corners(shown(thumbnail(path, 30, LIMITS)))[0]
    assert red < 80
    assert blue > 170


@pytest.mark.parametrize("profile", [b"odd" * 50, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()])
def test_invalid_profiles_are_ignored(profile: bytes, tmp_path: Path) -> None:
    """A colour profile that is invalid or for another colour mode changes nothing."""
    assert_upright(shown(thumbnail(made(tmp_path, written(quarters(), "PNG", icc_profile=profile)), 120, LIMITS)))


def swapped_profile() -> bytes:
    """A profile like sRGB in which red and blue are swapped."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = (data.index(tag, 128) + 4 for tag in (b"rXYZ", b"bXYZ"))
    data[red : red + 8], data[blue : blue + 8] = data[blue : blue + 8], data[red : red + 8]
    return bytes(data)


def test_the_look_is_small_and_upright(tmp_path: Path) -> None:
    """A thumbnail comes with the picture as 64 x 48 upright pixels."""
    path = made(tmp_path, written(quarters(300, 200, 6), "JPEG", quality=95, exif=exif(6)))
    found = thumbnail(path, 200, LIMITS)
    assert isinstance(found, Thumbnail)
    assert_upright(Image.frombytes("RGB", (LOOK_WIDTH, LOOK_HEIGHT), found.look.pixels))


@pytest.mark.parametrize("kind", MAKERS)
def test_raw_files_show_their_preview(kind: str, tmp_path: Path) -> None:
    """A raw file's thumbnail is made from the preview that the camera stored inside, turned upright."""
    options = {"exif": exif(8)} if kind == "raf" else {}
    large = written(quarters(400, 600, 8), "JPEG", quality=90, **options)
    path = made(tmp_path, MAKERS[kind](large, jpeg(160, 120), 8))
    image = shown(thumbnail(path, 300, LIMITS))
    assert image.size == (200, 300)
    assert_upright(image)


@pytest.mark.parametrize("kind", sorted(set(MAKERS) - {"raf", "orf", "rw2"}))
def test_small_previews_are_used_if_there_is_no_other(kind: str, tmp_path: Path) -> None:
    """If the large preview is damaged from its beginning, the thumbnail is made from the small one."""
    path = made(tmp_path, MAKERS[kind](bytes(5000), jpeg(160, 120), 1))
    assert shown(thumbnail(path, 300, LIMITS)).size == (160, 120)


def test_previews_that_are_upright_already(tmp_path: Path) -> None:
    """A preview is not turned if the camera stored it upright."""
    path = made(tmp_path, MAKERS["dng"](jpeg(400, 600), jpeg(120, 160), 6))
    image = shown(thumbnail(path, 300, LIMITS))
    assert image.size == (200, 300)
    assert_upright(image)


@pytest.mark.parametrize("data", [b"text, not a picture" * 9, b"", Heif(block()).file(), b"%PDF-1.4" + b"x" * 999])
def test_no_decoder(data: bytes, tmp_path: Path) -> None:
    """A file of another format, and a HEIC, has no thumbnail."""
    found = thumbnail(made(tmp_path, data), 100, LIMITS)
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.NO_DECODER


@pytest.mark.parametrize("kind", MAKERS)
def test_raw_files_without_a_preview(kind: str, tmp_path: Path) -> None:
    """A raw file without a preview has no thumbnail."""
    found = thumbnail(made(tmp_path, MAKERS[kind](bytes(900), bytes(900), 1)), 100, LIMITS)
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.NO_DECODER
