"""Files that must never be opened, checked with the interpreter's audit events (PEP 578)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.edges.sandbox.shots import shoot

OAK = "12 Oak St"
PLACEHOLDERS = (".IMG_2.JPG.icloud", "IMG_3.JPG.rsls", "IMG_4.JPG.nextcloud", "deep/IMG_5.CR3.owncloud")
NOT_SENT = (".IMG_6.JPG.Xy12zQ", ".rsync-partial/IMG_7.JPG", "IMG_8 (Case Conflict).JPG", "@eaDir/x.JPG", "notes.txt")

WATCH = """
import asyncio, json, os, sys
from pathlib import Path

top, shoot = Path(sys.argv[1]), sys.argv[2]
opened = set()

def listen(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0].startswith(f"{top}/in/"):
        opened.add(os.path.relpath(arguments[0], top / "in" / shoot))

sys.addaudithook(listen)

from daemon.watcher import Probing
from tests.shell.scene import INTERVAL, watching
from tests.shell.simulated import simulate

async def work(clock):
    async with watching(top, clock, probes=Probing(lambda: None, clock)) as scene:
        (top / "ready" / shoot).rename(top / "in" / shoot)
        scene.hint(shoot)
        await asyncio.sleep(5 * INTERVAL)
        waiting, before = scene.waiting()[shoot], sorted(opened)
        await scene.submit(shoot)
        print(json.dumps([waiting, before, scene.orders(), sorted(opened)]))

simulate(work)
"""


@pytest.mark.parametrize(
    ("others", "reason"),
    [((), "online-only and not downloaded"), (NOT_SENT, "still being copied or synced")],
)
def test_placeholders_are_never_opened(tmp_path: Path, others: tuple[str, ...], reason: str) -> None:
    """Neither gates nor intake open a placeholder, which would start a download or hang.

    Other files that are not sent are not opened either, and no file is while a shoot waits for its placeholders.
    """
    (tmp_path / "in").mkdir()
    photos = shoot(1)
    for path in (*photos, *PLACEHOLDERS, *others):
        file = tmp_path / "ready" / OAK / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(photos.get(path, path.encode()))
    command = [sys.executable, "-c", WATCH, str(tmp_path), OAK]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    waiting, before, orders, opened = json.loads(done.stdout.splitlines()[-1])
    assert reason in waiting
    assert before == []
    assert orders == {OAK: ["settled", len(photos)]}
    assert opened == sorted(photos), "these are sent; all else is left untouched"
