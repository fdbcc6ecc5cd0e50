"""Reads a shoot's photos and chooses those to send. Unreadable photos are identified by their names only."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from daemon.files import content
from daemon.frames import shot_in
from daemon.grouping import copies, one_per_frame, to_compare
from daemon.order import Bracket
from daemon.shoot import Doubt, File, LeftOut, Why


@dataclass(frozen=True, slots=True)
class Chosen:
    """The photos to send, why others are not sent, and why a person must decide (None if not needed)."""

    brackets: tuple[Bracket, ...]
    left_out: tuple[LeftOut, ...] = ()
    doubt: Doubt | None = None


def read(folder: str, photos: Iterable[File]) -> tuple[Bracket, ...]:
    """Read photos as brackets with marks and shots. Unreadable photos have neither."""
    return tuple(_read(folder, photo) for photo in photos)


def choose(folder: str, photos: Iterable[Bracket]) -> Chosen:
    """Choose the photos of a shoot to send, one per frame."""
    by_path = {photo.path: photo for photo in photos}
    marks = {path: photo.mark for path, photo in by_path.items()}
    shots = {path: photo.shot for path, photo in by_path.items()}
    copied = copies(marks, {path: _digest(folder, path) for path in to_compare(marks, shots)})
    files = (File(b.path, b.size, b.mtime_ns, b.inode) for b in by_path.values() if b.path not in copied)
    choice = one_per_frame(files, shots)
    left_out = (*choice.left_out, *(LeftOut(path, Why.COPY, of) for path, of in copied.items()))
    return Chosen(tuple(by_path[file.path] for file in choice.send), left_out, choice.doubt)


def _read(folder: str, photo: File) -> Bracket:
    bracket = Bracket(photo.path, photo.size, photo.mtime_ns, photo.inode, ctime_ns=photo.ctime_ns)
    with suppress(OSError):
        ends = content.ends(folder, photo.path)
        return replace(bracket, mark=ends.mark, shot=shot_in(folder, photo.path, ends.head))
    return bracket


def _digest(folder: str, path: str) -> str:
    """A file's SHA-256 in hexadecimal, or its path if it cannot be read."""
    with suppress(OSError):
        return content.sha256(folder, path)
    return path
