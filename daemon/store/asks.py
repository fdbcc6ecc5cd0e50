"""Asks: requests that a person made through another program, and the daemon's answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

KEPT_FOR = 30 * 86400.0
"""Seconds for which an answered ask is kept."""

KEPT = 1000
"""The maximum number of answered asks that are kept."""


class Outcome(StrEnum):
    """The result of an ask: it was carried out, it was not allowed, or it failed."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Ask:
    """A person's request.

    ``verb`` is a value of ``daemon.order.Verb``, or a verb that only another version of bracketd knows. ``target`` is a
    folder for ``submit``, ``submit again``, ``skip`` and ``adopt``, otherwise an order's id. ``names`` are the images
    that it is about, for ``approve only``.
    """

    seq: int
    verb: str
    target: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an ask. ``text`` is for a person, ``at`` is in epoch seconds."""

    ask: Ask
    outcome: Outcome
    text: str
    at: float
