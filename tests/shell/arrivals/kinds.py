"""The kinds of arrivals: each draws up one way in which a shoot comes, and what must come of it.

What is promised, and so what the pauses in them are: a shoot is not taken while a pause is shorter than its quiet
period; nor during any pause while a name, a photo's structure or the sync client tells that something is to come, nor
for five minutes after it while a bracket set lacks photos. A
longer pause between two whole photos looks like the end; those are in ``beyond``.
"""

from __future__ import annotations

from tests.shell.arrivals import beyond, copies, mishaps, sets, syncs
from tests.shell.arrivals.plan import Draw, Plan

KINDS: dict[str, Draw] = {**copies.KINDS, **syncs.KINDS, **mishaps.KINDS, **sets.KINDS, **beyond.KINDS}
"""Every kind by what it is."""


def plan_of(kind: str, seed: int) -> Plan:
    """One arrival of a kind, the same for the same seed."""
    plan = Plan(kind, seed)
    KINDS[kind](plan)
    return plan
