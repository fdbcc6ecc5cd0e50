"""Which order a person means."""

from __future__ import annotations

from typing import Any

import click

from daemon.store.reader import Reader


def one(reader: Reader, words: str) -> dict[str, Any]:
    """The newest order that a person means."""
    found = reader.find(words)
    if not found:
        raise click.ClickException(f"no order is called {words!r}. `bracketd status` lists them.")
    if len({row["folder"] for row in found}) > 1:
        names = "".join(f"\n  {row['id'][:8]}  {row['folder']}" for row in found)
        raise click.ClickException(f"{words!r} could be any of these; say the id or the folder:{names}")
    return found[0]
