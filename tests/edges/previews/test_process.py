"""The decoding process: what it may use, how it ends, and what the daemon sees of that."""

from __future__ import annotations

import asyncio
import os
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from daemon.previews import Cell, Decoding, Failure, FailureKind, Limits, Strip, Thumbnail, decoding, wire
from tests.edges.previews.pictures import jpeg, png

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, or a limit that only Linux has")
PATIENCE_S = 60.0
SOON_S = 15.0
"""Less than the processor time that a picture may take."""


def has_worked(pid: int) -> bool:
    """True if the process has used so much processor time that it decodes the slow picture."""
    return psutil.Process(pid).cpu_times().user > 0.6


def run(test: Callable[[Decoding], Awaitable[None]], limits: Limits | None = None) -> None:
    """Run a test, and check that no process is left."""

    async def main() -> None:
        async with asyncio.timeout(PATIENCE_S), decoding(limits) as previews:
            await test(previews)
        assert previews.pid is None

    before = set(psutil.Process().children())
    asyncio.run(main())
    assert set(psutil.Process().children()) == before


async def started(previews: Decoding) -> int:
    """Wait until a process runs, and return its number."""
    await until(lambda: previews.pid is not None)
    assert previews.pid is not None
    return previews.pid


async def until(condition: Callable[[], bool]) -> None:
    """Wait until this is true of another process, which cannot set an event."""
    while not condition():  # noqa: ASYNC110 - see above
        await asyncio.sleep(0.001)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo."""
    path = tmp_path / "IMG_0001.JPG"
    path.write_bytes(jpeg())
    return path


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A small file that takes long to decode: a progressive JPEG with ten thousand scans of empty blocks."""
    data = bytearray(jpeg(64, 64, progressive=True))
    struct.pack_into(">HH", data, data.index(b"\xff\xc2") + 5, 9000, 9000)
    scan = bytes(data[data.rindex(b"\xff\xda") : -2])
    path = tmp_path / "slow.jpg"
    path.write_bytes(data[:-2] + scan * 10_000 + data[-2:])
    return path


def test_one_process_for_all_pictures(photo: Path) -> None:
    """Pictures are decoded by one process, which starts with the first picture."""

    async def test(previews: Decoding) -> None:
        await previews.thumbnail(photo, 100)
        first = await started(previews)
        await asyncio.gather(*(previews.thumbnail(photo, 100) for _ in range(5)))
        assert await started(previews) == first

    run(test)


@linux
def test_the_process_is_confined(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process has the lowest priority, a group of its own, bounded memory, no core dump, and none of our keys."""
    monkeypatch.setenv("AUTOENHANCE_API_KEY", "secret-key")

    async def test(previews: Decoding) -> None:
        await previews.thumbnail(photo, 100)
        pid = await started(previews)
        process = psutil.Process(pid)
        assert process.nice() == 19
        assert os.getpgid(pid) == pid
        assert process.rlimit(psutil.RLIMIT_AS) == (700 << 20, 700 << 20)
        assert process.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
        assert process.rlimit(psutil.RLIMIT_CORE) == (0, 0)
        assert process.rlimit(psutil.RLIMIT_CPU)[0] <= 33
        assert "secret-key" not in process.environ().values()
        assert process.cwd() == "/"

    run(test, Limits(memory=700 << 20))


def test_killed_while_decoding(photo: Path) -> None:
    """If the process is killed while it decodes a picture, the answer says so, and a new process shows the next one."""

    async def test(previews: Decoding) -> None:
        asking = asyncio.create_task(previews.thumbnail(photo, 100))
        killed = await started(previews)
        os.kill(killed, signal.SIGKILL)
        found = await asking
        assert isinstance(found, Failure)
        assert found.kind is FailureKind.CRASHED
        assert isinstance(await previews.thumbnail(photo, 100), Thumbnail)
        assert previews.pid != killed

    run(test)


def test_killed_between_pictures(photo: Path) -> None:
    """If the process ended since the last picture, a new one shows the next picture."""

    async def test(previews: Decoding) -> None:
        await previews.thumbnail(photo, 100)
        os.kill(await started(previews), signal.SIGKILL)
        assert isinstance(await previews.thumbnail(photo, 100), Thumbnail)

    run(test)


def test_a_new_process_after_a_damaged_picture(photo: Path, tmp_path: Path) -> None:
    """After a damaged picture, which may have damaged the decoder, a new process shows the next one."""
    (tmp_path / "damaged.jpg").write_bytes(jpeg()[:1000])

    async def test(previews: Decoding) -> None:
        await previews.thumbnail(photo, 100)
        first = await started(previews)
        found = await previews.thumbnail(tmp_path / "damaged.jpg", 100)
        assert isinstance(found, Failure)
        assert not psutil.pid_exists(first)
        assert isinstance(await previews.thumbnail(photo, 100), Thumbnail)

    run(test)


def test_idle_processes_end(photo: Path) -> None:
    """The process ends by itself when nothing is asked, and the next picture starts a new one."""

    async def test(previews: Decoding) -> None:
        await previews.thumbnail(photo, 100)
        pid = await started(previews)
        await until(lambda: previews.pid is None)
        assert not psutil.pid_exists(pid)
        assert isinstance(await previews.thumbnail(photo, 100), Thumbnail)

    run(test, Limits(idle=0.05))


@linux
def test_out_of_memory(tmp_path: Path, photo: Path) -> None:
    """If a picture needs more memory than the limit, the answer says so, and the next picture is shown."""
    limits = Limits(memory=300 << 20)
    (tmp_path / "large.png").write_bytes(png(8000, 8000, zlib.compress(bytes(8000 * 24001), 1)))

    async def test(previews: Decoding) -> None:
        found = await previews.thumbnail(tmp_path / "large.png", 100)
        assert found == Failure(FailureKind.OUT_OF_MEMORY, limits.memory)
        assert isinstance(await previews.thumbnail(photo, 100), Thumbnail)

    run(test, limits)


def test_time_limit(photo: Path) -> None:
    """If a picture takes longer than the limit, the answer says so, and a new process shows the next one."""

    async def test(previews: Decoding) -> None:
        asking = asyncio.create_task(previews.thumbnail(photo, 100))
        pid = await started(previews)
        os.kill(pid, signal.SIGSTOP)
        assert await asking == Failure(FailureKind.TOO_SLOW, 3)
        assert not psutil.pid_exists(pid)
        assert isinstance(await previews.thumbnail(photo, 100), Thumbnail)

    run(test, Limits(seconds=3.0))


def test_processor_time_limit(slow: Path, photo: Path) -> None:
    """The system itself ends a process that uses too much processor time for one picture."""

    async def test(previews: Decoding) -> None:
        assert await previews.thumbnail(slow, 100) == Failure(FailureKind.TOO_SLOW, 0)
        assert isinstance(await previews.thumbnail(photo, 100), Thumbnail)

    run(test, Limits(cpu_seconds=0))


def test_cancelled(photo: Path, slow: Path) -> None:
    """A cancelled request ends its process, and the next request gets its own picture."""

    async def test(previews: Decoding) -> None:
        await previews.thumbnail(photo, 100)
        pid = await started(previews)
        asking = asyncio.create_task(previews.thumbnail(slow, 100))
        await until(lambda: has_worked(pid))
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert not psutil.pid_exists(pid)
        assert isinstance(await previews.thumbnail(photo, 100), Thumbnail)

    run(test)


def test_cancelled_at_any_moment(photo: Path, tmp_path: Path) -> None:
    """Wherever a request is cancelled, later requests get their own pictures."""
    (tmp_path / "other.jpg").write_bytes(jpeg(40, 40))

    async def test(previews: Decoding) -> None:
        for steps in range(0, 40, 4):
            asking = asyncio.create_task(previews.thumbnail(tmp_path / "other.jpg", 200))
            for _ in range(steps):
                await asyncio.sleep(0.0005 * steps)
            asking.cancel()
            await asyncio.wait([asking])
            found = await previews.thumbnail(photo, 200)
            assert isinstance(found, Thumbnail)
            assert (found.width, found.height) == (200, 133)

    run(test)


def test_cancelled_while_waiting(photo: Path) -> None:
    """A request that is cancelled before its turn does not disturb the others."""

    async def test(previews: Decoding) -> None:
        asked = [asyncio.create_task(previews.thumbnail(photo, 100)) for _ in range(6)]
        await started(previews)
        asked[2].cancel()
        asked[4].cancel()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [isinstance(one, Thumbnail) for one in found] == [True, True, False, True, False, True]

    run(test)


def test_a_full_queue(photo: Path) -> None:
    """If the queue is full, the answer to another request says so at once."""

    async def test(previews: Decoding) -> None:
        found = await asyncio.gather(*(previews.thumbnail(photo, 100) for _ in range(6)))
        assert [isinstance(one, Thumbnail) for one in found] == [True, True, True, False, False, False]
        assert found[-1] == Failure(FailureKind.BUSY, 2)

    run(test, Limits(waiting=2))


def test_bounded_waiting(photo: Path, slow: Path) -> None:
    """If a request's turn does not come in time, the answer says so."""

    async def test(previews: Decoding) -> None:
        asking = asyncio.create_task(previews.thumbnail(slow, 100))
        await started(previews)
        assert await previews.thumbnail(photo, 100) == Failure(FailureKind.BUSY, 1)
        asking.cancel()
        await asyncio.wait([asking])

    run(test, Limits(patience=0.05))


def test_closing_answers_everybody(photo: Path, slow: Path) -> None:
    """Closing ends the process at once and answers the request in progress and all that wait."""

    async def test(previews: Decoding) -> None:
        asked = [asyncio.create_task(previews.thumbnail(path, 100)) for path in (slow, photo, photo)]
        pid = await started(previews)
        await previews.close()
        assert await asyncio.gather(*asked) == [Failure(FailureKind.CLOSED)] * 3
        assert not psutil.pid_exists(pid)

    run(test)


@pytest.mark.parametrize("steps", range(1, 10))
def test_closing_while_a_process_starts(photo: Path, steps: int) -> None:
    """Closing at any moment while a process starts leaves none behind."""
    before = set(psutil.Process().children())

    async def test(previews: Decoding) -> None:
        asking = asyncio.create_task(previews.thumbnail(photo, 100))
        for _ in range(steps):
            await asyncio.sleep(0)
        await previews.close()
        assert set(psutil.Process().children()) == before
        assert await asking == Failure(FailureKind.CLOSED)

    run(test)


def test_large_requests(photo: Path) -> None:
    """A sheet that is larger than any pipe's buffer arrives, and one beyond the limit is rejected."""
    cell = Cell(jpeg(), ("x" * 200_000,))
    large = Cell(bytes(wire.MOST_REQUEST + 1), ())

    async def test(previews: Decoding) -> None:
        assert isinstance(await previews.sheet("many", [Strip("Set 1", (cell,) * 8)]), bytes)
        found = await previews.sheet("more", [Strip("Set 1", (large,))])
        assert found == Failure(FailureKind.TOO_LARGE, wire.MOST_REQUEST)
        assert isinstance(await previews.thumbnail(photo, 100), Thumbnail)

    run(test)


DAEMON = """
import asyncio, sys
from daemon.previews import decoding

async def main():
    async with decoding() as previews:
        await previews.thumbnail(sys.argv[1], 100)
        print(previews.pid, flush=True)
        await previews.thumbnail(sys.argv[2], 100)

asyncio.run(main())
"""


def test_the_process_dies_with_the_daemon(photo: Path, slow: Path) -> None:
    """If the daemon is killed, the process ends, even while it decodes."""
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", DAEMON, str(photo), str(slow)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        asyncio.run(until(lambda: has_worked(child.pid)))
        parent.kill()
        child.wait(SOON_S)
    assert not child.is_running()
