"""Things in a watched folder that need a person's attention, apart from its orders and waiting shoots."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Heed(StrEnum):
    """The kind of an ``Attention``."""

    LOOSE = "loose photos"
    OTHER_FORMATS = "other formats"
    FIRST_SIGHT = "first sight"


@dataclass(frozen=True, slots=True)
class Attention:
    """Something in ``folder``, a watched folder or a shoot's. ``names`` are the first few of ``count`` files or shoots.

    LOOSE: photos directly in the watched folder. OTHER_FORMATS: files of a shoot that may be photos in a format that is
    not sent. FIRST_SIGHT: shoots that were skipped because they were in the folder when bracketd first saw it.
    """

    kind: Heed
    folder: str
    count: int
    names: tuple[str, ...] = ()
