"""Uploading many brackets, against curl with as many at once, the same files, and the same storage.

They take turns, as machines have moods; each ratio is that of the medians. On the wire is from the first line of the
first request to the answer of the last PUT, seen from the service's side for both.
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
from bench.photos import link_shoot, make_shoot
from bench.running import Daemon, Service, running_daemon, running_service
from bench.sizes import Bench
from bench.table import Row
from bench.usage import cpu_seconds
from daemon.order import Phase

GOAL = 1.0


@dataclass(frozen=True)
class Upload:
    """One round: seconds on the wire, of the whole order or command, and of CPU time."""

    wire: float
    whole: float
    cpu: float


def measure(bench: Bench) -> Iterator[Row]:
    """Three ratios: on the wire, of the whole, of CPU time."""
    sizes, curl = bench.sizes, shutil.which("curl")
    what = f"upload {sizes.files} x {sizes.file_mb:g} MB, {sizes.uploads} at once"
    names = ("wire", f"{what}, on the wire"), ("whole", "  settled to uploaded"), ("cpu", "  CPU time")
    if curl is None:
        yield from (Row(f"upload.{name}", text, None, "x curl", note="there is no curl") for name, text in names)
        return
    ours, theirs = _rounds(bench, curl)
    for name, text in names:
        our, their = (median(getattr(upload, name) for upload in uploads) for uploads in (ours, theirs))
        note = f"bracketd {our:.2f} s, curl {their:.2f} s; medians of {len(ours)}"
        goal = None if name == "cpu" else GOAL
        yield Row(f"upload.{name}", text, our / their, "x curl", goal, note, {"bracketd": our, "curl": their})


def _rounds(bench: Bench, curl: str) -> tuple[list[Upload], list[Upload]]:
    sizes, ours, theirs = bench.sizes, list[Upload](), list[Upload]()
    photos = make_shoot(bench.folder / "photos", photos=sizes.files, size_mb=sizes.file_mb)
    with (
        running_service(bench.folder / "service") as service,
        running_daemon(bench.folder, service, uploads=sizes.uploads, poll_every_s=0.2) as daemon,
    ):
        for number in range(sizes.rounds):
            shoot = link_shoot(bench.folder / f"round {number + 1}", photos)
            if number % 2:
                ours.append(_by_daemon(daemon, service, shoot))
            theirs.append(_by_curl(curl, service, photos, sizes.uploads))
            if not number % 2:
                ours.append(_by_daemon(daemon, service, shoot))
    return ours, theirs


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
        'header = "Expect:"',  # else curl waits for a 100 Continue that bracketd does not ask for
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
