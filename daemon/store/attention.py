"""What a person should know of a watched folder beyond its orders and the shoots that wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

NOTE = "attention "
"""How the key of a note begins that the daemon keeps of a watched folder's attention list."""


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


def to_note(items: Iterable[Attention]) -> list[dict[str, Any]] | None:
    """An attention list as the daemon notes it; None if there is nothing to know."""
    return [asdict(item) for item in items] or None


def from_notes(notes: Mapping[str, Any]) -> list[Attention]:
    """What the daemon noted of all watched folders."""
    noted = (one for key in sorted(notes) if key.startswith(NOTE) for one in notes[key])
    return [Attention(Heed(one["kind"]), one["folder"], one["count"], tuple(one["names"])) for one in noted]
