"""Writes finished orders into a state file, exactly as the daemon would."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from daemon.order import Bracket, Order, OrderSource, Phase, Policy, evolve, facts
from daemon.order.times import Times
from daemon.store.sqlite.file import open_for_writing
from daemon.store.sqlite.rows import Row, bracket_row, image_row, journal_row, order_row

BRACKETS, PER_IMAGE = 25, 5
LONG_AGO = 1_700_000_000.0

URL = "https://storage.example/" + "x" * 450
"""A placeholder about as long as a presigned URL of Amazon S3."""


def store_finished(state_dir: Path, watch: Path, orders: int) -> None:
    """Write finished orders in one transaction, and create their empty folders in ``watch``."""
    order, journal = _finished()
    brackets = [bracket_row(order.id, number, bracket) for number, bracket in enumerate(order.brackets)]
    images = [image_row(order.id, number, image) for number, image in enumerate(order.images)]
    past = [journal_row(order.id, fact, LONG_AGO) for fact in journal]
    with closing(open_for_writing(state_dir)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for number in range(orders):
            shoot = f"{number + 1:05} Sample Street"
            (watch / shoot).mkdir(parents=True)
            folder, output = str(watch / shoot), str(watch.with_name("output") / shoot)
            mark = uuid.uuid4().hex
            own = replace(
                order,
                id=str(uuid.uuid4()),
                source=replace(order.source, shoot=shoot, folder=folder, output=output, fingerprint=mark),
            )
            _insert(connection, "orders", [order_row(own)])
            for table, rows in (("brackets", brackets), ("images", images), ("journal", past)):
                _insert(connection, table, [{**row, "order_id": own.id} for row in rows])
        connection.execute("COMMIT")


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    columns = tuple(rows[0])
    marks = ", ".join(f":{column}" for column in columns)
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - the store's own names
    connection.executemany(statement, rows)


def _finished() -> tuple[Order, Sequence[facts.Fact]]:
    """A delivered order, made by applying facts with the rules, and those facts."""
    files = tuple(Bracket(f"DCIM/100CANON/IMG_{n:04}.CR3", 30_000_000, 10**18, n) for n in range(BRACKETS))
    images = tuple(
        facts.PolledImage(str(uuid.uuid4()), f"IMG_{n:04}.CR3", ended=True) for n in range(BRACKETS // PER_IMAGE)
    )
    happened: list[facts.Fact] = []
    for n in range(BRACKETS):
        happened += [facts.Registered(n, 0, str(uuid.uuid4()), URL, "image/x-canon-cr3"), facts.Stored(n, 0)]
    happened += [facts.Confirmed(()), facts.MergeIntended(), facts.Merged(), facts.Polled(False, False, images)]
    for n, image in enumerate(images):
        happened += [
            facts.Fetched(image.id, 9_000_000, "0" * 64, "jpg"),
            facts.PicturePlaced(image.id, f"IMG_{n:04}.jpg"),
        ]
    happened.append(facts.Delivered())
    order = Order(
        id=str(uuid.uuid4()),
        flow="images",
        source=OrderSource(shoot="", folder="", output=""),
        times=Times(created_at=LONG_AGO, updated_at=LONG_AGO),
        brackets=files,
    )
    for fact in happened:
        order = evolve(order, fact, now=LONG_AGO, policy=Policy())
    assert order.phase is Phase.DOWNLOADED, order
    return order, (facts.Locked(files, (), "quiet for 60 s"), *happened)
