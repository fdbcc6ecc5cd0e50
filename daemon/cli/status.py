"""``bracketd status``: shows where every order stands, and why it waits."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli.state import look
from daemon.config.locate import locate_state
from daemon.host.lock import running_pid
from daemon.reports.status import document, in_json

if TYPE_CHECKING:
    from daemon.cli.table import StatusView

EVERY = 1.0
"""Seconds between two looks with --watch."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON; the format is stable (version 1).")
@click.option("--all", "everything", is_flag=True, help="Include shoots that ended long ago.")
@click.option("--watch", "watched", is_flag=True, help="Refresh the table every second, until Ctrl-C.")
@click.pass_obj
def status(config: Path | None, as_json: bool, everything: bool, watched: bool) -> None:
    """Show where every order stands, and why. Works whether or not the daemon is running."""
    state_dir = locate_state(config, os.environ)
    if watched and (as_json or not sys.stdout.isatty()):
        raise click.UsageError("--watch needs a terminal, and cannot be used with --json.")
    if as_json:
        with look(state_dir) as reader:
            click.echo(in_json(reader, state_dir, running_pid(state_dir)))
    elif watched:
        _watch(state_dir, everything=everything)
    else:
        from daemon.cli.table import print_view  # noqa: PLC0415 - only the table needs rich

        print_view(_view(state_dir, everything=everything))


def _watch(state_dir: Path, *, everything: bool) -> None:
    """Show the table in place until Ctrl-C. It stays on the terminal afterwards."""
    from rich.console import Console  # noqa: PLC0415 - only for a terminal
    from rich.live import Live  # noqa: PLC0415

    view, console = _view(state_dir, everything=everything), Console(highlight=False)
    with suppress(KeyboardInterrupt), Live(view, console=console, auto_refresh=False) as live:
        while True:
            time.sleep(EVERY)
            live.update(_view(state_dir, everything=everything), refresh=True)


def _view(state_dir: Path, *, everything: bool) -> StatusView:
    from daemon.cli.table import RECENT, StatusView  # noqa: PLC0415 - only the table needs rich

    with look(state_dir) as reader:
        report = document(reader, state_dir, running_pid(state_dir), ended=-1 if everything else RECENT)
        hidden = 0 if everything else reader.ended() - RECENT
    return StatusView(report, hidden=hidden, now=time.time())
