"""Counts purchases for the limits. All functions only read. Times are in epoch seconds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

BOUGHT_SINCE = """
WITH latest AS (SELECT at FROM journal ORDER BY seq DESC LIMIT 1),
     dated AS (
       SELECT iif(bought.at <= (SELECT at FROM latest), bought.at, coalesce(
         (SELECT min(later.at) FROM journal AS later WHERE later.seq > fetched.seq), (SELECT at FROM latest), bought.at
       )) AS at
       FROM purchases AS bought LEFT JOIN journal AS fetched
         ON fetched.order_id = bought.order_id AND fetched.fact = 'Fetched' AND fetched.at = bought.at
       WHERE bought.at >= ?1
       GROUP BY bought.order_id, bought.image_id
     )
SELECT count(*) AS n FROM dated WHERE at >= ?1
"""
"""Images bought since a time. If a purchase has a later time than the newest fact, the clock was ahead.

Such a purchase counts for the earliest time that was written after it, because it cannot have been made later.
"""

ALLOWED = """
SELECT count(*) AS n FROM images JOIN orders ON orders.id = images.order_id
WHERE images.state = 'processed' AND fetched_at IS NULL AND reckoned AND NOT dev_mode
  AND 'downloading' IN (phase, held_in) AND orders.id != ?
"""
"""Images that orders, except one, may already buy."""

OF_OTHER_ORDERS = """
SELECT value AS id FROM json_each(:images)
WHERE EXISTS (SELECT 1 FROM images WHERE images.id = value AND images.order_id != :order_id)
  OR EXISTS (SELECT 1 FROM purchases WHERE image_id = value AND purchases.order_id != :order_id)
"""


def spent(connection: sqlite3.Connection, day: float, month: float, order_id: str) -> tuple[int, int]:
    """Images bought since the beginning of the day and of the month, plus those that orders may already buy.

    Images that the order ``order_id`` may buy are not counted.
    """
    granted = int(connection.execute(ALLOWED, (order_id,)).fetchone()["n"])
    today, lately = (int(connection.execute(BOUGHT_SINCE, (begin,)).fetchone()["n"]) for begin in (day, month))
    return today + granted, lately + granted


def of_other_orders(connection: sqlite3.Connection, images: Iterable[str], order_id: str) -> frozenset[str]:
    """The given images that a different order contains or has bought."""
    values = {"images": json.dumps(list(images)), "order_id": order_id}
    return frozenset(str(row["id"]) for row in connection.execute(OF_OTHER_ORDERS, values))


def bought_since(connection: sqlite3.Connection, moment: float) -> bool:
    """True if the ledger has a purchase at or after a time."""
    query = "SELECT EXISTS (SELECT 1 FROM purchases WHERE at >= ?) AS found"
    return bool(connection.execute(query, (moment,)).fetchone()["found"])
