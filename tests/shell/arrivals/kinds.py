"""The kinds of arrivals: each plans one way in which a shoot arrives, with the expected result.

A shoot must not be locked during a pause shorter than its quiet period. It must not be locked during any pause while a
name, a photo's structure or the sync client shows that more will follow. While a bracket set lacks photos, it waits
five more minutes. The pauses of the kinds follow from these promises. A longer pause between two complete photos looks
like the end; such arrivals are in ``beyond``.
"""

from __future__ import annotations

from tests.shell.arrivals import beyond, copies, mishaps, sets, syncs
from tests.shell.arrivals.plan import Draw, Plan

KINDS: dict[str, Draw] = {**copies.KINDS, **syncs.KINDS, **mishaps.KINDS, **sets.KINDS, **beyond.KINDS}
"""Every kind by what it is."""


def plan_of(kind: str, seed: int) -> Plan:
    """One arrival of a kind. The same seed gives the same arrival."""
    plan = Plan(kind, seed)
    KINDS[kind](plan)
    return plan
