from __future__ import annotations

from pathlib import Path

import pytest

from tests.stores.contract import own_thread
from tests.stores.states import InFile, InMemory, State


@pytest.fixture(params=["memory", "sqlite"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> State:
    """A new state of each kind."""
    return InMemory(tmp_path) if request.param == "memory" else InFile(tmp_path, own_thread)
