"""Asks as rows."""

from __future__ import annotations

import sqlite3

from daemon.store.asks import KEPT, KEPT_FOR, Answer, Ask
from daemon.store.sqlite.names import unpack


def open_asks(connection: sqlite3.Connection) -> list[Ask]:
    """Every ask without an answer, the oldest first. A row that anybody may have written is read as it is."""
    rows = connection.execute(
        "SELECT seq, CAST(verb AS BLOB) AS verb, typeof(target) AS kind, CAST(target AS BLOB) AS target "
        "FROM asks WHERE answered_at IS NULL ORDER BY seq"
    )
    return [Ask(row["seq"], _text(row["verb"]), _target(row["kind"], row["target"])) for row in rows]


def _target(kind: str, value: bytes) -> str:
    return unpack(value) if kind == "blob" else _text(value)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def write_answer(connection: sqlite3.Connection, answer: Answer) -> None:
    """Record what came of an ask, and forget those that were answered long ago."""
    connection.execute(
        "UPDATE asks SET outcome = ?, answer = ?, answered_at = ? WHERE seq = ? AND answered_at IS NULL",
        (answer.outcome.value, answer.text.encode("utf-8", "backslashreplace").decode(), answer.at, answer.ask.seq),
    )
    connection.execute(
        "DELETE FROM asks WHERE answered_at < :since OR (answered_at IS NOT NULL AND seq NOT IN "
        "(SELECT seq FROM asks WHERE answered_at IS NOT NULL ORDER BY seq DESC LIMIT :kept))",
        {"since": answer.at - KEPT_FOR, "kept": KEPT},
    )
