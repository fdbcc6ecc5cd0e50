from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.mirror import Mirror

settings.register_profile("bracketd", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bracketd")
"""Hypothesis has no deadline: other tests may slow down the machine."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option ``--soak``, which includes the long runs."""
    parser.addoption("--soak", action="store_true", help="run the long runs, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the long runs without ``--soak``."""
    if config.getoption("--soak"):
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


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
