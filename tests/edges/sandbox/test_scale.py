from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from tests.edges.sandbox.client import Client, put
from tests.edges.sandbox.shots import NOON, bracket
from tests.sandbox_process import Sandbox, running_sandbox

log = logging.getLogger(__name__)

MB = 1_000_000
MOST = 300 * MB
STOPS = (-4.0, -2.0, 0.0, 2.0, 4.0)
AT_ONCE = 4


@pytest.mark.parametrize(
    ("files", "size", "pixels"),
    [
        pytest.param(200, 3 * MB, (480, 320)),
        pytest.param(2000, 30 * MB, (6000, 4000), marks=pytest.mark.soak),
    ],
)
def test_large_order(files: int, size: int, pixels: tuple[int, int]) -> None:
    """The sandbox never needs more than 300 MB, for any number and size of files in an order."""
    words = (word for switch in ("rate_limit=0", "daily_limit=0") for word in ("--set", switch))
    with running_sandbox(*words) as sandbox, Client(sandbox) as client:
        exposures = [bracket(1, stops, NOON, size=pixels) for stops in STOPS]

        def send(number: int) -> None:
            data = taken(exposures[number % len(STOPS)], number)
            image_id, url, content_type = client.register(f"IMG_{number:04d}.JPG")
            put(url, data + bytes(size - len(data)), content_type)
            hollow(sandbox.directory / "uploads" / image_id, len(data))

        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(send, range(files)))
        uploaded = peak(sandbox)
        client.merge({"number_of_brackets_per_image": len(STOPS)})
        images = client.images(patience_s=20 * len(exposures) * files, pause_s=1)
        assert client.download(images[-1]["image_id"], preview="false").status_code == 200
        stored = [entry["stored"]["size"] for entry in client.ledger()["registered"]]
        log.info("at most %d MB while uploading, %d MB in all", uploaded // MB, peak(sandbox) // MB)
        assert stored == [size] * files
        assert [image["status"] for image in images] == ["processed"] * (files // len(STOPS))
        assert client.broken() == []
        assert uploaded < MOST // 3
        assert peak(sandbox) < MOST


def taken(picture: bytes, number: int) -> bytes:
    """The picture with another time: half a minute between sets, seconds within a set."""
    when = NOON + timedelta(seconds=30 * (number // len(STOPS)) + number % len(STOPS))
    before, after = (f"{moment:%Y:%m:%d %H:%M:%S}".encode() for moment in (NOON, when))
    return picture.replace(before, after, 1)


def hollow(path: Path, length: int) -> None:
    """Replace the zeros after this length by a hole, to save disk space. The content does not change."""
    size = path.stat().st_size
    os.truncate(path, length)
    os.truncate(path, size)


def peak(sandbox: Sandbox) -> int:
    """The process's peak memory in bytes; its present memory if the system does not report the peak."""
    status = Path(f"/proc/{sandbox.pid}/status")
    if not status.exists():
        return int(psutil.Process(sandbox.pid).memory_info().rss)
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
