"""What a sync client says of a folder, and what asks it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

PATIENCE_S = 3.0
"""Seconds in which a client must have answered."""

_QUOTED = 100


@dataclass(frozen=True, slots=True)
class Said:
    """Whether a folder is done, and ``why`` in a sentence without its full stop, fit for a shoot's list of reasons.

    True: everything that the client knows of in this folder is here. It does not know what a sender has not announced
    yet, so the quiet period still has to pass. False: the client knows of something that is not here yet. None: it
    cannot tell, and the other gates decide.

    ``foresees``: it learns what a sender has, all of it, before it brings the first file; so True means more than that
    the sender pauses.
    """

    done: bool | None
    why: str
    foresees: bool = False


class SyncClient(Protocol):
    """One program that keeps a watched folder the same as a copy elsewhere."""

    name: str
    """As its maker writes it."""

    def ask(self, shoot_folder: str) -> Said:
        """Whether all of ``shoot_folder`` (an absolute path) is here. Raises nothing.

        Blocks for about ``PATIENCE_S`` at most; may be called from any threads. Opens nothing in the folder, so that no
        download begins; resolves links, which on a mount that hangs takes as long as the mount hangs.
        """


class NoAnswer(Exception):
    """A client could not be asked; its text is the ``why`` of a ``Said(None, …)``. Stays in this room."""


def answer(name: str, shoot_folder: str, ask: Callable[[str, str], Said]) -> Said:
    """What ``ask`` finds out of the resolved folder and the shoot's name, with its errors made an answer, too."""
    try:
        return ask(os.path.realpath(shoot_folder), os.path.basename(shoot_folder.rstrip(os.sep)))
    except NoAnswer as error:
        return Said(None, str(error))
    except (OSError, ValueError) as error:
        return Said(None, f"{name} cannot be asked ({quoted(str(error))})")


def quoted(text: str) -> str:
    """A program's words as part of a sentence: one line, printable, not too long."""
    plain = re.sub(r"\s+", " ", "".join(char if char.isprintable() else " " for char in text)).strip()
    return plain if len(plain) <= _QUOTED else plain[: _QUOTED - 1] + "…"


class Deadline:
    """So many ``seconds`` from now, shared by all that is asked for one answer."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds; 0 when it has passed."""
        return max(self._end - time.monotonic(), 0.0)
