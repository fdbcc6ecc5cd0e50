"""Cuts transfers that are too slow, from a thread of its own.

Time-outs of a socket begin again with each byte, so a host that sends one byte a second is waited for without end.
The guard looks at every transfer once a second, counts what it has moved, and shuts its sockets when it falls below its
rate; whoever waits in it gets an error at once. While nothing is under way the thread sleeps.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

import httpx

from daemon.errors import ServiceError
from daemon.service import failures
from daemon.service.rate import Demand, Rate

TICK: Final = 1.0
"""Seconds between two looks."""

LONGEST_TICK: Final = 3.0
"""Seconds that count at most between two looks. If more have passed, this process was stopped, or the machine slept or
was overloaded: nothing could be moved, and no transfer is to blame."""

_IN_ANSWER: Final = "bracketd.transfer"
"""Where an answer's extensions have its transfer."""


class Body(Protocol):
    """A request's body on its way."""

    @property
    def sent(self) -> int:
        """Bytes handed to the line."""

    @property
    def reading(self) -> bool:
        """Whether the next piece is being read from our disk."""


class Transfer:
    """One call: a request, its answer and the redirects between them. ``cut`` ends it, and is called by the guard.

    ``rate`` is how many bytes a second it moved when it was cut for that; None if it was not.
    """

    def __init__(self, cut: Callable[[], None]) -> None:
        self._cut = cut
        self._now: tuple[int, Body | None, httpx.Response | None] = (0, None, None)
        self._held = 0
        self.host = ""
        self.rate: float | None = None

    def sends(self, host: str, body: Body | None) -> None:
        """A request goes out to a host, with this body."""
        self.host = host
        self._now = (self.moved, body, None)

    def receives(self, answer: httpx.Response) -> None:
        """The answer to the request comes in."""
        before, body, _ = self._now
        self._now = (before, body, answer)
        answer.extensions[_IN_ANSWER] = self

    @property
    def moved(self) -> int:
        """Bytes sent and received so far, without heads."""
        before, body, answer = self._now
        received = answer.num_bytes_downloaded if answer is not None else 0
        return before + (body.sent if body is not None else 0) + received

    @property
    def waits_for_us(self) -> bool:
        """Whether the line has nothing to do: our own disk is at work, or the answer is whole."""
        _, body, answer = self._now
        if answer is not None and answer.is_closed:
            return True
        return self._held > 0 or (body is not None and body.reading)

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Something else is done meanwhile with what came in."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    def end(self, rate: float) -> None:
        """Cut it for being too slow."""
        self.rate = rate
        self._cut()


def transfer_of(answer: httpx.Response) -> Transfer | None:
    """The transfer that an answer belongs to, if it is watched."""
    found = answer.extensions.get(_IN_ANSWER)
    return found if isinstance(found, Transfer) else None


class Guard:
    """Watches the transfers of one line. Thread-safe. ``clock`` tells monotonic seconds."""

    def __init__(self, demand: Demand, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._demand, self._clock = demand, clock
        self._under_way: dict[Transfer, Rate] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextmanager
    def watching(self, transfer: Transfer, demand: Demand | None = None) -> Iterator[None]:
        """Watch a transfer from ``with`` to its end. Raises ``TooSlow`` in place of what comes of its cut."""
        wanted = demand or self._demand
        with self._changed:
            self._under_way[transfer] = Rate(wanted)
            self._wake()
        try:
            yield
        except ServiceError as error:
            if transfer.rate is None:
                raise
            raise failures.too_slow(transfer.host, transfer.rate, wanted.least) from error
        finally:
            with self._changed:
                del self._under_way[transfer]

    def look(self, seconds: float) -> None:
        """Look at every transfer, so many seconds after the last look, and cut those that are too slow."""
        with self._changed:
            under_way = list(self._under_way.items())
        for transfer, rate in under_way:
            if transfer.rate is not None:
                transfer.end(transfer.rate)  # once more: a socket may have been opened since
            elif not transfer.waits_for_us:
                slow = rate.too_slow(min(seconds, LONGEST_TICK), transfer.moved)
                if slow is not None:
                    transfer.end(slow)

    def close(self) -> None:
        """Watch nothing any more."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _wake(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name="guard", daemon=True)
            self._thread.start()
        elif len(self._under_way) == 1:
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not (self._under_way or self._closed):
                    self._changed.wait()
                before = self._clock()
                self._changed.wait(TICK)
                if self._closed:
                    return
            self.look(self._clock() - before)
