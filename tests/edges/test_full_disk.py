"""A state on a full disk: nothing is lost, and everything continues when there is space."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from daemon.cli import cli
from daemon.cli.idle import until_room
from daemon.errors import StateError, StateFull
from daemon.host import room
from daemon.host.lock import PID, InstanceLock, running_pid
from daemon.order import Order, facts, steps
from daemon.root import RootState
from daemon.store.notes import Alert, Subject
from daemon.store.pause import RETRY
from daemon.store.place import FILE
from daemon.store.sqlite import copies
from daemon.store.sqlite.file import open_for_reading, open_for_writing
from daemon.store.sqlite.reader import SqliteReader, ask
from daemon.store.sqlite.schema import VERSION
from daemon.store.sqlite.store import SqliteStore
from daemon.store.sqlite.trouble import trouble_named
from tests.changed import changed
from tests.core.orders import NOW, order
from tests.edges.full_disk import Narrow, SmallDisk, small_disk
from tests.edges.host.test_pulse import daemon
from tests.edges.test_migrations import FIXTURES, old_state, version_of
from tests.shell.simulated import Inline, SimulatedClock, simulate

LARGE = "x" * 200_000
"""Words that do not fit into the free space of a page."""


def noted(of: Order, number: int) -> Order:
    """An order that needs much more space than before."""
    return changed(of, notes=(f"{number} {LARGE}",), updated_at=of.times.updated_at + 1)


# --- writing ---


def test_a_fact_waits_for_room(tmp_path: Path) -> None:
    """A write that does not fit is carried out exactly once when there is space again; later writes wait for it."""

    async def work(clock: SimulatedClock) -> list[str | None]:
        narrow = Narrow(tmp_path, Inline())
        store, reasons = narrow.store, list[str | None]()
        store.pause.listen(reasons.append)
        await store.add(order(), facts.Locked(()))
        narrow.fill()
        first, second = noted(order(), 1), noted(noted(order(), 1), 2)
        writing: list[asyncio.Task[None]] = [
            asyncio.create_task(store.record(order(), facts.Interrupted(steps.Poll()), first, NOW)),
            asyncio.create_task(store.record(first, facts.Resumed(), second, NOW)),
            asyncio.create_task(store.note(Alert(Subject.COPIES, LARGE))),
        ]
        await asyncio.sleep(10 * RETRY)
        assert not any(task.done() for task in writing)
        assert reasons[-1] == store.pause.why
        assert await store.load(order().id) == order(), "what is there can be read"
        narrow.free()
        begun = clock.monotonic()
        await asyncio.gather(*writing)
        assert clock.monotonic() - begun <= RETRY
        assert reasons[-1] is store.pause.why
        assert (await store.load(order().id)).notes == second.notes
        store.close()
        return reasons

    reasons = simulate(work)
    assert reasons.index(None) == len(reasons) - 1 >= 10, "a word for every try, and one for the end"
    assert all(words is not None and "cannot be written" in words for words in reasons[:-1])
    with SqliteReader(tmp_path) as reader:
        assert [entry["fact"] for entry in reader.journal(order().id)] == ["Locked", "Interrupted", "Resumed"]
        assert reader.notes().alerts == {Subject.COPIES: LARGE}


def test_a_stop_waits_for_no_room(tmp_path: Path) -> None:
    """When the daemon stops, pending writes raise an error."""

    async def work(_clock: SimulatedClock) -> None:
        narrow = Narrow(tmp_path, Inline())
        await narrow.store.add(order(), facts.Locked(()))
        narrow.fill()
        writing = asyncio.create_task(narrow.store.note(Alert(Subject.COPIES, LARGE)))
        await asyncio.sleep(10 * RETRY)
        narrow.store.pause.give_up()
        with pytest.raises(StateFull):
            await writing
        with pytest.raises(StateFull):
            await narrow.store.note(Alert(Subject.COPIES, LARGE))
        narrow.store.close()

    simulate(work)


def test_a_thread_does_not_wait(tmp_path: Path) -> None:
    """A thread's write fails immediately on a full disk, because threads are also needed for the disks of photos."""

    async def work(_clock: SimulatedClock) -> None:
        narrow = Narrow(tmp_path, Inline())
        roots = narrow.store.root_states(lambda: NOW)
        narrow.fill()
        with pytest.raises(StateFull):
            roots.remember("/in", RootState(LARGE, "1:1", 1))
        narrow.free()
        roots.remember("/in", RootState(LARGE, "1:1", 1))
        assert roots.state_of("/in") == RootState(LARGE, "1:1", 1)
        narrow.store.close()

    simulate(work)


# --- what counts as a full disk ---


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk. Skips where none can be mounted."""
    with small_disk(tmp_path / "disk") as found:
        yield found


def failing(code: str) -> sqlite3.OperationalError:
    """An SQLite error with this code."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = getattr(sqlite3, code)
    return error


@pytest.mark.parametrize("code", ["SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_CANTOPEN"])
def test_only_a_disk_without_room_is_waited_for(disk: SmallDisk, code: str) -> None:
    """The same SQLite error means a full disk if there is no space, and otherwise a broken disk."""
    for full in (False, True):
        if full:
            disk.fill()
        with pytest.raises(StateError) as caught, trouble_named(disk.point / FILE):
            raise failing(code)
        assert isinstance(caught.value, StateFull) is full
    assert not list(disk.point.glob(room.PROBE)), "nothing is left behind"


def test_a_disk_that_may_only_be_read_is_not_full(tmp_path: Path) -> None:
    """If writing fails for another reason, the message does not say to free up space."""
    assert not room.is_full(tmp_path / "none")
    (tmp_path / room.PROBE).mkdir()
    assert not room.is_full(tmp_path)


def test_what_is_free_is_said_next_to_what_is_needed(disk: SmallDisk) -> None:
    """The message has the free and the needed space, or says that no inode is left."""
    disk.fill(left=1_000_000)
    assert room.shortage(disk.point / FILE) == "only 1.0 MB are free on its disk; bracketd needs 16.8 MB"
    disk.use_up_inodes()
    assert room.shortage(disk.point / FILE) == "its disk has no inodes left"
    assert room.shortage(disk.point / "none" / FILE) is None


# --- the start, copies, asks ---


def test_no_inode_for_the_files_beside_the_state(tmp_path: Path) -> None:
    """Without free inodes, opening a state reports a full disk; with some it opens."""
    with small_disk(tmp_path / "disk", inodes=8) as disk:
        SqliteStore.open(disk.point / "state").close()
        made = disk.use_up_inodes()
        with pytest.raises(StateFull, match="no inodes left"):
            SqliteStore.open(disk.point / "state")
        for path in made:
            path.unlink()
        SqliteStore.open(disk.point / "state").close()


@pytest.mark.parametrize("left", [0, 100_000])
def test_no_room_to_bring_an_older_state_up_to_date(disk: SmallDisk, left: int) -> None:
    """Without space for the copy or the migration, the file is unchanged; with space it is migrated."""
    old_state(FIXTURES[-1], disk.point)
    before = version_of(disk.point / FILE)
    disk.fill(left)
    with pytest.raises(StateFull, match="Free up space there"):
        open_for_writing(disk.point)
    disk.free()
    assert version_of(disk.point / FILE) == before < VERSION


def test_a_copy_does_not_take_the_last_room(tmp_path: Path) -> None:
    """A copy that would leave too little space for the state is not made, and no part file is left."""
    with small_disk(tmp_path / "disk", size="24m") as disk:
        SqliteStore.open(disk.point).close()
        made = copies.make(disk.point / FILE, "first.sqlite3")
        disk.fill(left=8_000_000)
        with pytest.raises(StateFull, match=r"the copy of the state .* cannot be written: .* MB are free"):
            copies.make(disk.point / FILE, "second.sqlite3")
        assert list((disk.point / copies.COPIES).iterdir()) == [made]


def test_an_ask_on_a_full_disk(disk: SmallDisk) -> None:
    """An ask that cannot be stored fails immediately, with the free space in the message."""
    SqliteStore.open(disk.point).close()
    disk.fill()
    large = "/in/" + LARGE * 40
    with pytest.raises(StateFull, match=r"0\.0 MB are free on its disk; bracketd needs 1\d\.\d MB"):
        ask(disk.point, "submit", large, NOW)
    disk.free()
    ask(disk.point, "submit", "/in/12 Oak St", NOW)
    with SqliteReader(disk.point) as reader:
        assert ("submit", "/in/12 Oak St") in reader.asked()


def test_a_look_at_a_full_disk(disk: SmallDisk) -> None:
    """Readers work on a full disk, even if no daemon is running."""
    state = disk.point / "state"
    store = SqliteStore.open(state)
    asyncio.run(store.add(order(), facts.Locked(())))
    store.close()
    disk.fill()
    connection = open_for_reading(state)
    assert connection is not None
    with closing(connection):
        assert connection.execute("SELECT count(*) AS n FROM orders").fetchone() == {"n": 1}


def test_a_process_id_that_cannot_be_written(disk: SmallDisk) -> None:
    """On a full disk a daemon starts without its pid file, and other programs still find its process."""
    state = disk.point / "state"
    with daemon(state):
        pass
    (state / PID).write_text("1\n" * 10_000)
    disk.fill()
    with daemon(state) as process:
        assert not (state / PID).exists()
        assert running_pid(state) == process.pid
    assert running_pid(state) is None


def test_the_start_waits_for_room(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """If a state directory cannot be created because the disk is full, the start waits and says so once."""
    tries = iter([True, True, False])

    def begin() -> str:
        if next(tries):
            raise StateFull("cannot create the state directory /state: its disk is full. Free up space there.")
        return str(tmp_path)

    assert until_room(begin, every=0) == str(tmp_path)
    assert capfd.readouterr().err.count("cannot create the state directory") == 1


def test_a_state_directory_that_cannot_be_made(tmp_path: Path) -> None:
    """If no inode is left for the lock, the error says so."""
    with small_disk(tmp_path / "disk", inodes=4) as disk:
        disk.use_up_inodes()
        with pytest.raises(StateFull, match="Free up space there"), InstanceLock(disk.point / "state"):
            pass


# --- what the verbs say ---


def says(top: Path, state: Path, verb: str) -> Result:
    """Run a verb on this state and return its result."""
    (top / "in").mkdir(exist_ok=True)
    config = top / "bracketd.yaml"
    config.write_text(f"folders: [{{watch: {top}/in, output: {top}/out}}]\nstate_dir: {state}\n")
    return CliRunner().invoke(cli, ["--config", str(config), verb])


@pytest.mark.parametrize("verb", ["doctor", "check"])
def test_a_full_disk_is_reported(tmp_path: Path, disk: SmallDisk, verb: str) -> None:
    """``doctor`` and ``check`` report a full disk, with the free and the needed space, even without a daemon."""
    SqliteStore.open(disk.point / "state").close()
    disk.fill()
    done = says(tmp_path, disk.point / "state", verb)
    assert done.exit_code == 1
    assert "no problems found" not in done.output
    assert "there is too little disk space for the state" in done.stderr
    assert "0.0 MB are free on its disk; bracketd needs 1" in done.stderr


@pytest.mark.parametrize("verb", ["doctor", "check", "status"])
def test_a_daemon_that_waits_for_room_is_named(tmp_path: Path, verb: str) -> None:
    """Every verb that shows the daemon says that it waits for disk space, although it could not store that."""
    state = tmp_path / "state"
    SqliteStore.open(state).close()
    with daemon(state, full=True):
        done = says(tmp_path, state, verb)
    assert "there is no disk space for the state" in " ".join(done.output.split())
    assert "no problems found" not in done.output
    assert done.exit_code == (0 if verb == "status" else 1)
