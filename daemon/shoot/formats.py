"""The format of a photo, by its file extension."""

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
    """A file format. A camera may write one frame in several formats. RAW is a maker's own raw format."""

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
    """The file extension in lower case, without the dot."""
    return path.rsplit("/", 1)[-1].rpartition(".")[2].lower()


def format_of(path: str) -> Format:
    """The format of a file, by its extension."""
    return _FORMATS.get(extension(path), Format.OTHER)


def is_raw(path: str) -> bool:
    """True if a file is a raw file, in a maker's own format or as DNG."""
    return extension(path) in RAW
