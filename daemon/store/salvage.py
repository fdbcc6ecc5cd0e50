"""Copies the readable rows of a damaged state file into an intact one.

SQLite raises only for queries that need a damaged page. So orders are searched in every way (through the table and each
of its indexes, from both ends), and each one is read separately. An order counts only with all of its brackets and
images; the sums in its row say how many it had.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from daemon.order import Order
from daemon.root import Seen
from daemon.store.file import FILE, as_dict, configure
from daemon.store.names import unpack
from daemon.store.rows import Row, load, order_row
from daemon.store.schema import MIGRATIONS, migrate, require_known

DAMAGED = "damaged.sqlite3"
"""The name of the damaged file's working copy."""

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
"""Queries that reach the orders' row numbers in different ways."""

SUMS = ("brackets_total", "bytes_total", "images_total")
"""Columns of an order that show if all of its brackets and images were read."""


@dataclass(frozen=True, slots=True)
class Salvage:
    """The result of a salvage. ``file`` is an intact state file of this version with the salvaged rows.

    ``unread`` is the number of orders that existed and could not be read completely. ``roots`` are the watched and
    output folders that were seen.
    """

    file: Path
    orders: tuple[Order, ...]
    unread: int
    roots: Mapping[str, Seen]


def salvage(path: Path, into: Path) -> Salvage:
    """Salvage a state file and its WAL into an existing, empty folder. The file itself is only copied.

    Raises StateTooNew for a file from a newer version, and OSError.
    """
    file = into / FILE
    found = _version_copied(path, into)
    with closing(sqlite3.connect(file, isolation_level=None)) as sound:
        configure(sound)
        migrate(sound, str(file), MIGRATIONS[:found])
        numbers: set[int] = set()
        if found:
            with closing(_damaged(into)) as old:
                sound.execute("BEGIN")
                numbers = _read(old, sound)
                sound.execute("COMMIT")
        migrate(sound, str(file))
        orders = tuple(_whole_orders(sound))
        return Salvage(file, orders, len(numbers) - len(orders), _roots(sound))


def _version_copied(path: Path, into: Path) -> int:
    """Copy the file and its WAL, and return its version, 0 if that cannot be read."""
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


def _read(old: sqlite3.Connection, sound: sqlite3.Connection) -> set[int]:
    """Copy all readable rows, and return the row numbers of the orders that existed."""
    numbers = {int(row["number"]) for way in WAYS for row in _readable(old, way)}
    for number in sorted(numbers):
        for order in _readable(old, "SELECT * FROM orders NOT INDEXED WHERE rowid = ?", number):
            _keep(sound, "orders", order)
            for table in ("brackets", "images", "left_out", "purchases"):
                for row in _readable(old, f"SELECT * FROM {table} WHERE order_id = ?", order["id"]):  # noqa: S608
                    _keep(sound, table, row)
    for direction in ("ASC", "DESC"):
        for row in _readable(old, f"SELECT * FROM journal NOT INDEXED ORDER BY seq {direction}"):  # noqa: S608
            _keep(sound, "journal", row)
    for table in ("roots", "skipped_files"):
        for row in _readable(old, f"SELECT * FROM {table} NOT INDEXED"):  # noqa: S608 - our own names
            _keep(sound, table, row)
    return numbers


def _readable(old: sqlite3.Connection, query: str, *values: object) -> Iterator[Row]:
    """The rows of a query up to the first unreadable one. Empty for a table that the file's version lacks."""
    try:
        yield from old.execute(query, values)
    except sqlite3.DatabaseError:
        return


def _keep(sound: sqlite3.Connection, table: str, row: Row) -> None:
    """Copy a row, unless it already exists or damage has made it invalid."""
    columns, marks = ", ".join(row), ", ".join(f":{column}" for column in row)
    try:
        sound.execute(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", row)  # noqa: S608 - our own names
    except sqlite3.DatabaseError:
        return


def _whole_orders(sound: sqlite3.Connection) -> Iterator[Order]:
    """The complete orders. The rows of incomplete orders are deleted."""
    for row in sound.execute("SELECT id, brackets_total, bytes_total, images_total FROM orders").fetchall():
        order = _order(sound, row)
        if order is None:
            sound.execute("DELETE FROM orders WHERE id = ?", (row["id"],))
        else:
            yield order


def _order(sound: sqlite3.Connection, row: Row) -> Order | None:
    try:
        order = load(sound, str(row["id"]))
        sums = order_row(order)
    except (ValueError, TypeError, LookupError):
        return None
    return order if all(sums[column] == row[column] for column in SUMS) else None


def _roots(sound: sqlite3.Connection) -> dict[str, Seen]:
    rows = sound.execute("SELECT path, mount, identity, shoots FROM roots").fetchall()
    mounts = ((row, unpack(row["mount"]) if row["mount"] is not None else None) for row in rows)
    return {unpack(row["path"]): Seen(mount, row["identity"], row["shoots"]) for row, mount in mounts}
