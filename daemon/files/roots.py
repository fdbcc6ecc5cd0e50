"""Compares watched and output folders with their last known state, to tell an unmounted folder from an emptied one.

A check costs one ``stat``, one listing and one row. The mount table is read only if the folder's identity has changed
since the last check, because a mounted disk keeps its device number and inodes. Thread-safe.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from daemon.files import scan
from daemon.files.bounded import Bounded
from daemon.files.names import is_junk_folder
from daemon.host.filesystem import mount_point
from daemon.root import RootState, is_new, may_be_replaced, unmounted

PATIENCE = 10.0
"""Seconds for which a step waits for an output's disk. A hanging disk must not block the upload lanes."""

NOT_THERE = (FileNotFoundError, NotADirectoryError)

REMEDY = (
    "Is its disk mounted? bracketd continues automatically when the folder is back. "
    "If you moved, replaced or emptied it on purpose, run `bracketd adopt FOLDER`"
)


def away(kind: str, root: str, why: str) -> str:
    """The message for an unavailable watched or output folder, with its remedy."""
    return f"the {kind} folder {root} {why}. {REMEDY}"


def not_yet(root: str) -> str:
    """The message for a watched folder that does not exist and was never seen."""
    return (
        f"the watched folder {root} does not exist yet: create it first, then drop shoots into it. "
        "If it is on an external disk, mount the disk; shoots that are already on it will be skipped"
    )


def hung(output: str) -> str:
    """The message for an output folder whose disk does not respond."""
    return (
        f"the disk of the output folder {output} does not respond, so the order waits. Nothing is bought meanwhile. "
        "Check the disk, or the connection to it; bracketd then continues automatically"
    )


class Memory(Protocol):
    """Remembers roots across restarts. Methods block and are thread-safe."""

    def state_of(self, root: str) -> RootState | None:
        """The last known state of a root. None if it was never seen."""

    def remember(self, root: str, state: RootState) -> None:
        """Store the current state of a root."""

    def known(self, root: str, shoots: Collection[str]) -> int:
        """The number of the given shoots in a watched folder that have an order."""


@dataclass(frozen=True, slots=True)
class RootSnapshot:
    """The result of checking a watched folder, with its last known state.

    ``known`` is the number of its shoots that have an order, None if it is the same folder as before.
    """

    root: scan.Root
    state: RootState
    before: RootState | None
    known: int | None = None

    @property
    def unmounted(self) -> str | None:
        """Why the folder at this path is not the watched folder, None if it is."""
        return unmounted(self.before, self.state, self.known)

    @property
    def is_new(self) -> bool:
        """True if the folder is seen for the first time, so that its shoots are an archive."""
        return is_new(self.before, self.state)


@dataclass(frozen=True, slots=True)
class OutputSnapshot:
    """The result of checking an output folder; None if it does not exist. ``refused``: bracketd may not read it."""

    state: RootState | None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class OutputNow:
    """The current state of an output folder: the message if it cannot be used, and whether its disk ``hangs``."""

    why: str | None = None
    hangs: bool = False


class Roots:
    """Checks if watched and output folders are available.

    ``mount_of`` returns the mount point of a path. Methods also raise StateError if ``memory`` fails. ``patience`` is
    how many seconds ``output_now`` waits for a disk.
    """

    def __init__(
        self, memory: Memory, mount_of: Callable[[str], str | None] = mount_point, *, patience: float = PATIENCE
    ) -> None:
        self._memory, self._mount_of = memory, mount_of
        self._outputs = Bounded[OutputSnapshot](patience)
        self._mounts: dict[str, tuple[str, str]] = {}

    def check(self, watched: str) -> RootSnapshot:
        """Check a watched folder without changing anything. Raises OSError if it cannot be listed."""
        before = self._memory.state_of(watched)
        root = scan.look_at_root(watched)
        state = self._state(watched, "{}:{}".format(*root.identity), len(root.shoots), before)
        known = self._memory.known(watched, tuple(root.shoots)) if may_be_replaced(before, state) else None
        return RootSnapshot(root, state, before, known)

    def is_unknown(self, watched: str) -> bool:
        """True if a watched folder was never seen."""
        return self._memory.state_of(watched) is None

    def remember(self, watched: str, snapshot: RootSnapshot) -> None:
        """Store the state of a watched folder that this check found."""
        if snapshot.state != snapshot.before:
            self._memory.remember(watched, snapshot.state)

    def watched_away(self, watched: str) -> str | None:
        """The message if a watched folder is unavailable now, else None."""
        try:
            why = self.check(watched).unmounted
        except NOT_THERE:
            why = unmounted(self._memory.state_of(watched), None) or "is not there"
        except OSError as error:
            why = f"cannot be read: {error.strerror}"
        return away("watched", watched, why) if why else None

    def output_away(self, output: str) -> str | None:
        """The message if an output folder is unavailable now. Otherwise stores its state and returns None.

        A folder that does not exist and was never seen is not a problem, because it will be created. A folder that
        cannot be read is not reported here, because writing to it reports the error.
        """
        before = self._memory.state_of(output)
        return self._judged(output, before, self._output_snapshot(output, before))

    def output_now(self, output: str) -> OutputNow:
        """``output_away`` with a time limit. A disk that does not respond within it counts as hanging."""
        before = self._memory.state_of(output)
        snapshot = self._outputs.ask(output, lambda: self._output_snapshot(output, before))
        return (
            OutputNow(hung(output), hangs=True)
            if snapshot is None
            else OutputNow(self._judged(output, before, snapshot))
        )

    def _output_snapshot(self, output: str, before: RootState | None) -> OutputSnapshot:
        try:
            identity = _identity(output)
            return OutputSnapshot(self._state(output, identity, int(_holds_folders(output)), before))
        except NOT_THERE:
            return OutputSnapshot(None)
        except OSError:
            return OutputSnapshot(None, refused=True)

    def _judged(self, output: str, before: RootState | None, snapshot: OutputSnapshot) -> str | None:
        if snapshot.refused:
            return None
        if why := unmounted(before, snapshot.state):
            return away("output", output, why)
        if snapshot.state is not None and snapshot.state != before:
            self._memory.remember(output, snapshot.state)
        return None

    def _state(self, root: str, identity: str, shoots: int, before: RootState | None) -> RootState:
        """The state to remember. Raises FileNotFoundError if a disk was mounted or unmounted during the check."""
        known = self._mounts.get(root)
        mount = known[1] if known is not None and known[0] == identity else self._mount_of(root)
        if _identity(root) != identity:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), root)
        if mount is None:  # unknown at present: keep the previous one
            return RootState(before.mount if before is not None else None, identity, shoots)
        self._mounts[root] = identity, mount
        return RootState(mount, identity, shoots)


def _identity(root: str) -> str:
    status = os.stat(root)
    return f"{status.st_dev}:{status.st_ino}"


def _holds_folders(output: str) -> bool:
    """True if an output contains a folder of pictures. False if it cannot be listed."""
    try:
        with os.scandir(output) as entries:
            return any(
                entry.is_dir() and not entry.name.startswith(".") and not is_junk_folder(entry.name)
                for entry in entries
            )
    except PermissionError:
        return False
