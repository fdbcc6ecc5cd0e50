"""CPU time and memory of an idle daemon, with an empty state and a full one."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.finished import store_finished
from bench.running import Daemon, running_daemon, running_service
from bench.sizes import Bench, Sizes
from bench.table import Row
from bench.usage import Memory, cpu_seconds

CPU_GOAL = 0.2
MEMORY_GOAL = 85.0
READY_GOAL = 2.0


def measure(bench: Bench) -> Iterator[Row]:
    """Measure a new daemon, and one with many finished orders whose folders still exist."""
    sizes = bench.sizes
    with running_service(bench.folder / "service") as service:
        with running_daemon(bench.folder, service) as daemon:
            yield from _rows(daemon, sizes, "new", "idle CPU, empty state")
        store_finished(daemon.state_dir, daemon.watch, sizes.orders)
        with running_daemon(bench.folder, service) as daemon:
            yield from _rows(daemon, sizes, "stored", f"idle CPU, {sizes.orders} finished orders")


def _rows(daemon: Daemon, sizes: Sizes, name: str, what: str) -> Iterator[Row]:
    time.sleep(sizes.calm_s)
    began, taken = time.monotonic(), cpu_seconds(daemon.pid)
    time.sleep(sizes.idle_s)
    lasted, taken = time.monotonic() - began, cpu_seconds(daemon.pid) - taken
    memory = Memory.of(daemon.pid)
    note = f"{taken * 1000:.0f} ms in {lasted:.0f} s"
    yield Row(f"idle.{name}.cpu", what, 100 * taken / lasted, "% of a core", CPU_GOAL, note)
    yield Row(f"idle.{name}.memory", "  memory", memory.rss, "MB", MEMORY_GOAL, f"{memory}")
    yield Row(f"idle.{name}.ready", "  start to ready", daemon.ready_after, "s", READY_GOAL)
