"""``bracketd adopt``: accepts a watched or output folder as it is now."""

from __future__ import annotations

import os
from pathlib import Path

import click

from daemon.cli.answered import leave
from daemon.cli.state import look
from daemon.config import Settings, load
from daemon.order import Verb
from daemon.text import printable


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def adopt(config: Path | None, folder: Path) -> None:
    """Accept a watched or output FOLDER as it is now, after you moved it to another disk, replaced it or emptied it.

    bracketd then treats it as a new folder: shoots in a watched folder that have no order are skipped.
    """
    settings = load(config, os.environ)
    wanted = os.path.abspath(folder)
    roots = _roots(settings)
    root = next((root for root in roots if os.path.realpath(root) == os.path.realpath(wanted)), None)
    if root is None:
        listed = "".join(f"\n  {printable(root)}" for root in roots)
        raise click.ClickException(f"{printable(wanted)} is not a watched or output folder. The folders are:{listed}")
    leave(settings.state_dir, Verb.ADOPT, root, root)


def _roots(settings: Settings) -> list[str]:
    """The watched and output folders of the settings and of all stored orders."""
    with look(settings.state_dir) as reader:
        orders = [os.path.dirname(row[key]) for row in reader.orders() for key in ("folder", "output")]
    return sorted({str(path) for folder in settings.folders for path in (folder.watch, folder.output)} | {*orders})
