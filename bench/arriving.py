"""Large watched folders: an idle archive of finished shoots, a new shoot, and ten thousand files at once."""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bench.running import LOOK_EVERY, PATIENCE, Daemon, GivenUp, running_daemon, running_service
from bench.sizes import Bench
from bench.table import Row
from bench.usage import Memory, cpu_seconds
from daemon.order import Phase
from daemon.store.sqlite.reader import SqliteReader

READY_GOAL, CPU_GOAL, MEMORY_GOAL, NOTICED_GOAL, EXTRA_GOAL = 2.0, 0.2, 80.0, 1.0, 1.0
QUIET = 2.0
"""The quiet period in seconds: longer than any pause of the copying."""


def measure(bench: Bench) -> Iterator[Row]:
    """An archive exists at the first start. The second start is measured, which is like every later boot."""
    sizes, watch = bench.sizes, bench.folder / "watch"
    for shoot in range(sizes.archive):
        _fill(watch / f"{shoot + 1} Elm St", sizes.archive_files, first=shoot * sizes.archive_files)
    with running_service(bench.folder / "service") as service:
        with running_daemon(bench.folder, service, quiet_s=QUIET) as daemon:
            first = daemon.ready_after
        with running_daemon(bench.folder, service, quiet_s=QUIET) as daemon:
            what = f"start to ready, {sizes.archive} shoots of {sizes.archive_files} files"
            yield Row("arriving.ready", what, daemon.ready_after, "s", READY_GOAL, f"first start {first:.1f} s")
            yield from _idle(daemon, sizes.calm_s, sizes.idle_s)
            yield _noticed(daemon, bench.folder)
            usual = _copied(daemon, bench.folder / "usual", sizes.archive_files, first=15_000_000)
            yield Row("arriving.extra", "  wait beyond the quiet period", usual.extra, "s", EXTRA_GOAL, usual.note)
            many = _copied(daemon, bench.folder / "card", sizes.copied, first=20_000_000)
            what = f"lost of {sizes.copied} files copied in at once"
            yield Row("arriving.lost", what, sizes.copied - many.found, "files", 0, many.note)
            yield Row("arriving.extra.many", "  wait beyond the quiet period", many.extra, "s")


def _idle(daemon: Daemon, calm_s: float, idle_s: float) -> Iterator[Row]:
    time.sleep(calm_s)
    began, taken = time.monotonic(), cpu_seconds(daemon.pid)
    time.sleep(idle_s)
    lasted, taken = time.monotonic() - began, cpu_seconds(daemon.pid) - taken
    yield Row("arriving.cpu", "  idle CPU", 100 * taken / lasted, "% of a core", CPU_GOAL)
    memory = Memory.of(daemon.pid)
    yield Row("arriving.memory", "  memory", memory.rss, "MB", MEMORY_GOAL, f"{memory}")


def _noticed(daemon: Daemon, folder: Path) -> Row:
    """Move a shoot in: the time until it is shown as waiting."""
    shoot = folder / "12 Oak St"
    _fill(shoot, 5, first=10_000_000)
    dropped = time.monotonic()
    daemon.drop(shoot)
    end = dropped + PATIENCE
    with SqliteReader(daemon.state_dir) as reader:
        while not any(waiting.shoot == shoot.name for waiting in reader.waiting()):
            if time.monotonic() > end:
                raise GivenUp("the new shoot was not noticed")
            time.sleep(LOOK_EVERY / 5)
    return Row("arriving.noticed", "a new shoot noticed after", time.monotonic() - dropped, "s", NOTICED_GOAL)


@dataclass(frozen=True)
class Copied:
    """The result of a copied shoot: photos ``found``, seconds after the quiet period, and a note."""

    found: int
    extra: float
    note: str


def _copied(daemon: Daemon, shoot: Path, files: int, *, first: int) -> Copied:
    """Copy a shoot in, file by file, without a pause."""
    _fill(shoot, files, first=first)
    began, taken = time.monotonic(), cpu_seconds(daemon.pid)
    shutil.copytree(shoot, daemon.watch / shoot.name)
    copied = time.time()
    lasted = time.monotonic() - began
    past = daemon.reached(shoot.name, Phase.SETTLED)
    taken = cpu_seconds(daemon.pid) - taken
    with SqliteReader(daemon.state_dir) as reader:
        found = len(reader.order(past.order_id).brackets)
        missed = sum(reader.notes().missed.values())
    note = f"{found} found, copied in {lasted:.1f} s, {taken:.1f} s of CPU; {missed} change(s) without an event"
    return Copied(found, past.moment("Locked") - copied - QUIET, note)


def _fill(folder: Path, files: int, *, first: int) -> None:
    """Small complete photos, all different. The cost here is per file, not per byte."""
    begin, end = _photo()
    folder.mkdir(parents=True)
    for number in range(first, first + files):
        comment = f"{number:08}".encode()
        segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
        (folder / f"IMG_{number:08}.JPG").write_bytes(begin + segment + end)


def _photo() -> tuple[bytes, bytes]:
    data = io.BytesIO()
    Image.new("L", (8, 8)).save(data, "JPEG")
    return data.getvalue()[:2], data.getvalue()[2:]
