"""Reads a shoot's photos and chooses those to send. Unreadable photos are identified by their names only."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from daemon.files import content
from daemon.frames import shot_in
from daemon.grouping import copies, to_compare
from daemon.order import Bracket
from daemon.photos.choosing import Chosen, without
from daemon.shoot import File


def read(folder: str, photos: Iterable[File]) -> tuple[Bracket, ...]:
    """Read photos as brackets with marks and shots. Unreadable photos have neither."""
    return tuple(_read(folder, photo) for photo in photos)


def choose(folder: str, photos: Iterable[Bracket]) -> Chosen:
    """Choose the photos of a shoot to send, one per frame, by path."""
    photos = sorted(photos, key=lambda photo: photo.path)
    marks = {photo.path: photo.mark for photo in photos}
    todo = to_compare(marks, {photo.path: photo.shot for photo in photos})
    return without(copies(marks, {path: _digest(folder, path) for path in todo}), photos)


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
