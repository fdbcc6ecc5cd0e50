"""Watched and output folders as they are now, next to what is remembered of them: unmounted is not emptied.

A look costs one ``stat``, one listing and one row; the mount table is read only when the folder is another one than at
the last look, for a mounted disk keeps its device number and inodes. May be used by many threads at once.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from daemon.files import scan
from daemon.files.names import is_junk_folder
from daemon.host.filesystem import mount_point
from daemon.root import Seen, is_new, may_be_replaced, unmounted

NOT_THERE = (FileNotFoundError, NotADirectoryError)

REMEDY = (
    "Is its disk mounted? bracketd continues automatically when the folder is back. "
    "If you moved, replaced or emptied it on purpose, run `bracketd adopt FOLDER`"
)


def away(kind: str, root: str, why: str) -> str:
    """What to tell a person of a watched or output folder that is away, and what to do."""
    return f"the {kind} folder {root} {why}. {REMEDY}"


def not_yet(root: str) -> str:
    """What to tell a person of a watched folder that does not exist and was never seen."""
    return (
        f"the watched folder {root} does not exist yet: create it first, then drop shoots into it. "
        "If it is on an external disk, mount the disk; shoots that are already on it will be skipped"
    )


class Memory(Protocol):
    """What remembers roots over restarts. Methods block, and may be called from any thread."""

    def seen(self, root: str) -> Seen | None:
        """What is remembered of a root; None if it was never seen."""

    def see(self, root: str, seen: Seen) -> None:
        """Remember a root as it was seen just now."""

    def known(self, root: str, shoots: Collection[str]) -> int:
        """How many of these shoots in a watched folder have an order."""


@dataclass(frozen=True, slots=True)
class Look:
    """A watched folder as one look found it, and what was remembered of it before.

    ``known`` counts its shoots that have an order; None if that was not asked, since it is the same folder as before.
    """

    root: scan.Root
    seen: Seen
    before: Seen | None
    known: int | None = None

    @property
    def unmounted(self) -> str | None:
        """Why what shows is not the watched folder; None if it is."""
        return unmounted(self.before, self.seen, self.known)

    @property
    def is_new(self) -> bool:
        """Whether the folder is met for the first time: its shoots are an archive."""
        return is_new(self.before, self.seen)


class Roots:
    """Answers for every watched and every output folder whether it is there, or its disk away.

    ``mount_of`` says on which mount point a path lies; the methods raise StateError, too, when ``memory`` fails.
    """

    def __init__(self, memory: Memory, mount_of: Callable[[str], str | None] = mount_point) -> None:
        self._memory, self._mount_of = memory, mount_of
        self._mounts: dict[str, tuple[str, str]] = {}

    def look(self, watched: str) -> Look:
        """Look at a watched folder, and change nothing. Raises OSError when it cannot be listed."""
        before = self._memory.seen(watched)
        root = scan.look_at_root(watched)
        seen = self._seen(watched, "{}:{}".format(*root.identity), len(root.shoots), before)
        known = self._memory.known(watched, tuple(root.shoots)) if may_be_replaced(before, seen) else None
        return Look(root, seen, before, known)

    def is_unknown(self, watched: str) -> bool:
        """Whether a watched folder was never seen."""
        return self._memory.seen(watched) is None

    def remember(self, watched: str, look: Look) -> None:
        """The watched folder is as this look found it."""
        if look.seen != look.before:
            self._memory.see(watched, look.seen)

    def watched_away(self, watched: str) -> str | None:
        """What to tell a person when a watched folder is away at this moment; None if it is there."""
        try:
            why = self.look(watched).unmounted
        except NOT_THERE:
            why = unmounted(self._memory.seen(watched), None) or "is not there"
        except OSError as error:
            why = f"cannot be read: {error.strerror}"
        return away("watched", watched, why) if why else None

    def output_away(self, output: str) -> str | None:
        """What to tell a person when an output folder is away at this moment; None if it is not, and it is remembered.

        One that is neither there nor was ever seen is no trouble: it is still to be made. Nor is one that may not be
        looked at: whoever writes to it learns what there is to say.
        """
        before = self._memory.seen(output)
        try:
            identity = _identity(output)
            now = self._seen(output, identity, int(_holds_folders(output)), before)
        except NOT_THERE:
            now = None
        except OSError:
            return None
        if why := unmounted(before, now):
            return away("output", output, why)
        if now is not None and now != before:
            self._memory.see(output, now)
        return None

    def _seen(self, root: str, identity: str, shoots: int, before: Seen | None) -> Seen:
        """A look as it is kept. Raises FileNotFoundError when a disk was mounted or unmounted while it lasted."""
        known = self._mounts.get(root)
        mount = known[1] if known is not None and known[0] == identity else self._mount_of(root)
        if _identity(root) != identity:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), root)
        if mount is None:  # it cannot be told at this moment: the one known before holds
            return Seen(before.mount if before is not None else None, identity, shoots)
        self._mounts[root] = identity, mount
        return Seen(mount, identity, shoots)


def _identity(root: str) -> str:
    status = os.stat(root)
    return f"{status.st_dev}:{status.st_ino}"


def _holds_folders(output: str) -> bool:
    """Whether there is any folder of pictures in it; one that may be written to but not listed may hold some."""
    try:
        with os.scandir(output) as entries:
            return any(
                entry.is_dir() and not entry.name.startswith(".") and not is_junk_folder(entry.name)
                for entry in entries
            )
    except PermissionError:
        return False
