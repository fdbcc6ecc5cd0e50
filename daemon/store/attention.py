"""The attention list: what a person should know about a watched folder besides its orders and waiting shoots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

NOTE = "attention "
"""The prefix of the key under which the daemon notes a watched folder's attention list."""


class Heed(StrEnum):
    """The kind of an item."""

    LOOSE = "loose photos"
    OTHER_FORMATS = "other formats"
    FIRST_SIGHT = "first sight"


@dataclass(frozen=True, slots=True)
class Attention:
    """One item about a watched folder or a shoot's folder. ``names`` are the first few of ``count`` files.

    LOOSE: photos directly in the watched folder. OTHER_FORMATS: files of a shoot that may be photos, but in a format
    that is not sent. FIRST_SIGHT: shoots that were skipped because they were in the folder when bracketd first saw it.
    """

    kind: Heed
    folder: str
    count: int
    names: tuple[str, ...] = ()


def to_note(items: Iterable[Attention]) -> list[dict[str, Any]] | None:
    """An attention list as a note's value, None if it is empty."""
    return [asdict(item) for item in items] or None


def from_notes(notes: Mapping[str, Any]) -> list[Attention]:
    """The attention lists of all watched folders, from the daemon's notes."""
    noted = (one for key in sorted(notes) if key.startswith(NOTE) for one in notes[key])
    return [Attention(Heed(one["kind"]), one["folder"], one["count"], tuple(one["names"])) for one in noted]
