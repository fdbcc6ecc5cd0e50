"""Decodes one picture with Pillow: JPEG, PNG, WebP, TIFF, and the JPEG previews inside raw files.

Runs in the decoding process only. Errors of the file and of Pillow become a ``Failure``.
"""

from __future__ import annotations

import io
import os
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

from PIL import Image, ImageCms, ImageFile, UnidentifiedImageError

from daemon.exif import parse
from daemon.exif.embedded import Embedded, embedded
from daemon.exif.source import HEAD_BYTES
from daemon.exif.structure import judge
from daemon.previews.look import LOOK_HEIGHT, LOOK_WIDTH, Look
from daemon.previews.values import Failure, FailureKind, Limits, Thumbnail
from daemon.regular import open_regular

Room = tuple[int, int]
"""Width and height in pixels that an upright picture must fit in."""

CLAIMED = 4
"""How many times ``Limits.pixels`` a header may claim, because a JPEG can be decoded at an eighth of its size."""
GAP = 2.0
"""A JPEG is decoded at no less than this many times the wanted size, so that scaling it down looks good."""
LEAST_PREVIEW = 320
"""Smaller previews of raw files often have black bars. They are used only if there is no other."""
QUALITY = 82
WHITE = (255, 255, 255)

_DAMAGED: Final = (
    *(ValueError, SyntaxError, TypeError, KeyError, IndexError, AttributeError, EOFError, ArithmeticError),
    *(struct.error, NotImplementedError, RuntimeError),
)
"""Errors of Pillow for invalid pictures, in addition to OSError without a number."""

_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The transposition that makes a picture upright, by Exif orientation (CIPA DC-008, section 4.6.4)."""
_SCALABLE: Final = frozenset({"L", "RGB", "RGBA", "CMYK", "LAB", "I;16"})
"""Modes that are scaled as they are. Converting the small picture takes less memory."""
_ON_SIDE: Final = (5, 6, 7, 8)
_RAW: Final = frozenset({"cr2", "cr3", "nef", "arw", "dng", "raf", "orf", "rw2", "pef", "srw"})
_PILLOW: Final = {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF"}


def thumbnail(path: str | os.PathLike[str], size: int, limits: Limits) -> Thumbnail | Failure:
    """The picture at ``path`` as a JPEG with at most ``size`` pixels on its long side, and its look."""
    image = picture(path, (size, size), limits)
    if isinstance(image, Failure):
        return image
    written = io.BytesIO()
    image.save(written, "JPEG", quality=QUALITY, optimize=True)
    look = image.resize((LOOK_WIDTH, LOOK_HEIGHT), Image.Resampling.BOX)
    return Thumbnail(written.getvalue(), image.width, image.height, Look(look.tobytes()))


def picture(path: str | os.PathLike[str], room: Room, limits: Limits) -> Image.Image | Failure:
    """The picture at ``path``, upright, in sRGB, and not larger than ``room``."""
    try:
        with warnings.catch_warnings(), _at_most(limits.pixels * CLAIMED), open_regular(path) as file:
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decoded(file, room, limits)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, _TooManyPixels):
        return Failure(FailureKind.TOO_MANY_PIXELS, limits.pixels)
    except MemoryError:
        return Failure(FailureKind.OUT_OF_MEMORY, limits.memory)
    except (FileNotFoundError, NotADirectoryError):
        return Failure(FailureKind.GONE)
    except UnidentifiedImageError:
        return Failure(FailureKind.DAMAGED, detail="invalid header")
    except OSError as error:
        kind = FailureKind.DAMAGED if error.errno is None else FailureKind.UNREADABLE
        return Failure(kind, detail=error.strerror or str(error))
    except _DAMAGED as error:
        return Failure(FailureKind.DAMAGED, detail=str(error))


@contextmanager
def _at_most(pixels: int) -> Iterator[None]:
    """Set Pillow's limit of pixels, which applies to the whole process, and restore it."""
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, pixels
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


class _TooManyPixels(Exception):
    """The decoded picture would have more pixels than the limit."""


class _NoDecoder(Exception):
    """Pillow reads the picture but its brightness is not defined."""


def _decoded(file: io.FileIO, room: Room, limits: Limits) -> Image.Image | Failure:
    size = os.fstat(file.fileno()).st_size
    head = os.pread(file.fileno(), HEAD_BYTES, 0)

    def fetch(offset: int, count: int) -> bytes:
        return os.pread(file.fileno(), count, offset) if 0 <= offset < size else b""

    capture = parse(head, fetch)
    known = _PILLOW.get(capture.container or "") or _unnamed(head)
    if known and size > limits.file_bytes:
        return Failure(FailureKind.TOO_LARGE, limits.file_bytes)
    if known:
        stream = io.BufferedReader(file)
        try:
            return _upright(stream, known, room, limits, capture.orientation)
        except (_NoDecoder, UnidentifiedImageError):
            if known != "TIFF":
                raise
    elif capture.container not in _RAW:
        return Failure(FailureKind.NO_DECODER, detail=capture.container or "")
    preview = _chosen(embedded(head, size, fetch), max(room))
    if preview is None:
        fault = judge(head, size, fetch).fault
        kind = FailureKind.DAMAGED if fault else FailureKind.NO_DECODER
        return Failure(kind, detail=fault or capture.container or "")
    if preview.size > limits.preview_bytes:
        return Failure(FailureKind.TOO_LARGE, limits.preview_bytes)
    orientation = _of_preview(capture.orientation, preview, (capture.width or 0, capture.height or 0))
    data = os.pread(file.fileno(), preview.size, preview.at)
    return _upright(io.BytesIO(data), "JPEG", room, limits, orientation)


def _unnamed(head: bytes) -> str | None:
    """Pillow's name of a format that ``daemon.exif`` does not read: WebP and BigTIFF."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return "TIFF" if head[:4] in (b"II+\0", b"MM\0+") else None


def _chosen(previews: tuple[Embedded, ...], side: int) -> Embedded | None:
    """The smallest preview that is large enough for a thumbnail with this long side, else the largest one."""
    enough = [one for one in previews if max(one.width, one.height) >= max(side, LEAST_PREVIEW)]
    return enough[-1] if enough else next(iter(previews), None)


def _of_preview(orientation: int | None, preview: Embedded, raw: Room) -> int | None:
    """The orientation to apply to a preview. Some cameras store it upright already."""
    turned = orientation in _ON_SIDE and raw[0] > raw[1] and preview.width < preview.height
    return None if turned else orientation


def _upright(stream: IO[bytes], name: str, room: Room, limits: Limits, orientation: int | None) -> Image.Image:
    with Image.open(stream, formats=(name,)) as image:
        if name == "WEBP":
            orientation = _stated(image)
        if name == "TIFF":
            orientation = None  # Pillow turns a TIFF when it loads it
        fitting = room[::-1] if orientation in _ON_SIDE else room
        held = _held(image, fitting)
        if held > limits.pixels:
            raise _TooManyPixels
        profile = image.info.get("icc_profile")
        image.load()
        small = image if image.mode in _SCALABLE else _plain(image)
        gap = None if small.mode == "I;16" else GAP  # Pillow cannot reduce it
        small.thumbnail(room if name == "TIFF" else fitting, Image.Resampling.LANCZOS, reducing_gap=gap)
        return _turned(_in_srgb(_plain(small), profile), orientation)


def _held(image: Image.Image, room: Room) -> int:
    """The pixels that decoding holds in memory. Makes a JPEG decode at a reduced size.

    libjpeg holds all coefficients of a progressive JPEG, whatever the size is at which it is decoded.
    """
    claimed = image.width * image.height
    if image.format not in ("JPEG", "MPO"):
        return claimed
    image.draft(None, (round(room[0] * GAP), round(room[1] * GAP)))
    return claimed if image.info.get("progressive") else image.width * image.height


def _stated(image: Image.Image) -> int | None:
    """The orientation in Exif as Pillow reads it, None if it cannot."""
    try:
        return int(image.getexif().get(0x0112, 1))
    except (OSError, *_DAMAGED):
        return None


def _plain(image: Image.Image) -> Image.Image:
    """The picture in one of the modes L, RGB, RGBA, CMYK and LAB. 16 bits become 8."""
    if image.mode in ("L", "RGB", "CMYK", "LAB", "RGBA"):
        return image
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("I", "F"):
        raise _NoDecoder(f"a picture of mode {image.mode}")
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB, on white where it is transparent. An invalid profile is ignored."""
    if profile and image.mode in ("RGB", "CMYK", "LAB", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, *_DAMAGED):
            converted = None
        if converted is not None:
            return converted
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        converted = ImageCms.profileToProfile(image, lab, _SRGB, outputMode="RGB")
        if converted is not None:
            return converted
    if image.mode == "RGBA":
        page = Image.new("RGB", image.size, WHITE)
        page.paste(image, mask=image.getchannel("A"))
        return page
    return image.convert("RGB")


def _turned(image: Image.Image, orientation: int | None) -> Image.Image:
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


_SRGB = ImageCms.createProfile("sRGB")
ImageFile.LOAD_TRUNCATED_IMAGES = False
