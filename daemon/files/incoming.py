"""Writes finished pictures: a hidden part file beside the target, fsync, a name of its own, fsync of the folder.

Files are never edited and never overwritten: a name taken by another file gets a suffix.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from daemon.errors import Garbled, OutputError
from daemon.files.pictures import HEAD, TAIL, extension_of, is_whole
from daemon.regular import NotRegular, TooLarge, json_of, open_regular, read_regular

MARGIN = 64 * 1024 * 1024
"""Bytes that must be left free in the output folder by what is bought next."""

LONGEST_NAME = 255
"""Bytes in a file name on every common file system."""

LARGEST_JSON = 8 * 1024 * 1024
"""Bytes in a JSON document that is read. An ``order.json`` has some 400 a bracket."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a part file holds: size in bytes, SHA-256 in hex, and the extension its bytes call for."""

    size: int
    sha256: str
    extension: str


def part_name(image_id: str) -> str:
    """The hidden name under which an image's bytes arrive; the same for every try."""
    return f".{hashlib.sha256(image_id.encode()).hexdigest()[:24]}.part"


@contextlib.contextmanager
def _told(folder: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        remedy = {
            errno.ENOSPC: "Make room there; bracketd goes on by itself.",
            errno.EDQUOT: "Make room within the quota; bracketd goes on by itself.",
        }.get(error.errno or 0, "See to the folder and its permissions; bracketd goes on by itself.")
        raise OutputError(f"cannot write to {folder}: {error.strerror or error}. {remedy}") from error


class Part:
    """An image's bytes on their way in. Opening it proves that the output can be written before anything is bought.

    ``likely`` is how many bytes will come, as far as anybody knows; with a file system's last inode gone the part file
    cannot be made, and nothing is bought either.
    """

    def __init__(self, folder: str, image_id: str, likely: int = 0) -> None:
        self._folder = folder
        self._path = os.path.join(folder, part_name(image_id))
        with _told(folder):
            os.makedirs(folder, exist_ok=True)
            if shutil.disk_usage(folder).free < MARGIN + likely:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._file = open(self._path, "wb", buffering=0)  # noqa: SIM115 - closed by close()

    def reserve(self, size: int) -> None:
        """Take the room for ``size`` bytes before they are read, so that a full disk is known early, where it can be.

        The service has been asked by then: ``size`` is its answer's. What is known before that is ``likely``.
        """
        with _told(self._folder):
            if size and hasattr(os, "posix_fallocate"):
                try:
                    os.posix_fallocate(self._file.fileno(), 0, size)
                except OSError as error:
                    if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
                        raise

    def write(self, data: Iterable[bytes], length: int | None) -> Written:
        """Write everything, look whether it is a whole picture, and flush it to the disk.

        Raises OutputError, and Garbled when the bytes are no picture or not all of one.
        """
        digest, size, head, tail = hashlib.sha256(), 0, b"", b""
        for chunk in data:
            with _told(self._folder):
                _write_all(self._file.fileno(), chunk)
            digest.update(chunk)
            size += len(chunk)
            if len(head) < HEAD:
                head += chunk[: HEAD - len(head)]
            tail = (tail + chunk[-TAIL:])[-TAIL:]
        extension = extension_of(head)
        if extension is None:
            raise Garbled(f"the service sent something that is no picture (it begins with {head[:12]!r})")
        if (length is not None and size != length) or not is_whole(head, tail, size):
            raise Garbled(f"the picture is not whole ({size} of {length if length is not None else '?'} bytes)")
        with _told(self._folder):
            self._file.truncate(size)
            os.fsync(self._file.fileno())
            with contextlib.suppress(FileNotFoundError):  # the disk or the folder went: `place` looks for the bytes
                sync_folder(self._folder)
        return Written(size, digest.hexdigest(), extension)

    def close(self) -> None:
        """Close the file; it stays."""
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


def place(folder: str, image_id: str, stem: str, extension: str, sha256: str) -> str | None:
    """Give fetched bytes the name ``stem.extension``, or the first free ``stem-2.extension`` and so on.

    A name that already bears exactly these bytes is theirs: an earlier try got that far. Returns the name, or None
    when the fetched bytes are not there. Raises OutputError, also when they are there and cannot be read.
    """
    part = os.path.join(folder, part_name(image_id))
    with _told(folder):
        for name in _names(stem, extension):
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


def write_json(folder: str, name: str, value: object) -> None:
    """Write a JSON document under a name, whole or not at all. Raises OutputError."""
    part = os.path.join(folder, f".{name}.part")
    with _told(folder):
        os.makedirs(folder, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
        with open(part, "x", encoding="utf-8", errors="backslashreplace") as file:
            json.dump(value, file, indent=2, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, os.path.join(folder, name))
        sync_folder(folder)


def read_json(folder: str, name: str) -> dict[str, Any] | None:
    """A JSON object in a folder; None if nothing bears this name, and an empty one if it is something else.

    Something else is also whatever is not a regular file of at most LARGEST_JSON bytes. Raises OutputError when it
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
    """Flush a folder's entries to the disk, where the system can (Windows cannot open folders)."""
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
    """Rename without ever replacing: by a hard link where the file system has them, else after a last look."""
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


def _names(stem: str, extension: str) -> Iterator[str]:
    number = 1
    while True:
        suffix = f"{'' if number == 1 else f'-{number}'}.{extension}"
        yield _shortened(stem, LONGEST_NAME - len(os.fsencode(suffix))) + suffix
        number += 1


def _shortened(stem: str, room: int) -> str:
    """The longest beginning of ``stem`` that fits ``room`` bytes, never cut inside a character."""
    while len(os.fsencode(unicodedata.normalize("NFD", stem))) > room and len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem


def _holds(path: str, sha256: str) -> bool:
    """Whether a file can be read and holds exactly these bytes."""
    try:
        return _sha256(path) == sha256
    except OSError:
        return False


def _sha256(path: str) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
