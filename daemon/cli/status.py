"""``bracketd status``: where every order stands, and why it waits."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from daemon.config.locate import locate_state
from daemon.host.lock import running_pid
from daemon.store.reader import Reader
from daemon.webapp import order_page


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Everything, for programs; the shape is stable (version 1).")
@click.option("--all", "everything", is_flag=True, help="Also what ended long ago.")
@click.pass_obj
def status(config: Path | None, as_json: bool, everything: bool) -> None:
    """Show where every order stands, and why. Works while the daemon runs and while it does not."""
    state_dir = locate_state(config, os.environ)
    with Reader(state_dir) as reader:
        report = document(reader, state_dir, running_pid(state_dir))
    if as_json:
        click.echo(json.dumps(report))
    else:
        from daemon.cli.table import print_status  # noqa: PLC0415 - rich is only for people

        print_status(report, everything=everything, now=time.time())


def document(reader: Reader, state_dir: Path, pid: int | None) -> dict[str, Any]:
    """What ``status --json`` says: the stable shape, version 1. Times are ISO 8601 UTC, sizes bytes."""
    noted = reader.daemon()
    missing = [value for key, value in noted.items() if key.startswith("missing ")]
    account = [noted["account"]] if noted.get("account") else []
    return {
        "version": 1,
        "daemon": {
            "running": pid is not None,
            "pid": pid,
            "version": noted.get("version"),
            "watching": pid is not None and "watching" in noted,
            "started_at": _iso(noted["started_at"]) if pid and "started_at" in noted else None,
            "state_dir": str(state_dir),
            "messages": [*account, *missing] if pid else [],
        },
        "orders": [_order(row) for row in reader.orders()],
        "waiting": [
            {
                "shoot": w.shoot,
                "folder": w.folder,
                "reason": w.reason,
                "files": w.files,
                "bytes": w.bytes,
                "since": _iso(w.since),
            }
            for w in (reader.waiting() if pid else [])
        ],
    }


def _order(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "shoot": row["shoot"],
        "folder": row["folder"],
        "output": row["output"],
        "phase": row["phase"],
        "health": row["health"],
        "messages": row["messages"],
        "order_id": row["id"],
        "url": order_page(row["id"]),
        "brackets": {"total": row["brackets_total"], "uploaded": row["brackets_uploaded"]},
        "images": {
            "total": row["images_total"],
            "processed": row["images_processed"],
            "downloaded": row["images_downloaded"],
            "failed": row["images_failed"],
        },
        "bytes": {"total": row["bytes_total"], "uploaded": row["bytes_uploaded"]},
        "created_at": _iso(row["created_at"]),
        "updated_at": _iso(row["updated_at"]),
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
