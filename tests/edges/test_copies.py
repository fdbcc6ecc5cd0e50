from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from daemon.errors import StateDamaged, StateError
from daemon.order import facts
from daemon.store.place import FILE
from daemon.store.sqlite import copies
from daemon.store.sqlite.copies import COPIES, KEPT
from daemon.store.sqlite.daily import LOOK, keep_copies
from daemon.store.sqlite.file import open_for_reading, open_for_writing
from daemon.store.sqlite.store import SqliteStore
from tests.core.orders import NOW, order
from tests.shell.simulated import SimulatedClock, simulate

TODAY = date(2026, 11, 23)
DAY = 86400.0


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory with one order."""
    add(tmp_path, order().id)
    return tmp_path


def add(state: Path, order_id: str) -> None:
    """Add an order to the state."""

    async def work() -> None:
        store = SqliteStore.open(state)
        await store.add(replace(order(), id=order_id), facts.Locked(()))
        store.close()

    asyncio.run(work())


def ids(file: Path) -> set[str]:
    """The orders in a state file or a copy."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        return {order_id for (order_id,) in connection.execute("SELECT id FROM orders")}


def damage(file: Path) -> None:
    """Overwrite a page in the middle of a file."""
    data = bytearray(file.read_bytes())
    data[4096:8192] = os.urandom(4096)
    file.write_bytes(data)


def test_a_copy_has_everything(state: Path) -> None:
    """A copy contains the state file and its WAL, and is undamaged, private and a single file."""
    with closing(open_for_writing(state)):  # keeps the WAL
        other = "b" * 36
        add(state, other)
        assert (state / f"{FILE}-wal").stat().st_size > 0
        copy = copies.daily(state / FILE, TODAY)
    assert copy == state / COPIES / "2026-11-23.sqlite3"
    assert ids(copy) == {order().id, other}
    assert copies.is_sound(copy)
    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(copy.parent.iterdir()) == [copy]


def test_a_day_has_one_copy(state: Path) -> None:
    """The second copy of a day is not made; the next day's is."""
    first = copies.daily(state / FILE, TODAY)
    assert first is not None
    before = first.read_bytes()
    add(state, "b" * 36)
    assert copies.daily(state / FILE, TODAY) is None
    assert first.read_bytes() == before
    tomorrow = copies.daily(state / FILE, TODAY + timedelta(days=1))
    assert tomorrow is not None
    assert ids(tomorrow) == {order().id, "b" * 36}


def test_a_week_of_copies_is_kept(state: Path) -> None:
    """The last seven daily copies are kept, and every copy made before a migration or after a recovery."""
    copies.make(state / FILE, "before-version-2.sqlite3")
    days = [TODAY + timedelta(days=number) for number in range(KEPT + 2)]
    for day in days:
        copies.daily(state / FILE, day)
    kept = {f"{day.isoformat()}.sqlite3" for day in days[-KEPT:]} | {"before-version-2.sqlite3"}
    assert {copy.name for copy in copies.copies(state / FILE)} == kept


def test_copies_of_a_clock_that_was_ahead(state: Path) -> None:
    """A copy made after the clock was set back is the newest, and the earlier ones keep their order."""
    for number, name in enumerate(("2027-01-01.sqlite3", "2027-01-02.sqlite3")):
        copy = copies.make(state / FILE, name)
        os.utime(copy, (2e9 + number, 2e9 + number))
    add(state, "b" * 36)
    made = copies.daily(state / FILE, TODAY)
    names = [copy.name for copy in copies.copies(state / FILE)]
    assert names == ["2026-11-23.sqlite3", "2027-01-02.sqlite3", "2027-01-01.sqlite3"]
    assert copies.newest_sound(state / FILE) == made


def test_copies_of_a_clock_that_was_ahead_do_not_stay_for_ever(state: Path) -> None:
    """The order in which daily copies were made decides which are kept, not the dates that a wrong clock gave them."""
    os.utime(copies.make(state / FILE, "2031-01-01.sqlite3"), (2e9, 2e9))
    days = [TODAY + timedelta(days=number) for number in range(KEPT)]
    for day in days:
        copies.daily(state / FILE, day)
    assert {copy.name for copy in copies.copies(state / FILE)} == {f"{day.isoformat()}.sqlite3" for day in days}


def test_a_writer_is_not_waited_for(state: Path) -> None:
    """A copy can be made during a write, and contains what was committed before."""
    with closing(open_for_writing(state)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM orders")
        copy = copies.daily(state / FILE, TODAY)
        writer.execute("COMMIT")
    assert copy is not None
    assert ids(copy) == {order().id}


def test_a_damaged_file_is_not_copied(state: Path) -> None:
    """A copy of a damaged file is not kept and replaces no older copy, and the error names the damage."""
    good = copies.daily(state / FILE, TODAY)
    damage(state / FILE)
    with pytest.raises(StateDamaged, match="doctor --recover"):
        copies.daily(state / FILE, TODAY + timedelta(days=1))
    assert list((state / COPIES).iterdir()) == [good]


def test_what_a_killed_run_left_is_removed(state: Path) -> None:
    """The part file of an unfinished copy is removed with the next copy."""
    (state / COPIES).mkdir()
    (state / COPIES / ".2026-11-22.sqlite3.part").write_bytes(b"half")
    copy = copies.daily(state / FILE, TODAY)
    assert list((state / COPIES).iterdir()) == [copy]


def test_the_newest_sound_copy(state: Path) -> None:
    """The newest undamaged copy is used."""
    made = [copies.daily(state / FILE, TODAY + timedelta(days=number)) for number in range(3)]
    for number, copy in enumerate(made):
        assert copy is not None
        os.utime(copy, (NOW + number, NOW + number))
    assert copies.newest_sound(state / FILE) == made[2]
    assert made[2] is not None
    damage(made[2])
    assert copies.newest_sound(state / FILE) == made[1]
    assert copies.newest_sound(state / "none" / FILE) is None


def take_away_wal(state: Path) -> None:
    """As after a kill, without the WAL."""
    (state / f"{FILE}-wal").unlink()
    assert (state / f"{FILE}-shm").exists()


def take_away_file(state: Path) -> None:
    """Without the state file."""
    (state / FILE).unlink()


def empty_file(state: Path) -> None:
    """With nothing in it."""
    (state / FILE).write_bytes(b"")


def put_back_older(state: Path) -> None:
    """As it was before the copy was made."""
    older = (state / FILE).read_bytes()
    add(state, "b" * 36)
    copies.daily(state / FILE, TODAY + timedelta(days=1))
    (state / FILE).write_bytes(older)


@pytest.mark.parametrize("harm", [take_away_wal, take_away_file, empty_file, put_back_older])
def test_a_state_that_lost_something_is_refused(state: Path, harm: Callable[[Path], None]) -> None:
    """A state file that is missing, empty, without its WAL, or older than its copy is rejected and left unchanged."""
    copies.daily(state / FILE, TODAY)
    harm(state)
    before = (state / FILE).read_bytes() if (state / FILE).exists() else None
    with pytest.raises(StateDamaged, match="doctor --recover"):
        SqliteStore.open(state)
    if harm is not put_back_older:
        with pytest.raises(StateDamaged, match="doctor --recover"):
            open_for_reading(state)
    assert ((state / FILE).read_bytes() if (state / FILE).exists() else None) == before


def keep(state: Path, work: Callable[[], Coroutine[Any, Any, None]]) -> list[str | None]:
    """Run the task without threads during ``work``. Returns the reported errors."""
    troubles: list[str | None] = []

    async def tell(trouble: str | None) -> None:
        troubles.append(trouble)
        raise StateError("the disk is full")

    async def here(call: Callable[..., Any], *arguments: Any) -> Any:
        return call(*arguments)

    async def run(clock: SimulatedClock) -> None:
        task = asyncio.create_task(keep_copies(state, clock.now, tell, here))
        await work()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    simulate(run)
    return troubles


def test_the_daemon_copies_at_its_start_and_every_day(state: Path) -> None:
    """A copy is made when the daemon starts, and one on each further day."""
    found: list[int] = []

    async def work() -> None:
        for _ in range(3):
            await asyncio.sleep(1)
            found.append(len(copies.copies(state / FILE)))
            await asyncio.sleep(DAY)

    assert keep(state, work) == []
    assert found == [1, 2, 3]


def test_a_copy_that_cannot_be_made_stops_nothing(state: Path) -> None:
    """A lasting error is reported once, even if it cannot be stored; its end is reported too."""
    (state / COPIES).write_text("in the way")

    async def work() -> None:
        await asyncio.sleep(2 * DAY)
        (state / COPIES).unlink()
        await asyncio.sleep(LOOK)

    trouble, over = keep(state, work)
    assert trouble is not None
    assert "could not copy the state" in trouble
    assert over is None
    assert len(copies.copies(state / FILE)) == 1


def test_a_copy_that_does_not_fit_leaves_nothing(state: Path) -> None:
    """If the copy cannot grow, the error says so, no partial copy is left, and the state file is unchanged."""
    before, limits = (state / FILE).read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limits[1]))
    try:
        with pytest.raises(
            StateError, match=r"the copy of the state .* cannot be written: .*Free up space there"
        ) as caught:
            copies.daily(state / FILE, TODAY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not isinstance(caught.value, StateDamaged)
    assert list((state / COPIES).iterdir()) == []
    assert (state / FILE).read_bytes() == before
