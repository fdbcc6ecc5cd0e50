"""Texts about incomplete files. Each is a predicate of the file's name."""

from __future__ import annotations

_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def amount(count: int) -> str:
    """A number of bytes as text: 48 MB, 1.2 MB, 310 kB, 17 bytes."""
    for unit, name in _UNITS:
        if count >= unit:
            return f"{count / unit:.{_digits(count, unit)}f} {name}"
    return "1 byte" if count == 1 else f"{count} bytes"


def empty() -> str:
    """An empty file."""
    return "is empty (0 bytes)"


def short(size: int, needed: int, *, at_least: bool = False) -> str:
    """A file that is shorter than its structure: ends after 31 of 48 MB. ``at_least``: it may be even longer."""
    return f"ends after {_part(size, needed, 'at least ' if at_least else '')}"


def before_picture(size: int) -> str:
    """A file that ends before its image data."""
    return f"ends after {amount(size)}, before the image data"


def cut(size: int, missing: str) -> str:
    """A file without its required end."""
    return f"has no {missing}; the file is cut off after {amount(size)}"


def unwritten(written: int, size: int) -> str:
    """A file of full size that is not completely written."""
    if not written:
        return f"contains only zeros ({amount(size)}); nothing has been written yet"
    return f"ends with {amount(size - written)} of zeros; it is still being written, or the copy was interrupted"


def _digits(count: int, unit: int) -> int:
    return 0 if count >= 10 * unit else 1


def _part(part: int, whole: int, least: str) -> str:
    """Both amounts in the unit of ``whole``, with enough digits to show that they differ."""
    if part * 100 < whole:
        return f"{amount(part)} of {least}{amount(whole)}"
    unit, name = next(((unit, name) for unit, name in _UNITS if whole >= unit), (1, "bytes"))
    for digits in range(_digits(whole, unit), 4) if unit > 1 else ():
        few, every = f"{part / unit:.{digits}f}", f"{whole / unit:.{digits}f}"
        if few != every:
            return f"{few} of {least}{every} {name}"
    return f"{part:,} of {least}{whole:,} bytes"
