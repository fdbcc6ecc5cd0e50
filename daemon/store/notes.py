"""What the daemon notes of itself for ``status`` and ``check``: a closed set of notes, and what one reads of them all.

Each note is stored as JSON under one or more keys. The keys never change: an older or newer bracketd reads them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from daemon.store.attention import Attention, Heed

MISSING, MISSED, ATTENTION = "missing ", "missed ", "attention "
"""How the keys of notes about one folder begin. The folder follows."""


class Subject(StrEnum):
    """What a ``Alert`` is about, in the order in which a person reads them. The values are keys."""

    ACCOUNT = "account"
    DAY_LIMIT = "limit"
    COPIES = "copies"
    UNKNOWN_NOTES = "unknown notes"
    NEWER_ORDERS = "newer orders"
    UNREAD_NOTES = "unread notes"


@dataclass(frozen=True, slots=True)
class Started:
    """The daemon runs: its version, its process id, and since when, in epoch seconds."""

    version: str
    pid: int
    at: float


@dataclass(frozen=True, slots=True)
class Watching:
    """The daemon has looked at all its watched folders once."""

    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """What is wrong, in words for a person. None: nothing is wrong any more."""

    subject: Subject
    words: str | None


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a watched or output folder is away, in words for a person. None: it is there."""

    folder: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Missed:
    """How many changes in a watched folder came without an event since the start."""

    folder: str
    count: int


@dataclass(frozen=True, slots=True)
class Attentions:
    """The attention list of a watched folder."""

    folder: str
    items: tuple[Attention, ...]


Note = Started | Watching | Alert | Missing | Missed | Attentions


def values_of(note: Note) -> dict[str, Any]:
    """A note as JSON values by their keys. None means that what is stored under the key is deleted."""
    match note:
        case Started(version, pid, at):
            return {"version": version, "pid": pid, "started_at": at}
        case Watching(folders):
            return {"watching": list(folders)}
        case Alert(subject, words):
            return {subject.value: words}
        case Missing(folder, words):
            return {f"{MISSING}{folder}": words}
        case Missed(folder, count):
            return {f"{MISSED}{folder}": count}
        case Attentions(folder, items):
            return {f"{ATTENTION}{folder}": [asdict(item) for item in items] or None}


@dataclass(frozen=True, slots=True)
class Noted:
    """Everything that the daemon noted. ``missing`` and ``missed`` are by folder.

    ``started_at`` is epoch seconds. ``version`` and ``started_at`` are None if no daemon wrote to the state yet.
    """

    version: str | None = None
    started_at: float | None = None
    watching: bool = False
    alerts: Mapping[Subject, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    missed: Mapping[str, int] = field(default_factory=dict)
    attention: tuple[Attention, ...] = ()

    @property
    def messages(self) -> list[str]:
        """What is wrong, in words for a person."""
        return [*(self.alerts[subject] for subject in Subject if subject in self.alerts), *self.missing.values()]


def noted(values: Mapping[str, Any]) -> Noted:
    """The notes that are stored as these JSON values. Keys that this version does not know are left out."""
    return Noted(
        values.get("version"),
        values.get("started_at"),
        "watching" in values,
        {subject: values[subject.value] for subject in Subject if values.get(subject.value)},
        dict(_of_folders(values, MISSING)),
        dict(_of_folders(values, MISSED)),
        tuple(map(_attention, (one for _, items in sorted(_of_folders(values, ATTENTION)) for one in items))),
    )


def _of_folders(values: Mapping[str, Any], beginning: str) -> list[tuple[str, Any]]:
    return [(key.removeprefix(beginning), value) for key, value in values.items() if key.startswith(beginning)]


def _attention(one: Mapping[str, Any]) -> Attention:
    return Attention(Heed(one["kind"]), one["folder"], one["count"], tuple(one["names"]))
