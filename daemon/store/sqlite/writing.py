"""Writes an order and its facts within a transaction."""

from __future__ import annotations

import sqlite3

from daemon.order import Order
from daemon.order.facts import Fact
from daemon.store.protocol import Stale
from daemon.store.sqlite.names import printable
from daemon.store.sqlite.rows import bracket_row, image_row, journal_row, left_out_row, order_row, upsert

PURCHASE = "INSERT INTO purchases (order_id, image_id, at, credits) VALUES (?, ?, ?, ?)"
OLDEST = (
    " ON CONFLICT (image_id) DO UPDATE SET order_id = excluded.order_id, at = excluded.at, credits = excluded.credits "
    "WHERE excluded.at < purchases.at"
)
"""An image is bought only once, even if several orders contain it. The first purchase counts."""

JOURNAL_ENTRY = "INSERT INTO journal (order_id, at, fact, detail) VALUES (:order_id, :at, :fact, :detail)"

STATE = "SELECT phase, updated_at FROM orders WHERE id = ?"
"""Columns that show if an order has changed since it was read."""

CREDITS = 1
"""The price of an image. The vendor charges one credit per image."""


def write_order(connection: sqlite3.Connection, before: Order | None, after: Order) -> None:
    """Write the row of an order, and the rows of its brackets, images and reasons that changed."""
    upsert(connection, "orders", ("id",), [order_row(after)])
    old_brackets = before.brackets if before else ()
    changed = [(n, b) for n, b in enumerate(after.brackets) if n >= len(old_brackets) or b is not old_brackets[n]]
    upsert(connection, "brackets", ("order_id", "number"), (bracket_row(after.id, n, b) for n, b in changed))
    old_images = before.images if before else ()
    if len(after.images) < len(old_images):
        connection.execute("DELETE FROM images WHERE order_id = ? AND number >= ?", (after.id, len(after.images)))
    fresh = [(n, i) for n, i in enumerate(after.images) if n >= len(old_images) or i is not old_images[n]]
    upsert(connection, "images", ("order_id", "number"), (image_row(after.id, n, i) for n, i in fresh))
    if before is None or after.unsent.left_out_why is not before.unsent.left_out_why:
        connection.execute("DELETE FROM left_out WHERE order_id = ?", (after.id,))
        reasons = (left_out_row(after.id, number, one) for number, one in enumerate(after.unsent.left_out_why))
        upsert(connection, "left_out", ("order_id", "number"), reasons)
    if not after.preset.dev_mode:
        bought = ((after.id, printable(i.id), i.fetched_at, CREDITS) for _, i in fresh if i.fetched_at is not None)
        connection.executemany(PURCHASE + OLDEST, bought)


def write_fact(connection: sqlite3.Connection, order_id: str, fact: Fact, at: float) -> None:
    """Add a fact to the journal. ``at`` is epoch seconds."""
    connection.execute(JOURNAL_ENTRY, journal_row(order_id, fact, at))


def require(connection: sqlite3.Connection, known: Order) -> None:
    """Raise Stale if the phase or time of change of an order's row differs from ``known``."""
    row = connection.execute(STATE, (known.id,)).fetchone()
    if row is None or (row["phase"], row["updated_at"]) != (known.phase.value, known.times.updated_at):
        raise Stale(known.id)
