"""``bracketd status``: shows where every order stands, and why it waits."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from daemon.cli.state import look
from daemon.config.locate import locate_state
from daemon.host.lock import running_pid
from daemon.reports.status import document, in_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON; the format is stable (version 1).")
@click.option("--all", "everything", is_flag=True, help="Include shoots that ended long ago.")
@click.pass_obj
def status(config: Path | None, as_json: bool, everything: bool) -> None:
    """Show where every order stands, and why. Works whether or not the daemon is running."""
    state_dir = locate_state(config, os.environ)
    with look(state_dir) as reader:
        if as_json:
            click.echo(in_json(reader, state_dir, running_pid(state_dir)))
            return
        from daemon.cli.table import RECENT, print_status  # noqa: PLC0415 - only the table needs rich

        report = document(reader, state_dir, running_pid(state_dir), ended=-1 if everything else RECENT)
        hidden = 0 if everything else reader.ended() - RECENT
    print_status(report, hidden=hidden, now=time.time())
