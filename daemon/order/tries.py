"""Counts of the tries for an order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from daemon.errors import Mismatch


@dataclass(frozen=True, slots=True)
class Tries:
    """Counts of requests in a row, for back-off and for giving up.

    ``polls`` counts the polls since the last request that they wait for, ``failures`` the temporary failures since the
    last success. ``mismatch`` says how the service's last answers did not match the requests, None if the last one did;
    ``mismatches`` counts them, and ``mismatched_at`` is when the first of them came.
    """

    polls: int = 0
    failures: int = 0
    mismatch: Mismatch | None = None
    mismatches: int = 0
    mismatched_at: float | None = None

    def succeeded(self) -> Tries:
        """The counts after a success."""
        return replace(self.matched(), failures=0)

    def matched(self) -> Tries:
        """The counts without mismatches, because an answer matched or the order waits for something else."""
        return Tries(self.polls, self.failures) if self.mismatches else self

    def released(self) -> Tries:
        """The counts of an order that a person released."""
        return replace(self, failures=0, mismatch=None)
