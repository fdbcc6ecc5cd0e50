from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox_process import Sandbox, running_sandbox


@pytest.fixture(scope="session")
def shared() -> Iterator[Sandbox]:
    """One sandbox for tests that leave it unchanged and use only their own orders."""
    with running_sandbox("--set", "name_limit=0") as sandbox:
        yield sandbox
