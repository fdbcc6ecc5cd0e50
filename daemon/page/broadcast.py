"""Tells open pages that something changed, with server-sent events.

An event has no content: the page then asks for what it shows. ``changed`` is for every change, ``order-ID`` for the
change of one order. Changes that come quickly become one event.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

MOST_STREAMS = 64
"""The number of pages that may be open at once."""

LEAST_PAUSE = 0.2
"""Seconds between two events of a stream at least."""

ALIVE_EVERY = 20.0
"""Seconds after which an idle stream sends a comment, which shows a connection that was cut."""

MOST_ORDERS = 50
"""The number of orders that one event names. The others are only covered by ``changed``."""


class TooManyStreams(Exception):
    """No further page can be told of changes."""


class Broadcast:
    """All event streams. ``publish`` and ``subscribed`` are called on the event loop."""

    def __init__(self) -> None:
        self._streams: set[Stream] = set()
        self._run, self._number = secrets.token_hex(4), 0
        self._closed = False
        self.busy = asyncio.Event()
        """Set while a page is open."""

    @property
    def position(self) -> str:
        """The last change, for a page that is made now: ``subscribed`` then leaves out what the page already shows."""
        return f"{self._run}-{self._number}"

    def publish(self, order_id: str | None = None) -> None:
        """Tell every open page that something changed: an order, or something else."""
        self._number += 1
        for stream in self._streams:
            stream.add(order_id)

    @contextmanager
    def subscribed(self, seen: str) -> Iterator[Stream]:
        """A stream of the events after a position, while the context lasts. Raises TooManyStreams."""
        if len(self._streams) >= MOST_STREAMS or self._closed:
            raise TooManyStreams
        stream = Stream()
        if seen != self.position:
            stream.add(None)
        self._streams.add(stream)
        self.busy.set()
        try:
            yield stream
        finally:
            self._streams.discard(stream)
            if not self._streams:
                self.busy.clear()

    def close(self) -> None:
        """End all streams."""
        self._closed = True
        for stream in self._streams:
            stream.end()


class Stream:
    """The changes that one page was not told of yet."""

    ended = False

    def __init__(self) -> None:
        self._came = asyncio.Event()
        self._orders: set[str] = set()

    def add(self, order_id: str | None) -> None:
        """Remember a change."""
        if order_id is not None and len(self._orders) < MOST_ORDERS:
            self._orders.add(order_id)
        self._came.set()

    def end(self) -> None:
        """End the stream."""
        self.ended = True
        self._came.set()

    async def text(self) -> AsyncIterator[bytes]:
        """The events as the text of a response, until ``end``."""
        yield b"retry: 2000\n\n"
        while not self.ended:
            yield await self._next()
            await asyncio.sleep(LEAST_PAUSE)

    async def _next(self) -> bytes:
        """The next event. A comment if nothing changed for a while, or if the stream ended."""
        try:
            await asyncio.wait_for(self._came.wait(), ALIVE_EVERY)
        except TimeoutError:
            return b": still here\n\n"
        if self.ended:
            return b": end\n\n"
        self._came.clear()
        orders, self._orders = sorted(self._orders), set()
        names = (*(f"order-{one}" for one in orders), "changed")
        return b"".join(f"event: {name}\ndata: 1\n\n".encode() for name in names)
