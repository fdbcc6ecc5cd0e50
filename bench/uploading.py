"""Uploading many brackets, compared with curl: the same files, storage and number of connections.

The runs alternate, because a machine's speed varies; each ratio is that of the medians. The time on the wire is from
the first line of the first request to the response of the last PUT, measured by the service.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.listener import Exchange
from bench.photos import make_shoot
from bench.running import Daemon, Service, running_daemon, running_service
from bench.sizes import Bench
from bench.table import Row
from bench.usage import cpu_seconds
from daemon.order import Phase

GOAL = 1.0

LINE_GOAL = 1.05
"""The goal: as fast as curl, within the difference of two runs of one program."""


@dataclass(frozen=True)
class Upload:
    """One round: seconds on the wire, seconds of the whole order or command, and CPU seconds."""

    wire: float
    whole: float
    cpu: float


@dataclass(frozen=True)
class Rounds:
    """All rounds of bracketd and curl."""

    ours: list[Upload]
    theirs: list[Upload]

    def row(self, name: str, what: str, figure: str, goal: float | None) -> Row:
        """The ratio of the medians of one field."""
        our, their = (median(getattr(upload, figure) for upload in uploads) for uploads in (self.ours, self.theirs))
        note = f"bracketd {our:.2f} s, curl {their:.2f} s; medians of {len(self.ours)}"
        return Row(name, what, our / their, "x curl", goal, note, {"bracketd": our, "curl": their})


def measure(bench: Bench) -> Iterator[Row]:
    """Measure without a bandwidth limit, with both ends on this machine; then over a limited connection."""
    sizes, curl = bench.sizes, shutil.which("curl")
    what = f"upload {sizes.files} x {sizes.file_mb:g} MB, {sizes.uploads} at once"
    line = f"  over a connection of {sizes.line_mb_s * 8:g} Mbit/s"
    if curl is None:
        for name in ("wire", "whole", "cpu", "line"):
            yield Row(f"upload.{name}", what, None, "x curl", note="curl is not installed")
        return
    free = _rounds(bench, curl, sizes.rounds, 0)
    yield free.row("upload.wire", f"{what}, on the wire", "wire", GOAL)
    yield free.row("upload.whole", "  settled to uploaded", "whole", GOAL)
    yield free.row("upload.cpu", "  CPU time", "cpu", None)
    limited = _rounds(bench, curl, sizes.line_rounds, sizes.line_mb_s)
    yield limited.row("upload.line", line, "whole", LINE_GOAL)


def _rounds(bench: Bench, curl: str, rounds: int, line_mb_s: float) -> Rounds:
    """Each round has a new shoot, which both send: bracketd does not send the same photos twice."""
    sizes, folder = bench.sizes, bench.folder / f"line {line_mb_s:g}"
    ours, theirs = [], []
    with (
        running_service(folder / "service", line_mb_s=line_mb_s) as service,
        running_daemon(folder, service, uploads=sizes.uploads, poll_every_s=0.2) as daemon,
    ):
        for number in range(rounds):
            shoot = make_shoot(folder / f"round {number + 1}", photos=sizes.files, size_mb=sizes.file_mb)
            if number % 2:
                theirs.append(_by_curl(curl, service, shoot, sizes.uploads))
                ours.append(_by_daemon(daemon, service, shoot))
            else:
                ours.append(_by_daemon(daemon, service, shoot))
                theirs.append(_by_curl(curl, service, daemon.watch / shoot.name, sizes.uploads))
            shutil.rmtree(daemon.watch / shoot.name)
    return Rounds(ours, theirs)


def _by_daemon(daemon: Daemon, service: Service, shoot: Path) -> Upload:
    service.seen()
    cpu = cpu_seconds(daemon.pid)
    daemon.drop(shoot)
    past = daemon.reached(shoot.name, Phase.UPLOADED)
    cpu = cpu_seconds(daemon.pid) - cpu
    daemon.reached(shoot.name, Phase.DOWNLOADED)
    return Upload(_on_the_wire(service.seen()), past.moment("Confirmed") - past.moment("Locked"), cpu)


def _by_curl(curl: str, service: Service, photos: Path, uploads: int) -> Upload:
    service.seen()
    lines = [
        "parallel",
        f"parallel-max = {uploads}",
        "silent",
        "show-error",
        "fail",
        f'cacert = "{service.authority}"',
        'header = "Content-Type: image/jpeg"',
        'header = "Expect:"',  # otherwise curl waits for 100 Continue, and bracketd does not
    ]
    for photo in sorted(photos.iterdir()):
        lines += [f'url = "{service.storage}/{photo.name}"', f'upload-file = "{photo}"', 'output = "/dev/null"']
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    subprocess.run([curl, "--config", "-"], input="\n".join(lines).encode(), check=True, stderr=subprocess.DEVNULL)  # noqa: S603 - found in PATH
    whole = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Upload(_on_the_wire(service.seen()), whole, cpu)


def _on_the_wire(seen: Sequence[Exchange]) -> float:
    puts = [exchange for exchange in seen if exchange.method == "PUT"]
    first = min(exchange.began for exchange in seen)
    return max(put.ended for put in puts) - first
