"""Aborts transfers that are too slow, from its own thread.

A socket's timeout starts over with each byte, so a host that sends one byte per second would never time out. The guard
checks every transfer once per second, counts its bytes, and closes its sockets when it is slower than its least rate.
The thread that waits in the transfer then gets an error immediately. The guard sleeps while there are no transfers.
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
"""Seconds between two checks."""

LONGEST_TICK: Final = 3.0
"""The maximum time between two checks that counts, in seconds. If more has passed, the process was suspended, or the
machine slept or was overloaded. Nothing could be transferred then, which is not the transfer's fault."""

_IN_ANSWER: Final = "bracketd.transfer"
"""The key of the transfer in a response's extensions."""


class Body(Protocol):
    """A request body that is being sent."""

    @property
    def sent(self) -> int:
        """Bytes passed to the connection."""

    @property
    def reading(self) -> bool:
        """True while the next piece is read from our disk."""


class Transfer:
    """One call: a request, its redirects and the response. The guard calls ``cut`` to abort it.

    ``rate`` is its rate in bytes per second if the guard aborted it because it was too slow, else None.
    """

    def __init__(self, cut: Callable[[], None]) -> None:
        self._cut = cut
        self._now: tuple[int, Body | None, httpx.Response | None] = (0, None, None)
        self._held = 0
        self.host = ""
        self.rate: float | None = None

    def sends(self, host: str, body: Body | None) -> None:
        """Note that a request with this body is sent to a host."""
        self.host = host
        self._now = (self.moved, body, None)

    def receives(self, answer: httpx.Response) -> None:
        """Note that the response arrives."""
        before, body, _ = self._now
        self._now = (before, body, answer)
        answer.extensions[_IN_ANSWER] = self

    @property
    def moved(self) -> int:
        """Bytes of bodies sent and received so far, without headers."""
        before, body, answer = self._now
        received = answer.num_bytes_downloaded if answer is not None else 0
        return before + (body.sent if body is not None else 0) + received

    @property
    def waits_for_us(self) -> bool:
        """True if the connection is idle because of us: our disk is busy, or the response is complete."""
        _, body, answer = self._now
        if answer is not None and answer.is_closed:
            return True
        return self._held > 0 or (body is not None and body.reading)

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Mark the time in ``with``: the caller processes what was received, and nothing is transferred."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    def end(self, rate: float) -> None:
        """Abort the transfer because it is too slow."""
        self.rate = rate
        self._cut()


def transfer_of(answer: httpx.Response) -> Transfer | None:
    """The transfer of a response, None if it is not watched."""
    found = answer.extensions.get(_IN_ANSWER)
    return found if isinstance(found, Transfer) else None


class Guard:
    """Watches the transfers of one ``Line``. Thread-safe. ``clock`` returns monotonic seconds."""

    def __init__(self, demand: Demand, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._demand, self._clock = demand, clock
        self._under_way: dict[Transfer, Rate] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextmanager
    def watching(self, transfer: Transfer, demand: Demand | None = None) -> Iterator[None]:
        """Watch a transfer inside ``with``. If it is aborted, raises ``TooSlow`` instead of the resulting error."""
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
        """Check every transfer, ``seconds`` after the last check, and abort those that are too slow."""
        with self._changed:
            under_way = list(self._under_way.items())
        for transfer, rate in under_way:
            if transfer.rate is not None:
                transfer.end(transfer.rate)  # again: it may have opened another socket since
            elif not transfer.waits_for_us:
                slow = rate.too_slow(min(seconds, LONGEST_TICK), transfer.moved)
                if slow is not None:
                    transfer.end(slow)

    def close(self) -> None:
        """Stop watching."""
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
