"""Asks: what a person requested through another program, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
