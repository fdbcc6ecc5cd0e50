"""The document of ``status --json``: every order, the waiting shoots, and the daemon's own state."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from daemon.host import pulse
from daemon.reports.attention import in_json as attention_in_json
from daemon.reports.daemon import no_room, silent
from daemon.store.reading import Reader
from daemon.webapp import order_page

ENDED = ("downloaded", "skipped", "cancelled")
"""Phases in which an order has ended."""


def document(reader: Reader, state_dir: Path, pid: int | None, ended: int = -1) -> dict[str, Any]:
    """The document of ``status --json``, version 1. Times are ISO 8601 in UTC; sizes are in bytes.

    ``ended`` limits the ended orders to the most recent ones. Negative: no limit.
    """
    report: dict[str, Any] = json.loads(in_json(reader, state_dir, pid, ended))
    return report


def in_json(reader: Reader, state_dir: Path, pid: int | None, ended: int = -1) -> bytes:
    """``document`` as JSON text. SQLite formats the orders, and they are not parsed here."""
    orders = ", ".join(reader.orders_in_json(order_page(""), ended))
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
