"""A bug that concerns one shoot: that shoot waits and reports it, and everything else continues."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from daemon.errors import StateDamaged
from daemon.files import scan
from daemon.grouping import Frame
from daemon.store.place import FILE
from daemon.store.protocol import Stale
from daemon.watcher.bugs import LONGEST
from tests.shell.scene import INTERVAL, QUIET, Scene, Scripted, delivered, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.stores.states import open_store

pytestmark = pytest.mark.stores("sqlite")

OAK, ELM = "12 Oak St", "9 Elm St"
HOUR = 3600.0


async def quiet() -> None:
    """Wait until a shoot is found and settled."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


def statement(state: Path, text: str) -> None:
    """Run a statement on the state file, to plant a fault."""
    with closing(sqlite3.connect(state / FILE)) as connection, connection:
        connection.execute(text)


def refuse(state: Path, shoot: str) -> None:
    """Make SQLite raise an unexpected error for every new order of this shoot."""
    statement(
        state,
        f"CREATE TRIGGER planted BEFORE INSERT ON orders WHEN NEW.shoot = '{shoot}' "
        "BEGIN SELECT RAISE(ABORT, 'planted'); END",
    )


def allow(state: Path) -> None:
    """Remove the planted bug."""
    statement(state, "DROP TRIGGER planted")


def spoil(state: Path, shoot: str) -> None:
    """Write an invalid value into the row of a shoot's order, so that reading it raises ValueError."""
    statement(state, f"UPDATE orders SET merge = 'nonsense' WHERE shoot = '{shoot}'")


def mend(state: Path, shoot: str) -> None:
    """Restore the value of the row."""
    statement(state, f"UPDATE orders SET merge = 'not asked' WHERE shoot = '{shoot}'")


def copied(scene: Scene, *shoots: str) -> None:
    """Create shoots of two photos each."""
    for shoot in shoots:
        scene.put(f"{shoot}/IMG_1.JPG")
        scene.put(f"{shoot}/IMG_2.JPG")


def test_a_bug_at_the_lock_stops_one_shoot(tmp: Path) -> None:
    """A shoot whose order cannot be created waits with the reason and is retried; its neighbour is sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            refuse(scene.state, OAK)
            with capture_logs() as logs:
                copied(scene, OAK, ELM)
                await quiet()
                assert scene.orders() == {ELM: ("settled", 2)}
                assert scene.waiting()[OAK].startswith(
                    "a bug in bracketd stopped work on this shoot (IntegrityError: planted): it is not sent."
                )
                scene.scanned.clear()
                await asyncio.sleep(4 * HOUR)
            assert 4 * HOUR / LONGEST - 2 < scene.scanned.count(OAK) < 2 * 4 * HOUR / LONGEST + 10, "with back-off"
            (entry,) = (entry for entry in logs if entry["event"] == "bug while processing a shoot")
            assert (entry["shoot"], entry["log_level"]) == (OAK, "error")
            assert isinstance(entry["exc_info"], sqlite3.IntegrityError)
            allow(scene.state)
            await asyncio.sleep(LONGEST + INTERVAL)
            assert scene.orders()[OAK] == ("settled", 2)
            assert scene.waiting() == {}

    simulate(work)


class Faulty(Scripted):
    """Probes with a bug that one photo triggers."""

    def frame(self, folder: str, path: str) -> Frame | None:
        """The frame read from the photo, except for the shoot with the bug."""
        if folder.endswith(OAK):
            raise KeyError(path)
        return super().frame(folder, path)


@pytest.mark.parametrize("where", ["scan", "examination"])
def test_a_bug_in_a_look_stops_one_shoot(tmp: Path, where: str) -> None:
    """A shoot waits if a bug prevents its scan or the check of its photos; its neighbour is sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, probes=Faulty() if where == "examination" else None) as scene:
            if where == "scan":
                scene.fails[scan.scan, OAK] = UnicodeDecodeError("utf-8", b"", 0, 1, "planted")
            copied(scene, OAK, ELM)
            await quiet()
            assert scene.orders() == {ELM: ("settled", 2)}
            assert "a bug in bracketd" in scene.waiting()[OAK]
            (scene.root / OAK).rename(tmp / "taken away")
            await quiet()
            assert scene.waiting() == {}, "a shoot that is gone waits for nothing"

    simulate(work)


def test_a_shoot_that_changed_is_tried_soon(tmp: Path) -> None:
    """After a change, a shoot is retried with short pauses again, because the faulty photo may have been removed."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            refuse(scene.state, OAK)
            copied(scene, OAK)
            await asyncio.sleep(4 * HOUR)
            scans = []
            for change in range(2):
                scene.scanned.clear()
                await asyncio.sleep(2 * LONGEST)
                scans.append(scene.scanned.count(OAK))
                scene.put(f"{OAK}/IMG_9{change}.JPG")
            assert scans[0] <= 2
            assert scans[1] >= 6

    simulate(work)


def test_a_shoot_whose_order_somebody_else_wrote_is_looked_at_again(tmp: Path) -> None:
    """If an order changed while its shoot was judged, this is not a bug: the shoot is scanned again immediately."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.fails[scan.scan, OAK] = Stale(OAK)
            copied(scene, OAK)
            await asyncio.sleep(INTERVAL + 5)
            assert scene.waiting() == {}
            scene.fails.clear()
            await asyncio.sleep(QUIET + 10)
            assert scene.orders() == {OAK: ("settled", 2)}

    simulate(work)


def test_a_state_that_cannot_be_used_ends_the_daemon(tmp: Path) -> None:
    """An error of the state file is not treated as a bug of one shoot: the watcher ends with it."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.fails[scan.scan, OAK] = StateDamaged("planted")
            copied(scene, OAK)
            await quiet()

    with pytest.raises(StateDamaged):
        simulate(work)


def test_a_bug_in_a_late_look_stops_no_other(tmp: Path) -> None:
    """A sent shoot whose order cannot be read is not rechecked and reports the bug; other shoots are rechecked."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            copied(scene, OAK, ELM)
            await quiet()
            for shoot in (OAK, ELM):
                await delivered(scene, shoot, clock.now())
            spoil(scene.state, OAK)
            scene.put(f"{ELM}/IMG_3.JPG")
            await quiet()
            assert scene.waiting()[OAK].startswith("a bug in bracketd stopped work on this shoot (ValueError: ")
            assert "photos added or changed since it was sent are not noticed" in scene.waiting()[OAK]
            with closing(sqlite3.connect(scene.state / FILE)) as connection:
                elm = connection.execute(f"SELECT count(*) FROM orders WHERE shoot = '{ELM}'").fetchone()
            assert elm == (2,), "its photo that came late is a supplement"
            mend(scene.state, OAK)
            await asyncio.sleep(LONGEST + INTERVAL)
            assert scene.waiting() == {}

    simulate(work)


def test_a_bug_at_a_skipped_shoot_stops_no_other(tmp: Path) -> None:
    """A skipped shoot whose order cannot be read reports the bug; photos added to another one are noticed."""

    async def work(clock: SimulatedClock) -> None:
        for shoot in (OAK, ELM):
            (tmp / "in" / shoot).mkdir()
            (tmp / "in" / shoot / "IMG_1.JPG").write_bytes(shoot.encode())
        async with watching(tmp, clock) as scene:
            await quiet()
            spoil(scene.state, OAK)
            for shoot in (OAK, ELM):
                scene.put(f"{shoot}/IMG_2.JPG")
            await quiet()
            assert "photos added to this skipped shoot are not noticed" in scene.waiting()[OAK]
            mend(scene.state, OAK)
            await asyncio.sleep(LONGEST + 2 * INTERVAL)
            assert scene.waiting() == {}
            for shoot in (OAK, ELM):
                order = await scene.store.newest(str(scene.root / shoot))
                assert order is not None
                assert order.unsent.late == ("IMG_2.JPG",)

    simulate(work)


def test_a_bug_at_the_first_sight_sends_no_archive(tmp: Path) -> None:
    """An existing shoot that a bug keeps from being skipped is not sent; it is skipped once the bug is fixed."""

    async def work(clock: SimulatedClock) -> None:
        for shoot in (OAK, ELM):
            (tmp / "in" / shoot).mkdir()
            (tmp / "in" / shoot / "IMG_1.JPG").write_bytes(shoot.encode())
        store = open_store(tmp / "state")
        refuse(tmp / "state", OAK)
        async with watching(tmp, clock, store=store) as scene:
            copied(scene, "new work")
            await quiet()
            await asyncio.sleep(HOUR)
            assert scene.orders() == {ELM: ("skipped", 0), "new work": ("settled", 2)}
            assert "a bug in bracketd" in scene.waiting()[OAK]
        async with watching(tmp, clock) as scene:
            await quiet()
            assert OAK not in scene.orders(), "nor after a restart"
            allow(scene.state)
            await asyncio.sleep(LONGEST + INTERVAL)
            assert scene.orders()[OAK] == ("skipped", 0)
            assert scene.waiting() == {}
            scene.photos = 10  # photos of their own
            copied(scene, "more")
            await quiet()
            assert scene.orders()["more"] == ("settled", 2)

    simulate(work)


def test_a_bug_at_the_first_sight_does_not_send_the_archive_of_another_disk(tmp: Path) -> None:
    """While a bug prevents skipping a shoot, the shoots on a newly mounted disk are skipped."""

    async def work(clock: SimulatedClock) -> None:
        (tmp / "in" / OAK).mkdir()
        (tmp / "in" / OAK / "IMG_1.JPG").write_bytes(b"x")
        store = open_store(tmp / "state")
        refuse(tmp / "state", OAK)
        async with watching(tmp, clock, store=store) as scene:
            await quiet()
            (tmp / "disk" / ELM).mkdir(parents=True)
            (tmp / "disk" / ELM / "IMG_1.JPG").write_bytes(b"y")
            (tmp / "in").rename(tmp / "mount point")
            (tmp / "disk").rename(tmp / "in")
            await quiet()
            assert scene.orders() == {ELM: ("skipped", 0)}
            assert scene.waiting() == {}

    simulate(work)


def test_an_archive_that_cannot_be_scanned_is_skipped(tmp: Path) -> None:
    """If a bug prevents the scan of an existing shoot, it is skipped without its photos, not sent."""

    async def work(clock: SimulatedClock) -> None:
        (tmp / "in" / OAK).mkdir()
        (tmp / "in" / OAK / "IMG_1.JPG").write_bytes(b"x")
        store = open_store(tmp / "state")
        async with watching(tmp, clock, store=store, fails={(scan.scan, OAK): KeyError("planted")}) as scene:
            await quiet()
            assert scene.orders() == {OAK: ("skipped", 0)}
        async with watching(tmp, clock, fails={(scan.scan_with_times, OAK): KeyError("planted")}) as scene:
            await quiet()
            assert "its photos are not recorded" in scene.waiting()[OAK], "recording them is tried again"
            scene.fails.clear()
            await asyncio.sleep(LONGEST + INTERVAL)
            assert scene.waiting() == {}

    simulate(work)


def test_a_bug_about_a_shoot_that_came_back_stops_no_other(tmp: Path) -> None:
    """A reappeared shoot whose order cannot be read waits with the reason; new shoots are sent."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            copied(scene, OAK)
            await quiet()
            await delivered(scene, OAK, clock.now())
            (scene.root / OAK).rename(tmp / "away")
            await asyncio.sleep(3 * 86400)
            spoil(scene.state, OAK)
            (tmp / "away").rename(scene.root / OAK)
            copied(scene, ELM)
            await quiet()
            assert scene.orders()[ELM] == ("settled", 2)
            assert "a bug in bracketd" in scene.waiting()[OAK]

    simulate(work)
