"""Standard output and standard error, for a program whose reader may be gone.

A result that cannot be written is a failure with a reason (a full disk), or none of anybody's interest (a reader such
as ``head`` that has seen enough). A complaint that cannot be written is dropped: there is nobody to hear it, and the
daemon must not end because its log has no room.
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
    """Standard output does not take what is written to it."""


class _Out(io.FileIO):
    """Standard output, whose errors can be told from those of other files."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise Unwritten(error.errno, error.strerror) from error


class _Err(io.FileIO):
    """Standard error, which is never in the way."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(memoryview(data))


def prepare() -> None:
    """Set up the standard streams. File names need not be UTF-8; showing one must not fail."""
    open_missing()
    sys.stdout = _text(_Out(OUT, "w", closefd=False), sys.stdout)
    sys.stderr = _text(_Err(ERR, "w", closefd=False), sys.stderr)


def open_missing() -> None:
    """Open the null device for each standard stream that whoever started us has closed.

    Otherwise the next file that is opened, the state's lock for one, would get its number, and what is meant for the
    stream would go there.
    """
    for number in STANDARD:
        try:
            os.fstat(number)
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, which is this one


@contextmanager
def all_written() -> Iterator[None]:
    """Whatever happens inside, all output is written when it ends; if it cannot be, the exit status is 1."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except Unwritten as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), OUT)  # what is still in buffers goes there when Python ends
        if error.errno != errno.EPIPE:
            sys.stderr.write(f"bracketd: the output cannot be written: {error.strerror}\n")
        sys.exit(1)


def _text(raw: io.FileIO, like: TextIO | None) -> TextIO:
    """A text stream on ``raw``, with the encoding and the buffering of the one that Python made, if it made one."""
    made = like if isinstance(like, io.TextIOWrapper) else None
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=made.encoding if made else "utf-8",
        errors="backslashreplace",
        line_buffering=made.line_buffering if made else False,
        write_through=made.write_through if made else False,
    )
