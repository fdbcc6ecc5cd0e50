"""Asks as rows: requests from a person through another program, and their results."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from daemon.store.names import unpack

KEPT_FOR = 30 * 86400.0
"""Seconds that an answered ask is kept."""

KEPT = 1000
"""Most answered asks that are kept."""


class Outcome(StrEnum):
    """The result of an ask: carried out, refused or failed."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Ask:
    """A request from a person.

    ``verb`` is a ``daemon.order.Verb``, or one that only another version of bracketd knows. ``target`` is a folder for
    ``submit``, ``submit again``, ``skip`` and ``adopt``, otherwise an order's ID.
    """

    seq: int
    verb: str
    target: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of an ask, with a text for a person. ``at`` is in epoch seconds."""

    ask: Ask
    outcome: Outcome
    text: str
    at: float


def open_asks(connection: sqlite3.Connection) -> list[Ask]:
    """All asks without an answer, oldest first. Rows come from other programs, so invalid text is tolerated."""
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
    """Record the result of an ask, and delete old answered asks."""
    connection.execute(
        "UPDATE asks SET outcome = ?, answer = ?, answered_at = ? WHERE seq = ? AND answered_at IS NULL",
        (answer.outcome.value, answer.text.encode("utf-8", "backslashreplace").decode(), answer.at, answer.ask.seq),
    )
    connection.execute(
        "DELETE FROM asks WHERE answered_at < :since OR (answered_at IS NOT NULL AND seq NOT IN "
        "(SELECT seq FROM asks WHERE answered_at IS NOT NULL ORDER BY seq DESC LIMIT :kept))",
        {"since": answer.at - KEPT_FOR, "kept": KEPT},
    )
