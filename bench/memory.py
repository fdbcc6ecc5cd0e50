"""Resident memory while many large brackets are uploaded at once."""

from __future__ import annotations

from collections.abc import Iterator

from bench.photos import make_shoot
from bench.running import running_daemon, running_service
from bench.sizes import Bench
from bench.table import Row
from bench.usage import Memory, Peak
from daemon.order import Phase

GOAL = 120.0


def measure(bench: Bench) -> Iterator[Row]:
    """Measure the peak during the uploads, and the memory afterwards."""
    sizes = bench.sizes
    shoot = make_shoot(bench.folder / "large photos", photos=sizes.big_files, size_mb=sizes.big_mb)
    with (
        running_service(bench.folder / "service") as service,
        running_daemon(bench.folder, service, uploads=sizes.big_uploads, poll_every_s=0.2) as daemon,
    ):
        with Peak(daemon.pid) as peak:
            daemon.drop(shoot)
            daemon.reached(shoot.name, Phase.UPLOADED)
        daemon.reached(shoot.name, Phase.DOWNLOADED)
        after = Memory.of(daemon.pid)
    what = f"memory while uploading {sizes.big_files} x {sizes.big_mb:g} MB, {sizes.big_uploads} at once"
    yield Row("memory.uploading", what, peak.memory.rss, "MB", GOAL, f"highest {peak.memory}")
    yield Row("memory.after", "  afterwards", after.rss, "MB", note=f"{after}")
