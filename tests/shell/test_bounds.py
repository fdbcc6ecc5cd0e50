"""Folders that would keep a scan busy forever do not delay other shoots."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any, cast

import pytest

from daemon.files import scan
from daemon.order import Preset
from daemon.shoot import BOUNDS, Bound, Quiet
from daemon.watcher import Intake, WatchedFolder
from daemon.watcher.arrivals import Arrivals
from daemon.watcher.bugs import Bugs
from daemon.watcher.settled import Settled
from daemon.watcher.slices import Slices
from tests.shell.scene import INTERVAL, QUIET, Scripted, watching
from tests.shell.simulated import SimulatedClock, simulate

OAK = "12 Oak St"


async def quiet() -> None:
    """Wait until a shoot is found and settled."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


@pytest.mark.parametrize("leads_to", ["/", "."])
@pytest.mark.parametrize("first", [True, False], ids=["there at first sight", "made while we watch"])
def test_a_link_to_the_root_delays_no_other_shoot(tmp: Path, leads_to: str, first: bool) -> None:
    """A link to ``/`` in the watched folder is named in ``status`` and not scanned; the next shoot is sent."""
    link = tmp / "in" / "link"
    if first:
        link.symlink_to(leads_to, target_is_directory=True)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            if not first:
                link.symlink_to(leads_to, target_is_directory=True)
            scene.put(f"{OAK}/IMG_1.JPG")
            await quiet()
            assert scene.orders() == {OAK: ("settled", 1)}
            assert scene.waiting() == {"link": BOUNDS[Bound.LEADS_OUT]}
            assert scene.hints[-1].followed == set(), "nor does the system tell of everything that happens"
            await scene.submit("link")
            assert scene.orders() == {OAK: ("settled", 1)}
            link.unlink()
            await quiet()
            assert scene.waiting() == {}

    simulate(work)


class Taken:
    """A stand-in for intake and store that records the locked shoots."""

    def __init__(self) -> None:
        self.locked: list[str] = []

    async def lock(self, settled: Settled) -> None:
        """Record a settled shoot."""
        self.locked.append(settled.shoot)


def test_a_huge_shoot_is_scanned_a_little_at_a_time(tmp: Path) -> None:
    """During the scan of a shoot with very many files, other shoots are scanned after each slice and settle in time."""
    for number in range(120):
        folder = tmp / "in" / "huge" / f"{number // 30}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"IMG_{number}.JPG").write_bytes(b"x")
    (tmp / "in" / OAK).mkdir()
    (tmp / "in" / OAK / "IMG_1.JPG").write_bytes(b"x")

    async def blocking(function: Any, *arguments: Any) -> Any:
        await asyncio.sleep(1.0)  # the disk is so slow that nothing more can be done in a slice of time
        return function(*arguments)

    async def work(clock: SimulatedClock) -> None:
        taken, watch = Taken(), str(tmp / "in")
        folder = WatchedFolder(watch, str(tmp / "out"), Quiet(QUIET), False, INTERVAL, Preset())
        arrivals = Arrivals(
            folder,
            cast(Intake, taken),
            clock,
            bugs=Bugs(watch, clock),
            blocking=Slices(blocking, 0.0),
            probes=Scripted(),
        )
        for shoot in ("huge", OAK):
            await arrivals.follow(shoot, None, None)
        while OAK in arrivals:
            await asyncio.sleep(max(0.0, arrivals.next_look(float("inf")) - clock.monotonic()))
            for shoot in arrivals.due(clock.monotonic(), frozenset(), everything=False):
                if not await arrivals.look(shoot):
                    await arrivals.forget(shoot, None)
        assert taken.locked == [OAK]
        assert clock.monotonic() < QUIET + 75
        for _ in range(4000):
            for shoot in arrivals.due(clock.monotonic(), frozenset(), everything=False):
                if not await arrivals.look(shoot):
                    await arrivals.forget(shoot, None)
            await asyncio.sleep(1.0)
        assert taken.locked == [OAK, "huge"], "and the huge one comes to its end as well"

    simulate(work)


def test_slices_of_two_shoots_do_not_mix(tmp: Path) -> None:
    """Each scan continues where it stopped, independent of other shoots, and a removed folder is forgotten."""
    for shoot in ("a", "b"):
        (tmp / "in" / shoot).mkdir()
        for number in range(5):
            (tmp / "in" / shoot / f"{shoot}{number}.JPG").write_bytes(b"x")

    async def inline(function: Any, *arguments: Any) -> Any:
        return function(*arguments)

    async def work(_clock: SimulatedClock) -> None:
        slices = Slices(inline, 0.0)
        found: dict[str, list[str]] = {}
        while len(found) < 2:
            for shoot in ("a", "b"):
                try:
                    listing = await slices(scan.scan, str(tmp / "in" / shoot))
                    found[shoot] = [file.path for file in listing.files]
                except scan.Unfinished:
                    continue
        assert found == {shoot: [f"{shoot}{number}.JPG" for number in range(5)] for shoot in ("a", "b")}
        os.rename(tmp / "in" / "a", tmp / "gone")
        with pytest.raises(FileNotFoundError):
            await slices(scan.scan, str(tmp / "in" / "a"))

    simulate(work)
