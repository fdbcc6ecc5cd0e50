from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.sandbox_process import Sandbox, running_sandbox
from tests.whole.books import audit
from tests.whole.program import Bracketd

AT_ONCE = ("idle_time=0", "grouping_time=0", "image_time=0", "upload_lag=0", "idle_looks=1")
"""The sandbox waits for nothing by itself, so that a fault's seconds are the only ones that pass there."""


def prompt_sandbox(long_side: int) -> AbstractContextManager[Sandbox]:
    """A sandbox that waits for nothing by itself, with an account of its own. ``long_side``: of its pictures, in px."""
    switches = [word for switch in AT_ONCE for word in ("--set", switch)]
    return running_sandbox("--speed", "1", "--poll-floor", "0", "--long-side", str(long_side), *switches)


@pytest.fixture(scope="session")
def service() -> Iterator[Sandbox]:
    """One sandbox for all tests of a worker.

    Its account lists the orders of other tests. A test of what bracketd makes of that list needs a sandbox of its own.
    """
    with prompt_sandbox(800) as sandbox:
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
