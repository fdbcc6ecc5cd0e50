from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox_process import Sandbox, running_sandbox
from tests.whole.books import audit
from tests.whole.program import Bracketd

AT_ONCE = ("idle_time=0", "grouping_time=0", "image_time=0", "upload_lag=0", "idle_looks=1")
"""The sandbox waits for nothing by itself, so that a fault's seconds are the only ones that pass there."""


@pytest.fixture(scope="session")
def service() -> Iterator[Sandbox]:
    """One sandbox for all tests of a worker; they look at their own orders only."""
    switches = [word for switch in AT_ONCE for word in ("--set", switch)]
    with running_sandbox("--speed", "1", "--poll-floor", "0", "--long-side", "800", *switches) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(service: Sandbox) -> Sandbox:
    """The sandbox, without faults."""
    service.faults([])
    return service


@pytest.fixture
def program(tmp_path: Path, sandbox: Sandbox) -> Iterator[Bracketd]:
    """The program set up for the sandbox, not started. At the end no rule is broken and the books agree."""
    broken = len(sandbox.violations())
    bracketd = Bracketd(tmp_path / "home", api=sandbox.api, key=sandbox.key)
    try:
        yield bracketd
    finally:
        bracketd.close()
    assert sandbox.violations()[broken:] == []
    assert not bracketd.told("Traceback")
    audit(bracketd, sandbox)
