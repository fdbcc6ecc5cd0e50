"""What a person should know of a watched folder beyond its orders and the shoots that wait."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Heed(StrEnum):
    """What it is about."""

    LOOSE = "loose photos"
    OTHER_FORMATS = "other formats"
    FIRST_SIGHT = "first sight"


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing to know of a ``folder``, a watched one or a shoot's. ``names`` are the first few of ``count`` files.

    LOOSE: photos that lie directly in the watched folder. OTHER_FORMATS: files of a shoot that may be photos and are of
    no format that is sent. FIRST_SIGHT: shoots that were skipped since they lay in the folder when it appeared.
    """

    kind: Heed
    folder: str
    count: int
    names: tuple[str, ...] = ()
