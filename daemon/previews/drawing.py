"""Type, tiles and colours of the sheets: calm, readable, on a light background."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
SHEET, INK, QUIET, TILE, RULE = (250, 248, 244), (38, 36, 33), (132, 126, 117), (229, 225, 217), (214, 209, 200)

MOST_LETTERS = 400
"""The maximum length of a text in characters. No line has room for more, and measuring text takes time."""
FONT = Path(__file__).parent / "fonts" / "NotoSans-Regular.ttf"
"""Noto Sans, unchanged: Latin, Greek and Cyrillic letters. ``fonts/OFL.txt`` has its licence and hash."""
_NO_GLYPH = "\ufffe"
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""Drawn for each character that the font lacks."""


@lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font of all sheets. It comes with bracketd, so a sheet looks the same on every machine."""
    return ImageFont.truetype(FONT, size)


def readable(text: str) -> str:
    """The text in one line. ``UNKNOWN`` stands for each character that the font lacks or that cannot be printed.

    A file's name may contain line breaks, and bytes that are not text. macOS writes "ü" as two characters, which are
    joined here. Long texts lose their middle.
    """
    if len(text) > MOST_LETTERS:
        text = text[: MOST_LETTERS // 2] + "…" + text[-MOST_LETTERS // 2 :]
    return "".join(_shown(letter) for letter in unicodedata.normalize("NFC", text))


@lru_cache(maxsize=1024)
def _shown(letter: str) -> str:
    if unicodedata.category(letter) == "Zs":
        return " "
    return letter if letter.isprintable() and _has_glyph(letter) else UNKNOWN


def _has_glyph(letter: str) -> bool:
    return bytes(font(20).getmask(letter)) != bytes(font(20).getmask(_NO_GLYPH))


def shortened(text: str, type_: ImageFont.FreeTypeFont, width: float) -> str:
    """The text without its middle if it is wider than ``width`` pixels: a file's number is at its end."""
    kept = text
    while len(kept) > 4 and type_.getlength(kept) > width:
        kept = kept[: len(kept) // 2 - 1] + "…" + kept[len(kept) // 2 + 1 :]
    return kept


def wrapped(text: str, type_: ImageFont.FreeTypeFont, width: float, most: int) -> list[str]:
    """The text in at most ``most`` lines of ``width`` pixels; the last one ends with an ellipsis if text is left."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most:
        line = words.pop(0)
        while words and type_.getlength(f"{line} {words[0]}") <= width:
            line = f"{line} {words.pop(0)}"
        lines.append(line)
    if words:
        lines[-1] += " …"
    return [shortened(line, type_, width) for line in lines]


def tile(text: str, size: tuple[int, int], type_: ImageFont.FreeTypeFont) -> Image.Image:
    """A neutral tile with a text in its middle, in place of a picture."""
    image = Image.new("RGB", size, TILE)
    line = shortened(readable(text), type_, size[0] * 0.9)
    ImageDraw.Draw(image).text((size[0] / 2, size[1] / 2), line, QUIET, type_, anchor="mm")
    return image
