"""Writes a new state file, and replaces the old one with it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

from daemon.order import Order
from daemon.order.facts import Fact
from daemon.root import RootState
from daemon.store.place import FILE
from daemon.store.sqlite import copies
from daemon.store.sqlite.file import SET_ASIDE, open_for_writing
from daemon.store.sqlite.names import pack
from daemon.store.sqlite.rows import upsert
from daemon.store.sqlite.writing import OLDEST, write_fact, write_order

FROM_HISTORY = """
INSERT INTO {table} SELECT * FROM {history}.{table} WHERE order_id IN (SELECT id FROM orders)
"""
"""Copies the rows of the orders in this file from another state file."""

KNOWN = " ON CONFLICT DO NOTHING"

MARK_RECORDED = "UPDATE orders SET recorded = 1 WHERE id IN (SELECT id FROM {history}.orders WHERE recorded)"


def rebuild(
    into: Path,
    orders: Iterable[tuple[Order, Fact | None]],
    histories: Sequence[Path],
    roots: Mapping[str, RootState],
    now: float,
) -> Path:
    """Write a state file with these orders into an empty folder, and return its path.

    The orders' journal, purchases and records of skipped photos are copied from ``histories``, which are state files of
    this version, most trusted first. An order's fact, if any, is added to its journal. Asks are not copied.
    """
    orders = tuple(orders)
    with closing(open_for_writing(into)) as connection:
        for number, history in enumerate(histories):
            connection.execute(f"ATTACH ? AS history{number}", (str(history),))
        connection.execute("BEGIN")
        for order, _fact in orders:
            write_order(connection, None, order)
        for number in range(len(histories)):
            for table, twice in (("journal", KNOWN), ("purchases", OLDEST), ("skipped_files", KNOWN)):
                connection.execute(FROM_HISTORY.format(table=table, history=f"history{number}") + twice)
            connection.execute(MARK_RECORDED.format(history=f"history{number}"))
        for order, fact in orders:
            if fact is not None:
                write_fact(connection, order.id, fact, now)
        seen = (
            {
                "path": pack(path),
                "seen_at": now,
                "identity": root.identity,
                "shoots": root.shoots,
                "mount": pack(root.mount) if root.mount is not None else None,
            }
            for path, root in roots.items()
        )
        upsert(connection, "roots", ("path",), seen)
        connection.execute("COMMIT")
    return into / FILE


def put_in_place(state_dir: Path, built: Path, now: float) -> Path | None:
    """Set the old state files aside and move ``built`` into place. Returns the folder with the old files, if any.

    The state file is moved first, then SQLite's files beside it. If this is interrupted, there is never a state file
    without its WAL, and no new state is started while a file is set aside. Raises OSError.
    """
    there = [name for name in (FILE, f"{FILE}-wal", f"{FILE}-shm") if (state_dir / name).exists()]
    aside = _folder_for(state_dir, now) if there else None
    if aside is not None:
        aside.mkdir(mode=0o700)
        for name in there:
            os.rename(state_dir / name, aside / name)
        copies.flush(aside)
        copies.flush(state_dir)
    os.rename(built, state_dir / FILE)
    copies.flush(state_dir)
    return aside


def _folder_for(state_dir: Path, now: float) -> Path:
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    names = chain((stamp,), (f"{stamp}-{number}" for number in count(2)))
    return next(folder for name in names if not (folder := state_dir / f"{SET_ASIDE}{name}").exists())


def remains(state_dir: Path) -> Path | None:
    """The state file to recover from: the current one, or the one that an interrupted recovery has set aside."""
    aside = sorted(state_dir.glob(f"{SET_ASIDE}*/{FILE}"), reverse=True)
    found = (file for file in (state_dir / FILE, *aside[:1]) if file.exists() and file.stat().st_size)
    return next(found, None)
