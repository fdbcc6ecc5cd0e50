"""Texts that several verbs share, and safe output of names and dates."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from pathlib import Path

from daemon.cli.state import state_file
from daemon.host.room import shortage

ENDED = ("downloaded", "skipped", "cancelled")
"""Phases in which an order has ended."""


def printable(text: str) -> str:
    """Text on one line without control characters, so that a file name cannot control the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def alike(one: str, other: str) -> bool:
    """True if two names look the same to a person: case and Unicode form do not matter.

    A name as ``printable`` shows it is equal to the name itself.
    """
    return letters(one) == letters(other)


def letters(name: str) -> str:
    """The form of a name that ``alike`` compares: composed, case-folded, and as ``printable`` shows it."""
    if name.isascii() and name.isprintable():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", printable(name)).casefold())


def day(seconds: float) -> str:
    """A date in this machine's time zone, such as ``3 Nov 2026``. ``seconds`` are since 1970 (UTC)."""
    moment = datetime.fromtimestamp(seconds).astimezone()
    return f"{moment.day} {moment:%b %Y}"


def no_room(state_dir: Path) -> str:
    """The message about a daemon that waits for disk space for its state."""
    why = shortage(state_file(state_dir)) or "its disk is full or your quota is used up"
    return (
        f"there is no disk space for the state in {state_dir}: {why}. bracketd is waiting; it sends and buys nothing. "
        "Free up space there and it continues automatically"
    )


def silent(pid: int, seconds: float) -> str:
    """The message about a daemon that has not responded for a number of seconds."""
    return (
        f"bracketd (pid {pid}) has not responded for {seconds:.0f} s, so no shoot is processed. "
        f"If you stopped it with Ctrl-Z, resume it with `kill -CONT {pid}`; otherwise restart it"
    )
