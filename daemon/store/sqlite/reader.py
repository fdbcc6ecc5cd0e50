"""Reads the state for ``status``, ``show`` and other programs, and adds asks for the daemon."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from daemon.store.asks import Outcome
from daemon.store.notes import Noted, noted
from daemon.store.pages import Bought, Choices, Filter, OrdersPage
from daemon.store.place import FILE
from daemon.store.reading import Reader, matching
from daemon.store.sqlite.file import open_for_reading, open_for_writing
from daemon.store.sqlite.names import pack, unpack
from daemon.store.sqlite.summary import ENDED, IN_JSON, SUMMARY, define_quoted
from daemon.store.sqlite.trouble import trouble_named
from daemon.store.sqlite.waiting import waiting_from
from daemon.store.waiting import Waiting

if TYPE_CHECKING:
    from daemon.order import Order
    from daemon.root import RootState

T = TypeVar("T")

NOTES = "SELECT key, value FROM daemon ORDER BY rowid"

PURCHASES = """
SELECT at, credits, purchases.order_id, image_id, file, shoot, folder, supplement_of
FROM purchases
JOIN orders ON orders.id = purchases.order_id
LEFT JOIN images ON images.order_id = purchases.order_id AND images.id = image_id
WHERE at >= ? AND at < ? ORDER BY at, purchases.order_id, image_id
"""

TIME_OF_PURCHASES = "SELECT (SELECT min(at) FROM purchases) AS first, (SELECT max(at) FROM purchases) AS last"


class SqliteReader(Reader):
    """Reads a state file. A missing file is read as empty. Raises StateError and its subclasses."""

    def __init__(self, state_dir: Path) -> None:
        self._connection = open_for_reading(state_dir)
        self._path = state_dir / FILE
        if self._connection is not None:
            define_quoted(self._connection)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
        return self._ask(lambda connection: connection.execute(query, values).fetchall(), [])

    def _ask(self, query: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        """The result of a query; ``nothing`` without a state."""
        if self._connection is None:
            return nothing
        with trouble_named(self._path):
            return query(self._connection)

    def orders(self) -> list[dict[str, Any]]:
        rows = self._rows(f"SELECT {SUMMARY} FROM orders ORDER BY updated_at DESC")  # noqa: S608 - a constant
        for row in rows:
            row["messages"] = json.loads(row["messages"])
            for name in ("shoot", "folder", "output"):
                row[name] = unpack(row[name])
        return rows

    def orders_in_json(self, page: str, ended: int = -1) -> list[str]:
        lately = f"SELECT id FROM orders WHERE {ENDED} ORDER BY updated_at DESC LIMIT :ended"  # noqa: S608 - a constant
        chosen = f"WHERE NOT {ENDED} OR id IN ({lately})" if ended >= 0 else ""
        query = f"SELECT {IN_JSON} AS summary FROM orders {chosen} ORDER BY updated_at DESC"  # noqa: S608 - constants
        return [row["summary"] for row in self._rows(query, {"link": page, "ended": ended})]

    def ended(self) -> int:
        counted = self._rows(f"SELECT count(*) AS ended FROM orders WHERE {ENDED}")  # noqa: S608 - a constant
        return int(counted[0]["ended"]) if counted else 0

    def waiting(self) -> list[Waiting]:
        rows = self._rows("SELECT * FROM waiting ORDER BY since")
        return [waiting_from(row) for row in rows]

    def notes(self) -> Noted:
        return noted({row["key"]: json.loads(row["value"]) for row in self._rows(NOTES)})

    def root_state(self, root: str) -> RootState | None:
        from daemon.store.sqlite.roots import load  # noqa: PLC0415 - `status` has no use for it

        return self._ask(lambda connection: load(connection, root), None)

    def known(self, root: str, shoots: Collection[str]) -> int:
        from daemon.store.sqlite.taken import taken  # noqa: PLC0415 - `status` has no use for it

        return self._ask(lambda connection: len(taken(connection, root, dict.fromkeys(shoots, 0))), 0)

    def asked(self) -> list[tuple[str, str]]:
        rows = self._rows("SELECT verb, target FROM asks WHERE answered_at IS NULL ORDER BY seq")
        return [(row["verb"], unpack(row["target"])) for row in rows]

    def answer(self, seq: int) -> tuple[Outcome, str] | None:
        query = "SELECT outcome, answer FROM asks WHERE seq = ? AND answered_at IS NOT NULL"
        return next(((Outcome(row["outcome"]), row["answer"]) for row in self._rows(query, (seq,))), None)

    def find(self, words: str) -> list[dict[str, Any]]:
        return matching(self.orders(), words)

    def known_ids(self, ids: Iterable[str]) -> frozenset[str]:
        query = "SELECT id FROM orders WHERE id IN (SELECT value FROM json_each(?))"
        return frozenset(str(row["id"]) for row in self._rows(query, (json.dumps(list(ids)),)))

    def page_of_orders(self, link: str, wanted: Filter, limit: int, offset: int = 0) -> OrdersPage:
        from daemon.store.sqlite import pages  # noqa: PLC0415 - `status` has no use for it

        return self._ask(lambda connection: pages.page_of_orders(connection, link, wanted, limit, offset), OrdersPage())

    def orders_for_a_person(self, link: str, limit: int, offset: int = 0) -> OrdersPage:
        from daemon.store.sqlite import pages  # noqa: PLC0415

        return self._ask(lambda connection: pages.orders_for_a_person(connection, link, limit, offset), OrdersPage())

    def choices(self) -> Choices:
        from daemon.store.sqlite import pages  # noqa: PLC0415

        return self._ask(pages.choices, Choices())

    def images_bought(self, spans: Sequence[tuple[float, float]]) -> list[int]:
        from daemon.store.sqlite import pages  # noqa: PLC0415

        return self._ask(lambda connection: pages.images_bought(connection, spans), [0] * len(spans))

    def bought(self, spans: Sequence[tuple[float, float]]) -> list[Bought]:
        from daemon.store.sqlite import pages  # noqa: PLC0415

        return self._ask(lambda connection: pages.bought(connection, spans), [])

    def time_of_purchases(self) -> tuple[float, float] | None:
        (row,) = self._rows(TIME_OF_PURCHASES) or [{"first": None}]
        return None if row["first"] is None else (float(row["first"]), float(row["last"]))

    def order(self, order_id: str) -> Order:
        from daemon.store.sqlite.rows import load  # noqa: PLC0415 - `status` must not wait for the rules of orders

        if self._connection is None:
            raise KeyError(order_id)
        with trouble_named(self._path):
            return load(self._connection, order_id)

    def purchases(self, since: float, until: float) -> list[dict[str, Any]]:
        rows = self._rows(PURCHASES, (since, until))
        for row in rows:
            row["shoot"], row["folder"] = unpack(row["shoot"]), unpack(row["folder"])
            row["file"] = unpack(row["file"]) if row["file"] is not None else None
        return rows

    def journal(self, order_id: str) -> list[dict[str, Any]]:
        rows = self._rows("SELECT at, fact, detail FROM journal WHERE order_id = ? ORDER BY seq", (order_id,))
        return [{**row, "detail": json.loads(row["detail"])} for row in rows]


def ask(state_dir: Path, verb: str, target: str, now: float, names: Sequence[str] = ()) -> int:
    """Add an ask for the daemon, which need not be running. Returns the ask's number. Raises StateError.

    ``names`` are the images that it is about.

    Creates the state file if there is none, but never migrates it, because a running daemon may be using it.
    """
    with closing(open_for_writing(state_dir, migrating=False)) as connection, trouble_named(state_dir / FILE):
        values = (now, verb, pack(target), json.dumps(list(names)))
        done = connection.execute("INSERT INTO asks (at, verb, target, names) VALUES (?, ?, ?, ?)", values)
        return int(done.lastrowid or 0)
