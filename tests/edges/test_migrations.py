"""State files of every earlier version, opened by this version.

``state/version-N.sql`` is a dump (``Connection.iterdump``, then the ``PRAGMA user_version``) of a file of version N
with orders in every phase. It is made once, by the last bracketd that wrote version N, and never edited.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from daemon.errors import StateError
from daemon.order import Bracket, HoldKind, Image, Order, Preset
from daemon.order.problem import Code
from daemon.store.place import FILE
from daemon.store.sqlite.copies import COPIES, is_sound
from daemon.store.sqlite.file import as_dict
from daemon.store.sqlite.reader import SqliteReader
from daemon.store.sqlite.rows import bracket_row, image_row, order_row, problems_of
from daemon.store.sqlite.schema import MIGRATIONS, VERSION, migrate
from daemon.store.sqlite.store import SqliteStore
from tests.core.orders import order as fresh

FIXTURES = sorted((Path(__file__).parent / "state").glob("version-*.sql"))
NOT_COMPARED = {"messages", "preset", "trouble", "recorded", "hold"}
"""Columns whose text another version may write differently, and one that is not the order's own."""

Row = dict[str, Any]


def old_state(fixture: Path, state: Path) -> dict[str, list[Row]]:
    """Put an old file in place. Returns its rows by table."""
    with closing(sqlite3.connect(state / FILE)) as connection:
        connection.executescript(fixture.read_text())
        connection.row_factory = sqlite3.Row
        tables = [row["name"] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")] for table in tables}


def version_of(file: Path) -> int:
    """The version of a state file."""
    with closing(sqlite3.connect(file)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


async def opened(state: Path, ids: list[str]) -> tuple[list[Order], list[str]]:
    """Open the state as the daemon does. Returns these orders, and the ids of the due ones."""
    store = SqliteStore.open(state)
    try:
        return [await store.load(order_id) for order_id in ids], await store.due(2e9, 1e9)
    finally:
        store.close()


def test_every_earlier_version_has_its_fixture() -> None:
    """Every earlier version has a state file here that its own code made."""
    assert [fixture.stem for fixture in FIXTURES] == [f"version-{number}" for number in range(1, VERSION)]


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.stem)
def test_an_older_state_file_opens(tmp_path: Path, fixture: Path) -> None:
    """Each order of an older state file keeps its values and due time, and new fields have their defaults."""
    before = old_state(fixture, tmp_path)
    orders, due = asyncio.run(opened(tmp_path, [row["id"] for row in before["orders"]]))
    for row, order in zip(before["orders"], orders, strict=True):
        kept(row, order_row(order))
        assert order.preset == Preset(**json.loads(row["preset"]))
        brackets = [old for old in before["brackets"] if old["order_id"] == order.id]
        images = [old for old in before["images"] if old["order_id"] == order.id]
        for number, (old, bracket) in enumerate(zip(brackets, order.brackets, strict=True)):
            kept(old, bracket_row(order.id, number, bracket))
        for number, (old, image) in enumerate(zip(images, order.images, strict=True)):
            kept(old, image_row(order.id, number, image))
        new = (
            new_columns(order, before["orders"][0]) == new_columns(fresh(), before["orders"][0]),
            *(defaults(Bracket, bracket, before["brackets"][0]) for bracket in order.brackets),
            *(defaults(Image, image, before["images"][0]) for image in order.images),
        )
        assert all(new)
    assert set(due) == {row["id"] for row in before["orders"] if row["due"] is not None}
    assert due, "the fixture has orders that are due"


def test_what_hindered_an_order_gets_a_code(tmp_path: Path) -> None:
    """Each text of a version 3 state file gets its code and stays unchanged."""
    before = old_state(FIXTURES[2], tmp_path)
    texts = {row["id"]: row["trouble"] for row in before["orders"] if str(row["shoot"]).startswith("v3 ")}
    orders, _due = asyncio.run(opened(tmp_path, list(texts)))
    assert [[trouble.code for trouble in order.troubles] for order in orders] == [
        [Code.SERVICE_UNASKED],
        [Code.OTHER, Code.SERVICE_UNASKED],
        [Code.MAYBE_SKIPPED_BEFORE],
        [Code.MAYBE_SENT_BEFORE],
        [Code.MAYBE_DELIVERED_BEFORE],
        [Code.REPLACED],
        [Code.OVER_LIMIT],
        [Code.WRONG_ANSWER],
        [Code.SKIPPED],
        [Code.ACCOUNT],
    ]
    assert [trouble.text for trouble in orders[1].troubles] == ["a photo is gone", orders[0].troubles[0].text]
    for order in (*orders[:1], *orders[2:]):
        assert [trouble.text for trouble in order.troubles] == [texts[order.id]]
    with SqliteReader(tmp_path) as reader:
        shown = {row["order_id"]: row for text in reader.orders_in_json("") for row in [json.loads(text)]}
    for order in orders:
        assert shown[order.id]["problems"] == problems_of(order)
        assert [problem["text"] for problem in shown[order.id]["problems"]] == shown[order.id]["messages"]
    (late,) = [row["id"] for row in before["orders"] if row["folder"] == "/in/Late" and row["phase"] == "held"]
    (held,), _due = asyncio.run(opened(tmp_path, [late]))
    assert (held.hold_kind, held.troubles[0].code) == (HoldKind.LATE, Code.LATE_SUPPLEMENT), "a retry does not send it"


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.stem)
def test_an_older_state_file_knows_what_was_bought(tmp_path: Path, fixture: Path) -> None:
    """Every image that an older version bought is in the ledger once, and no free image is."""
    before = old_state(fixture, tmp_path)
    orders, _due = asyncio.run(opened(tmp_path, [row["id"] for row in before["orders"]]))
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        ledger = set(connection.execute("SELECT order_id, image_id, at FROM purchases"))
    bought = sorted(
        (image.fetched_at, order.id, image.id)
        for order in orders
        for image in order.images
        if image.fetched_at is not None and not order.preset.dev_mode
    )
    first = {image_id: (order_id, image_id, at) for at, order_id, image_id in reversed(bought)}
    assert ledger == set(first.values())
    assert 0 < len(first) < len(bought), "the fixture has images that two orders bought"
    assert any(order.preset.dev_mode for order in orders), "the fixture has free ones"


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.stem)
def test_an_older_state_file_is_copied_first(tmp_path: Path, fixture: Path) -> None:
    """Before a migration, an undamaged copy of the old version is made."""
    before = old_state(fixture, tmp_path)
    number = version_of(tmp_path / FILE)
    asyncio.run(opened(tmp_path, []))
    copy = tmp_path / COPIES / f"before-version-{VERSION}.sqlite3"
    assert (version_of(tmp_path / FILE), version_of(copy), is_sound(copy)) == (VERSION, number, True)
    with closing(sqlite3.connect(copy)) as connection:
        (orders,) = connection.execute("SELECT count(*) FROM orders").fetchone()
    assert orders == len(before["orders"])


def test_without_a_copy_nothing_is_brought_up_to_date(tmp_path: Path) -> None:
    """If the copy cannot be made, the file keeps its version, and the message says why."""
    old_state(FIXTURES[0], tmp_path)
    (tmp_path / COPIES).write_text("in the way")
    with pytest.raises(StateError, match="could not copy the state"):
        SqliteStore.open(tmp_path)
    assert version_of(tmp_path / FILE) == 1


def half_way(connection: sqlite3.Connection) -> None:
    """A migration that fails half-way."""
    connection.execute("ALTER TABLE orders ADD COLUMN half TEXT")
    connection.execute("DELETE FROM brackets")
    raise RuntimeError("half-way")


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    """If a migration fails half-way, the file keeps its version and content."""
    before = old_state(FIXTURES[0], tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as connection:
        connection.row_factory = as_dict
        with pytest.raises(RuntimeError, match="half-way"):
            migrate(connection, "state", (MIGRATIONS[0], half_way))
    assert unchanged(tmp_path, before)


KILLED = """
import os, sqlite3, sys
from tests.edges.test_migrations import half_way
from daemon.store.sqlite.file import as_dict
from daemon.store.sqlite.schema import MIGRATIONS, migrate

def killed(connection):
    try:
        half_way(connection)
    finally:
        os._exit(9)

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.row_factory = as_dict
migrate(connection, "state", (MIGRATIONS[0], killed))
"""


def test_a_kill_in_a_migration_changes_nothing(tmp_path: Path) -> None:
    """If the process is killed half-way through a migration, the file keeps its version and content."""
    before = old_state(FIXTURES[0], tmp_path)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / FILE)], check=False)
    assert killed.returncode == 9
    assert unchanged(tmp_path, before)


def unchanged(state: Path, before: dict[str, list[Row]]) -> bool:
    """True if a state file has version 1 and exactly its previous rows."""
    with closing(sqlite3.connect(state / FILE)) as connection:
        connection.row_factory = sqlite3.Row
        now = {table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")] for table in before}
    return now == before and version_of(state / FILE) == 1


def kept(before: Row, after: Row) -> None:
    """True if every column of an old row is unchanged."""
    assert {name: after[name] for name in before.keys() - NOT_COMPARED} == {
        name: value for name, value in before.items() if name not in NOT_COMPARED
    }


def new_columns(order: Order, old: Row) -> Row:
    """The columns that the old row lacks, except those that the migration fills from others."""
    filled = {"troubles", "problems", "hold", "dev_mode"}
    return {column: value for column, value in order_row(order).items() if column not in {*old, *filled}}


def defaults(kind: type, value: object, old: Row) -> bool:
    """True if every field without a column in the old row has its default."""
    fields = [field for field in dataclasses.fields(kind) if field.name not in old]
    fields = [field for field in fields if field.name != "brackets"]
    return all(getattr(value, field.name) == field.default for field in fields)
