"""Streams a photographer's file out, and notices when it is not the file that was recorded."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from daemon.errors import FileChanged, FileGone, FileUnreadable
from daemon.regular import open_regular
from daemon.shoot import File

CHUNK = 256 * 1024
"""Bytes a read, and bytes that the line must take within one write time-out (see ``daemon.service.line.Timeouts``).

With 256 KiB to 1 MiB httpx in threads takes as long as curl; with less it takes more CPU time.
"""


def require_unchanged(folder: str, file: File) -> None:
    """Raises FileChanged, FileGone or FileUnreadable unless the file is the one recorded (size, mtime, inode)."""
    try:
        status = os.stat(os.path.join(folder, file.path))
    except OSError as error:
        raise _named(file, error) from error
    _compare(file, status)


def chunks(folder: str, file: File, go_on: Callable[[], None]) -> Iterator[bytes]:
    """The file's bytes, exactly ``file.size`` of them, after each look that it is still the file recorded.

    ``go_on`` is called before each read and raises to break off. Raises FileChanged, FileGone, FileUnreadable.
    """
    try:
        with open_regular(os.path.join(folder, file.path)) as source:
            _compare(file, os.fstat(source.fileno()))
            left = file.size
            while left:
                go_on()
                data = source.read(min(CHUNK, left))
                if not data:
                    raise FileChanged(file.path, f"{file.path} became shorter while it was sent")
                left -= len(data)
                if not left:
                    _compare(file, os.fstat(source.fileno()))
                yield data
    except OSError as error:
        raise _named(file, error) from error


def _compare(file: File, status: os.stat_result) -> None:
    if (status.st_size, status.st_mtime_ns, status.st_ino) != (file.size, file.mtime_ns, file.inode):
        raise FileChanged(file.path, f"{file.path} changed after the shoot was locked")


def _named(file: File, error: OSError) -> FileGone | FileUnreadable:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return FileGone(file.path, f"{file.path} is gone. Put it back, then `bracketd retry` the shoot.")
    return FileUnreadable(
        file.path,
        f"{file.path} cannot be read ({error.strerror}). See to the file and its permissions, "
        "then `bracketd retry` the shoot.",
    )
