from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from daemon.cli import cli
from daemon.host.pulse import FILE, SILENT, Pulse, look
from daemon.store.sqlite.file import open_for_writing

DAEMON = """
import sys, time
from pathlib import Path
from daemon.host.lock import InstanceLock
from daemon.host.pulse import Pulse, look
state, ago, full = Path(sys.argv[1]), [float(sys.argv[2])], sys.argv[3] == "True"
with InstanceLock(state), Pulse(state, lambda: time.monotonic() - ago[0]) as pulse:
    pulse.wait_for_room(full=full)
    print("alive", flush=True)
    for line in sys.stdin:
        if line == "look\\n":
            print(look(state).age, flush=True)
            continue
        ago[0] = 0.0
        pulse.beat()
        print("beaten", flush=True)
"""


@contextmanager
def daemon(state: Path, *, ago: float = 0.0, full: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock, with a heartbeat ``ago`` seconds ago.

    Each line of input causes a heartbeat; the line ``look`` prints the age of the last one.
    """
    with subprocess.Popen(
        (sys.executable, "-c", DAEMON, str(state), str(ago), str(full)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "alive\n"
        try:
            yield process
        finally:
            process.kill()


def test_the_age_of_the_last_turn_is_seen(tmp_path: Path) -> None:
    """Another process sees the time of the last heartbeat, and of each one after it."""
    with daemon(tmp_path, ago=75.0) as process:
        sign = look(tmp_path)
        assert sign is not None
        assert 75.0 <= sign.age < 100.0
        assert sign.silent
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "beaten\n"
        sign = look(tmp_path)
        assert sign is not None
        assert not sign.silent


def test_a_daemon_may_look_at_its_own_pulse(tmp_path: Path) -> None:
    """A daemon sees its own last heartbeat, and other processes still see it afterwards."""
    with daemon(tmp_path, ago=75.0) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("look\n")
        process.stdin.flush()
        assert 75.0 <= float(process.stdout.readline()) < 100.0
        assert look(tmp_path) is not None


def test_a_daemon_that_turns_is_not_silent(tmp_path: Path) -> None:
    """A daemon with a recent heartbeat is not silent; a full disk is seen as well."""
    with daemon(tmp_path):
        sign = look(tmp_path)
        assert sign is not None
        assert (sign.silent, sign.full) == (False, False)
    with daemon(tmp_path, full=True):
        sign = look(tmp_path)
        assert sign is not None
        assert (sign.silent, sign.full) == (False, True)


def test_the_sign_ends_with_the_process(tmp_path: Path) -> None:
    """There is no pulse after a kill or where no daemon ever ran; reading it creates no file."""
    assert look(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    with daemon(tmp_path) as process:
        assert look(tmp_path) is not None
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert look(tmp_path) is None


def test_the_sign_needs_no_write(tmp_path: Path) -> None:
    """The daemon's file stays empty and unmodified, however many heartbeats there are."""
    times = iter(range(1000, 2000))
    with Pulse(tmp_path, lambda: next(times)) as pulse:
        before = (tmp_path / FILE).stat()
        for _ in range(900):
            pulse.beat()
        after = (tmp_path / FILE).stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ctime_ns) == (0, before.st_mtime_ns, before.st_ctime_ns)


def test_a_state_that_may_only_be_read(tmp_path: Path) -> None:
    """The pulse can be read if its file and folder are not writable."""
    with daemon(tmp_path):
        (tmp_path / FILE).chmod(0o400)
        tmp_path.chmod(0o500)
        try:
            assert look(tmp_path) is not None
        finally:
            tmp_path.chmod(0o700)


def test_a_pulse_that_cannot_be_written_is_not_an_error(tmp_path: Path) -> None:
    """If the file cannot be created, the daemon works without a pulse."""
    (tmp_path / FILE).mkdir()
    with Pulse(tmp_path) as pulse:
        pulse.beat()
        pulse.wait_for_room(full=True)
    assert look(tmp_path) is None


# --- what the verbs say ---


def says(top: Path, verb: str) -> Result:
    """Run a verb on the state in ``top`` and return its result."""
    config = top / "bracketd.yaml"
    config.write_text(f"folders: [{{watch: {top}/in, output: {top}/out}}]\nstate_dir: {top}/state\n")
    (top / "in").mkdir(exist_ok=True)
    open_for_writing(top / "state").close()
    return CliRunner().invoke(cli, ["--config", str(config), verb])


@pytest.mark.parametrize("verb", ["status", "check", "doctor"])
def test_a_frozen_daemon_is_named(tmp_path: Path, verb: str) -> None:
    """Every verb that shows the daemon says that it does not respond, for how long, and what to do."""
    (tmp_path / "state").mkdir()
    with daemon(tmp_path / "state", ago=75.0) as process:
        done = says(tmp_path, verb)
    said = " ".join(done.output.split())
    assert f"(pid {process.pid}) has not responded for 7" in said
    assert f"resume it with `kill -CONT {process.pid}`" in said
    assert "is running" not in said
    assert "no problems found" not in said
    assert done.exit_code == (0 if verb == "status" else 1)


@pytest.mark.parametrize("verb", ["status", "doctor"])
def test_a_daemon_at_work_is_not_named(tmp_path: Path, verb: str) -> None:
    """A daemon whose loop ran a few seconds ago is not reported."""
    (tmp_path / "state").mkdir()
    with daemon(tmp_path / "state", ago=SILENT / 2):
        done = says(tmp_path, verb)
    assert "answer" not in done.output
    assert done.exit_code == 0


def test_the_daemon_s_own_file_is_opened_once() -> None:
    """No other module opens the file, because closing it would drop the process's locks."""
    top = Path(__file__).parents[3] / "daemon"
    naming = [path for path in top.rglob("*.py") if FILE in path.read_text() and path.name != "pulse.py"]
    assert [os.path.relpath(path, top) for path in naming] == []
