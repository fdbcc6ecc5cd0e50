from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict

import pytest

from tests.sandbox_process import Sandbox, running_sandbox
from tests.whole.conftest import AT_ONCE
from tests.whole.kills.figures import PROPERTY, Figures, lines

WITHOUT_LIMITS = ("daily_limit=0", "rate_limit=0")


@pytest.fixture(scope="session")
def service() -> Iterator[Sandbox]:
    """A separate sandbox for these tests of a worker, with small pictures and without account limits."""
    switches = [word for switch in (*AT_ONCE, *WITHOUT_LIMITS) for word in ("--set", switch)]
    with running_sandbox("--speed", "1", "--poll-floor", "0", "--long-side", "200", *switches) as sandbox:
        yield sandbox


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Iterator[Figures]:
    """The counts of a test; printed at the end of the run."""
    counted = Figures()
    yield counted
    record_property(PROPERTY, asdict(counted))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts, which are in the reports of the tests' teardowns."""
    reports = terminalreporter.getreports("")
    values = [value for report in reports for name, value in report.user_properties if name == PROPERTY]
    if values:
        terminalreporter.section("kills")
        for line in lines(values):
            terminalreporter.line(line)
