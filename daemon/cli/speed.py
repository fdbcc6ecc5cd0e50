"""The measured speed of uploads, from the orders that were sent."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from daemon.cli.state import look
from daemon.errors import StateError
from daemon.order import Order

LEAST = 10_000_000
"""The minimum size in bytes of an order whose upload shows the speed of the connection."""

LATEST = 5
"""The maximum number of orders to check, the latest first."""


def bytes_per_second(state_dir: Path) -> float | None:
    """The last upload's speed in bytes per second. None without a state, or if no order was large enough."""
    try:
        with look(state_dir) as reader:
            rows = sorted(reader.orders(), key=lambda row: row["updated_at"], reverse=True)[:LATEST]
            return speed_of(reader.order(row["id"]) for row in rows)
    except StateError:
        return None


def speed_of(orders: Iterable[Order]) -> float | None:
    """The speed in bytes per second of the first order that was large enough, measured after its first file."""
    for order in orders:
        stored = sorted((b.stored_at, b.size) for b in order.brackets if b.stored_at is not None)
        size = sum(size for _, size in stored[1:])
        if size >= LEAST and stored[-1][0] > stored[0][0]:
            return size / (stored[-1][0] - stored[0][0])
    return None
