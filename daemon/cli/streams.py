"""Sets up standard output and standard error, and handles errors when writing to them.

An error on standard output makes the program fail. It prints a message, unless the reader closed the pipe as ``head``
does. Errors on standard error are ignored, because the daemon must not end when its log cannot be written.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STANDARD = (0, 1, 2)
OUT, ERR = 1, 2


class Unwritten(OSError):
    """Writing to standard output failed."""


class _Out(io.FileIO):
    """Standard output. Raises Unwritten, so that its errors differ from those of other files."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise Unwritten(error.errno, error.strerror) from error


class _Err(io.FileIO):
    """Standard error. Ignores errors."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(memoryview(data))


def prepare() -> None:
    """Set up the standard streams so that printing a file name that is not UTF-8 does not fail."""
    open_missing()
    sys.stdout = _text(_Out(OUT, "w", closefd=False), sys.stdout)
    sys.stderr = _text(_Err(ERR, "w", closefd=False), sys.stderr)


def open_missing() -> None:
    """Open the null device for each standard stream that is closed.

    Otherwise the next file that is opened, such as the state's lock, would get the stream's number, and output for the
    stream would go into that file.
    """
    for number in STANDARD:
        try:
            os.fstat(number)
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one


@contextmanager
def all_written() -> Iterator[None]:
    """Flush standard output on exit. If it cannot be written, end the program with status 1."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except Unwritten as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), OUT)  # Python flushes the remaining buffers there at exit
        if error.errno != errno.EPIPE:
            sys.stderr.write(f"bracketd: cannot write the output: {error.strerror}\n")
        sys.exit(1)


def _text(raw: io.FileIO, like: TextIO | None) -> TextIO:
    """A text stream on ``raw`` with the encoding and buffering of ``like``, the stream that Python created, if any."""
    made = like if isinstance(like, io.TextIOWrapper) else None
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=made.encoding if made else "utf-8",
        errors="backslashreplace",
        line_buffering=made.line_buffering if made else False,
        write_through=made.write_through if made else False,
    )
