"""The daemon's notes about itself for ``status`` and ``check``, and their summary.

Each note is stored as JSON under one or more keys. The keys never change, because older and newer versions of bracketd
read them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from daemon.store.attention import Attention, Heed

MISSING, MISSED, ATTENTION = "missing ", "missed ", "attention "
"""The prefixes of the keys of notes about one folder. The folder follows."""


class Subject(StrEnum):
    """The subject of an ``Alert``, in the order in which a person reads them. The values are keys."""

    ACCOUNT = "account"
    DAY_LIMIT = "limit"
    COPIES = "copies"
    UNKNOWN_NOTES = "unknown notes"
    NEWER_ORDERS = "newer orders"
    UNREAD_NOTES = "unread notes"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Started:
    """The daemon is running. ``at`` is its start in epoch seconds."""

    version: str
    pid: int
    at: float


@dataclass(frozen=True, slots=True)
class Watching:
    """The daemon has scanned all its watched folders once."""

    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """A problem. ``words`` is the message for a person, None once the problem is solved."""

    subject: Subject
    words: str | None


@dataclass(frozen=True, slots=True)
class Missing:
    """A watched or output folder is unavailable.

    ``words`` is the reason, for a person; None once the folder is back.
    """

    folder: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Missed:
    """The number of changes in a watched folder since the start that had no file-system event."""

    folder: str
    count: int


@dataclass(frozen=True, slots=True)
class Attentions:
    """The attention list of a watched folder."""

    folder: str
    items: tuple[Attention, ...]


Note = Started | Watching | Alert | Missing | Missed | Attentions


def values_of(note: Note) -> dict[str, Any]:
    """A note as JSON values by key. A value of None deletes the key."""
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
    """All of the daemon's notes. ``missing`` and ``missed`` are by folder.

    ``started_at`` is in epoch seconds. ``version`` and ``started_at`` are None if no daemon has written to the state.
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
        """The problems, as messages for a person."""
        return [*(self.alerts[subject] for subject in Subject if subject in self.alerts), *self.missing.values()]


def noted(values: Mapping[str, Any]) -> Noted:
    """The notes that are stored as these JSON values. Unknown keys are ignored."""
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
