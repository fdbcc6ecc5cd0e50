"""Asks as rows: what a person requested through another program, and what came of it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from daemon.store.names import printable, unpack

KEPT_FOR = 30 * 86400.0
"""Seconds for which an answered ask is kept."""

KEPT = 1000
"""Answered asks that are kept at most."""


class Outcome(StrEnum):
    """What came of an ask: it was carried out, it was not allowed, or it failed."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Ask:
    """Something a person requested.

    ``verb`` is one of ``daemon.order.Verb``, or one that only another version of bracketd knows. ``target`` is a
    folder for ``submit``, ``submit again``, ``skip`` and ``adopt``, else an order's id.
    """

    seq: int
    verb: str
    target: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an ask, in words for a person; ``at`` is epoch seconds."""

    ask: Ask
    outcome: Outcome
    text: str
    at: float


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
        (answer.outcome.value, printable(answer.text), answer.at, answer.ask.seq),
    )
    connection.execute(
        "DELETE FROM asks WHERE answered_at < :since OR (answered_at IS NOT NULL AND seq NOT IN "
        "(SELECT seq FROM asks WHERE answered_at IS NOT NULL ORDER BY seq DESC LIMIT :kept))",
        {"since": answer.at - KEPT_FOR, "kept": KEPT},
    )
