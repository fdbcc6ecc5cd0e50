"""Why an order waits for a person, and where it continues."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from daemon.order.phase import Stage


class HoldKind(StrEnum):
    """Why an order is held, which decides the allowed verbs. Of several reasons, the last in this list counts.

    PROBLEM: something failed, or a limit would be passed; the order's troubles say what. DELIVERED: its own delivery
    note says that it was delivered, but the pictures do not confirm that. CHOICE: a person chooses which images are
    bought. MISGROUPED: the service grouped the brackets differently from the plan, and nothing was bought. LATE: its
    photos arrived after the shoot of another order was locked. PROPERTIES: the shoot looks like several properties.
    SKIPPED_BEFORE: its photos may be those of a skipped shoot. DOUBT: its photos may be duplicates, or have no common
    format. UNKNOWN_ORDER: another order, which is not in the state, may have its photos.
    """

    PROBLEM = "problem"
    DELIVERED = "delivered"
    CHOICE = "choice"
    MISGROUPED = "misgrouped"
    LATE = "late"
    PROPERTIES = "properties"
    SKIPPED_BEFORE = "skipped before"
    DOUBT = "doubt"
    UNKNOWN_ORDER = "unknown order"

    def outweighs(self, other: HoldKind) -> bool:
        """True if this reason takes precedence over another reason to hold the same order."""
        return list(HoldKind).index(self) > list(HoldKind).index(other)


CHOICES = frozenset(HoldKind) - {HoldKind.PROBLEM, HoldKind.DELIVERED}
"""Reasons that need a decision: `approve` sends or buys the order. A retry does not, because nothing failed."""


@dataclass(frozen=True, slots=True)
class Hold:
    """An order waits for a person. ``returns_to`` is the phase in which it then continues.

    ``Times.phase_since`` is when it was held.
    """

    returns_to: Stage
    kind: HoldKind = HoldKind.PROBLEM
