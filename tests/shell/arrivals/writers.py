"""How programs write photos: each a sequence of steps, each of them so many seconds after the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from tests.shell.arrivals.disk import Disk

Act = Callable[[Disk], object]

SOON = 0.01
"""Seconds from a program's last write to what it does next."""


class Step(NamedTuple):
    """What happens, how many seconds after the step before, and whether a scan sees it."""

    wait: float
    act: Act
    seen: bool = True


Writer = Iterable[Step]


class Photo(NamedTuple):
    """A photo as it is to be: ``size`` in bytes, ``taken`` in seconds of simulated time (before 0: before it came)."""

    path: str
    size: int
    taken: float

    def named(self, pattern: str, hexadecimal: str, mix: str) -> str:
        """The path of a file beside it whose name a program makes of this one's by ``pattern``."""
        folder, _, name = self.path.rpartition("/")
        stem, _, extension = name.rpartition(".")
        made = pattern.format(name=name, stem=stem, extension=extension, hex=hexadecimal, mix=mix)
        return f"{folder}/{made}" if folder else made


def create(path: str, full: int, size: int = 0, *, dataless: bool = False) -> Act:
    """A new file."""
    return lambda disk: disk.create(path, full, size=size, dataless=dataless)


def appear(path: str, size: int = 6148) -> Act:
    """A file, whole from one moment to the next."""
    return lambda disk: _appear(disk, path, size)


def write(path: str, written: int, *, seen: bool = True) -> Act:
    """Write up to there."""
    return lambda disk: disk.write(path, written, seen=seen)


def stamp(path: str, mtime: float) -> Act:
    """Set a file's time."""
    return lambda disk: disk.stamp(path, mtime)


def rename(path: str, to: str) -> Act:
    """Give a file another name."""
    return lambda disk: disk.rename(path, to)


def remove(path: str) -> Act:
    """Delete a file."""
    return lambda disk: disk.remove(path)


def filled(path: str, size: int, pauses: Sequence[float], *, seen: bool = True) -> Iterator[Step]:
    """A file's bytes, in as many pieces as there are pauses, one before each."""
    for number, pause in enumerate(pauses, 1):
        yield Step(pause, write(path, size * number // len(pauses), seen=seen), seen)


def in_place(photo: Photo, pauses: Sequence[float], *, keep_time: bool = True) -> Iterator[Step]:
    """``cp``, ``scp``, FTP without temporary names, ``rsync --inplace``: short until it is done."""
    yield Step(0, create(photo.path, photo.size))
    yield from filled(photo.path, photo.size, pauses)
    if keep_time:
        yield Step(SOON, stamp(photo.path, photo.taken))


def preallocated(photo: Photo, pauses: Sequence[float], *, seen: bool = True) -> Iterator[Step]:
    """Finder, Explorer: of full size at once, then filled; not ``seen``: on a server that tells the time at the end."""
    yield Step(0, create(photo.path, photo.size, photo.size))
    yield from filled(photo.path, photo.size, pauses, seen=seen)
    yield Step(SOON, stamp(photo.path, photo.taken))


def time_first(photo: Photo, pauses: Sequence[float]) -> Iterator[Step]:
    """Of full size and with its time at once, then filled, which no stat shows.

    A program on Windows can keep a file's time from changing while it writes (SetFileTime in Microsoft's reference).
    """
    yield Step(0, create(photo.path, photo.size, photo.size))
    yield Step(SOON, stamp(photo.path, photo.taken))
    yield from filled(photo.path, photo.size, pauses, seen=False)


def under(temporary: str, photo: Photo, pauses: Sequence[float]) -> Iterator[Step]:
    """rsync, sync clients, browsers: written under another name, then renamed."""
    yield Step(0, create(temporary, photo.size))
    yield from filled(temporary, photo.size, pauses)
    yield Step(SOON, stamp(temporary, photo.taken))
    yield Step(SOON, rename(temporary, photo.path))


def beside(control: str, photo: Photo, pauses: Sequence[float]) -> Iterator[Step]:
    """Downloaders: of full size under its own name, with a control file beside it until it is done."""
    yield Step(0, appear(control, 100))
    yield Step(SOON, create(photo.path, photo.size, photo.size))
    yield from filled(photo.path, photo.size, pauses)
    yield Step(SOON, remove(control))


def reserved(temporary: str, photo: Photo, pauses: Sequence[float]) -> Iterator[Step]:
    """Firefox: an empty file keeps the name while another one is written."""
    yield Step(0, create(photo.path, photo.size))
    yield from under(temporary, photo, pauses)


def placeholder(stand_in: str, photo: Photo, wait: float) -> Iterator[Step]:
    """Virtual files, and those of iCloud: a stand-in under another name, until the photo is brought in its place."""
    yield Step(0, appear(stand_in, 200))
    yield Step(wait, lambda disk: _swap(disk, stand_in, photo))


def dataless(photo: Photo, wait: float) -> Iterator[Step]:
    """Files of a macOS file provider: listed with size and time; brought, and no stat but its flags shows it."""
    yield Step(0, create(photo.path, photo.size, photo.size, dataless=True))
    yield Step(0, stamp(photo.path, photo.taken))
    yield Step(wait, lambda disk: disk.bring(photo.path))


def at_once(photos: Sequence[Photo]) -> Iterator[Step]:
    """A folder that is moved in, whole."""
    for photo in photos:
        yield Step(0, put(photo))


def put(photo: Photo) -> Act:
    """A whole photo, from one moment to the next."""
    return partial(_put, photo=photo)


def one_by_one(writers: Sequence[Writer], pauses: Sequence[float]) -> Iterator[Step]:
    """One writer's work after the other's, with a pause before each but the first."""
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
