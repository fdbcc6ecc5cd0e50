"""What may be concluded from what Syncthing shows of a folder.

- *Needed* items are what a device announced and this one has not. They are counted from the database, also while
  Syncthing scans. Their bytes prove nothing: ``needBytes`` is less what is under way, and is 0 before the last file is
  whole (``lib/model/folder_summary.go``).
- A folder that is paused or does not run shows an *empty state and nothing needed* (the same file; seen with 1.19.2 and
  1.29.5). Nothing follows from those zeros.
- "Idle, nothing needed" says nothing of what a device *has not announced*: files that it has yet to find and hash, and
  batches yet to come, each of some 25 photos. The protocol has no word for it (a maintainer in syncthing/syncthing,
  issue 4788), and ``/rest/db/completion`` of another device tells what *that* device lacks. Hence the quiet period.
- With *nobody connected* who shares the folder, more may be on the way: cannot tell. ``remoteState`` (since 1.20)
  leaves out those who paused the folder or share it no more.
- Right *after a connection* was made, the other device's index is on its way: not done.

Sources: docs.syncthing.net (``/rest/db/status``, ``/rest/db/need``, ``/rest/db/completion``,
``/rest/system/connections``), Syncthing's source code, and versions 1.19.2 and 1.29.5 at work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from daemon.syncing.said import Said, quoted

ACQUAINTED_S: Final = 10.0
"""Seconds after which a connected device will have sent what is new in its index."""

_PULLING: Final = ("sync-waiting", "sync-preparing", "syncing")
RUNNING: Final = ("idle", "scanning", "scan-waiting", "cleaning", "clean-waiting", *_PULLING)
"""Of ``lib/model/folderstate.go``; besides them ``error``, and nothing when it does not run."""


@dataclass(frozen=True, slots=True)
class Needed:
    """What is not here yet: files to bring, their size in bytes, folders to make, and either to remove."""

    files: int = 0
    size: int = 0
    folders: int = 0
    removals: int = 0

    def __bool__(self) -> bool:
        return bool(self.files or self.folders or self.removals)


@dataclass(frozen=True, slots=True)
class Peer:
    """A connected device that shares the folder: its ``remoteState``, and for how many seconds it is connected.

    ``state`` is ``""`` and ``since`` is None where Syncthing does not tell.
    """

    state: str = ""
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What Syncthing shows. ``in_shoot`` is None if the list of needed items was too long to be read."""

    state: str
    error: str = ""
    failed: int = 0
    needed: Needed = Needed()
    in_shoot: Needed | None = Needed()
    peers: tuple[Peer, ...] = ()


def verdict(look: Look, shoot: str, folder: str) -> Said:
    """What ``look`` means for ``shoot``, which lies in (or is) Syncthing's ``folder``."""
    if look.state == "error":
        return Said(None, f"Syncthing has stopped keeping {folder}: {quoted(look.error)}")
    if look.state not in RUNNING:
        return Said(None, f"Syncthing has paused {folder}, so it does not tell what is missing in {shoot}")
    if look.in_shoot is None:
        return Said(False, f"Syncthing is still {_bringing(look.needed, folder)}")
    if look.in_shoot:
        return Said(False, _under_way(look, look.in_shoot, shoot))
    if look.state in _PULLING and not look.needed:
        return Said(False, f"Syncthing is finishing {folder}")
    sharing = [peer for peer in look.peers if peer.state in ("", "valid", "unknown")]
    if not sharing:
        known = f"Syncthing has all of {shoot} that it knows of"
        return Said(None, f"{known}, but no device that shares {folder} is connected")
    if any(peer.state == "unknown" or (peer.since is not None and peer.since < ACQUAINTED_S) for peer in sharing):
        return Said(False, f"Syncthing has just met a device that shares {folder} and is learning what it has")
    return Said(True, f"Syncthing has brought all of {shoot} that it knows of", foresees=True)


def _under_way(look: Look, needed: Needed, shoot: str) -> str:
    bringing = _bringing(needed, shoot)
    if not look.peers:
        return f"Syncthing has yet to finish {bringing}; no device that has them is connected"
    if look.failed and look.state == "idle":
        return f"Syncthing failed at {bringing}; its page says why"
    return f"Syncthing is still {bringing}"


def _bringing(needed: Needed, where: str) -> str:
    parts = []
    if needed.files:
        parts.append(f"bringing {_count(needed.files, 'file')} ({_size(needed.size)}) into {where}")
    elif needed.folders:
        parts.append(f"bringing {_count(needed.folders, 'folder')} into {where}")
    if needed.removals:
        parts.append(f"removing {_count(needed.removals, 'file')}" + ("" if parts else f" from {where}"))
    return " and ".join(parts)


def _count(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"


def _size(count: int) -> str:
    for unit, step in (("GB", 1e9), ("MB", 1e6)):
        if count >= step:
            return f"{count / step:.1f} {unit}" if count < 10 * step else f"{count / step:.0f} {unit}"
    return f"{-(-count // 1000)} KB"
