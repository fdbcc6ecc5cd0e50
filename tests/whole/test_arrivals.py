"""Shoots that arrive as in practice: copied, moved, unpacked or synced, with pauses and half-written files.

Some tests check that a shoot is *not* sent, although it was still for the quiet period. They wait until another shoot,
which arrived later, is sent.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.edges.sandbox.shots import NOON, bracket, shoot
from tests.edges.syncing.pair import COMMAND as SYNCTHING
from tests.edges.syncing.pair import Pair, running_pair
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.few_watches import can_be_limited, with_watches
from tests.whole.program import Bracketd, Json, until

OAK = "12 Oak St"
ELM = "1 Elm St"
PHOTOS = shoot(1)
LARGE = {f"DCIM/100CANON/IMG_{n:04}.JPG": bracket(n, 0, NOON, size=(1440, 960)) for n in range(1, 7)}
"""A card's folders. Each photo has about 150 kB."""

QUIET = 1.5
"""The quiet period in seconds. The pauses in these tests are well below it."""

QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")

PAUSE = 0.15
"""Seconds between two pieces of a copy. Their sum is longer than the quiet period."""


@pytest.fixture
def watching(program: Bracketd) -> Bracketd:
    """The program, which watches with the system's events."""
    program.folder.update(quiet_period=f"{QUIET}s", observer="native")
    program.start()
    return program


def card(home: Path, photos: dict[str, bytes]) -> Path:
    """A folder with a shoot on the same disk, outside the watched folder."""
    folder = home / "camera" / OAK
    for name, data in photos.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def is_taken(program: Bracketd, sandbox: Sandbox, photos: dict[str, bytes]) -> Json:
    """Assert that the shoot became one complete order, locked once. The audit compares the content."""
    order = program.reach(OAK, "downloaded")
    assert order["messages"] == []
    assert order["brackets"] == {"total": len(photos), "uploaded": len(photos)}
    assert order["bytes"]["total"] == sum(map(len, photos.values()))
    assert len(of_order(sandbox, order)["registered"]) == len(photos), "nothing incomplete was sent"
    folder = program.watched / OAK
    assert {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")} == photos
    assert [event["shoot"] for event in program.logged("settled")].count(OAK) == 1
    status = program.peek()
    assert [order["shoot"] for order in status["orders"]].count(OAK) == 1
    assert status["waiting"] == []
    return order


def outlast_the_quiet_period(program: Bracketd) -> None:
    """Drop another shoot and wait until it is sent: earlier shoots have been still for longer than the quiet period."""
    program.drop(ELM, shoot(1, stops=(0,)))
    program.when(ELM, lambda order: order["phase"] != "cancelled")
    assert program.order(OAK) is None, "taken too early"


@pytest.mark.parametrize(
    ("photos", "pieces"), [(shoot(2), 3), ({"IMG_0001.JPG": bracket(1, 0, NOON, size=(1440, 960))}, 30)]
)
def test_copied_in_pieces(watching: Bracketd, sandbox: Sandbox, photos: dict[str, bytes], pieces: int) -> None:
    """A shoot that is copied slowly, in pieces with pauses, is sent when it is complete."""
    (watching.watched / OAK).mkdir()
    for name, data in photos.items():
        length = -(-len(data) // pieces)
        with (watching.watched / OAK / name).open("wb", buffering=0) as file:
            for begin in range(0, len(data), length):
                file.write(data[begin : begin + length])
                time.sleep(PAUSE)
                assert watching.order(OAK) is None, "taken too early"
    is_taken(watching, sandbox, photos)


@pytest.mark.parametrize("command", [["cp", "-r"], ["mv"], ["rsync", "-a"]], ids=lambda words: words[0])
def test_by_a_command(watching: Bracketd, sandbox: Sandbox, command: list[str]) -> None:
    """A card's folders that are copied, moved on the same disk, or copied by rsync become one order."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"needs the {command[0]} command")
    subprocess.run([*command, card(watching.home, LARGE), watching.watched], check=True)
    is_taken(watching, sandbox, LARGE)


def test_unpacked(watching: Bracketd, sandbox: Sandbox) -> None:
    """A shoot that is unpacked into the watched folder, with old times, becomes one order."""
    if shutil.which("unzip") is None:
        pytest.skip("needs the unzip command")
    folder = card(watching.home, LARGE)
    for photo in folder.rglob("*.JPG"):
        os.utime(photo, (1_500_000_000, 1_500_000_000))
    archive = shutil.make_archive(str(watching.home / "shoot"), "zip", folder.parent)
    subprocess.run(["unzip", "-q", archive, "-d", watching.watched], check=True)
    is_taken(watching, sandbox, LARGE)


@pytest.mark.skipif(shutil.which("rsync") is None, reason="needs the rsync command")
def test_a_stalled_rsync_is_waited_for(watching: Bracketd, sandbox: Sandbox) -> None:
    """A shoot with a temporary file of rsync is not sent, however long it is still."""
    command = ["rsync", "-a", "--bwlimit=300", str(card(watching.home, LARGE)), str(watching.watched)]
    with subprocess.Popen(command, start_new_session=True) as rsync:
        try:
            until(lambda: list((watching.watched / OAK).rglob(".IMG_0003.JPG.??????")))
            os.killpg(rsync.pid, signal.SIGSTOP)
            waiting = watching.wait_until_it_says("still being copied or synced")
            assert "DCIM/100CANON/.IMG_" in waiting["reason"]
            outlast_the_quiet_period(watching)
        finally:
            os.killpg(rsync.pid, signal.SIGCONT)
        assert rsync.wait(30) == 0
    is_taken(watching, sandbox, LARGE)


def preallocate(photo: Path, data: bytes) -> None:
    """A copy that first allocates its full size, as by Windows and many FTP servers, and stalls half-way."""
    with photo.open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, len(data))
        file.write(data[: len(data) // 2])


def truncate(photo: Path, data: bytes) -> None:
    """A copy that stalls half-way."""
    photo.write_bytes(data[: len(data) // 2])


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param(
            preallocate,
            marks=pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="needs posix_fallocate"),
        ),
        truncate,
    ],
)
def test_half_a_photo_is_waited_for(watching: Bracketd, sandbox: Sandbox, begin: Callable[[Path, bytes], None]) -> None:
    """If the copy of a photo stalls for longer than the quiet period, its shoot waits until the photo is complete."""
    folder = card(watching.home, PHOTOS)
    name, data = next(iter(PHOTOS.items()))
    begin(folder / name, data)
    folder.rename(watching.watched / OAK)
    waiting = watching.wait_until_it_says("is cut off after")
    assert (waiting["shoot"], waiting["reason"].startswith(name)) == (OAK, True)
    outlast_the_quiet_period(watching)
    with (watching.watched / OAK / name).open("r+b") as file:
        file.seek(len(data) // 2)
        file.write(data[len(data) // 2 :])
    is_taken(watching, sandbox, PHOTOS)


@pytest.mark.skipif(not can_be_limited(), reason="needs unshare and user namespaces")
def test_with_too_few_watches(program: Bracketd, sandbox: Sandbox) -> None:
    """Without free inotify watches a shoot is still found and sent completely, and a message says what to do."""
    program.launcher = with_watches(3)
    program.folder.update(quiet_period=f"{QUIET}s", observer="native")
    program.start()
    folder = card(program.home, LARGE)
    late = (folder / "DCIM/100CANON/IMG_0006.JPG").rename(program.home / "late")
    folder.rename(program.watched / OAK)
    program.wait_for_files(len(LARGE) - 1)
    late.rename(program.watched / OAK / "DCIM/100CANON/IMG_0006.JPG")
    is_taken(program, sandbox, LARGE)
    (warning,) = program.logged("few inotify watches left")
    assert warning["why"].startswith("3 of 3 inotify watches are used")
    assert "`sysctl fs.inotify.max_user_watches=" in warning["why"]


@pytest.mark.skipif(not QUEUE.exists(), reason="needs inotify")
def test_more_events_than_the_system_keeps(watching: Bracketd, sandbox: Sandbox) -> None:
    """When the system's event queue overflows, a shoot whose events were lost is found at once."""
    (watching.watched / ELM).mkdir()
    until(lambda: watching.logged("folder without photos ignored"))
    folder = card(watching.home, LARGE)
    watching.signal(signal.SIGSTOP)
    for number in range(int(QUEUE.read_text())):
        (watching.watched / ELM / f"{number}.txt").touch()
    folder.rename(watching.watched / OAK)
    watching.signal(signal.SIGCONT)
    is_taken(watching, sandbox, LARGE)
    assert watching.logged("Inotify queue overflow")


@pytest.mark.skipif(not SYNCTHING, reason="needs the syncthing command (Debian package syncthing)")
def test_synced(program: Bracketd, sandbox: Sandbox, tmp_path: Path) -> None:
    """A shoot from Syncthing is not sent before all of it has arrived, even if it looks quiet and complete.

    The test pauses the connection half-way and removes the temporary files, so that only Syncthing knows the rest.
    """
    with running_pair(tmp_path / "syncthing", receiver_folder=program.watched, kib_per_s=300) as pair:
        program.launcher = ("env", *(f"{name}={text}" for name, text in pair.receiver.environ.items()))
        program.folder.update(quiet_period=f"{QUIET}s", observer="native")
        program.start()
        sent = card(program.home, LARGE)
        sent.rename(pair.sender.folder / OAK)
        pair.announce()
        until(lambda: len(list((program.watched / OAK).rglob("IMG_*.JPG"))) >= 2)
        pair.receiver.post("/rest/system/pause", device=pair.sender.device)
        until(lambda: not pair.connected and is_without_temporary_files(program.watched / OAK))
        program.wait_until_it_says("no device that has the files is connected")
        outlast_the_quiet_period(program)
        pair.receiver.post("/rest/system/resume", device=pair.sender.device)
        is_taken(program, sandbox, LARGE)
        assert is_in_step(pair)


def is_without_temporary_files(folder: Path) -> bool:
    """Remove the temporary files. Returns True if none appeared again."""
    for path in folder.rglob(".syncthing.*.tmp"):
        with suppress(FileNotFoundError):
            path.unlink()
    return not list(folder.rglob(".syncthing.*.tmp"))


def is_in_step(pair: Pair) -> bool:
    """True if the receiver has everything that the sender has."""
    there = {str(path.relative_to(pair.sender.folder)) for path in pair.sender.folder.rglob("*.JPG")}
    return there <= {str(path.relative_to(pair.receiver.folder)) for path in pair.receiver.folder.rglob("*.JPG")}
