"""The times of events in an order's life."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Times:
    """Times of an order, in epoch seconds by the wall clock.

    ``phase_since`` is when the order entered its phase; None for an order that has not changed since it was created or
    since an older version: then ``updated_at`` counts. ``due_set_at`` is the clock's time when ``Order.due`` was set
    (see ``daemon.order.due``). ``reopened_at`` is when a person last retried its failed images.
    """

    created_at: float
    updated_at: float
    phase_since: float | None = None
    due_set_at: float | None = None
    reopened_at: float | None = None

    @property
    def in_phase_since(self) -> float:
        """When the order entered its phase, as far as known."""
        return self.updated_at if self.phase_since is None else self.phase_since
