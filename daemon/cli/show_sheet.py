"""The contact sheet of ``bracketd show --sheet``: the free previews of an order."""

from __future__ import annotations

from pathlib import Path

import click

from daemon.files.incoming import write_file
from daemon.gallery import Cache, Gallery
from daemon.order import Order


def write_sheet(file: Path, state_dir: Path, order: Order) -> None:
    """Draw the previews of an order to a JPEG file. Raises ClickException without previews, and OutputError."""
    drawn = Gallery(Cache(str(state_dir))).sheet(order)
    if drawn is None:
        raise click.ClickException(
            "There are no previews of this order. bracketd fetches them before it buys an order's pictures, and "
            "removes them two weeks after the order has ended."
        )
    write_file(str(file.absolute().parent), file.name, drawn)
