"""What is known about the merge of an order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class MergeState(StrEnum):
    """The state of the order's only merge. ASKED means that its answer was lost or has not arrived yet."""

    NOT_ASKED = "not asked"
    ASKED = "asked"
    ANSWERED = "answered"
    SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Merge:
    """The order's only merge, and when it was requested.

    ``refused_at`` is when the service refused it; None again once it is known that no merge was carried out.
    """

    state: MergeState = MergeState.NOT_ASKED
    asked_at: float | None = None
    refused_at: float | None = None

    @property
    def requested(self) -> bool:
        """True once the merge was requested: it may have been carried out."""
        return self.state is not MergeState.NOT_ASKED

    @property
    def polled(self) -> bool:
        """True if the service is polled to learn whether the merge was carried out."""
        return self.requested or self.refused_at is not None

    def taken_back(self) -> Merge:
        """The merge after a request that was certainly not carried out."""
        return replace(self, state=MergeState.NOT_ASKED, asked_at=None)
