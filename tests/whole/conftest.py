from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.sandbox_process import Sandbox, running_sandbox
from tests.whole.books import audit
from tests.whole.program import Bracketd

AT_ONCE = ("idle_time=0", "grouping_time=0", "image_time=0", "upload_lag=0", "idle_looks=1")
"""The sandbox has no delays except for the seconds of faults."""


def prompt_sandbox(long_side: int, *more: str) -> AbstractContextManager[Sandbox]:
    """A sandbox without delays, with a new account. ``long_side`` is that of its pictures, in pixels.

    ``more`` are other switches, such as ``bracket_image=hidden``.
    """
    switches = [word for switch in (*AT_ONCE, *more) for word in ("--set", switch)]
    return running_sandbox("--speed", "1", "--poll-floor", "0", "--long-side", str(long_side), *switches)


@pytest.fixture(scope="session")
def service() -> Iterator[Sandbox]:
    """One sandbox for all tests of a worker.

    Its account also has the orders of other tests. A test that uses the account's list needs a separate sandbox.
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
    """The program, configured for the sandbox, not started. At the end no rule is broken and the books agree."""
    broken = len(sandbox.violations())
    bracketd = Bracketd(tmp_path / "home", api=sandbox.api, key=sandbox.key)
    try:
        yield bracketd
    finally:
        bracketd.close()
    assert sandbox.violations()[broken:] == []
    assert not bracketd.logged("Traceback")
    audit(bracketd, sandbox)
