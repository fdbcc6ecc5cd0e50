from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from daemon.order import Bracket, Image, ImageState, Order, Phase
from daemon.store.place import FILE
from daemon.store.sqlite.file import open_for_writing
from daemon.store.sqlite.rows import order_row, upsert
from tests.changed import changed, made
from tests.edges.sandbox.shots import shoot
from tests.whole.program import Bracketd

OAK = "12 Oak St"


def newer(file: Path) -> None:
    """Make it a state file of a later version."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")


def overwritten(file: Path) -> None:
    """Overwrite it with another file."""
    file.write_bytes(b"<html>We'll be right back.</html>" * 500)


def torn(file: Path) -> None:
    """Damage some of its pages."""
    content = bytearray(file.read_bytes())
    content[4096:-4096] = bytes(len(content) - 8192)
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "said", "remedy"),
    [
        (newer, "was written by a newer version of bracketd", "Install the newer version again"),
        (overwritten, "is damaged", "`bracketd doctor --recover`"),
        (torn, "is damaged", "`bracketd doctor --recover`"),
    ],
)
def test_a_state_file_that_cannot_be_used(
    program: Bracketd, spoil: Callable[[Path], None], said: str, remedy: str
) -> None:
    """A newer or damaged state file is reported with its remedy, ends every verb with status 1, and stays unchanged."""
    program.start()
    program.drop(OAK, shoot(1, stops=(0,)))
    program.reach(OAK, "downloaded")
    assert program.stop() == 0
    file = program.state / FILE
    whole = file.read_bytes()
    spoil(file)
    spoiled = file.read_bytes()
    verbs = (["run"], ["status"], ["show", OAK], ["retry", OAK], ["submit", str(program.watched / OAK)])
    for verb in verbs:
        done = program.run(*verb)
        assert (done.returncode, done.stdout) == (1, ""), verb
        assert "Traceback" not in done.stderr
        *_, last = done.stderr.splitlines()
        assert last.startswith("bracketd: ")
        assert all(words in last for words in (str(file), said, remedy))
        assert file.read_bytes() == spoiled
    file.write_bytes(whole)


def test_a_state_directory_that_cannot_be_used(program: Bracketd) -> None:
    """A file instead of the state directory is reported in one line, with status 1."""
    program.state.write_text("in the way")
    program.write_config()
    done = program.run("run")
    assert done.returncode == 1
    assert f"cannot use the state directory {program.state}" in done.stderr
    assert "Traceback" not in done.stderr
    program.state.unlink()


def test_ten_thousand_orders(program: Bracketd) -> None:
    """With years of orders, ``status --json`` has all of them, and ``status`` shows the last ones."""
    program.write_config()
    expected = many(10_000, program)
    with closing(open_for_writing(program.state)) as connection:
        connection.execute("BEGIN")
        upsert(connection, "orders", ("id",), (order_row(order) for order in expected))
        connection.execute("COMMIT")
    orders = program.status()["orders"]
    assert len(orders) == 10_000
    assert [order["order_id"] for order in orders] == [order.id for order in reversed(expected)]
    by_id = {order["order_id"]: order for order in orders}
    for order in (expected[0], expected[4_321], expected[-1]):
        seen = by_id[order.id]
        assert (seen["shoot"], seen["phase"]) == (order.source.shoot, order.phase.value)
        assert seen["brackets"] == {"total": 3, "uploaded": 3}
        assert seen["images"] == {"total": 1, "processed": 1, "downloaded": 1, "failed": 0}
        assert seen["bytes"] == {"total": 33, "uploaded": 33}
    table = program.run("status").stdout
    assert "house 9999" in table
    assert "and 9980 more ended shoots" in table
    assert program.run("show", "house 4321").returncode == 0
    for file in program.state.iterdir():
        file.unlink()


def many(count: int, program: Bracketd) -> list[Order]:
    """Delivered orders, the oldest first."""
    now = time.time()
    one = made(
        id="",
        flow="images",
        shoot="",
        folder="",
        output="",
        created_at=0,
        updated_at=0,
        phase=Phase.DOWNLOADED,
        brackets=tuple(Bracket(f"IMG_{n}.JPG", 11, 1, n, service_id=f"s{n}", stored_at=1.0) for n in range(3)),
        images=(Image("i", "house", state=ImageState.PLACED, file="IMG_0.jpg"),),
    )
    return [
        changed(
            one,
            id=str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))),
            shoot=f"house {number}",
            folder=str(program.watched / f"house {number}"),
            output=str(program.output / f"house {number}"),
            created_at=now - count + number,
            updated_at=now - count + number,
        )
        for number in range(count)
    ]
