"""Reads what can still be read of a state file that is damaged, row by row, into a sound one.

Where a page is damaged SQLite raises at whatever needs that page, and at nothing else. So an order is looked for by
every way that leads to it (the table and each of its indexes, from both ends), and read by itself. Its brackets and
images count only all together: the sums in its row say how many there were.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from daemon.order import Order
from daemon.root import Seen
from daemon.store.sqlite.file import FILE, as_dict, configure
from daemon.store.sqlite.names import unpack
from daemon.store.sqlite.rows import Row, load, order_row
from daemon.store.sqlite.schema import MIGRATIONS, migrate, require_known
from daemon.store.wreck import Salvage

DAMAGED = "damaged.sqlite3"
"""The name under which the file is copied to be read."""

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
"""Every way to the orders' row numbers."""

SUMS = ("brackets_total", "bytes_total", "images_total")
"""Columns of an order that tell whether its brackets and images were all read."""


def salvage(path: Path, into: Path) -> Salvage:
    """Read a state file, with its WAL, into a folder that is there and empty; the file itself is only copied.

    Raises StateTooNew for one that a newer bracketd wrote, and OSError.
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
    """Copy the file and its WAL; the version it has, 0 when that cannot be read."""
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
    """Read everything that can be read; the numbers of the orders that were there."""
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
    """The rows of a query up to the first that cannot be read; a table that this version lacks has none."""
    try:
        yield from old.execute(query, values)
    except sqlite3.DatabaseError:
        return


def _keep(sound: sqlite3.Connection, table: str, row: Row) -> None:
    """Take a row over, unless it is there already or damage made it one that cannot be."""
    columns, marks = ", ".join(row), ", ".join(f":{column}" for column in row)
    try:
        sound.execute(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", row)  # noqa: S608 - our own names
    except sqlite3.DatabaseError:
        return


def _whole_orders(sound: sqlite3.Connection) -> Iterator[Order]:
    """The orders with all their brackets and images; what is left of the others is removed."""
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
