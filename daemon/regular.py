"""Opens regular files for reading, and rejects everything else.

Any file name can be a pipe, a socket or a device, or a link to one. Opening one can hang for ever or start hardware,
and reading one can return endless bytes.
"""

from __future__ import annotations

import errno
import io
import json
import os
import stat

_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FLAGS = os.O_RDONLY | _NO_WAIT | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)

_PIECE = 64 * 1024


class NotRegular(OSError):
    """A pipe, a socket, a device, or a symbolic link where links are not followed."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EINVAL, "not a regular file", path)


class TooLarge(OSError):
    """The file is larger than ``most`` bytes."""

    def __init__(self, path: str, most: int) -> None:
        self.most = most
        super().__init__(errno.EFBIG, f"larger than {most:,} bytes", path)


def open_regular(path: str | os.PathLike[str], *, links: bool = True) -> io.FileIO:
    """Open a regular file for unbuffered reading, without ever waiting for another program.

    The check before opening avoids opening a device. The check after it detects a file that was replaced meanwhile.
    Raises OSError: NotRegular for a pipe, a socket or a device, and for a symbolic link without ``links``;
    IsADirectoryError for a folder.
    """
    name = os.fspath(path)
    _require_regular(os.stat(name, follow_symlinks=links), name)
    flags = _FLAGS if links else _FLAGS | _NO_LINK
    try:
        descriptor = os.open(name, flags)
    except BlockingIOError:  # a file server has a lease on it and now releases it (fcntl(2), "Leases")
        descriptor = os.open(name, flags & ~_NO_WAIT)
    try:
        _require_regular(os.fstat(descriptor), name)
        if _NO_WAIT:
            os.set_blocking(descriptor, True)
        return io.FileIO(descriptor)
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: str | os.PathLike[str], most: int, *, links: bool = True) -> bytes:
    """All bytes of a regular file. Raises the errors of ``open_regular``, and TooLarge for more than ``most`` bytes.

    Without ``links``, a symbolic link is not followed: it raises NotRegular.
    """
    pieces, size = [], 0
    with open_regular(path, links=links) as file:
        if os.fstat(file.fileno()).st_size > most:
            raise TooLarge(os.fspath(path), most)
        while piece := file.read(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise TooLarge(os.fspath(path), most)
    return b"".join(pieces)


def json_of(text: bytes | str) -> object:
    """The value of a JSON document. Raises ValueError if it is invalid or nested too deeply."""
    try:
        value: object = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _require_regular(status: os.stat_result, name: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
    if not stat.S_ISREG(status.st_mode):
        raise NotRegular(name)
