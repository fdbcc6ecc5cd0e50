"""Which files are brackets: one file a frame.

A frame is one press of the shutter. Cameras set to RAW+JPEG write it twice under one stem; sending both would put
every exposure into its image twice. The vendor states that JPEG and RAW give equal quality and that JPEG is
faster, so of such twins the JPEG is sent.
"""

from __future__ import annotations

from collections.abc import Iterable

from daemon.shoot import File

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


def extension(path: str) -> str:
    """The part after the last dot of a file's name, in lower case, without the dot."""
    return path.rsplit("/", 1)[-1].rpartition(".")[2].lower()


def one_per_frame(photos: Iterable[File]) -> tuple[tuple[File, ...], tuple[File, ...]]:
    """Split photos into those to send and the RAW halves of RAW+JPEG twins (same folder, same stem).

    The photos to send are in the order of their paths.
    """
    photos = sorted(photos)
    jpegs = {_stem(photo.path) for photo in photos if extension(photo.path) in JPEG}
    twins = [photo for photo in photos if extension(photo.path) in RAW and _stem(photo.path) in jpegs]
    beside = {twin.path for twin in twins}
    return tuple(photo for photo in photos if photo.path not in beside), tuple(twins)


def _stem(path: str) -> str:
    return path.rpartition(".")[0].casefold()
