"""How programs write photos: sequences of steps, each a number of seconds after the previous one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from tests.shell.arrivals.disk import Disk

Act = Callable[[Disk], object]

SOON = 0.01
"""Seconds from a program's last write to what it does next."""


class Step(NamedTuple):
    """A step: what happens, how many seconds after the previous step, and whether a scan sees it."""

    wait: float
    act: Act
    seen: bool = True


Writer = Iterable[Step]


class Photo(NamedTuple):
    """A photo's final state: ``size`` in bytes, ``taken`` in simulated seconds (negative: before the arrival)."""

    path: str
    size: int
    taken: float

    def named(self, pattern: str, hexadecimal: str, mix: str) -> str:
        """The path of a program's temporary file beside this one, named by ``pattern``."""
        folder, _, name = self.path.rpartition("/")
        stem, _, extension = name.rpartition(".")
        made = pattern.format(name=name, stem=stem, extension=extension, hex=hexadecimal, mix=mix)
        return f"{folder}/{made}" if folder else made


def create(path: str, full: int, size: int = 0, *, dataless: bool = False) -> Act:
    """A new file."""
    return lambda disk: disk.create(path, full, size=size, dataless=dataless)


def appear(path: str, size: int = 6148) -> Act:
    """A file that appears complete at once."""
    return lambda disk: _appear(disk, path, size)


def write(path: str, written: int, *, seen: bool = True) -> Act:
    """Write up to a position."""
    return lambda disk: disk.write(path, written, seen=seen)


def stamp(path: str, mtime: float) -> Act:
    """Set a file's time."""
    return lambda disk: disk.stamp(path, mtime)


def rename(path: str, to: str) -> Act:
    """Rename a file."""
    return lambda disk: disk.rename(path, to)


def remove(path: str) -> Act:
    """Delete a file."""
    return lambda disk: disk.remove(path)


def filled(path: str, size: int, pauses: Sequence[float], *, seen: bool = True) -> Iterator[Step]:
    """A file's bytes in pieces, with one pause before each piece."""
    for number, pause in enumerate(pauses, 1):
        yield Step(pause, write(path, size * number // len(pauses), seen=seen), seen)


def in_place(photo: Photo, pauses: Sequence[float], *, keep_time: bool = True) -> Iterator[Step]:
    """``cp``, ``scp``, FTP without temporary names, ``rsync --inplace``: the file is short until it is done."""
    yield Step(0, create(photo.path, photo.size))
    yield from filled(photo.path, photo.size, pauses)
    if keep_time:
        yield Step(SOON, stamp(photo.path, photo.taken))


def preallocated(photo: Photo, pauses: Sequence[float], *, seen: bool = True) -> Iterator[Step]:
    """Finder, Explorer: full size at once, then filled.

    Not ``seen``: on a server that sets the time only at the end.
    """
    yield Step(0, create(photo.path, photo.size, photo.size))
    yield from filled(photo.path, photo.size, pauses, seen=seen)
    yield Step(SOON, stamp(photo.path, photo.taken))


def time_first(photo: Photo, pauses: Sequence[float]) -> Iterator[Step]:
    """Full size and final time at once, then filled, which no stat shows.

    A program on Windows can keep a file's time from changing while it writes (SetFileTime in Microsoft's reference).
    """
    yield Step(0, create(photo.path, photo.size, photo.size))
    yield Step(SOON, stamp(photo.path, photo.taken))
    yield from filled(photo.path, photo.size, pauses, seen=False)


def under(temporary: str, photo: Photo, pauses: Sequence[float]) -> Iterator[Step]:
    """rsync, sync clients, browsers: written under a temporary name, then renamed."""
    yield Step(0, create(temporary, photo.size))
    yield from filled(temporary, photo.size, pauses)
    yield Step(SOON, stamp(temporary, photo.taken))
    yield Step(SOON, rename(temporary, photo.path))


def beside(control: str, photo: Photo, pauses: Sequence[float]) -> Iterator[Step]:
    """Download programs: full size under its own name, with a control file beside it until it is done."""
    yield Step(0, appear(control, 100))
    yield Step(SOON, create(photo.path, photo.size, photo.size))
    yield from filled(photo.path, photo.size, pauses)
    yield Step(SOON, remove(control))


def reserved(temporary: str, photo: Photo, pauses: Sequence[float]) -> Iterator[Step]:
    """Firefox: an empty file keeps the name while another one is written."""
    yield Step(0, create(photo.path, photo.size))
    yield from under(temporary, photo, pauses)


def placeholder(stand_in: str, photo: Photo, wait: float) -> Iterator[Step]:
    """Virtual files and iCloud files: a placeholder under another name, replaced by the photo once it is downloaded."""
    yield Step(0, appear(stand_in, 200))
    yield Step(wait, lambda disk: _swap(disk, stand_in, photo))


def dataless(photo: Photo, wait: float) -> Iterator[Step]:
    """Files of a macOS file provider: listed with size and time.

    When a file is downloaded, only the flags in its stat change.
    """
    yield Step(0, create(photo.path, photo.size, photo.size, dataless=True))
    yield Step(0, stamp(photo.path, photo.taken))
    yield Step(wait, lambda disk: disk.bring(photo.path))


def at_once(photos: Sequence[Photo]) -> Iterator[Step]:
    """A complete folder that is moved in."""
    for photo in photos:
        yield Step(0, put(photo))


def put(photo: Photo) -> Act:
    """A photo that appears complete at once."""
    return partial(_put, photo=photo)


def one_by_one(writers: Sequence[Writer], pauses: Sequence[float]) -> Iterator[Step]:
    """The work of several writers in turn, with a pause between them."""
    for writer, pause in zip(writers, (0.0, *pauses), strict=True):
        first, *rest = writer
        yield first._replace(wait=first.wait + pause)
        yield from rest


def _appear(disk: Disk, path: str, size: int) -> None:
    disk.create(path, size)
    disk.write(path, size)


def _put(disk: Disk, photo: Photo) -> None:
    _appear(disk, photo.path, photo.size)
    disk.stamp(photo.path, photo.taken)


def _swap(disk: Disk, stand_in: str, photo: Photo) -> None:
    disk.remove(stand_in)
    _put(disk, photo)
