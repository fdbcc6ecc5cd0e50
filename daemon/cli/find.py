"""Which order a person means."""

from __future__ import annotations

from typing import Any

import click

from daemon.cli.words import ENDED, printable
from daemon.store.reader import Reader
from daemon.store.waiting import Waiting


def one(reader: Reader, words: str) -> dict[str, Any]:
    """The newest order that a person means."""
    return _meant(reader, words)[0]


def going(reader: Reader, words: str) -> dict[str, Any]:
    """The order that a person wants something of: the one that has not ended; if all have, the newest."""
    found = _meant(reader, words)
    open_ones = [row for row in found if row["phase"] not in ENDED]
    if len(open_ones) > 1:
        raise click.ClickException(f"{words!r} could be any of these; say the id:{_listed(open_ones, 'phase')}")
    return (open_ones or found)[0]


def _meant(reader: Reader, words: str) -> list[dict[str, Any]]:
    """The orders of one shoot, the newest first."""
    found = reader.find(words)
    if not found:
        raise click.ClickException(_not_sent(reader, words))
    if len({row["folder"] for row in found}) > 1:
        raise click.ClickException(
            f"{words!r} could be any of these; say the id or the folder:{_listed(found, 'folder')}"
        )
    return found


def waiting(reader: Reader, words: str) -> list[Waiting]:
    """The waiting shoots that a person means."""
    found = reader.waiting()
    meant = [one for one in found if words in (one.shoot, one.folder)]
    return meant or [one for one in found if one.shoot.casefold() == words.casefold()]


def _not_sent(reader: Reader, words: str) -> str:
    """Why there is no such order: its shoot still waits, or there is nothing of that name."""
    meant = waiting(reader, words)
    if not meant:
        return f"no order is called {words!r}. `bracketd status` lists them."
    return "\n".join(
        f"{printable(one.shoot)} is not sent yet; it waits: {printable(one.reason).rstrip('.')}; "
        f"`bracketd submit FOLDER` sends it now: {printable(one.folder)}"
        for one in meant
    )


def _listed(rows: list[dict[str, Any]], key: str) -> str:
    return "".join(f"\n  {row['id'][:8]}  {printable(row[key])}" for row in rows)
