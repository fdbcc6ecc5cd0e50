"""Writes finished pictures: to a hidden part file beside the target, fsync, rename, fsync of the folder.

Files are never changed and never overwritten. If a name is already in use, the picture's name gets a suffix.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from daemon.errors import Garbled, Mismatch, Mismatched
from daemon.files import content, room, scan
from daemon.files.fitting import REFUSED, name_limit, plain, shortened
from daemon.files.pictures import Judge
from daemon.picture import Pixels
from daemon.regular import NotRegular, TooLarge, json_of, read_regular

MARGIN = 64 * 1024 * 1024
"""Bytes that must stay free in the output folder after the next picture."""

A_FILE = 1024
"""The maximum number of bytes in an ``order.json`` for each file of its shoot: the path, the metadata, the image."""

LARGEST_JSON = A_FILE * scan.MOST
"""The maximum size of a JSON document that is read, in bytes: the ``order.json`` of the largest shoot."""


@dataclass(frozen=True, slots=True)
class Written:
    """A finished part file: size in bytes, SHA-256 in hex, the extension for its format, width and height."""

    size: int
    sha256: str
    extension: str
    pixels: Pixels | None = None


def part_name(image_id: str) -> str:
    """The hidden name of an image's part file. It is the same for every attempt."""
    return f".{hashlib.sha256(image_id.encode()).hexdigest()[:24]}.part"


@contextlib.contextmanager
def _told(folder: str, need: str = "") -> Iterator[None]:
    """Convert errors in writing the output to OutputError. ``need`` says how much space is needed, if known."""
    try:
        yield
    except OSError as error:
        raise room.error(folder, error, need) from error


class Part:
    """The part file of an image. Opening it proves that the output can be written before anything is bought.

    ``likely`` is the expected number of bytes. If the file system has no inodes left, the part file cannot be created,
    so nothing is bought then either.
    """

    def __init__(self, folder: str, image_id: str, likely: int = 0) -> None:
        self._folder = folder
        self._path = os.path.join(folder, part_name(image_id))
        with _told(folder, f"bracketd buys a picture only if {room.least(MARGIN + likely)} are free"):
            os.makedirs(folder, exist_ok=True)
            _require_free(folder, MARGIN + likely)
            _make_way(self._path)
            self._file = open(self._path, "wb", buffering=0)  # noqa: SIM115 - closed by close()

    def reserve(self, size: int, most: int | None = None) -> None:
        """Reserve space for ``size`` bytes before they are read, if the system can, to detect a full disk early.

        ``size`` comes from the service's response, so the request was already made; ``likely`` was the estimate before
        it. Raises OutputError, and Mismatched if ``size`` is more than ``most``.
        """
        if most is not None and size > most:
            raise too_large(most)
        with _told(self._folder, f"the picture needs {room.least(size)}"):
            _require_free(self._file.fileno(), size)  # some file systems fill up the disk before they fail
            if size and hasattr(os, "posix_fallocate"):
                try:
                    os.posix_fallocate(self._file.fileno(), 0, size)
                except OSError as error:
                    if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
                        raise

    def write(self, data: Iterable[bytes], length: int | None, most: int | None = None) -> Written:
        """Write all bytes, check that they are a complete picture, and flush them to the disk.

        ``length`` is the number of bytes that the service announced, ``most`` the most that are accepted. Raises
        OutputError, Garbled for a number of bytes other than ``length``, and Mismatched if the bytes are not a complete
        picture or more than ``most``. Bytes after the end of the picture are kept.
        """
        digest, size, judge = hashlib.sha256(), 0, Judge()
        for chunk in data:
            size += len(chunk)
            if most is not None and size > most:
                raise too_large(most)
            with _told(self._folder):
                _write_all(self._file.fileno(), chunk)
            digest.update(chunk)
            judge.feed(chunk)
        if length is not None and size != length:
            raise Garbled(f"The download is incomplete ({size:,} of {length:,} bytes). bracketd downloads it again.")
        if judge.extension is None:
            raise Mismatched(
                f"The service returned something that is not a picture (it starts with {judge.head!r}).",
                mismatch=Mismatch.NOT_A_PICTURE,
            )
        if not judge.whole:
            raise Mismatched(
                f"The picture is cut off: it has no end marker after {size:,} bytes.", mismatch=Mismatch.BROKEN_PICTURE
            )
        with _told(self._folder):
            self._file.truncate(size)
            os.fsync(self._file.fileno())
            with contextlib.suppress(FileNotFoundError):  # the disk or the folder is gone, which `place` detects
                sync_folder(self._folder)
        return Written(size, digest.hexdigest(), judge.extension, judge.pixels)

    def close(self) -> None:
        """Close the file and keep it."""
        self._file.close()

    def remove(self) -> None:
        """Close and remove the file."""
        self.close()
        with contextlib.suppress(OSError):
            os.unlink(self._path)

    def __enter__(self) -> Part:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.remove()


def _require_free(place: str | int, size: int) -> None:
    """Raise OSError if less than ``size`` is free. ``place`` is a folder, or an open file whose folder may vanish."""
    if shutil.disk_usage(place).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _make_way(path: str) -> None:
    """Remove a pipe or socket that has the part file's name, because opening it could hang forever. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_IFMT(os.stat(path).st_mode) in (stat.S_IFIFO, stat.S_IFSOCK):
            os.unlink(path)


def too_large(most: int) -> Mismatched:
    """The error for a download that is larger than a picture can be."""
    return Mismatched(
        f"The download is larger than {most:,} bytes, which is impossible for a picture made of these brackets.",
        mismatch=Mismatch.LARGE_PICTURE,
    )


@dataclass(frozen=True, slots=True)
class PictureName:
    """The name that a picture should get: ``stem.extension``, or ``stem-2.extension`` and so on if that is taken.

    ``mark`` follows the stem, which is shortened so that the name has at most ``longest`` bytes (default: the folder's
    limit).
    """

    stem: str
    extension: str
    mark: str = ""
    longest: int | None = None

    def choices(self, limit: int) -> Iterator[str]:
        """The names to try, the best first. ``limit``: the most bytes of a name in the folder."""
        longest = limit if self.longest is None else self.longest
        for number in count(1):
            suffix = f"{self.mark}{'' if number == 1 else f'-{number}'}.{self.extension}"
            yield shortened(self.stem, longest - len(os.fsencode(suffix))) + suffix


def place(folder: str, image_id: str, name: PictureName, sha256: str) -> str | None:
    """Rename a part file to the first free ``name``.

    If a file with such a name has exactly these bytes, an earlier attempt has already placed them. Returns the name, or
    None if the bytes are missing. Raises OutputError, also if the bytes exist and cannot be read.
    """
    limit = name_limit(folder)
    with _told(folder):
        try:
            return _placed(folder, image_id, name.choices(limit), sha256)
        except OSError as error:
            if error.errno not in REFUSED:
                raise
            return _placed(folder, image_id, replace(name, stem=plain(name.stem)).choices(limit), sha256)


def _placed(folder: str, image_id: str, names: Iterator[str], sha256: str) -> str | None:
    part = os.path.join(folder, part_name(image_id))
    for name in names:
        target = os.path.join(folder, name)
        if os.path.lexists(target):
            if not _holds(target, sha256):
                continue
            with contextlib.suppress(FileNotFoundError):
                os.unlink(part)
            sync_folder(folder)
            return name
        if not os.path.lexists(part) or _sha256(part) != sha256:
            return None
        if _name_exclusively(part, target):
            sync_folder(folder)
            return name
    raise AssertionError("unreachable: there is always another name")


def write_json(folder: str, name: str, value: object, *, most: int = LARGEST_JSON) -> None:
    """Write a JSON document atomically. Raises OutputError.

    It is indented unless it would then have more than ``most`` bytes, which is the limit for reading.
    """
    text = _encoded(value, indent=2)
    if len(text) > most:
        text = _encoded(value, separators=(",", ": "))
    write_file(folder, name, text)


def write_file(folder: str, name: str, content: bytes) -> None:
    """Write a file atomically, and replace an earlier one. Raises OutputError."""
    part = os.path.join(folder, f".{name}.part")
    with _told(folder):
        os.makedirs(folder, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, os.path.join(folder, name))
        sync_folder(folder)


def _encoded(value: object, **layout: Any) -> bytes:
    """A JSON document in UTF-8, in which names that are not UTF-8 are escaped."""
    return (json.dumps(value, ensure_ascii=False, **layout) + "\n").encode("utf-8", "backslashreplace")


def read_json(folder: str, name: str) -> dict[str, Any] | None:
    """The JSON object in a file of a folder. None if the file does not exist, {} if it is not a JSON object.

    {} is also returned for a file that is not regular, or is larger than LARGEST_JSON. Raises OutputError if the file
    cannot be read.
    """
    with _told(folder):
        try:
            value = json_of(read_regular(os.path.join(folder, name), LARGEST_JSON).decode("utf-8", "replace"))
        except FileNotFoundError:
            return None
        except (NotRegular, TooLarge, IsADirectoryError, ValueError):
            return {}
    return value if isinstance(value, dict) else {}


def sync_folder(folder: str) -> None:
    """Flush a folder's entries to the disk, if the system can (Windows cannot open folders)."""
    with contextlib.suppress(PermissionError, IsADirectoryError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(descriptor)


def _name_exclusively(part: str, target: str) -> bool:
    """Rename without replacing a file: by a hard link if the file system has them, or else after a last check."""
    try:
        os.link(part, target)
    except FileExistsError:
        return False
    except OSError:
        if os.path.lexists(target):
            return False
        os.rename(part, target)
        return True
    os.unlink(part)
    return True


def _holds(path: str, sha256: str) -> bool:
    """True if a file can be read and has exactly these bytes."""
    try:
        return _sha256(path) == sha256
    except OSError:
        return False


def _sha256(path: str) -> str:
    return content.sha256(*os.path.split(path))


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
