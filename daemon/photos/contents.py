"""Reads photos' content marks, hashes and shots, reading no more of each file than necessary."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from daemon.files import content, scan
from daemon.frames import frame, shot, taken_in
from daemon.grouping import Frame, copies, to_compare
from daemon.order import Bracket, Order
from daemon.shoot import File, Listing, Shot

Blocking = Callable[..., Awaitable[Any]]
"""Runs a file-system call in a thread, so that a hung mount does not block everything."""

TOGETHER = 50
"""Files read in one call. Each call has a time limit."""


class Inside(NamedTuple):
    """The result of reading a photo once: its content mark, its shot and its frame."""

    mark: str
    shot: Shot
    frame: Frame


@dataclass(frozen=True, slots=True)
class Contents:
    """Reads through ``blocking``. Every method raises OSError if a file cannot be read."""

    blocking: Blocking

    def remembering(self) -> Contents:
        """A reader that caches every result. It is meant for a short time."""
        answers: dict[tuple[Any, ...], Any] = {}

        async def once(*call: Any) -> Any:
            if call not in answers:
                answers[call] = await self.blocking(*call)
            return answers[call]

        return Contents(once)

    async def brackets(self, folder: str, photos: Sequence[File]) -> tuple[Bracket, ...]:
        """Photos as brackets, each with its mark and its shot, from one read of each file."""
        return (await self.read(folder, photos))[0]

    async def read(self, folder: str, photos: Sequence[File]) -> tuple[tuple[Bracket, ...], dict[str, Frame]]:
        """Photos as brackets with marks and shots, and their frames by path, from one read of each file."""
        known: dict[str, Inside] = {}
        for begin in range(0, len(photos), TOGETHER):
            some = tuple(photo.path for photo in photos[begin : begin + TOGETHER])
            known.update(await self.blocking(look_into, folder, some))
        brackets = tuple(
            Bracket(
                photo.path,
                photo.size,
                photo.mtime_ns,
                photo.inode,
                mark=known[photo.path].mark,
                ctime_ns=photo.ctime_ns,
                shot=known[photo.path].shot,
            )
            for photo in photos
        )
        return brackets, {path: inside.frame for path, inside in known.items()}

    async def marks(self, folder: str, paths: Sequence[str]) -> dict[str, str]:
        """The content marks of some files of a shoot, by path."""
        known: dict[str, str] = {}
        for begin in range(0, len(paths), TOGETHER):
            known.update(await self.blocking(marks, folder, tuple(paths[begin : begin + TOGETHER])))
        return known

    async def photos(self, folder: str) -> tuple[File, ...]:
        """The usable photos in a shoot's folder."""
        found: Listing = await self.blocking(scan.scan, folder)
        return found.usable

    async def shots(self, folder: str, photos: Sequence[Bracket]) -> tuple[Bracket, ...]:
        """Photos with their shots. An unreadable photo's shot is unknown. Raises OSError for errors that may pass."""
        return tuple([replace(photo, shot=await self.blocking(shot, folder, photo.path)) for photo in photos])

    async def copies(self, folder: str, brackets: Sequence[Bracket]) -> dict[str, str]:
        """Copies of files, as from a second card: each copy's path, with the path of the file it duplicates.

        Files with equal marks and a known shot count as copies. Other files with equal marks are read completely.
        """
        marks = {bracket.path: bracket.mark for bracket in brackets}
        todo = to_compare(marks, {bracket.path: bracket.shot for bracket in brackets})
        return copies(marks, {path: await self.sha256(folder, path) for path in todo})

    async def with_hashes(
        self, folder: str, brackets: Sequence[Bracket], earlier: Iterable[Order]
    ) -> tuple[Bracket, ...]:
        """The brackets, with the SHA-256 of each whose mark is in an earlier order, for an exact comparison.

        A file that is unchanged at the path it was sent from is not read again.
        """
        known: dict[str, list[tuple[Order, Bracket]]] = {}
        for order in earlier:
            for theirs in order.brackets:
                if theirs.mark and theirs.sha256 is not None:
                    known.setdefault(theirs.mark, []).append((order, theirs))
        read = []
        for bracket in brackets:
            alike = known.get(bracket.mark, [])
            untouched = (t for o, t in alike if o.source.folder == folder and _unmoved(t, bracket))
            if theirs_here := next(untouched, None):
                read.append(replace(bracket, sha256=theirs_here.sha256))
            elif alike:
                read.append(replace(bracket, sha256=await self.sha256(folder, bracket.path)))
            else:
                read.append(bracket)
        return tuple(read)

    async def taken(self, folder: str, paths: Sequence[str]) -> dict[str, float]:
        """Capture times by the camera's clock, in seconds since 1970, by path. Photos without a time are omitted."""
        known: dict[str, float] = {}
        for begin in range(0, len(paths), TOGETHER):
            known.update(await self.blocking(times, folder, tuple(paths[begin : begin + TOGETHER])))
        return known

    async def sha256(self, folder: str, path: str) -> str:
        """The SHA-256 of a photo, in hex."""
        digest: str = await self.blocking(content.sha256, folder, path)
        return digest


def look_into(folder: str, paths: Sequence[str]) -> dict[str, Inside]:
    """The content mark, the shot and the frame of some files of a shoot, by path. Raises OSError."""
    found = {}
    for path in paths:
        ends = content.ends(folder, path)
        found[path] = Inside(ends.mark, *taken_in(folder, path, ends.head))
    return found


def marks(folder: str, paths: Sequence[str]) -> dict[str, str]:
    """The content marks of some files of a shoot, by path. Raises OSError."""
    return {path: content.mark(folder, path) for path in paths}


def times(folder: str, paths: Sequence[str]) -> dict[str, float]:
    """The capture times of some photos, by path. Photos without a time are omitted."""
    frames = ((path, frame(folder, path)) for path in paths)
    return {path: one.taken_at for path, one in frames if one is not None and one.taken_at is not None}


def _unmoved(theirs: Bracket, bracket: Bracket) -> bool:
    return (theirs.path, theirs.size, theirs.mtime_ns) == (bracket.path, bracket.size, bracket.mtime_ns)
