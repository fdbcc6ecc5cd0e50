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
from daemon.files.bounded import Bounded
from daemon.files.names import is_junk_folder
from daemon.host.filesystem import mount_point
from daemon.root import Seen, is_new, may_be_replaced, unmounted

PATIENCE = 10.0
"""Seconds for which a step waits for an output's disk. One that hangs must not keep the lanes of uploads."""

NOT_THERE = (FileNotFoundError, NotADirectoryError)

REMEDY = (
    "Is its disk mounted? bracketd goes on by itself when the folder is as it was; "
    "if it was moved or emptied on purpose, `bracketd adopt FOLDER` takes it as it is now"
)


def away(kind: str, root: str, why: str) -> str:
    """What to tell a person of a watched or output folder that is away, and what to do."""
    return f"the {kind} folder {root} {why}. {REMEDY}"


def not_yet(root: str) -> str:
    """What to tell a person of a watched folder that does not exist and was never seen."""
    return (
        f"the watched folder {root} does not exist yet: create it first, then drop shoots into it. "
        "If it is on a disk, mount the disk; shoots that lie there then are skipped"
    )


def hung(output: str) -> str:
    """What to tell a person of an output folder whose disk does not answer."""
    return (
        f"the disk of the output folder {output} does not answer, so the order waits. Nothing is bought meanwhile. "
        "Check the disk, or the connection to it; bracketd goes on by itself"
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
    """Answers for every watched and every output folder whether it is there, or its disk away.

    ``mount_of`` says on which mount point a path lies; the methods raise StateError, too, when ``memory`` fails.
    ``patience`` is for how many seconds ``output_now`` waits for a disk.
    """

    def __init__(
        self, memory: Memory, mount_of: Callable[[str], str | None] = mount_point, *, patience: float = PATIENCE
    ) -> None:
        self._memory, self._mount_of = memory, mount_of
        self._outputs = Bounded[OutputLook](patience)
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
