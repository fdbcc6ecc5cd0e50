"""A daemon whose process exists but is stopped."""

from __future__ import annotations

import signal
from pathlib import Path

from daemon.host.pulse import SILENT, look
from tests.edges.sandbox.shots import shoot
from tests.whole.program import Bracketd, until

OAK = "12 Oak St"


def test_a_frozen_daemon_is_said_not_to_answer(program: Bracketd) -> None:
    """``status`` and ``check`` report a stopped daemon within half a minute. Resumed, it continues as before."""
    program.start()
    assert program.status()["daemon"]["unanswered_s"] is None
    program.signal(signal.SIGSTOP)
    try:
        until(lambda: program.status()["daemon"]["unanswered_s"], SILENT + 20)
        shown = program.run("status").stdout
        assert f"(pid {program.pid}) has not responded for" in shown
        assert "is running" not in shown
        checked = program.run("check")
        assert checked.returncode == 1
        assert "has not responded for" in checked.stderr
        assert "no problems found" not in checked.stdout
    finally:
        program.signal(signal.SIGCONT)
    until(lambda: program.status()["daemon"]["unanswered_s"] is None)
    assert "no problems found; the daemon is running" in program.run("check").stdout
    program.drop(OAK, shoot(1))
    program.reach(OAK, "downloaded")


def test_a_daemon_that_works_gives_its_sign_all_the_time(program: Bracketd) -> None:
    """While a shoot is sent and delivered, the heartbeat is never older than a few seconds."""
    program.start()
    ages: list[float] = []
    program.drop(OAK, shoot(4))

    def delivered() -> bool:
        sign = look(Path(program.state))
        ages.append(sign.age if sign is not None else float("inf"))
        order = program.order(OAK)
        return order is not None and order["phase"] == "downloaded"

    until(delivered)
    assert max(ages) < SILENT / 2
