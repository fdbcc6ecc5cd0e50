"""A lost or damaged state: the daemon refuses to start, one command rebuilds it, nothing is paid for twice."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import pytest

from daemon.store.place import FILE
from daemon.store.sqlite.copies import COPIES
from daemon.store.sqlite.reader import SqliteReader
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.conftest import prompt_sandbox
from tests.whole.program import Bracketd, Json, until

DELIVERED = ("1 Elm St", "2 Elm St")
PROCESSING, UPLOADING = "3 Oak St", "4 Oak St"
SHOOTS = (*DELIVERED, PROCESSING, UPLOADING)
RECOVER = "`bracketd doctor --recover`"


@pytest.fixture
def service() -> Iterator[Sandbox]:
    """A sandbox for one test, because a recovery imports every order of the account."""
    with prompt_sandbox(200) as sandbox:
        yield sandbox


def cut_off(file: Path) -> None:
    """Truncate the file, as if the disk was full during a copy."""
    fold(file)
    os.truncate(file, file.stat().st_size // 2)


def overwritten(file: Path) -> None:
    """Overwrite the file with other content."""
    fold(file)
    file.write_bytes(os.urandom(file.stat().st_size))


def zeroed(file: Path) -> None:
    """Damage the page with the images, an hour ago."""
    fold(file)
    with closing(sqlite3.connect(file)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'images'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(file.read_bytes())
    content[size * (page - 1) : size * page] = bytes(size)
    file.write_bytes(content)
    os.utime(file, (time.time() - 3600,) * 2)


def without_wal(file: Path) -> None:
    """Delete the file that SQLite keeps beside it."""
    file.with_name(f"{FILE}-wal").unlink()


def deleted(file: Path) -> None:
    """Delete the file and SQLite's files beside it."""
    for part in file.parent.glob(f"{FILE}*"):
        part.unlink()


def fold(file: Path) -> None:
    """Move everything into the one file, as after a stop or many writes."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.mark.parametrize(
    ("harm", "flow", "uploading"),
    [
        (cut_off, "brackets", "skipped"),
        pytest.param(overwritten, "images", "skipped", marks=pytest.mark.soak),
        (zeroed, "brackets", "uploading"),
        (without_wal, "images", "skipped"),
        pytest.param(deleted, "images", "skipped", marks=pytest.mark.soak),
    ],
)
def test_a_lost_state_costs_nothing(
    program: Bracketd, sandbox: Sandbox, harm: Callable[[Path], None], flow: str, uploading: str
) -> None:
    """However the state was lost, the daemon refuses to start and names the command that finds every paid order.

    Afterwards each shoot is delivered, merged once and paid for once, and existing files are kept. A shoot that no
    source knows is skipped, whatever ``existing`` is.
    """
    program.settings["api"]["flow"] = flow
    break_off(program, sandbox)
    harm(program.state / FILE)
    for verb in ("run", "doctor"):
        refused = program.run(verb)
        assert refused.returncode == 1
        assert RECOVER in refused.stderr
    before = contents(program.state)
    dry = program.run("doctor", "--recover", "--dry-run")
    assert (dry.returncode, contents(program.state)) == (0, before), dry.stderr
    assert "nothing was changed" in dry.stdout
    done = program.run("doctor", "--recover")
    assert done.returncode == 0, done.stderr
    kept = {path.name: path.read_bytes() for path in program.state.glob("damaged-*/*")}
    assert kept == {name: data for name, data in before.items() if name.startswith(FILE)}
    assert program.order(UPLOADING) == (program.order(UPLOADING) or {}) | {"phase": uploading}, done.stdout
    program.start()
    program.reach(PROCESSING, "downloaded")
    if uploading == "skipped":
        assert program.run("submit", str(program.watched / UPLOADING)).returncode == 0
    program.reach(UPLOADING, "downloaded")
    paid(program, sandbox)


def test_a_copy_knows_what_was_under_way(program: Bracketd, sandbox: Sandbox) -> None:
    """Orders in the copy continue. If the service cannot be reached, they wait for a person before their merge."""
    break_off(program, sandbox)
    age_copies(program)
    sandbox.faults(["upload slow rate=1 seconds=30", "show_order 503 rate=1"])
    program.start()
    until((program.state / COPIES / f"{today()}.sqlite3").exists)
    program.kill()
    deleted(program.state / FILE)
    sandbox.faults(["list_orders 401"])
    unasked = program.run("doctor", "--recover")
    assert unasked.returncode == 0
    assert "warning    could not ask the service" in unasked.stdout
    held = program.order(UPLOADING) or {}
    assert held["phase"] == "held"
    assert "without asking the service" in held["messages"][0]
    assert (program.order(PROCESSING) or {})["phase"] == "merging"
    sandbox.faults([])
    asked = program.run("doctor", "--recover")
    assert asked.returncode == 0, asked.stderr
    waits = program.order(UPLOADING) or {}
    assert waits["phase"] == "uploading"
    assert "continues at" in waits["messages"][0]
    assert program.run("retry", UPLOADING).returncode == 0
    program.start()
    for name in (PROCESSING, UPLOADING):
        program.reach(name, "downloaded")
    paid(program, sandbox)


def test_a_merge_that_the_copy_does_not_know_is_found(program: Bracketd, sandbox: Sandbox) -> None:
    """An order that was merged after the copy was made is polled, and never merged again."""
    sandbox.faults(["upload slow skip=1 next=2 seconds=30"])
    program.start()
    program.drop(UPLOADING, shoot(1))
    program.when(UPLOADING, lambda order: order["brackets"]["uploaded"] == 1)
    program.kill()
    age_copies(program)
    sandbox.faults(["upload slow next=2 seconds=30", "merge slow-grouping seconds=5"])
    program.start()
    until((program.state / COPIES / f"{today()}.sqlite3").exists)
    program.kill()
    sandbox.faults(["merge slow-grouping seconds=5"])
    program.start()
    until(lambda: any(order["merges"] for order in sandbox.report()["orders"].values()))
    program.kill()
    deleted(program.state / FILE)
    done = program.run("doctor", "--recover")
    assert "the service has merged it" in done.stdout
    program.start()
    program.reach(UPLOADING, "downloaded")
    paid(program, sandbox, (UPLOADING,))


def test_a_running_daemon_is_left_alone(program: Bracketd) -> None:
    """While the daemon runs, its state can be checked but not recovered."""
    program.start()
    program.drop(UPLOADING, shoot(1))
    program.reach(UPLOADING, "downloaded")
    until((program.state / COPIES / f"{today()}.sqlite3").exists)
    well = program.run("doctor")
    assert (well.returncode, well.stderr) == (0, "")
    shown = (": OK, version", "1 order(s)", "no leftover part files", "no problems found")
    assert all(words in well.stdout for words in shown)
    refused = program.run("doctor", "--recover")
    assert refused.returncode == 1
    said = f"bracketd is running on {program.state} (pid {program.pid}). Stop it first."
    assert refused.stderr == f"bracketd: {said}\n"
    assert program.run("doctor", "--offline").returncode == 2
    assert program.stop() == 0


# --- what the tests do ---


def break_off(program: Bracketd, sandbox: Sandbox) -> None:
    """The power fails: two shoots are delivered, one is processing, one is uploading."""
    program.folder["existing"] = "process"
    sandbox.faults(["merge slow-grouping skip=2 seconds=4", "upload slow skip=10 next=9 seconds=30"])
    program.start()
    for name in DELIVERED:
        program.drop(name, shoot(1))
        program.reach(name, "downloaded")
    program.drop(PROCESSING, shoot(1))
    program.reach(PROCESSING, "merging", "processing")
    program.drop(UPLOADING, shoot(1))
    program.when(UPLOADING, lambda order: order["brackets"]["uploaded"] >= 1)
    program.kill()
    sandbox.faults([])


def age_copies(program: Bracketd) -> None:
    """Rename today's copy to an earlier day."""
    (program.state / COPIES / f"{today()}.sqlite3").rename(program.state / COPIES / "2000-01-01.sqlite3")


def today() -> str:
    """The day in the name of a copy."""
    return date.fromtimestamp(time.time()).isoformat()  # noqa: DTZ012 - as in the daemon


def contents(state: Path) -> dict[str, bytes]:
    """Every file in the state directory except the lock."""
    return {path.name: path.read_bytes() for path in files(state) if not path.name.startswith("bracketd.")}


def files(folder: Path) -> Iterator[Path]:
    """Every file below a folder."""
    with suppress(FileNotFoundError):
        yield from (path for path in folder.rglob("*") if path.is_file())


def paid(program: Bracketd, sandbox: Sandbox, shoots: tuple[str, ...] = SHOOTS) -> None:
    """Each shoot has one delivered order, merged once, with one picture paid for once; ``costs`` says so, too."""
    report = sandbox.report()
    orders: list[Json] = [order for order in program.peek()["orders"] if order["phase"] == "downloaded"]
    assert sorted(order["shoot"] for order in orders) == sorted(shoots)
    at_sandbox = [report["orders"][order["order_id"]] for order in orders]
    assert [len(order["merges"]) for order in at_sandbox] == [1] * len(shoots)
    assert [[image["charged"] for image in order["images"]] for order in at_sandbox] == [[1]] * len(shoots)
    assert report["charged"] == len(shoots)
    with SqliteReader(program.state) as reader:
        bought = reader.purchases(0, time.time() + 60)
    assert sorted(purchase["image_id"] for purchase in bought) == sorted(
        image["image_id"] for order in at_sandbox for image in order["images"]
    )
