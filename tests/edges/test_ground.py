"""Finds out at the start what kind of disk a watched folder is on."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from daemon.host.clock import SystemClock
from daemon.host.disk import Disk
from daemon.shoot import NOBODY, Client
from daemon.syncing import SyncClient, SyncReport
from daemon.watcher import Ground, Probing, ground_of

CLOCK = SystemClock()
LOCAL = "/proc/self"


class Keeper:
    """A sync client that manages every folder."""

    name = "Keeper"

    def ask(self, shoot_folder: str) -> SyncReport:
        """Not done."""
        return SyncReport(False, f"waits for {shoot_folder}")


@pytest.mark.skipif(not Path(LOCAL).is_dir(), reason="needs Linux's /proc")
@pytest.mark.parametrize("keeper", [None, Keeper()])
def test_a_local_folder(keeper: SyncClient | None) -> None:
    """A folder on a local disk is not a network folder, and is synced if a sync client manages it."""
    ground = asyncio.run(ground_of(LOCAL, Probing(lambda: keeper, CLOCK), Disk(CLOCK)))
    assert ground == Ground("proc", network=False, synced=keeper is not None)


def test_a_folder_that_hangs(tmp_path: Path) -> None:
    """A folder that does not respond delays nothing: it counts as a network folder, and its client is found later."""
    let_go, looked = threading.Event(), threading.Event()

    def hanging() -> SyncClient:
        let_go.wait(20)
        looked.set()
        return Keeper()

    probes = Probing(hanging, CLOCK)

    async def start() -> Ground:
        return await ground_of(str(tmp_path), probes, Disk(CLOCK, patience=0.01))

    async def work() -> Ground:
        try:
            return await start()
        finally:
            assert not looked.is_set()
            let_go.set()

    assert asyncio.run(work()) == Ground(None, network=True, synced=True)
    assert probes.client("12 Oak St") == Client(False, "waits for 12 Oak St")


def test_a_folder_whose_disk_fails(tmp_path: Path) -> None:
    """A folder that cannot be accessed counts as a network folder, too, and its sync client is still searched."""
    failures = iter([OSError(5, "Input/output error")])

    def failing() -> SyncClient | None:
        for failure in failures:
            raise failure
        return None

    probes = Probing(failing, CLOCK)
    ground = asyncio.run(ground_of(str(tmp_path), probes, Disk(CLOCK)))
    assert ground == Ground(None, network=True, synced=True)
    assert probes.client("12 Oak St") == NOBODY
