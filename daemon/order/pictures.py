"""Bounds for a downloaded picture: the minimum size in pixels and the maximum number of bytes.

A picture has about the size of its brackets in pixels. The service may crop it a little, and may enlarge it.
"""

from __future__ import annotations

from daemon.errors import Mismatch, Mismatched
from daemon.order.image import Image
from daemon.order.order import Order

MOST_PIXELS = 1 << 30
"""The maximum number of pixels of a photo. A larger stated size is ignored."""

PIXEL_BYTES = 8
"""Bytes per pixel of an uncompressed picture with four channels of 16 bits."""

ENLARGED = 4
"""The maximum factor for a picture's number of pixels if its order requests ``upscale``."""

LEAST_BYTES = 256 << 20
"""Downloads up to this size are always accepted: the size that a RAW file states may be that of its preview."""

UNKNOWN_BYTES = 1 << 30
"""The largest download for brackets whose size in pixels is not known."""


def brackets_of(order: Order, image: Image) -> tuple[int, ...]:
    """The numbers of the brackets that an image was made of, or of the one that it is named after; empty if unknown.

    The service says which brackets an image was made of, or names the image after one of them.
    """
    return image.brackets or named_after(order, image)


def named_after(order: Order, image: Image) -> tuple[int, ...]:
    """The numbers of the brackets whose tags are in an image's name: usually one, or none."""
    theirs = image.name.rpartition(".")[0] or image.name
    words = theirs.split()[-1:] + image.name.split()[-1:]
    named = {int(number) - 1 for word in words if (number := word.rpartition("-")[2]).isdecimal() and len(number) < 9}
    return tuple(n for n in sorted(named) if 0 <= n < len(order.brackets) and order.tag(n) in words)


def too_small(order: Order, image: Image, pixels: tuple[int, int] | None) -> Mismatched | None:
    """The error for a picture whose width and height in pixels show that it is only a preview; otherwise None.

    Its longer edge must be at least half of its brackets' longer edge, or half of ``max_width`` if that is less.
    Pictures in dev mode cost nothing and may have any size.
    """
    edges = [edge for number in brackets_of(order, image) or order.sent if (edge := max(_size(order, number)))]
    if pixels is None or not edges or order.preset.dev_mode:
        return None
    expected = min(edges) if order.preset.max_width is None else min(*edges, order.preset.max_width)
    if 2 * max(pixels) >= expected:
        return None
    why = (
        f"The picture of {image.called} has {pixels[0]} x {pixels[1]} pixels, but {expected} on the longer edge were "
        "expected: it is a preview, not the full size."
    )
    return Mismatched(why, mismatch=Mismatch.SMALL_PICTURE)


def most_bytes(order: Order) -> int:
    """The maximum number of bytes of a picture of this order."""
    pixels = max((width * height for width, height in (_size(order, number) for number in order.sent)), default=0)
    enlarged = ENLARGED if order.preset.enhance.get("upscale") else 1
    return max(LEAST_BYTES, pixels * enlarged * PIXEL_BYTES) if pixels else UNKNOWN_BYTES


def _size(order: Order, number: int) -> tuple[int, int]:
    """A bracket's width and height as its file states them; 0 for both if they are missing or not plausible."""
    width, height = order.brackets[number].shot.pixels or (0, 0)
    return (width, height) if 0 < width * height <= MOST_PIXELS else (0, 0)
