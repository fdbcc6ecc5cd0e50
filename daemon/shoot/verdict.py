"""The verdict on an arriving shoot: settled or not, and what has to happen next."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.shoot.arrival import Arrival
from daemon.shoot.gates import READY, GateResult, Terms, closed_gate, gates, in_seconds, may_dangle, needed, problems_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on a shoot: if it is settled, and the reason. ``look_at`` is the latest time for the next scan.

    ``gates`` are the results of all gates. ``examine`` is True if a check of its ``unexamined`` photos or for
    ``dangling`` bracket sets has to run. ``ask`` is True if the sync client's report can end the wait sooner.
    """

    settled: bool
    reason: str
    gates: tuple[GateResult, ...]
    look_at: float | None = None
    examine: bool = False
    ask: bool = False


def verdict(arrival: Arrival, terms: Terms) -> Verdict:
    """Decide on a shoot: it is settled if it passes every gate."""
    results = gates(arrival, terms)
    closed = closed_gate(results)
    if closed is None:
        return Verdict(True, _because(arrival, terms, results[-1]), results)
    more = f" ({arrival.client.why})" if arrival.client.done is None and arrival.client.why else ""
    unchecked = {"structure": bool(arrival.unexamined), "sets": may_dangle(arrival)}
    examine = unchecked.get(closed.gate, False)
    ask = closed.gate in ("placeholders", "sync client", "stillness")
    return Verdict(False, closed.why + more, results, closed.look_at, examine, ask)


def _because(arrival: Arrival, terms: Terms, sets: GateResult) -> str:
    """Why a shoot is settled. ``sets``: the result of the last gate."""
    if arrival.is_ready:
        return READY
    without = f"; leaves out {len(problems_of(arrival))} photo(s)" if problems_of(arrival) else ""
    if arrival.dangling:
        without += f"; {sets.why}"
    client = f"{arrival.client.why}; " if arrival.client.done else ""
    return f"{client}unchanged for {in_seconds(needed(arrival, terms))} s{without}"
