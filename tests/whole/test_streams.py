"""The installed program with a standard output or error that is full, closed, or has a reader that leaves."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from daemon.order import facts
from daemon.store.sqlite.store import SqliteStore
from tests.core.orders import order
from tests.whole.program import COMMAND, PATIENCE, environment

VERBS = [
    "status",
    "status --json",
    "show",
    "explain",
    "costs",
    "costs --csv",
    "costs --json",
    "check",
    "doctor",
    "config example",
    "--help",
    "--version",
]
FULL = "/dev/full"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The settings of a daemon that has one order, in a shoot with one photo."""
    photo = tmp_path / "in" / order().source.shoot / "IMG_0001.JPG"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"x")

    async def work() -> None:
        store = SqliteStore.open(tmp_path / "state")
        await store.add(order(), facts.Locked(order().brackets))
        store.close()

    asyncio.run(work())
    file = tmp_path / "config.yaml"
    file.write_text(f"folders: [{{watch: {tmp_path}/in, output: {tmp_path}/out}}]\nstate_dir: {tmp_path}/state\n")
    return file


def run(config: Path, verb: str, redirected: str) -> subprocess.CompletedProcess[str]:
    """Run a verb in a shell that redirects its output. Returns its standard error and its exit status."""
    last = {"show": order().id, "explain": f"{config.parent}/in/{order().source.shoot}/IMG_0001.JPG"}.get(verb, "")
    script = f'"$0" --config "$1" {verb} ${{2:+"$2"}} {redirected}'
    return subprocess.run(
        ("bash", "-o", "pipefail", "-c", script, COMMAND, str(config), last),
        env=environment(config.parent),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@pytest.mark.skipif(not os.path.exists(FULL), reason="this system has no /dev/full")
@pytest.mark.parametrize("verb", VERBS)
def test_a_full_disk_under_the_output(config: Path, verb: str) -> None:
    """If a result cannot be written, one line says why, and the status is 1. If even that fails, the status is 1."""
    done = run(config, verb, f"> {FULL}")
    said = [line for line in done.stderr.splitlines() if not line.startswith("problem ")]
    assert (done.returncode, said) == (1, ["bracketd: cannot write the output: No space left on device"])
    assert run(config, verb, f"> {FULL} 2> {FULL}").returncode == 1


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_a_stream_that_is_closed(config: Path, verb: str, closed: str) -> None:
    """With a closed stream, a verb does its work without a traceback."""
    done = run(config, verb, closed)
    assert done.returncode == (1 if verb == "check" else 0), done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert ("2>&-" in closed) <= (done.stderr == "")


@pytest.mark.parametrize("verb", VERBS)
def test_a_reader_that_has_seen_enough(config: Path, verb: str) -> None:
    """``| head -1`` ends a verb silently, even if it had more to write."""
    done = run(config, verb, "2>&1 | head -c 1")
    assert done.stderr == ""
    assert len(done.stdout) == 1
    done = run(config, verb, "| true")
    assert [line for line in done.stderr.splitlines() if not line.startswith("problem ")] == []
    assert done.returncode in (0, 1)


@pytest.mark.skipif(not os.path.exists(FULL), reason="this system has no /dev/full")
@pytest.mark.parametrize("settings", ["folders: 1\n", "", None])
def test_a_full_disk_under_the_complaints(tmp_path: Path, settings: str | None) -> None:
    """An error message that cannot be written does not change the exit status, which a service manager uses."""
    config = tmp_path / "config.yaml"
    if settings is not None:
        config.write_text(settings)
    for verb in ("run", "check"):
        assert run(config, verb, f"2> {FULL}").returncode == 78
