"""``bracketd status`` as a process with many stored orders, compared with an empty Python process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from bench.finished import store_finished
from bench.running import BRACKETD, GivenUp, write_config
from bench.sizes import Bench
from bench.table import Row

GOAL = 0.2


def measure(bench: Bench) -> Iterator[Row]:
    """Measure with and without ``--json``. Medians of runs that alternate with the empty process."""
    orders = bench.sizes.orders
    config = write_config(bench.folder, None)
    store_finished(bench.folder / "state", bench.folder / "watch", orders)
    status = [str(BRACKETD), "--config", str(config), "status"]
    commands = {
        "status --json": [*status, "--json"],
        "status": status,
        "python -c pass": [sys.executable, "-c", "pass"],
        "python with its libraries": [sys.executable, "-c", "import click, sqlite3, yaml, json"],
    }
    if (shown := _count(commands["status --json"])) != orders:
        raise GivenUp(f"status --json shows {shown} orders, but {orders} are stored")
    took = _medians(commands, bench.sizes.runs)
    nothing, libraries = took["python -c pass"], took["python with its libraries"]
    for name, verb in (("json", "status --json"), ("table", "status")):
        note = (
            f"{took[verb] / libraries:.1f} x `import click, sqlite3, yaml, json` ({libraries:.3f} s); "
            f"`python -c pass` {nothing:.3f} s"
        )
        yield Row(f"status.{name}", f"bracketd {verb}, {orders} orders", took[verb], "s", GOAL, note, took)


def _count(command: Sequence[str]) -> int:
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603 - our own command
    return len(json.loads(output)["orders"])


def _medians(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, float]:
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            began = time.monotonic()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own command
            took[name].append(time.monotonic() - began)
    return {name: median(seconds) for name, seconds in took.items()}
