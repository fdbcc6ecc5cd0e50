"""Copies the readable rows of a damaged state file to a new one.

SQLite raises an error only for queries that need a damaged page. So orders are searched in the table and in each of its
indexes, from both ends, and each order is read by its own query. An order counts only if all its brackets and images
were read; its row has their numbers.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from daemon.order import Order
from daemon.root import RootState
from daemon.store.place import FILE
from daemon.store.sqlite.file import as_dict, configure
from daemon.store.sqlite.names import unpack
from daemon.store.sqlite.rows import Row, load, order_row
from daemon.store.sqlite.schema import MIGRATIONS, migrate, require_known
from daemon.store.wreck import Salvage

DAMAGED = "damaged.sqlite3"
"""The name of the copy from which the file is read."""

WAYS = tuple(
    f"SELECT rowid AS number FROM orders {way} {direction}"  # noqa: S608 - constants
    for way in (
        "NOT INDEXED ORDER BY rowid",
        "INDEXED BY sqlite_autoindex_orders_1 ORDER BY id",
        "INDEXED BY orders_folder ORDER BY folder",
        "INDEXED BY orders_updated ORDER BY updated_at",
    )
    for direction in ("ASC", "DESC")
)
"""Queries for the orders' row numbers: by the table and each index, from both ends."""

SUMS = ("brackets_total", "bytes_total", "images_total")
"""Columns of an order that show if all its brackets and images were read."""


def salvage(path: Path, into: Path) -> Salvage:
    """Copy the readable part of a state file and its WAL to an empty folder. The file is not changed.

    Raises StateTooNew for a file of a newer version of bracketd, and OSError.
    """
    file = into / FILE
    found = _version_copied(path, into)
    with closing(sqlite3.connect(file, isolation_level=None)) as target:
        configure(target)
        migrate(target, str(file), MIGRATIONS[:found])
        numbers: set[int] = set()
        if found:
            with closing(_damaged(into)) as old:
                target.execute("BEGIN")
                numbers = _read(old, target)
                target.execute("COMMIT")
        migrate(target, str(file))
        orders = tuple(_whole_orders(target))
        return Salvage(file, orders, len(numbers) - len(orders), _roots(target))


def _version_copied(path: Path, into: Path) -> int:
    """Copy the file and its WAL. Returns the file's version, 0 if it cannot be read."""
    shutil.copyfile(path, into / DAMAGED)
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists():
        shutil.copyfile(wal, into / f"{DAMAGED}-wal")
    with closing(_damaged(into)) as old:
        try:
            return max(0, require_known(old, str(path)))
        except sqlite3.DatabaseError:
            return 0


def _damaged(into: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(into / DAMAGED, isolation_level=None)
    connection.row_factory = as_dict
    return connection


def _read(old: sqlite3.Connection, target: sqlite3.Connection) -> set[int]:
    """Copy all readable rows. Returns the row numbers of all orders that were found, readable or not."""
    numbers = {int(row["number"]) for way in WAYS for row in _readable(old, way)}
    for number in sorted(numbers):
        for order in _readable(old, "SELECT * FROM orders NOT INDEXED WHERE rowid = ?", number):
            _keep(target, "orders", order)
            for table in ("brackets", "images", "left_out", "purchases"):
                for row in _readable(old, f"SELECT * FROM {table} WHERE order_id = ?", order["id"]):  # noqa: S608
                    _keep(target, table, row)
    for direction in ("ASC", "DESC"):
        for row in _readable(old, f"SELECT * FROM journal NOT INDEXED ORDER BY seq {direction}"):  # noqa: S608
            _keep(target, "journal", row)
    for table in ("roots", "skipped_files"):
        for row in _readable(old, f"SELECT * FROM {table} NOT INDEXED"):  # noqa: S608 - our own names
            _keep(target, table, row)
    return numbers


def _readable(old: sqlite3.Connection, query: str, *values: object) -> Iterator[Row]:
    """The rows of a query up to the first that cannot be read. Empty for a table that the file's version lacks."""
    try:
        yield from old.execute(query, values)
    except sqlite3.DatabaseError:
        return


def _keep(target: sqlite3.Connection, table: str, row: Row) -> None:
    """Insert a row, unless it already exists or is invalid because of damage."""
    columns, marks = ", ".join(row), ", ".join(f":{column}" for column in row)
    try:
        target.execute(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", row)  # noqa: S608 - our own names
    except sqlite3.DatabaseError:
        return


def _whole_orders(target: sqlite3.Connection) -> Iterator[Order]:
    """The orders that have all their brackets and images. The others are deleted."""
    for row in target.execute("SELECT id, brackets_total, bytes_total, images_total FROM orders").fetchall():
        order = _order(target, row)
        if order is None:
            target.execute("DELETE FROM orders WHERE id = ?", (row["id"],))
        else:
            yield order


def _order(target: sqlite3.Connection, row: Row) -> Order | None:
    try:
        order = load(target, str(row["id"]))
        sums = order_row(order)
    except (ValueError, TypeError, LookupError):
        return None
    return order if all(sums[column] == row[column] for column in SUMS) else None


def _roots(target: sqlite3.Connection) -> dict[str, RootState]:
    rows = target.execute("SELECT path, mount, identity, shoots FROM roots").fetchall()
    mounts = ((row, unpack(row["mount"]) if row["mount"] is not None else None) for row in rows)
    return {unpack(row["path"]): RootState(mount, row["identity"], row["shoots"]) for row, mount in mounts}
