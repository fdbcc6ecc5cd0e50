"""A sync client's report on a shoot, and the protocol of a client."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

PATIENCE_S = 3.0
"""Seconds within which a client must respond."""

_QUOTED = 100


@dataclass(frozen=True, slots=True)
class SyncReport:
    """A client's report: ``done``, and ``why``, a sentence without its full stop for a shoot's list of reasons.

    ``done`` is True if all files of the shoot that the client knows of are here. It does not know the files that a
    sender has not announced yet, so the quiet period still has to pass. False: a known file is still missing. None: the
    client cannot tell, so the other gates decide.

    ``foresees`` is True if the client learns of all of a sender's files before it downloads the first one. ``done``
    then proves more than a pause of the sender.
    """

    done: bool | None
    why: str
    foresees: bool = False


class SyncClient(Protocol):
    """A program that syncs a watched folder with another device or a server."""

    name: str
    """The product's name."""

    def ask(self, shoot_folder: str) -> SyncReport:
        """Report if all of ``shoot_folder`` (an absolute path) is here. Never raises.

        Blocks for about ``PATIENCE_S`` at most. Thread-safe. It opens nothing in the folder, so no download starts. It
        resolves links, which blocks as long as a mount hangs.
        """


class NoAnswer(Exception):
    """The client gave no usable response. The text is the ``why`` of its report. Internal to this package."""


def answer(name: str, shoot_folder: str, ask: Callable[[str, str], SyncReport]) -> SyncReport:
    """Call ``ask`` with the resolved folder and the shoot's name, and turn its errors into a ``SyncReport``."""
    try:
        return ask(os.path.realpath(shoot_folder), os.path.basename(shoot_folder.rstrip(os.sep)))
    except NoAnswer as error:
        return SyncReport(None, str(error))
    except (OSError, ValueError) as error:
        return SyncReport(None, f"{name} cannot be queried ({quoted(str(error))})")


def quoted(text: str) -> str:
    """A program's output for use in a sentence: one line, printable, at most 100 characters."""
    plain = re.sub(r"\s+", " ", "".join(char if char.isprintable() else " " for char in text)).strip()
    return plain if len(plain) <= _QUOTED else plain[: _QUOTED - 1] + "…"


class Deadline:
    """A deadline ``seconds`` from now, shared by all requests for one report."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, 0 after the deadline."""
        return max(self._end - time.monotonic(), 0.0)
