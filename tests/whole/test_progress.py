"""Progress by bytes, as the terminal shows it."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
from contextlib import suppress
from datetime import timedelta

from daemon.progress.reading import FILE
from tests.edges.sandbox.shots import NOON, bracket
from tests.sandbox_process import Sandbox
from tests.whole.program import COMMAND, PATIENCE, Bracketd, Json, environment, until

OAK = "12 Oak St"


def scene() -> dict[str, bytes]:
    """One scene of large photos: the picture of it arrives in several pieces."""
    stops = enumerate((-2.0, 0.0, 2.0), 1)
    moments = ((number, stop, NOON + timedelta(seconds=0.3 * number)) for number, stop in stops)
    return {f"IMG_{number:04}.JPG": bracket(0, stop, at, size=(3600, 2400)) for number, stop, at in moments}


def transfers(program: Bracketd) -> list[Json]:
    """The transfers in ``status --json``."""
    found: list[Json] = program.peek()["transfers"]
    return found


def test_bytes_are_seen_moving_in_both_directions(program: Bracketd, sandbox: Sandbox) -> None:
    """Other programs see the bytes of uploads and downloads while they move; afterwards there is no file."""
    sandbox.faults(["upload slow seconds=3 next=1", "download drip seconds=8 next=1"])
    program.start()
    program.drop(OAK, scene())
    upload = until(lambda: next(iter(transfers(program)), None))
    order = program.reach(OAK, "settled", "uploading")
    assert list(upload) == ["order_id", "direction", "bytes", "total", "bytes_per_s", "left_s"]
    assert (upload["order_id"], upload["direction"]) == (order["order_id"], "upload")
    assert upload["total"] == order["bytes"]["total"]
    seen: list[Json] = []

    def received() -> bool:
        seen.extend(one for one in transfers(program) if one["direction"] == "download")
        return len({one["bytes"] for one in seen}) > 3

    until(received)
    counts = [one["bytes"] for one in seen]
    assert counts == sorted(counts)
    assert seen[-1]["bytes_per_s"] > 0
    assert seen[-1]["total"] >= counts[-1]
    program.reach(OAK, "downloaded")
    until(lambda: not (program.state / FILE).exists())
    assert transfers(program) == []


def test_status_follows_the_transfers_until_ctrl_c(program: Bracketd, sandbox: Sandbox) -> None:
    """``status --watch`` refreshes the table with speed and time left, and ends with status 0 at Ctrl-C."""
    sandbox.faults(["download drip seconds=15 next=1"])
    program.start()
    program.drop(OAK, scene())
    program.reach(OAK, "downloading")
    shown, terminal = pty.openpty()
    words = (COMMAND, "--config", str(program.config), "status", "--watch")
    env = {**environment(program.home), "TERM": "xterm", "COLUMNS": "100", "LINES": "30"}
    watching = subprocess.Popen(words, stdin=terminal, stdout=terminal, stderr=terminal, env=env)
    os.close(terminal)
    text = ""

    def follows() -> bool:
        nonlocal text
        text += os.read(shown, 65536).decode(errors="replace")
        return text.count("received") > 3 and "/s" in text and " left" in text

    until(follows)
    watching.send_signal(signal.SIGINT)
    with suppress(OSError):  # the end of the terminal
        while os.read(shown, 65536):
            pass
    assert watching.wait(PATIENCE) == 0
    os.close(shown)
    program.reach(OAK, "downloaded")


def test_status_can_only_be_watched_in_a_terminal(program: Bracketd) -> None:
    """In a pipe ``status --watch`` is a usage error."""
    program.write_config()
    words = (COMMAND, "--config", str(program.config), "status", "--watch")
    done = subprocess.run(words, capture_output=True, text=True, env=environment(program.home), check=False)
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
