"""A real Syncthing, queried during a real transfer."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.syncing import SyncClient, SyncReport, client_for

from .pair import COMMAND, running_pair

pytestmark = pytest.mark.skipif(not COMMAND, reason="needs the syncthing command (Debian package syncthing)")


def asked_until(
    client: SyncClient, shoot: Path, enough: Callable[[SyncReport], bool], *, seconds: float
) -> list[SyncReport]:
    """All different reports, queried repeatedly until one is enough or the time is up."""
    deadline = time.monotonic() + seconds
    said = [client.ask(str(shoot))]
    while not enough(said[-1]) and time.monotonic() < deadline:
        time.sleep(0.1)
        said.append(client.ask(str(shoot)))
    return said


def test_a_transfer(tmp_path: Path) -> None:
    """The number of missing photos is reported during a transfer. A shoot is done once it lacks no photo."""
    with running_pair(tmp_path, kib_per_s=500) as pair:
        client = client_for(str(pair.receiver.folder), environ=pair.receiver.environ)
        assert client is not None
        photos = [Path("12 Oak St", "DCIM", f"IMG_{number}.JPG") for number in range(12)]
        for photo in photos:
            (pair.sender.folder / photo).parent.mkdir(parents=True, exist_ok=True)
            (pair.sender.folder / photo).write_bytes(os.urandom(400_000))
        pair.announce()
        shoot = pair.receiver.folder / "12 Oak St"
        said = asked_until(client, shoot, lambda latest: latest.done is True, seconds=30)
        assert said[-1].done is True, said
        assert all((pair.receiver.folder / photo).stat().st_size == 400_000 for photo in photos)
        downloading = [each.why for each in said if "still downloading" in each.why]
        assert downloading
        assert all(each.endswith(" MB) into 12 Oak St") or " KB) into" in each for each in downloading), downloading
        assert {each.done for each in said[:-1]} == {False}, said

        # Another shoot is under way, this one is done, and what the sender has not announced is not known.
        more = pair.sender.folder / "1 Elm St" / "IMG_1.JPG"
        more.parent.mkdir()
        more.write_bytes(os.urandom(2_000_000))
        assert client.ask(str(pair.receiver.folder / "1 Elm St")).done is True
        pair.announce()
        elm = asked_until(client, pair.receiver.folder / "1 Elm St", lambda latest: latest.done is False, seconds=10)
        assert elm[-1].done is False
        assert client.ask(str(shoot)).done is True


def test_when_it_cannot_go_on(tmp_path: Path) -> None:
    """Over TLS, a disconnected sender, a paused folder and a lost marker are reported. None of them counts as done."""
    with running_pair(tmp_path, kib_per_s=100, tls=True) as pair:
        client = client_for(str(pair.receiver.folder), environ=pair.receiver.environ)
        assert client is not None
        shoot = pair.receiver.folder / "12 Oak St"
        (pair.sender.folder / "12 Oak St").mkdir()
        (pair.sender.folder / "12 Oak St" / "IMG_1.JPG").write_bytes(os.urandom(3_000_000))
        pair.announce()
        arriving = asked_until(client, shoot, lambda latest: "bringing" in latest.why, seconds=10)
        assert arriving[-1].why.startswith("Syncthing is still downloading"), arriving

        pair.receiver.post("/rest/system/pause", device=pair.sender.device)
        alone = asked_until(client, shoot, lambda latest: "no device" in latest.why, seconds=10)
        assert alone[-1].done is False
        assert "no device that has the files is connected" in alone[-1].why, alone
        nobody = client.ask(str(pair.receiver.folder / "1 Elm St"))
        assert nobody.done is None
        assert "no device that shares Shoots is connected" in nobody.why

        pair.receiver.configure("/rest/config/folders/shoots", {"paused": True})
        paused = asked_until(client, shoot, lambda latest: "paused" in latest.why, seconds=10)
        assert paused[-1] == SyncReport(
            None, "Syncthing has paused Shoots and does not report what is missing in 12 Oak St"
        )

        shutil.rmtree(pair.receiver.folder / ".stfolder")
        pair.receiver.configure("/rest/config/folders/shoots", {"paused": False})
        stopped = asked_until(client, shoot, lambda latest: "stopped" in latest.why, seconds=10)
        assert stopped[-1].done is None
        assert stopped[-1].why.startswith("Syncthing has stopped syncing Shoots: folder marker missing"), stopped

        assert all(pair.receiver.key not in each.why for each in [*arriving, *alone, *paused, *stopped])
    down = client.ask(str(shoot))
    assert down == SyncReport(None, f"Syncthing does not respond at {pair.receiver.url.partition('://')[2]}")
