from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("bracketd", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bracketd")
"""No test asserts a time: the machine may be busy with the other tests."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--soak`` adds the long runs to the others."""
    parser.addoption("--soak", action="store_true", help="run the long runs, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long runs out unless they are wanted."""
    if config.getoption("--soak"):
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]
