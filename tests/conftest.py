from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.fork_server import close_servers
from tests.mirror import Mirror

SLOW = Path(__file__).parent / "whole"
"""The folder of the tests that start processes and wait for them."""

settings.register_profile("bracketd", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bracketd")
"""Hypothesis has no deadline: other tests may slow down the machine."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option ``--soak``, which includes the long runs."""
    parser.addoption("--soak", action="store_true", help="run the long runs, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the long runs without ``--soak``, and let every worker begin with slow tests."""
    if not config.getoption("--soak"):
        long = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    items[:] = spread(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def pytest_sessionfinish() -> None:
    """End the processes from which the tests' processes were forked."""
    close_servers()


def spread(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests in an order that gives each worker an equal part, which begins with tests of processes.

    pytest-xdist gives each worker a part of the list, and then tests of busy workers to those that are done. Slow tests
    that begin last would leave the other workers without work. The tests of a file stay together.
    """
    files: dict[Path, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[item.path].append(item)
    slow = [file for file in files if SLOW in file.parents]
    parts: list[list[pytest.Item]] = [
        [item for file in slow[n::workers] for item in files[file]] for n in range(workers)
    ]
    rest = [item for file in files if file not in slow for item in files[file]]
    size = -(-len(items) // workers)
    for part in parts:
        more = max(0, size - len(part))
        part.extend(rest[:more])
        rest = rest[more:]
    return [*(item for part in parts for item in part), *rest]


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    """A file system that shows the folder ``below`` at ``point`` and can fail. Skips if it cannot be mounted."""
    for name in ("below", "point"):
        (tmp_path / name).mkdir()
    mirror = Mirror(tmp_path / "below", tmp_path / "point")
    try:
        if not mirror.mounted:
            pytest.skip("only root can mount a file system")
        yield mirror
    finally:
        mirror.unmount()
