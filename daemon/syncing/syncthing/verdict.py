"""Decides if a shoot is complete, from the state of its Syncthing folder.

- *Needed* items are those that another device announced and this one lacks. They are counted in the database, even
  while Syncthing scans. Their bytes prove nothing: ``needBytes`` excludes data in transit and is 0 before the last file
  is complete (``lib/model/folder_summary.go``).
- A folder that is paused or does not run has an *empty state and nothing needed* (the same file; seen with 1.19.2 and
  1.29.5). Those zeros prove nothing.
- "Idle, nothing needed" does not cover files that a device *has not announced*: files that it still has to find and
  hash, and further batches of some 25 photos each. The protocol has no message for that (a maintainer in
  syncthing/syncthing, issue 4788), and ``/rest/db/completion`` of another device counts what *that* device lacks. So
  bracketd still waits for the quiet period.
- If *no device that shares the folder is connected*, more files may exist, so the client cannot tell. ``remoteState``
  (since 1.20) shows which devices have paused the folder or no longer share it.
- Right *after a connection* is made, the other device still sends its index: not done.

Sources: docs.syncthing.net (``/rest/db/status``, ``/rest/db/need``, ``/rest/db/completion``,
``/rest/system/connections``), Syncthing's source code, and observation of versions 1.19.2 and 1.29.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from daemon.syncing.report import SyncReport, quoted

ACQUAINTED_S: Final = 10.0
"""Seconds after which a connected device has certainly sent the changes of its index."""

_PULLING: Final = ("sync-waiting", "sync-preparing", "syncing")
RUNNING: Final = ("idle", "scanning", "scan-waiting", "cleaning", "clean-waiting", *_PULLING)
"""States from ``lib/model/folderstate.go``. The others are ``error``, and empty if the folder does not run."""


@dataclass(frozen=True, slots=True)
class Needed:
    """Missing items: files to download, their size in bytes, folders to create, and files or folders to remove."""

    files: int = 0
    size: int = 0
    folders: int = 0
    removals: int = 0

    def __bool__(self) -> bool:
        return bool(self.files or self.folders or self.removals)


@dataclass(frozen=True, slots=True)
class Peer:
    """A connected device that shares the folder: its ``remoteState``, and the seconds since it connected.

    ``state`` is ``""`` and ``since`` is None if Syncthing does not report them.
    """

    state: str = ""
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state that Syncthing reports. ``in_shoot`` is None if the list of needed items was too long to read."""

    state: str
    error: str = ""
    failed: int = 0
    needed: Needed = Needed()
    in_shoot: Needed | None = Needed()
    peers: tuple[Peer, ...] = ()


def verdict(snapshot: Snapshot, shoot: str, folder: str) -> SyncReport:
    """The report on ``shoot``, which is inside (or is) Syncthing's ``folder``, from ``snapshot``."""
    if snapshot.state == "error":
        return SyncReport(None, f"Syncthing has stopped syncing {folder}: {quoted(snapshot.error)}")
    if snapshot.state not in RUNNING:
        return SyncReport(None, f"Syncthing has paused {folder} and does not report what is missing in {shoot}")
    if snapshot.in_shoot is None:
        return SyncReport(False, f"Syncthing is still {_bringing(snapshot.needed, folder)}")
    if snapshot.in_shoot:
        return SyncReport(False, _under_way(snapshot, snapshot.in_shoot, shoot))
    if snapshot.state in _PULLING and not snapshot.needed:
        return SyncReport(False, f"Syncthing is finishing {folder}")
    sharing = [peer for peer in snapshot.peers if peer.state in ("", "valid", "unknown")]
    if not sharing:
        known = f"Syncthing has all known files of {shoot}"
        return SyncReport(None, f"{known}, but no device that shares {folder} is connected")
    if any(peer.state == "unknown" or (peer.since is not None and peer.since < ACQUAINTED_S) for peer in sharing):
        return SyncReport(
            False, f"Syncthing has just connected to a device that shares {folder} and is checking its files"
        )
    return SyncReport(True, f"Syncthing has downloaded all known files of {shoot}", foresees=True)


def _under_way(snapshot: Snapshot, needed: Needed, shoot: str) -> str:
    bringing = _bringing(needed, shoot)
    if not snapshot.peers:
        return f"Syncthing has not finished {bringing}; no device that has the files is connected"
    if snapshot.failed and snapshot.state == "idle":
        return f"Syncthing failed at {bringing}; its web page shows why"
    return f"Syncthing is still {bringing}"


def _bringing(needed: Needed, where: str) -> str:
    parts = []
    if needed.files:
        parts.append(f"downloading {_count(needed.files, 'file')} ({_size(needed.size)}) into {where}")
    elif needed.folders:
        parts.append(f"downloading {_count(needed.folders, 'folder')} into {where}")
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
