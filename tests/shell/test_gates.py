"""The gates of a waiting shoot, as the watcher stores them for ``explain``."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from daemon.files import scan
from daemon.shoot import GateResult, GateState
from daemon.store.waiting import Waiting
from tests.shell.scene import QUIET, Scene, Scripted, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.stores.memory import MemoryStore
from tests.stores.shelf import Shelf
from tests.stores.states import look

OAK = "12 Oak St"


def gates(scene: Scene) -> dict[str, GateResult]:
    """The stored gates of the waiting shoot, by name."""
    with look(scene.state) as reader:
        (waiting,) = reader.waiting()
    return {result.gate: result for result in waiting.gates}


def test_the_gates_are_those_of_the_last_scan(tmp: Path) -> None:
    """The stored gates are the watcher's own results: passed, waiting and not reached."""
    probes = Scripted(faults={"IMG_1.JPG": "is cut off"})

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, probes=probes) as scene:
            copying = scene.put(f"{OAK}/IMG_1.JPG.filepart")
            scene.hint(OAK)
            await asyncio.sleep(2)
            assert gates(scene)["names"].state is GateState.WAITS
            assert gates(scene)["photos"] == GateResult("photos", GateState.NOT_REACHED)
            copying.rename(copying.with_suffix(""))
            scene.hint(OAK)
            await asyncio.sleep(5)
            assert gates(scene)["names"] == GateResult("names", GateState.PASSED, "no file has a temporary name")
            assert gates(scene)["stillness"].why.endswith(f"will be sent after {QUIET:.0f} s without changes")
            await asyncio.sleep(QUIET)
            stored = gates(scene)
            assert stored["stillness"] == GateResult("stillness", GateState.PASSED, "60 s without changes")
            assert stored["structure"].why.startswith("IMG_1.JPG is cut off. Replace it")
            assert (stored["structure"].state, stored["sets"].state) == (GateState.WAITS, GateState.NOT_REACHED)

    simulate(work)


def test_a_shoot_that_cannot_be_scanned_shows_no_gates(tmp: Path) -> None:
    """After a failed scan, the results of the scan before it are not shown."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put(f"{OAK}/IMG_1.JPG")
            scene.hint(OAK)
            await asyncio.sleep(2)
            assert len(gates(scene)) == 8
            scene.fails[(scan.scan, OAK)] = OSError(5, "Input/output error")
            scene.hint(OAK)
            await asyncio.sleep(5)
            assert gates(scene) == {}

    simulate(work)


def test_a_shoot_that_waits_without_a_change_is_not_written_at_every_scan(tmp: Path) -> None:
    """A shoot that waits for a person is scanned again and again, but its gates are stored once."""
    written: list[list[Waiting]] = []

    class Counting(MemoryStore):
        """A store that keeps what was written."""

        async def replace_waiting(self, root: str, shoots: Iterable[Waiting]) -> None:
            written.append(list(shoots))
            await super().replace_waiting(root, written[-1])

    async def work(clock: SimulatedClock) -> None:
        async with watching(
            tmp, clock, probes=Scripted(faults={"IMG_1.JPG": "is cut off"}), store=Counting(Shelf())
        ) as scene:
            scene.put(f"{OAK}/IMG_1.JPG")
            scene.hint(OAK)
            await asyncio.sleep(QUIET + 5)
            scans, writes = len(scene.scanned), len(written)
            await asyncio.sleep(5 * QUIET)
            assert len(scene.scanned) > scans + 4
            assert len(written) == writes

    simulate(work)
