"""Type, tiles and colours of the sheets: calm, readable, on a light background."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
SHEET, INK, QUIET, TILE, RULE = (250, 248, 244), (38, 36, 33), (132, 126, 117), (229, 225, 217), (214, 209, 200)

MOST_LETTERS = 400
"""The maximum length of a text in characters. No line has room for more, and measuring text takes time."""
_NO_GLYPH = "\ufffe"
_LIKE = {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "đ": "d"}


@lru_cache(maxsize=64)
def font(size: int) -> Font:
    """Pillow's own font, which does not depend on the machine."""
    return ImageFont.load_default(size)


def readable(text: str) -> str:
    """The text in one line, in letters that the font has: "Kuche" for "Küche", "?" for other unknown characters.

    A file's name may contain line breaks, and bytes that are not text. Long texts lose their middle.
    """
    if len(text) > MOST_LETTERS:
        text = text[: MOST_LETTERS // 2] + "…" + text[-MOST_LETTERS // 2 :]
    return "".join(_shown(letter) for letter in text)


@lru_cache(maxsize=1024)
def _shown(letter: str) -> str:
    if not letter.isprintable():
        return "?"
    if letter.isascii() or _has_glyph(letter):
        return letter
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if part.isascii() and part.isprintable())
    return plain or _LIKE.get(letter) or ("-" if unicodedata.category(letter) == "Pd" else "?")


def _has_glyph(letter: str) -> bool:
    return bytes(font(20).getmask(letter)) != bytes(font(20).getmask(_NO_GLYPH))


def shortened(text: str, type_: Font, width: float) -> str:
    """The text without its middle if it is wider than ``width`` pixels: a file's number is at its end."""
    kept = text
    while len(kept) > 4 and type_.getlength(kept) > width:
        kept = kept[: len(kept) // 2 - 1] + "…" + kept[len(kept) // 2 + 1 :]
    return kept


def wrapped(text: str, type_: Font, width: float, most: int) -> list[str]:
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


def tile(text: str, size: tuple[int, int], type_: Font) -> Image.Image:
    """A neutral tile with a text in its middle, in place of a picture."""
    image = Image.new("RGB", size, TILE)
    line = shortened(readable(text), type_, size[0] * 0.9)
    ImageDraw.Draw(image).text((size[0] / 2, size[1] / 2), line, QUIET, type_, anchor="mm")
    return image
