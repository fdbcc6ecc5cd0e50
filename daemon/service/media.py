"""The Content-Type with which a photo is registered and uploaded, by its file extension.

Sources: the vendor's list of accepted types, and ExifTool's MIME names for raw formats that the list lacks.
"""

from __future__ import annotations

from typing import Final

ANY_BYTES: Final = "application/octet-stream"

_BY_ENDING: Final = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "heic": "image/heic",
    "heif": "image/heif",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    # camera raw, as the vendor lists it
    "dng": "image/x-adobe-dng",
    "cr2": "image/x-canon-cr2",
    "cr3": "image/x-canon-cr3",
    "nef": "image/x-nikon-nef",
    "nrw": "image/x-nikon-nrw",
    "arw": "image/x-sony-arw",
    "srf": "image/x-sony-srf",
    "sr2": "image/x-sony-sr2",
    "raf": "image/x-fuji-raf",
    # camera raw, as ExifTool names it
    "3fr": "image/x-hasselblad-3fr",
    "crw": "image/x-canon-crw",
    "dcr": "image/x-kodak-dcr",
    "erf": "image/x-epson-erf",
    "fff": "image/x-hasselblad-fff",
    "kdc": "image/x-kodak-kdc",
    "mef": "image/x-mamiya-mef",
    "mrw": "image/x-minolta-mrw",
    "orf": "image/x-olympus-orf",
    "pef": "image/x-pentax-pef",
    "rw2": "image/x-panasonic-rw2",
    "rwl": "image/x-leica-rwl",
    "srw": "image/x-samsung-srw",
    "x3f": "image/x-sigma-x3f",
}


def content_type_of(name: str) -> str:
    """The MIME type of a file name, ignoring case. ``application/octet-stream`` if the extension is unknown."""
    return _BY_ENDING.get(name.rpartition(".")[2].lower(), ANY_BYTES)
