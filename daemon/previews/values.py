"""The values of requests and answers: thumbnails, contact sheets, failures, and the limits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from daemon.previews.look import Look

MOST_SIDE = 2048
"""Longest side of a thumbnail that can be asked for, in pixels."""


class FailureKind(StrEnum):
    """Why there is no picture."""

    GONE = "gone"
    """The file does not exist."""
    UNREADABLE = "unreadable"
    """The file cannot be read, or is not a regular file."""
    NO_DECODER = "no_decoder"
    """The format is unknown or has no decoder here (HEIC), or a raw file has no preview inside."""
    DAMAGED = "damaged"
    """The picture's data are cut off or invalid."""
    TOO_LARGE = "too_large"
    """The file, or the request, has more bytes than ``limit``."""
    TOO_MANY_PIXELS = "too_many_pixels"
    """The picture has, or claims to have, more pixels than ``limit``."""
    OUT_OF_MEMORY = "out_of_memory"
    """Decoding needs more memory than ``limit``, in bytes."""
    TOO_SLOW = "too_slow"
    """Decoding takes more than ``limit`` seconds."""
    CRASHED = "crashed"
    """The decoding process ended, or cannot be started."""
    BUSY = "busy"
    """Too many pictures wait, or it was not this picture's turn within ``limit`` seconds."""
    CLOSED = "closed"
    """Previews are shut down."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The reason why there is no picture, the exceeded limit and the decoder's message, if any."""

    kind: FailureKind
    limit: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small upright picture: sRGB as JPEG, its size in pixels, and its look."""

    jpeg: bytes
    width: int
    height: int
    look: Look


@dataclass(frozen=True, slots=True)
class Cell:
    """One frame on a contact sheet: its thumbnail as JPEG, and the lines below it.

    Without a thumbnail a tile with the text ``missing`` takes its place.
    """

    jpeg: bytes | None
    caption: tuple[str, ...]
    missing: str = ""


class Tone(StrEnum):
    """The colour of a strip's mark."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Strip:
    """One row of frames in shooting order: a set, or the frames that are not sent.

    ``mark`` is one or two words in a coloured field beside the title, such as a confidence, and ``detail`` is the text
    after it, such as the reasons. A ``quiet`` strip has smaller frames and is drawn below all others.
    """

    title: str
    cells: tuple[Cell, ...]
    mark: str = ""
    tone: Tone = Tone.PLAIN
    detail: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """The resources that one picture, and the decoding process, may use.

    A decoded pixel takes four bytes, and some formats are copied once. So ``memory`` must be over eight times
    ``pixels``. JPEGs are decoded at a reduced size, and only these pixels count, unless the file is progressive.
    """

    pixels: int = 100_000_000
    """Pixels that are held in memory. Four times as many may be claimed by a file's header."""
    file_bytes: int = 1 << 30
    preview_bytes: int = 64 << 20
    """Bytes of the JPEG inside a raw file."""
    memory: int = 1 << 30
    """Address space of the process, in bytes, where the system can limit it (Linux)."""
    seconds: float = 60.0
    """Time for one picture."""
    cpu_seconds: int = 30
    """Processor time for one picture."""
    waiting: int = 256
    """Requests that may wait for their turn."""
    patience: float = 120.0
    """Seconds that a request waits for its turn."""
    idle: float = 30.0
    """Seconds after which an idle process ends."""


class Previews(Protocol):
    """Makes thumbnails and contact sheets. Answers every request, and raises only ``CancelledError`` and ValueError."""

    async def thumbnail(self, path: str | os.PathLike[str], size: int) -> Thumbnail | Failure:
        """The picture at ``path``, its long side at most ``size`` pixels. It is never enlarged.

        Raises ValueError if ``size`` is not from 1 to MOST_SIDE.
        """

    async def sheet(self, title: str, strips: Sequence[Strip]) -> bytes | Failure:
        """A contact sheet of these strips as a JPEG."""

    async def similarities(self, finished: Look, frames: Sequence[Look]) -> tuple[float, ...] | Failure:
        """How similar a finished picture is to each of these frames. See ``daemon.previews.look.similarity``."""


def require_size(size: int) -> None:
    """Raise ValueError if a thumbnail cannot have this size."""
    if not 1 <= size <= MOST_SIDE:
        raise ValueError(f"A thumbnail has 1 to {MOST_SIDE} pixels on its long side, not {size}.")
