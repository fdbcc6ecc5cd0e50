"""Why an order waits for a person, where that decides what the person may do."""

from __future__ import annotations

from enum import StrEnum


class Hold(StrEnum):
    """Why an order is held, where that decides which verbs are allowed. If there are several, the last in this list.

    DELIVERED: its own delivery note says that it was delivered, but the pictures do not confirm that. LATE: its photos
    arrived after the shoot of another order was locked. SKIPPED_BEFORE: its photos may be those of a skipped shoot.
    DOUBT: its photos may be duplicates, or have no common format. UNKNOWN_ORDER: another order, which is not in the
    state, may have its photos.
    """

    DELIVERED = "delivered"
    LATE = "late"
    SKIPPED_BEFORE = "skipped before"
    DOUBT = "doubt"
    UNKNOWN_ORDER = "unknown order"

    def outweighs(self, other: Hold | None) -> bool:
        """True if this reason takes precedence over another reason to hold the same order."""
        return other is None or list(Hold).index(self) > list(Hold).index(other)


CHOICES = frozenset({Hold.LATE, Hold.SKIPPED_BEFORE, Hold.DOUBT, Hold.UNKNOWN_ORDER})
"""Reasons that need a decision: `approve` sends the order. A retry does not, because nothing failed."""
