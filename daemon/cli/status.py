"""``bracketd status``: shows where every order stands, and why it waits."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from daemon.cli.attention import in_json as attention_in_json
from daemon.cli.state import look
from daemon.cli.words import no_room, silent
from daemon.config.locate import locate_state
from daemon.host import pulse
from daemon.host.lock import running_pid
from daemon.host.paths import contact_sheet_of
from daemon.store.reading import Reader
from daemon.webapp import order_page


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


def document(reader: Reader, state_dir: Path, pid: int | None, ended: int = -1) -> dict[str, Any]:
    """The document of ``status --json``, version 1. Times are ISO 8601 in UTC; sizes are in bytes.

    ``ended`` limits the ended orders to the most recent ones. Negative: no limit.
    """
    report: dict[str, Any] = json.loads(in_json(reader, state_dir, pid, ended))
    return report


def in_json(reader: Reader, state_dir: Path, pid: int | None, ended: int = -1) -> bytes:
    """``document`` as JSON text. SQLite formats the orders, and they are not parsed here."""
    sheet = os.fsencode(contact_sheet_of(str(state_dir), "{}")).decode("utf-8", "replace")
    orders = ", ".join(reader.orders_in_json(order_page(""), ended, sheet))
    daemon, waiting = json.dumps(_daemon(reader, state_dir, pid)), json.dumps(_waiting(reader) if pid else [])
    attention = json.dumps([attention_in_json(one) for one in reader.notes().attention] if pid else [])
    rest = f'"daemon": {daemon}, "orders": [{orders}], "waiting": {waiting}, "attention": {attention}'
    return f'{{"version": 1, {rest}}}'.encode()


def _daemon(reader: Reader, state_dir: Path, pid: int | None) -> dict[str, Any]:
    noted = reader.notes()
    sign = pulse.look(state_dir) if pid is not None else None
    unanswered = sign.age if sign is not None and sign.silent else None
    messages = [silent(pid, unanswered)] if pid is not None and unanswered is not None else []
    messages += [no_room(state_dir)] if sign is not None and sign.full else []
    return {
        "running": pid is not None,
        "pid": pid,
        "version": noted.version,
        "watching": pid is not None and noted.watching,
        "started_at": _iso(noted.started_at) if pid and noted.started_at is not None else None,
        "state_dir": str(state_dir),
        "messages": [*messages, *noted.messages] if pid else [],
        "events_missed": sum(noted.missed.values()),
        "unanswered_s": round(unanswered) if unanswered is not None else None,
    }


def _waiting(reader: Reader) -> list[dict[str, Any]]:
    return [
        {
            "shoot": w.shoot,
            "folder": w.folder,
            "reason": w.reason,
            "gate": w.gate,
            "files": w.files,
            "bytes": w.bytes,
            "since": _iso(w.since),
        }
        for w in reader.waiting()
    ]


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
