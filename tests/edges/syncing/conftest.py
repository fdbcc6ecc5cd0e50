from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.edges.service.hosts import Host, Script

Hosts = Callable[..., Host]


@pytest.fixture
def host() -> Iterator[Hosts]:
    """Start hosts with ``host(script, tls=…)``. They are stopped after the test."""
    with ExitStack() as stack:

        def start(script: Script, **settings: object) -> Host:
            return stack.enter_context(Host(script, **settings))  # type: ignore[arg-type]

        yield start


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    """A shoot in the watched folder, which is inside the folder that Syncthing syncs."""
    shoot = tmp_path / "Photos" / "Shoots" / "12 Oak St"
    shoot.mkdir(parents=True)
    return shoot
