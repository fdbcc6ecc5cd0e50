"""Pictures to decode: each with a red, a green, a blue and a white quarter, so that a wrong turn shows."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageCms

from daemon.previews import Failure, Thumbnail

Colour = tuple[int, int, int]
RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 170, 40), (30, 40, 200), (240, 240, 240)
CORNERS = (RED, GREEN, BLUE, WHITE)
"""Top left, top right, bottom left, bottom right of the upright picture."""
NEAR = 30
"""Tolerance of a colour after compression and conversion."""

STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How an upright picture is stored under each of Exif's orientations."""


def quarters(width: int = 300, height: int = 200, orientation: int = 1) -> Image.Image:
    """A picture that is ``width`` by ``height`` when upright, stored for this orientation."""
    image = Image.new("RGB", (width, height))
    for number, colour in enumerate(CORNERS):
        x, y = number % 2 * width // 2, number // 2 * height // 2
        image.paste(colour, (x, y, x + width // 2, y + height // 2))
    turn = STORED[orientation]
    return image if turn is None else image.transpose(turn)


def written(image: Image.Image, kind: str, **options: object) -> bytes:
    """The picture in a format of Pillow."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def exif(orientation: int) -> Image.Exif:
    """An Exif block with an orientation."""
    block = Image.Exif()
    block[0x0112] = orientation
    return block


def jpeg(width: int = 300, height: int = 200, **options: object) -> bytes:
    """A JPEG of four quarters."""
    return written(quarters(width, height), "JPEG", quality=90, **options)


def png(width: int, height: int, data: bytes = b"", bits: int = 8, colours: int = 2) -> bytes:
    """A PNG whose header claims any size. ``data`` is compressed."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def lab() -> Image.Image:
    """Four quarters in CIELAB."""
    srgb, target = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    converted = ImageCms.profileToProfile(quarters(), srgb, target, outputMode="LAB")
    assert converted is not None
    return converted


def shown(thumbnail: Thumbnail | Failure) -> Image.Image:
    """The thumbnail's pixels."""
    assert isinstance(thumbnail, Thumbnail), thumbnail
    with Image.open(io.BytesIO(thumbnail.jpeg), formats=("JPEG",)) as image:
        assert image.mode == "RGB"
        assert image.size == (thumbnail.width, thumbnail.height)
        return image.convert("RGB")


def corners(image: Image.Image) -> list[Colour]:
    """The colours in the middles of the four quarters."""
    places = [(x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]
    found = [image.getpixel((int(image.width * x), int(image.height * y))) for x, y in places]
    return [(colour[0], colour[1], colour[2]) for colour in found if isinstance(colour, tuple)]


def assert_upright(image: Image.Image, near: int = NEAR) -> None:
    """The four quarters are where they belong."""
    found = corners(image)
    distances = [max(abs(a - b) for a, b in zip(*pair, strict=True)) for pair in zip(found, CORNERS, strict=True)]
    assert max(distances) <= near, found
