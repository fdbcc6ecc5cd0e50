"""The format of a photo, by the ending of its name."""

from __future__ import annotations

from enum import StrEnum

JPEG = frozenset({"jpg", "jpeg"})
RAW = frozenset(
    [
        "3fr",
        "arw",
        "cr2",
        "cr3",
        "dng",
        "erf",
        "fff",
        "iiq",
        "kdc",
        "mef",
        "mos",
        "mrw",
        "nef",
        "nrw",
        "orf",
        "pef",
        "raf",
        "raw",
        "rw2",
        "rwl",
        "sr2",
        "srf",
        "srw",
        "x3f",
    ]
)


class Format(StrEnum):
    """A kind of file that one camera may write beside another for the same frame. RAW is a maker's own format."""

    JPEG = "JPEG"
    HEIF = "HEIF"
    RAW = "RAW"
    DNG = "DNG"
    TIFF = "TIFF"
    PNG = "PNG"
    WEBP = "WebP"
    AVIF = "AVIF"
    OTHER = "other"


_FORMATS = {
    **dict.fromkeys(JPEG, Format.JPEG),
    **dict.fromkeys(RAW, Format.RAW),
    **dict.fromkeys(("heic", "heif", "hif"), Format.HEIF),
    **dict.fromkeys(("tif", "tiff"), Format.TIFF),
    "dng": Format.DNG,
    "png": Format.PNG,
    "webp": Format.WEBP,
    "avif": Format.AVIF,
}


def extension(path: str) -> str:
    """The part after the last dot of a file's name, in lower case, without the dot."""
    return path.rsplit("/", 1)[-1].rpartition(".")[2].lower()


def format_of(path: str) -> Format:
    """The format of a file."""
    return _FORMATS.get(extension(path), Format.OTHER)


def is_raw(path: str) -> bool:
    """Whether a file holds what the sensor saw, in a maker's own format or as DNG."""
    return extension(path) in RAW
