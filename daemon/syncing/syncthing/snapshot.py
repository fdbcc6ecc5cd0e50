"""The requests that determine the state of a Syncthing folder.

``/rest/db/status`` counts the needed items of the whole folder. If there are any, ``/rest/db/need`` lists them, so that
a shoot does not wait for another shoot's items. According to their documentation, both are expensive for Syncthing. One
check makes one request of the first kind and a few of the second.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from daemon.syncing.report import NoAnswer
from daemon.syncing.syncthing.rest import Json, Rest
from daemon.syncing.syncthing.settings import Kept
from daemon.syncing.syncthing.verdict import RUNNING, Needed, Peer, Snapshot

_PER_PAGE: Final = 1000
_PAGES: Final = 10


def snapshot_of(rest: Rest, kept: Kept, names: Sequence[str]) -> Snapshot:
    """The state of the shoot at the relative path ``names`` in the folder. Raises ``NoAnswer``."""
    status = rest.get("/rest/db/status", folder=kept.id)
    state = _text(status, "state")
    needed = Needed(
        files=_number(status, "needFiles") + _number(status, "needSymlinks"),
        size=_number(status, "needBytes"),
        folders=_number(status, "needDirectories"),
        removals=_number(status, "needDeletes"),
    )
    if state not in RUNNING:  # its zeros mean nothing, so further requests are useless
        return Snapshot(state, error=_text(status, "error", ""))
    in_shoot = _in_shoot(rest, kept, names, needed) if needed else Needed()
    return Snapshot(
        state=state,
        failed=_number(status, "pullErrors"),
        needed=needed,
        in_shoot=in_shoot,
        peers=tuple(_peers(rest, kept)),
    )


def kept_folders(rest: Rest) -> tuple[Kept, ...]:
    """The folders that a running Syncthing syncs (``/rest/config/folders``, since 1.12). Raises ``NoAnswer``."""
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
    """The needed items below ``names``. None if there are none in the first pages and the list is longer."""
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
    # A folder that ignores removals still lists them, but counts none.
    return Needed(files, size, folders, removals if needed.removals else 0)


def _peers(rest: Rest, kept: Kept) -> Iterator[Peer]:
    connections = rest.get("/rest/system/connections").get("connections")
    if not isinstance(connections, dict):
        raise _unknown("connections")
    for device in sorted(kept.devices & connections.keys()):
        connection = connections[device]
        if isinstance(connection, dict) and connection.get("connected") is True:
            answer = rest.get("/rest/db/completion", folder=kept.id, device=device)
            yield Peer(state=_text(answer, "remoteState", ""), since=_age(_text(connection, "startedAt", "")))


def _age(written: str) -> float | None:
    """Seconds since a time that Syncthing wrote with this machine's clock. None if it is invalid.

    The year 1 means a connection that is just being established, so its age is 0.
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
    """A normalized name. Syncthing composes Unicode; the disk may not, and it may ignore case."""
    return unicodedata.normalize("NFC", name).casefold()


def _text(answer: Json, name: str, default: str | None = None) -> str:
    value = answer.get(name, default)
    if not isinstance(value, str):
        raise _unknown(name)
    return value


def _number(answer: Json, name: str) -> int:
    value = answer.get(name)
    if not isinstance(value, int):
        raise _unknown(name)
    return min(max(value, 0), 1 << 63)


def _objects(answer: Json, name: str) -> list[Json]:
    value = answer.get(name)
    if value is None:  # how Go writes an empty list
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise _unknown(name)
    return value


def _unknown(name: str) -> NoAnswer:
    return NoAnswer(f"Syncthing's response has no valid {name}. Is Syncthing older than version 1.12?")
