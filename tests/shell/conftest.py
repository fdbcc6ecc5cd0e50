from __future__ import annotations

import sys
from pathlib import Path

import pytest
import structlog
from structlog._config import BoundLoggerLazyProxy
from structlog.processors import KeyValueRenderer, add_log_level, format_exc_info

from tests.stores.states import STATES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with each kind of store that it is marked with."""
    if len(kinds := _kinds(metafunc.definition)) > 1:
        metafunc.parametrize("stores", kinds, indirect=True)


def _kinds(item: pytest.Item) -> tuple[str, ...]:
    marker = item.get_closest_marker("stores")
    return marker.args if marker is not None else ("memory",)


@pytest.fixture(autouse=True)
def stores(request: pytest.FixtureRequest) -> None:
    """The kind of store: in memory, unless the test is marked with others."""
    STATES.begin(getattr(request, "param", _kinds(request.node)[0]))


@pytest.fixture
def tmp(tmp_path: Path) -> Path:
    """A directory with an empty watched folder."""
    (tmp_path / "in").mkdir()
    return tmp_path


@pytest.fixture(autouse=True)
def fresh_logs() -> None:
    """Log plain text: an earlier test in this process may have configured something else.

    By default structlog draws every traceback with the values of its variables, which takes longer than most tests.
    """
    structlog.reset_defaults()
    structlog.configure(processors=[add_log_level, format_exc_info, KeyValueRenderer()])
    for name, module in tuple(sys.modules.items()):
        logger = getattr(module, "log", None) if name.startswith("daemon.") else None
        if isinstance(logger, BoundLoggerLazyProxy):
            vars(logger).pop("bind", None)  # what it keeps of its first use, if it was set up to
