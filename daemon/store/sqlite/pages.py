"""Finds orders a page at a time, counts what filters can choose, and sums purchases by order."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any

from daemon.store.pages import Bought, Choices, Filter, OrdersPage, is_named, words_of
from daemon.store.reading import LEAST
from daemon.store.sqlite.names import pack, printable, unpack
from daemon.store.sqlite.summary import IN_JSON

MATCHES = """
  (:named IS NULL OR is_named(shoot) OR substr(id, 1, length(:id)) = :id)
  AND (:phases IS NULL OR phase IN (SELECT value FROM json_each(:phases)))
  AND (:healths IS NULL OR health IN (SELECT value FROM json_each(:healths)))
  AND (
    :folder IS NULL
    OR substr(folder, 1, length(:folder)) = :folder
    OR substr(folder, 1, length(:folder_bytes)) = :folder_bytes
  )
  AND (:since IS NULL OR created_at >= :since)
  AND (:until IS NULL OR created_at < :until)
"""
"""SQL for the orders that a filter finds, with the values of ``_values``; a NULL excludes nothing.

``page_of_orders`` defines ``is_named``.
"""

FOR_A_PERSON = "phase = 'held' OR health = 'attention'"

FOUND = f"SELECT count(*) AS total FROM orders WHERE {MATCHES}"  # noqa: S608 - constants
PAGE = f"""
SELECT id, count(*) OVER () AS total FROM orders WHERE {MATCHES}
ORDER BY updated_at DESC, id LIMIT :limit OFFSET :offset
"""  # noqa: S608 - constants

FOUND_FOR_A_PERSON = f"SELECT count(*) AS total FROM orders WHERE {FOR_A_PERSON}"  # noqa: S608 - constants
PAGE_FOR_A_PERSON = f"""
SELECT id, count(*) OVER () AS total FROM orders WHERE {FOR_A_PERSON}
ORDER BY phase != 'held', updated_at DESC, id LIMIT :limit OFFSET :offset
"""  # noqa: S608 - constants

SUMMARIES = f"SELECT id, {IN_JSON} AS summary FROM orders WHERE id IN (SELECT value FROM json_each(:ids))"  # noqa: S608

CHOICES = """
SELECT
  iif(typeof(folder) = 'blob', CAST(parent AS BLOB), parent) AS parent,
  strftime('%Y-%m', created_at, 'unixepoch', 'localtime') AS month, phase, health, count(*) AS orders
FROM (
  SELECT folder, created_at, phase, health,
    rtrim(CAST(folder AS TEXT), replace(CAST(folder AS TEXT), '/', '')) AS parent
  FROM orders
)
GROUP BY 1, 2, 3, 4
"""
"""``parent`` is the folder's path up to its last slash: without the trailing characters that are not slashes."""

IMAGES_BOUGHT = """
SELECT (
  SELECT count(*) FROM purchases
  WHERE at >= json_extract(spans.value, '$[0]') AND at < json_extract(spans.value, '$[1]')
) AS images
FROM json_each(?) AS spans ORDER BY spans.key
"""

BOUGHT = """
SELECT span, at, order_id, shoot, folder, supplement_of, images, credits
FROM (
  SELECT spans.key AS span, min(at) AS at, order_id, count(*) AS images, sum(credits) AS credits
  FROM json_each(?) AS spans
  JOIN purchases ON at >= json_extract(spans.value, '$[0]') AND at < json_extract(spans.value, '$[1]')
  GROUP BY spans.key, order_id
)
JOIN orders ON orders.id = order_id
ORDER BY span, at, order_id
"""


def page_of_orders(connection: sqlite3.Connection, link: str, wanted: Filter, limit: int, offset: int) -> OrdersPage:
    """The orders that a filter finds, from ``offset`` on, the most recently changed first."""
    words = words_of(wanted.text)
    connection.create_function("is_named", 1, lambda shoot: is_named(unpack(shoot), words), deterministic=True)
    return _page(connection, FOUND, PAGE, _values(wanted), {"link": link, "limit": limit, "offset": offset})


def orders_for_a_person(connection: sqlite3.Connection, link: str, limit: int, offset: int) -> OrdersPage:
    """The orders that are held or need attention, the held ones first."""
    return _page(
        connection, FOUND_FOR_A_PERSON, PAGE_FOR_A_PERSON, {}, {"link": link, "limit": limit, "offset": offset}
    )


def _page(
    connection: sqlite3.Connection, count: str, page: str, values: dict[str, Any], part: dict[str, Any]
) -> OrdersPage:
    rows = connection.execute(page, values | part).fetchall()
    if not rows and part["offset"]:
        return OrdersPage(total=int(connection.execute(count, values).fetchone()["total"]))
    ids = [row["id"] for row in rows]
    found = connection.execute(SUMMARIES, {"ids": json.dumps(ids), "link": part["link"]})
    summaries = {row["id"]: row["summary"] for row in found}
    return OrdersPage(tuple(json.loads(summaries[one]) for one in ids), int(rows[0]["total"]) if rows else 0)


def _values(wanted: Filter) -> dict[str, Any]:
    """The values of ``MATCHES``. A part that is not given is None."""
    inside = pack(f"{wanted.folder.rstrip('/')}/") if wanted.folder is not None else None
    in_bytes = inside.encode() if isinstance(inside, str) else inside
    text = wanted.text.strip()
    return {
        "named": True if text else None,
        "id": printable(text.casefold()) if len(text) >= LEAST else None,
        "phases": json.dumps(list(wanted.phases)) if wanted.phases else None,
        "healths": json.dumps(list(wanted.healths)) if wanted.healths else None,
        "folder": inside,
        "folder_bytes": in_bytes,
        "since": wanted.since,
        "until": wanted.until,
    }


def choices(connection: sqlite3.Connection) -> Choices:
    """The values that occur, each with its number of orders."""
    folders, months, phases, healths = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for row in connection.execute(CHOICES):
        orders = row["orders"]
        folders[unpack(row["parent"]).rstrip("/") or "/"] += orders
        months[row["month"]] += orders
        phases[row["phase"]] += orders
        healths[row["health"]] += orders
    newest_first = dict(sorted(months.items(), reverse=True))
    return Choices(dict(sorted(folders.items())), newest_first, dict(phases), dict(healths))


def images_bought(connection: sqlite3.Connection, spans: Sequence[tuple[float, float]]) -> list[int]:
    """The number of images bought in each span of time. The index of purchases answers it alone."""
    return [int(row["images"]) for row in connection.execute(IMAGES_BOUGHT, (json.dumps(spans),))]


def bought(connection: sqlite3.Connection, spans: Sequence[tuple[float, float]]) -> list[Bought]:
    """What each order bought in each span of time."""
    rows = connection.execute(BOUGHT, (json.dumps(spans),)).fetchall()
    names = ("shoot", "folder")
    return [Bought(**{**row, **{name: unpack(row[name]) for name in names}}) for row in rows]
