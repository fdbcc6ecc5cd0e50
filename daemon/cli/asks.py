"""``bracketd submit`` and ``bracketd retry``: a person's word, left for the daemon in the state file."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from daemon.cli.find import one
from daemon.config import load, locate_state
from daemon.host.lock import running_pid
from daemon.store.reader import Reader, ask

UNDER_WAY = ("settled", "uploading", "uploaded", "merging", "processing", "downloading")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_obj
def submit(config: Path | None, folder: Path) -> None:
    """Send the shoot in FOLDER now, as it lies there: one that still waits, was skipped, or is held."""
    settings = load(config, os.environ)
    absolute = Path(os.path.abspath(folder))
    watched = [settings_folder.watch for settings_folder in settings.folders]
    parent = next((watch for watch in watched if _same(absolute.parent, watch)), None)
    if parent is None:
        roots = ", ".join(str(watch) for watch in watched)
        raise click.ClickException(
            f"{absolute} is not directly in a watched folder ({roots}). Move or copy it into one of them."
        )
    target = os.path.join(parent, _name_on_disk(absolute))
    with Reader(settings.state_dir) as reader:
        newest = next(iter(reader.find(target)), None)
        merge = reader.order(newest["id"]).merge if newest is not None else "not asked"
    if newest is not None and newest["phase"] in UNDER_WAY:
        raise click.ClickException(f"{absolute.name} is under way already ({newest['phase']}).")
    if newest is not None and newest["phase"] == "downloaded":
        raise click.ClickException(
            f"{absolute.name} was sent already; its pictures are in {newest['output']}. "
            "A copy of the folder under another name can be submitted, and is paid for, again."
        )
    if newest is not None and newest["phase"] == "held" and merge != "not asked":
        raise click.ClickException(f"{absolute.name} was merged already. `bracketd retry` lets it go on.")
    ask(settings.state_dir, "submit", target, time.time())
    click.echo(f"{absolute.name} will be sent. {_when(settings.state_dir)}")


@click.command()
@click.argument("shoot")
@click.pass_obj
def retry(config: Path | None, shoot: str) -> None:
    """Let a held order go on, or a waiting one try again now. SHOOT is its name, its folder, or its order id."""
    state_dir = locate_state(config, os.environ)
    with Reader(state_dir) as reader:
        order = one(reader, shoot)
    if order["phase"] == "skipped":
        raise click.ClickException(f"{order['shoot']} was skipped. `bracketd submit` sends it: {order['folder']}")
    if order["phase"] in ("downloaded", "cancelled"):
        raise click.ClickException(f"{order['shoot']} is {order['phase']}; there is nothing to try again.")
    ask(state_dir, "retry", order["id"], time.time())
    click.echo(f"{order['shoot']} is tried again. {_when(state_dir)}")


def _name_on_disk(folder: Path) -> str:
    """The folder's name as its disk spells it: some take other case or another Unicode form for the same."""
    with os.scandir(folder.parent) as entries:
        names = [entry.name for entry in entries]
    if folder.name in names:
        return folder.name
    return next((name for name in names if _same(folder.parent / name, folder)), folder.name)


def _same(one_path: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one_path, other)
    except OSError:
        return False


def _when(state_dir: Path) -> str:
    return "" if running_pid(state_dir) else "The daemon is not running: it will be done when it is (`bracketd run`)."
