"""Looking: the few questions that show where a folder of Syncthing stands.

``/rest/db/status`` counts what is needed in the whole folder; only if there is something, ``/rest/db/need`` lists it
and tells which of it belongs to the shoot, so that one shoot need not wait for another. Both are expensive for
Syncthing (as their documentation says); a look makes one of the first and few of the second.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from daemon.syncing.said import NoAnswer
from daemon.syncing.syncthing.rest import Json, Rest
from daemon.syncing.syncthing.settings import Kept
from daemon.syncing.syncthing.verdict import RUNNING, Look, Needed, Peer

_PER_PAGE: Final = 1000
_PAGES: Final = 10


def look(rest: Rest, kept: Kept, names: Sequence[str]) -> Look:
    """Where the shoot stands that lies ``names`` below the folder's path. Raises ``NoAnswer``."""
    status = rest.get("/rest/db/status", folder=kept.id)
    state = _text(status, "state")
    needed = Needed(
        files=_number(status, "needFiles") + _number(status, "needSymlinks"),
        size=_number(status, "needBytes"),
        folders=_number(status, "needDirectories"),
        removals=_number(status, "needDeletes"),
    )
    if state not in RUNNING:  # its zeros mean nothing, and there is no more to ask
        return Look(state, error=_text(status, "error", ""))
    in_shoot = _in_shoot(rest, kept, names, needed) if needed else Needed()
    return Look(
        state=state,
        failed=_number(status, "pullErrors"),
        needed=needed,
        in_shoot=in_shoot,
        peers=tuple(_peers(rest, kept)),
    )


def kept_folders(rest: Rest) -> tuple[Kept, ...]:
    """The folders that a running Syncthing keeps (``/rest/config/folders``, since 1.12). Raises ``NoAnswer``."""
    return tuple(
        Kept(
            id=_text(folder, "id"),
            label=_text(folder, "label", ""),
            path=_text(folder, "path"),
            kind=_text(folder, "type"),
            devices=frozenset(_text(device, "deviceID") for device in _objects(folder, "devices")),
        )
        for folder in rest.get_list("/rest/config/folders")
    )


def _in_shoot(rest: Rest, kept: Kept, names: Sequence[str], needed: Needed) -> Needed | None:
    """What is needed below ``names``; None if nothing was found and the list goes on for too long."""
    shoot = tuple(map(_plain, names))
    files = size = folders = removals = 0
    for page in range(1, _PAGES + 1):
        listed = rest.get("/rest/db/need", folder=kept.id, page=str(page), perpage=str(_PER_PAGE))
        items = [item for part in ("progress", "queued", "rest") for item in _objects(listed, part)]
        for item in items:
            if tuple(map(_plain, _text(item, "name").split("/")))[: len(shoot)] != shoot:
                continue
            if item.get("deleted") is True:
                removals += 1
            elif "DIRECTORY" in _text(item, "type", ""):
                folders += 1
            else:
                files += 1
                size += _number(item, "size")
        if len(items) < _PER_PAGE:
            break
    else:
        if not (files or folders or removals):
            return None
    # A folder may ignore removals: it lists them, and counts none.
    return Needed(files, size, folders, removals if needed.removals else 0)


def _peers(rest: Rest, kept: Kept) -> Iterator[Peer]:
    connections = rest.get("/rest/system/connections").get("connections")
    if not isinstance(connections, dict):
        raise _unknown("connections")
    for device in sorted(kept.devices & connections.keys()):
        connection = connections[device]
        if isinstance(connection, dict) and connection.get("connected") is True:
            told = rest.get("/rest/db/completion", folder=kept.id, device=device)
            yield Peer(state=_text(told, "remoteState", ""), since=_age(_text(connection, "startedAt", "")))


def _age(written: str) -> float | None:
    """Seconds since a time that Syncthing wrote, on this machine and so by this clock; None if it is none.

    The year 1 stands for a connection that is just being made.
    """
    try:
        then = datetime.fromisoformat(written)
    except ValueError:
        return None
    if then.year == 1:
        return 0.0
    age = (datetime.now(UTC) - then).total_seconds() if then.tzinfo else -1.0
    return age if age >= 0 else None


def _plain(name: str) -> str:
    """One spelling for a name: Syncthing's is composed; the disk's may not be, nor mind the case."""
    return unicodedata.normalize("NFC", name).casefold()


def _text(told: Json, name: str, default: str | None = None) -> str:
    value = told.get(name, default)
    if not isinstance(value, str):
        raise _unknown(name)
    return value


def _number(told: Json, name: str) -> int:
    value = told.get(name)
    if not isinstance(value, int):
        raise _unknown(name)
    return min(max(value, 0), 1 << 63)


def _objects(told: Json, name: str) -> list[Json]:
    value = told.get(name)
    if value is None:  # how Go writes an empty list
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise _unknown(name)
    return value


def _unknown(name: str) -> NoAnswer:
    return NoAnswer(f"Syncthing's answer has no {name} that can be read; is it a version from before 1.12?")
