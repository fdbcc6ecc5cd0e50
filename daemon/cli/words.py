"""Words that the verbs share, and names and days as people may safely see them."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from pathlib import Path

from daemon.cli.state import state_file
from daemon.host.room import shortage

ENDED = ("downloaded", "skipped", "cancelled")
"""Phases in which nothing is to come of an order."""


def printable(text: str) -> str:
    """A name as one harmless line: control characters in a file name must not reach the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def alike(one: str, other: str) -> bool:
    """Whether two names are the same for a person: in capitals or not, and in whatever Unicode form.

    A name as it is shown counts as the name itself.
    """
    return letters(one) == letters(other)


def letters(name: str) -> str:
    """What ``alike`` compares, for many names: composed, case folded, and without what is not shown."""
    if name.isascii() and name.isprintable():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", printable(name)).casefold())


def day(seconds: float) -> str:
    """The day of a moment by this machine's calendar: ``3 Nov 2026``. ``seconds`` since 1970 (UTC)."""
    moment = datetime.fromtimestamp(seconds).astimezone()
    return f"{moment.day} {moment:%b %Y}"


def no_room(state_dir: Path) -> str:
    """What to say of a daemon that waits for room for its state."""
    why = shortage(state_file(state_dir)) or "its disk is full, or your quota is used up"
    return (
        f"there is no room for the state in {state_dir}: {why}. bracketd waits: nothing is sent or bought meanwhile. "
        "Make room there, and it goes on by itself"
    )


def silent(pid: int, seconds: float) -> str:
    """What to say of a daemon that has not answered for so many seconds."""
    return (
        f"bracketd (pid {pid}) has not answered for {seconds:.0f} s: no shoot goes on meanwhile. "
        f"If it was stopped with Ctrl-Z, `kill -CONT {pid}` lets it go on; otherwise restart it"
    )
