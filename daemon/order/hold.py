"""Why an order waits for a person, where that decides what the person may do."""

from __future__ import annotations

from enum import StrEnum


class Hold(StrEnum):
    """Why an order is held, where that decides what may be done with it. Of several reasons the last in this list.

    DELIVERED: its own delivery note says that it was delivered, and the pictures do not confirm that. LATE: its photos
    came late for another order. SKIPPED_BEFORE: its photos may be those of a skipped shoot. DOUBT: its photos may be
    here twice, or have no format in common. UNKNOWN_ORDER: another order, which the state does not know, seems to have
    its photos.
    """

    DELIVERED = "delivered"
    LATE = "late"
    SKIPPED_BEFORE = "skipped before"
    DOUBT = "doubt"
    UNKNOWN_ORDER = "unknown order"

    def outweighs(self, other: Hold | None) -> bool:
        """True if this reason decides what may be done when both hold an order."""
        return other is None or list(Hold).index(self) > list(Hold).index(other)


CHOICES = frozenset({Hold.LATE, Hold.SKIPPED_BEFORE, Hold.DOUBT, Hold.UNKNOWN_ORDER})
"""Reasons that a person decides about: `approve` sends the order. A retry does not, for nothing failed."""
