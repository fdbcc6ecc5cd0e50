"""Writes the rows of waiting shoots."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from daemon.shoot import GateResult, GateState
from daemon.store.sqlite.names import pack, printable, unpack
from daemon.store.sqlite.rows import Row, upsert
from daemon.store.waiting import Waiting


def replace(connection: sqlite3.Connection, root: str, waiting: Iterable[Waiting]) -> None:
    """Replace the waiting shoots of a watched folder."""
    prefix = root.rstrip("/") + "/"
    for row in connection.execute("SELECT folder FROM waiting").fetchall():
        if unpack(row["folder"]).startswith(prefix):
            connection.execute("DELETE FROM waiting WHERE folder = ?", (row["folder"],))
    upsert(connection, "waiting", ("folder",), map(_row, waiting))


def forget(connection: sqlite3.Connection, folder: str) -> None:
    """Delete a waiting shoot."""
    connection.execute("DELETE FROM waiting WHERE folder = ?", (pack(folder),))


def forget_all(connection: sqlite3.Connection) -> None:
    """Delete all waiting shoots."""
    connection.execute("DELETE FROM waiting")


def waiting_from(row: Row) -> Waiting:
    """The waiting shoot that this row was written from."""
    gates = tuple(GateResult(gate, GateState(state), why) for gate, state, why in json.loads(row["gates"]))
    names = {"folder": unpack(row["folder"]), "shoot": unpack(row["shoot"])}
    return Waiting(**{**row, **names, "gates": gates})


def _row(one: Waiting) -> Row:
    reason = printable(one.reason)
    gates = json.dumps([(result.gate, result.state.value, printable(result.why)) for result in one.gates])
    row: Row = {"folder": pack(one.folder), "shoot": pack(one.shoot), "reason": reason, "gates": gates}
    return row | {"files": one.files, "bytes": one.bytes, "since": one.since}
