"""Progress by bytes: the board in the daemon, and the file for other programs."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.order import Image, ImageState, Order
from daemon.progress.board import Board
from daemon.progress.file import publish
from daemon.progress.reading import FILE, STALE, read
from daemon.progress.transfer import Transfer, Way
from tests.changed import changed
from tests.core.orders import order
from tests.shell.simulated import SimulatedClock, simulate

SIZES = (1000, 2000, 3000)


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        """Monotonic seconds."""
        return self.at


class Sink:
    """A board, its clock, and transfers of parts of items."""

    def __init__(self) -> None:
        self.clock = Hands()
        self.board = Board(self.clock)

    def send(self, of: Order, number: int, *pieces: int, seconds: float = 1.0) -> Iterator[None]:
        """Send pieces of a bracket, one at each ``next``. It ends well after the last one."""
        with self.board.uploading(of, number) as moving:
            yield
            for _ in moving.counted(bytes(piece) for piece in pieces):
                self.clock.at += seconds
                yield

    @property
    def seen(self) -> Transfer:
        """The only transfer."""
        (found,) = self.board.look()
        return found


def shoot(*stored: int) -> Order:
    """An order with brackets of ``SIZES``; some are stored."""
    brackets = tuple(
        replace(bracket, size=size, stored_at=1.0 if number in stored else None)
        for number, (bracket, size) in enumerate(zip(order(3).brackets, SIZES, strict=True))
    )
    return changed(order(3), brackets=brackets)


def finish(transfer: Iterator[None]) -> None:
    """Go on to the end."""
    for _ in transfer:
        pass


def test_bytes_count_as_they_are_sent() -> None:
    """A piece counts once the connection has taken it; brackets that are stored count completely."""
    sink = Sink()
    sending = sink.send(shoot(0), 1, 500, 700, 800)
    counted = [sink.seen.bytes for _ in sending]
    assert counted == [1000, 1000, 1500, 2200]
    assert (sink.seen.bytes, sink.seen.total, sink.seen.way) == (3000, 6000, Way.UPLOAD)


def test_speed_and_time_left_follow_from_the_bytes() -> None:
    """After two seconds at 500 bytes a second, 4000 more bytes need eight seconds."""
    sink = Sink()
    assert sink.board.look() == ()
    finish(sink.send(shoot(0), 1, 500, 500))
    assert sink.seen == Transfer(shoot().id, Way.UPLOAD, 2000, 6000, 500.0, 8.0)


def test_a_retried_upload_does_not_count_twice() -> None:
    """After an error the bytes of a bracket no longer count, and the next attempt begins at 0."""
    sink, of = Sink(), shoot(0)
    failing = sink.send(of, 1, 900, 1100)
    next(failing)
    next(failing)
    next(failing)
    assert sink.seen.bytes == 1900
    with pytest.raises(ConnectionError):
        failing.throw(ConnectionError())  # type: ignore[attr-defined]
    assert sink.seen.bytes == 1000
    again = sink.send(of, 1, 2000)
    next(again)
    assert sink.seen.bytes == 1000
    finish(again)
    assert sink.seen.bytes == 3000
    finish(sink.send(shoot(0, 1), 2, 3000))
    assert sink.seen.bytes == sink.seen.total == 6000


def test_a_bracket_that_is_sent_again_later_counts_again_from_0() -> None:
    """A bracket that the service lost, and that is registered again, is an item that is not sent yet."""
    sink, of = Sink(), shoot()
    finish(sink.send(of, 0, 1000))
    lost = changed(of, brackets=(replace(of.brackets[0], attempt=1), *of.brackets[1:]))
    sending = sink.send(lost, 1, 2000)
    next(sending)
    assert sink.seen.bytes == 0
    finish(sending)
    assert sink.seen.bytes == 2000


def test_transfers_at_the_same_time_are_one_sum() -> None:
    """Uploads of one order at the same time share one line, and orders have separate ones."""
    sink, of = Sink(), shoot()
    other = changed(shoot(), id="another")
    one, two, three = sink.send(of, 0, 400, 600), sink.send(of, 1, 300), sink.send(other, 0, 1000)
    for sending in (one, two, three, one, two):
        next(sending)
    next(one)
    assert {found.order_id: found.bytes for found in sink.board.look()} == {of.id: 400, "another": 0}
    finish(two)
    assert {found.order_id: found.bytes for found in sink.board.look()} == {of.id: 700, "another": 0}
    finish(one)
    finish(three)


def test_what_an_order_no_longer_has_does_not_count_and_breaks_nothing() -> None:
    """If a bracket is left out while it is sent, its bytes no longer count, and its transfer ends as usual."""
    sink, of = Sink(), shoot()
    sending = sink.send(of, 0, 400, 600)
    next(sending)
    next(sending)
    less = changed(of, brackets=(replace(of.brackets[0], left_out="unreadable"), *of.brackets[1:]))
    finish(sink.send(less, 1, 2000))
    finish(sending)
    assert (sink.seen.bytes, sink.seen.total) == (2000, 5000)


def test_downloads_count_what_is_received_of_an_estimate() -> None:
    """The total is unknown until a picture's size is; then unknown sizes count as the average of the known ones."""
    images = (
        Image("a", "a", state=ImageState.PLACED, size=1000),
        Image("b", "b", state=ImageState.PROCESSED),
        Image("c", "c", state=ImageState.PROCESSED),
        Image("d", "d", state=ImageState.FAILED),
    )
    sink = Sink()
    with sink.board.downloading(changed(order(), images=images[1:]), "b") as moving:
        moving.expect(None)
        assert (sink.seen.bytes, sink.seen.total, sink.seen.left_s) == (0, None, None)
        moving.expect(2000)
        assert (sink.seen.bytes, sink.seen.total) == (0, 4000)
    sink = Sink()
    with sink.board.downloading(changed(order(), images=images), "b") as moving:
        moving.expect(2000)
        moving.add(500)
        assert (sink.seen.bytes, sink.seen.total, sink.seen.way) == (1500, 4500, Way.DOWNLOAD)


def test_after_the_last_transfer_an_order_is_shown_for_ten_more_seconds() -> None:
    """A pause between two files is bridged; an order of which nothing moves any more is not shown."""
    sink = Sink()
    finish(sink.send(shoot(), 0, 1000))
    sink.clock.at += 9.9
    assert sink.seen.bytes == 1000
    sink.clock.at += 0.1
    assert sink.board.look() == ()
    sending = sink.send(shoot(), 1, 2000)
    next(sending)
    finish(sink.send(shoot(), 0, 1000))
    sink.clock.at += 60
    assert (sink.seen.bytes, sink.seen.bytes_per_s) == (1000, 0)


# --- the file ---


class Publishing:
    """Publishes the progress of one transfer in simulated time, and keeps each version of the file and its time."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.versions: list[tuple[float, int]] = []
        self.calls = 0

    def run(self, begins: float, lasts: float, until: float) -> None:
        """Publish until a time, while a transfer moves 10 bytes every quarter of a second."""
        simulate(lambda clock: self._run(clock, begins, lasts, until))

    async def _run(self, clock: SimulatedClock, begins: float, lasts: float, until: float) -> None:
        async def in_thread(call: Callable[..., None], *values: object) -> None:
            call(*values)
            self.calls += 1
            self.versions += [(clock.monotonic(), one.bytes) for one in read(self.state, clock.monotonic)]

        begun = asyncio.Event()
        board = Board(clock.monotonic, began=begun.set)
        publishing = asyncio.ensure_future(publish(board, self.state, begun, in_thread))
        await asyncio.sleep(begins)
        with board.uploading(shoot(), 2) as moving:
            for _ in range(round(lasts * 4)):
                await asyncio.sleep(0.25)
                moving.add(10)
        await asyncio.sleep(until - begins - lasts)
        publishing.cancel()
        await asyncio.wait([publishing])


def test_the_file_is_replaced_once_a_second_and_removed_when_nothing_moves(tmp_path: Path) -> None:
    """While something moves, and ten seconds longer, there is a new version each second; then there is no file."""
    publishing = Publishing(tmp_path)
    publishing.run(begins=100, lasts=6, until=200)
    times, counts = zip(*publishing.versions, strict=True)
    assert times == tuple(range(101, 116))
    assert counts == (30, 70, 110, 150, 190, 230, *([240] * 9))
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_done_while_nothing_moves(tmp_path: Path) -> None:
    """Before the first and after the last transfer nothing wakes up: the disk is only used at the start and the end."""
    publishing = Publishing(tmp_path)
    publishing.run(begins=10_000, lasts=0.5, until=20_000)
    assert publishing.calls == len(publishing.versions) + 2


def test_a_file_that_a_killed_daemon_left_is_removed_at_the_start(tmp_path: Path) -> None:
    """The next daemon removes the file and its part before anything moves; a file at its stop is removed, too."""
    for name in (FILE, f".{FILE}.part"):
        (tmp_path / name).write_text("{}")
    publishing = Publishing(tmp_path)
    publishing.run(begins=5, lasts=3, until=9)
    assert publishing.versions[0][0] == 6
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_old_or_broken_does_not_count(tmp_path: Path) -> None:
    """Figures of a daemon that hangs or was killed are not shown after some seconds; a broken file shows nothing."""
    one = {"order_id": "a", "way": "upload", "bytes": 5, "total": 9, "bytes_per_s": 1.5, "left_s": None}
    (tmp_path / FILE).write_text(json.dumps({"monotonic": 50.0, "transfers": [one]}))
    assert read(tmp_path, lambda: 50.0 + STALE) == (Transfer("a", Way.UPLOAD, 5, 9, 1.5, None),)
    assert read(tmp_path, lambda: 50.1 + STALE) == ()
    assert read(tmp_path, lambda: 49.0) == ()
    for text in ("", "[]", "{}", '{"monotonic": 50, "transfers": [{}]}', '{"monotonic": "x"}', "\x00"):
        (tmp_path / FILE).write_text(text)
        assert read(tmp_path, lambda: 50.0) == ()
    (tmp_path / FILE).unlink()
    assert read(tmp_path, lambda: 50.0) == ()


def test_reading_the_progress_loads_no_rules_of_orders() -> None:
    """``status`` stays fast: it loads neither the rules of orders nor asyncio."""
    code = "import sys, daemon.reports.status; print({'daemon.order', 'asyncio', 'rich'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "set()\n"
