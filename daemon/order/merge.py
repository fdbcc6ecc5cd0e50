"""What is known about an order's merge."""

from __future__ import annotations

from enum import StrEnum


class MergeState(StrEnum):
    """What is known about the order's only merge. ASKED means that its answer was lost or has not arrived yet."""

    NOT_ASKED = "not asked"
    ASKED = "asked"
    ANSWERED = "answered"
    SEEN = "seen"
