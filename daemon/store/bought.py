"""Purchases as the limits count them. All functions only read. Times are seconds since 1970 (UTC)."""

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
"""The number of images bought since a time. A purchase that is later than the newest fact was dated by a fast clock.

It counts at the earliest time that was recorded after it, because it cannot be later than that.
"""

ALLOWED = """
SELECT count(*) AS n FROM images JOIN orders ON orders.id = images.order_id
WHERE images.state = 'processed' AND fetched_at IS NULL AND reckoned AND NOT dev_mode
  AND 'downloading' IN (phase, held_in) AND orders.id != ?
"""
"""The number of images that orders are already allowed to buy, without one order."""


def spent(connection: sqlite3.Connection, day: float, month: float, order_id: str) -> tuple[int, int]:
    """The images bought since the start of the day and of the month, plus those that orders are allowed to buy.

    ``order_id`` is the order to be checked; its own allowance does not count.
    """
    granted = int(connection.execute(ALLOWED, (order_id,)).fetchone()["n"])
    today, lately = (int(connection.execute(BOUGHT_SINCE, (begin,)).fetchone()["n"]) for begin in (day, month))
    return today + granted, lately + granted


def of_other_orders(connection: sqlite3.Connection, images: Iterable[str], order_id: str) -> frozenset[str]:
    """The given images that belong to, or were bought by, an order other than ``order_id``."""
    query = (
        "SELECT value AS id FROM json_each(:images) WHERE "
        "EXISTS (SELECT 1 FROM images WHERE images.id = value AND images.order_id != :order_id) OR "
        "EXISTS (SELECT 1 FROM purchases WHERE image_id = value AND purchases.order_id != :order_id)"
    )
    values = {"images": json.dumps(list(images)), "order_id": order_id}
    return frozenset(str(row["id"]) for row in connection.execute(query, values))


def bought_since(connection: sqlite3.Connection, moment: float) -> bool:
    """True if there is a purchase at or after a time."""
    query = "SELECT EXISTS (SELECT 1 FROM purchases WHERE at >= ?) AS found"
    return bool(connection.execute(query, (moment,)).fetchone()["found"])
