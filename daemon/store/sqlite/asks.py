"""Reads and writes the rows of asks."""

from __future__ import annotations

import json
import sqlite3

from daemon.store.asks import KEPT, KEPT_FOR, Answer, Ask
from daemon.store.sqlite.names import printable, unpack

OPEN = """
SELECT seq, CAST(verb AS BLOB) AS verb, typeof(target) AS kind, CAST(target AS BLOB) AS target,
  CAST(names AS BLOB) AS names
FROM asks WHERE answered_at IS NULL ORDER BY seq
"""

ANSWER = "UPDATE asks SET outcome = ?, answer = ?, answered_at = ? WHERE seq = ? AND answered_at IS NULL"

FORGET_OLD = """
DELETE FROM asks
WHERE answered_at < :since OR (answered_at IS NOT NULL AND seq NOT IN (
  SELECT seq FROM asks WHERE answered_at IS NOT NULL ORDER BY seq DESC LIMIT :kept
))
"""


def data_version(connection: sqlite3.Connection) -> int:
    """SQLite's data version, a number that changes when another connection has written to the file."""
    return int(connection.execute("PRAGMA data_version").fetchone()["data_version"])


def open_asks(connection: sqlite3.Connection) -> list[Ask]:
    """The open asks, the oldest first. Any program may have written a row, so its texts need not be valid UTF-8."""
    rows = connection.execute(OPEN)
    return [
        Ask(row["seq"], _text(row["verb"]), _target(row["kind"], row["target"]), _names(row["names"])) for row in rows
    ]


def _names(value: bytes) -> tuple[str, ...]:
    """The names of a request; empty for a text that is not a JSON list of texts."""
    try:
        names = json.loads(value)
    except ValueError:
        return ()
    return tuple(names) if isinstance(names, list) and all(isinstance(name, str) for name in names) else ()


def _target(kind: str, value: bytes) -> str:
    return unpack(value) if kind == "blob" else _text(value)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def write_answer(connection: sqlite3.Connection, answer: Answer) -> None:
    """Store the answer to an ask, and delete old answered asks."""
    text = printable(answer.text)
    connection.execute(ANSWER, (answer.outcome.value, text, answer.at, answer.ask.seq))
    connection.execute(FORGET_OLD, {"since": answer.at - KEPT_FOR, "kept": KEPT})
