"""Reads photos for the upload, and detects files that have changed since they were recorded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator

from daemon.errors import FileChanged, FileGone, FileUnreadable
from daemon.files import content
from daemon.files.passing import may_pass
from daemon.regular import open_regular
from daemon.shoot import File

CHUNK = 256 * 1024
"""Bytes per read, which the connection must send within one write timeout (see ``daemon.service.line.Timeouts``).

With 256 KiB to 1 MiB, httpx in threads is as fast as curl; with less it needs more CPU time.
"""


def require_unchanged(folder: str, file: File) -> int:
    """Check that a file is the recorded one (size, mtime, inode), and return its ctime in nanoseconds.

    Raises FileChanged, FileGone, FileUnreadable.
    """
    try:
        status = os.stat(os.path.join(folder, file.path))
    except OSError as error:
        raise _named(file.path, error) from error
    _compare(file, status)
    return status.st_ctime_ns


def look(folder: str, path: str) -> File:
    """A photo of a shoot as it is now. Raises FileGone, FileUnreadable."""
    try:
        status = os.stat(os.path.join(folder, path))
    except OSError as error:
        raise _named(path, error) from error
    return File(path, status.st_size, status.st_mtime_ns, status.st_ino, ctime_ns=status.st_ctime_ns)


def mark(folder: str, file: File) -> str:
    """The file's mark (``daemon.files.content``). Raises FileGone, FileUnreadable."""
    try:
        return content.mark(folder, file.path)
    except OSError as error:
        raise _named(file.path, error) from error


def sha256(folder: str, file: File, go_on: Callable[[], None]) -> str:
    """The SHA-256 of the file's bytes, in hex. Calls ``go_on`` and raises errors like ``chunks``."""
    digest = hashlib.sha256()
    for chunk in chunks(folder, file, go_on):
        digest.update(chunk)
    return digest.hexdigest()


def chunks(folder: str, file: File, go_on: Callable[[], None]) -> Iterator[bytes]:
    """The file's bytes, exactly ``file.size`` of them. Checks at both ends that it is still the recorded file.

    ``go_on`` is called before each read and may raise to stop. Raises FileChanged, FileGone, FileUnreadable.
    """
    try:
        with open_regular(os.path.join(folder, file.path)) as source:
            _compare(file, os.fstat(source.fileno()))
            left = file.size
            while left:
                go_on()
                data = os.read(source.fileno(), min(CHUNK, left))  # raises, unlike file.read(), which returns None
                if not data:
                    raise FileChanged(file.path, f"{file.path} got shorter during the upload")
                left -= len(data)
                if not left:
                    _compare(file, os.fstat(source.fileno()))
                yield data
    except OSError as error:
        raise _named(file.path, error) from error


def _compare(file: File, status: os.stat_result) -> None:
    if (status.st_size, status.st_mtime_ns, status.st_ino) != (file.size, file.mtime_ns, file.inode):
        raise FileChanged(file.path, f"{file.path} changed after the shoot was locked")


def _named(path: str, error: OSError) -> FileGone | FileUnreadable:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return FileGone(path, f"{path} is missing. Put it back, then run `bracketd retry`.")
    if may_pass(error):
        return FileUnreadable(path, f"{path} cannot be read ({error.strerror or error})", may_pass=True)
    return FileUnreadable(
        path,
        f"{path} cannot be read ({error.strerror}). Check the file and its permissions, then run `bracketd retry`.",
    )
