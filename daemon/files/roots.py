"""Compares watched and output folders with what is remembered of them, to distinguish unmounted from emptied.

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
from daemon.root import Seen, is_new, may_be_replaced, unmounted

PATIENCE = 10.0
"""Seconds for which a step waits for an output's disk. One that hangs must not keep the lanes of uploads."""

NOT_THERE = (FileNotFoundError, NotADirectoryError)

REMEDY = (
    "Is its disk mounted? bracketd continues automatically when the folder is back. "
    "If you moved, replaced or emptied it on purpose, run `bracketd adopt FOLDER`"
)


def away(kind: str, root: str, why: str) -> str:
    """The message for a watched or output folder that is away, with its remedy."""
    return f"the {kind} folder {root} {why}. {REMEDY}"


def not_yet(root: str) -> str:
    """The message for a watched folder that does not exist and was never seen."""
    return (
        f"the watched folder {root} does not exist yet: create it first, then drop shoots into it. "
        "If it is on an external disk, mount the disk; shoots that are already on it will be skipped"
    )


def hung(output: str) -> str:
    """What to tell a person of an output folder whose disk does not answer."""
    return (
        f"the disk of the output folder {output} does not answer, so the order waits. Nothing is bought meanwhile. "
        "Check the disk, or the connection to it; bracketd goes on by itself"
    )


class Memory(Protocol):
    """Remembers roots across restarts. Methods block and are thread-safe."""

    def seen(self, root: str) -> Seen | None:
        """What is remembered of a root, None if it was never seen."""

    def see(self, root: str, seen: Seen) -> None:
        """Remember a root as it is now."""

    def known(self, root: str, shoots: Collection[str]) -> int:
        """The number of the given shoots in a watched folder that have an order."""


@dataclass(frozen=True, slots=True)
class Look:
    """The result of checking a watched folder, and what was remembered of it before.

    ``known`` is the number of its shoots that have an order, None if it is the same folder as before.
    """

    root: scan.Root
    seen: Seen
    before: Seen | None
    known: int | None = None

    @property
    def unmounted(self) -> str | None:
        """Why the folder at this path is not the watched folder, None if it is."""
        return unmounted(self.before, self.seen, self.known)

    @property
    def is_new(self) -> bool:
        """True if the folder is seen for the first time, so that its shoots are an archive."""
        return is_new(self.before, self.seen)


@dataclass(frozen=True, slots=True)
class OutputLook:
    """An output folder as one look found it; None if it is not there. ``refused``: it may not be looked at."""

    seen: Seen | None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class OutputNow:
    """An output folder at this moment: what to tell a person if it cannot be used, and whether its disk ``hangs``."""

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
        self._outputs = Bounded[OutputLook](patience)
        self._mounts: dict[str, tuple[str, str]] = {}

    def look(self, watched: str) -> Look:
        """Check a watched folder without changing anything. Raises OSError if it cannot be listed."""
        before = self._memory.seen(watched)
        root = scan.look_at_root(watched)
        seen = self._seen(watched, "{}:{}".format(*root.identity), len(root.shoots), before)
        known = self._memory.known(watched, tuple(root.shoots)) if may_be_replaced(before, seen) else None
        return Look(root, seen, before, known)

    def is_unknown(self, watched: str) -> bool:
        """True if a watched folder was never seen."""
        return self._memory.seen(watched) is None

    def remember(self, watched: str, look: Look) -> None:
        """Remember a watched folder as this check found it."""
        if look.seen != look.before:
            self._memory.see(watched, look.seen)

    def watched_away(self, watched: str) -> str | None:
        """The message if a watched folder is away now, None if it is available."""
        try:
            why = self.look(watched).unmounted
        except NOT_THERE:
            why = unmounted(self._memory.seen(watched), None) or "is not there"
        except OSError as error:
            why = f"cannot be read: {error.strerror}"
        return away("watched", watched, why) if why else None

    def output_away(self, output: str) -> str | None:
        """The message if an output folder is away now. If it is not, remembers the folder and returns None.

        A folder that does not exist and was never seen is not a problem, because it will be created. A folder that
        cannot be read is not reported here, because writing to it reports the error.
        """
        before = self._memory.seen(output)
        return self._judged(output, before, self._look_at_output(output, before))

    def output_now(self, output: str) -> OutputNow:
        """The same as ``output_away``, in a bounded time: a disk that does not answer hangs."""
        before = self._memory.seen(output)
        look = self._outputs.ask(output, lambda: self._look_at_output(output, before))
        return OutputNow(hung(output), hangs=True) if look is None else OutputNow(self._judged(output, before, look))

    def _look_at_output(self, output: str, before: Seen | None) -> OutputLook:
        try:
            identity = _identity(output)
            return OutputLook(self._seen(output, identity, int(_holds_folders(output)), before))
        except NOT_THERE:
            return OutputLook(None)
        except OSError:
            return OutputLook(None, refused=True)

    def _judged(self, output: str, before: Seen | None, look: OutputLook) -> str | None:
        if look.refused:
            return None
        if why := unmounted(before, look.seen):
            return away("output", output, why)
        if look.seen is not None and look.seen != before:
            self._memory.see(output, look.seen)
        return None

    def _seen(self, root: str, identity: str, shoots: int, before: Seen | None) -> Seen:
        """The state to remember. Raises FileNotFoundError if a disk was mounted or unmounted during the check."""
        known = self._mounts.get(root)
        mount = known[1] if known is not None and known[0] == identity else self._mount_of(root)
        if _identity(root) != identity:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), root)
        if mount is None:  # unknown at present: keep the previous one
            return Seen(before.mount if before is not None else None, identity, shoots)
        self._mounts[root] = identity, mount
        return Seen(mount, identity, shoots)


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
