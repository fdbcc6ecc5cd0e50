"""``bracketd adopt``: a person's word that a watched or output folder is as it should be."""

from __future__ import annotations

import os
from pathlib import Path

import click

from daemon.cli.answered import leave
from daemon.cli.state import look
from daemon.cli.words import printable
from daemon.config import Settings, load
from daemon.order import Verb


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def adopt(config: Path | None, folder: Path) -> None:
    """Take a watched or output FOLDER as it is now: moved to another disk, replaced or emptied on purpose.

    It counts as one that was never seen: shoots in a watched folder that have no order are skipped.
    """
    settings = load(config, os.environ)
    wanted = os.path.abspath(folder)
    roots = _roots(settings)
    root = next((root for root in roots if os.path.realpath(root) == os.path.realpath(wanted)), None)
    if root is None:
        listed = "".join(f"\n  {printable(root)}" for root in roots)
        raise click.ClickException(f"{printable(wanted)} is not a watched or output folder. These are:{listed}")
    leave(settings.state_dir, Verb.ADOPT, root, root)


def _roots(settings: Settings) -> list[str]:
    """Every folder of the settings, and those that orders were begun with."""
    with look(settings.state_dir) as reader:
        orders = [os.path.dirname(row[key]) for row in reader.orders() for key in ("folder", "output")]
    return sorted({str(path) for folder in settings.folders for path in (folder.watch, folder.output)} | {*orders})
