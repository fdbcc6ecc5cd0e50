"""The stream of events for open pages, and what makes events: changed orders, and the state while a page is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from daemon.errors import StateError
from daemon.orders import Change
from daemon.page.broadcast import Broadcast, TooManyStreams
from daemon.page.reading import State
from daemon.progress.transfer import Transfer
from daemon.store.reading import Reader

FULL = "Too many pages are open. Close some of them, or reload this page now and then."
LOOK_EVERY = 0.5
"""Seconds between two looks at what the desk does not report: arriving shoots, progress, and the daemon's notes."""


Progress = Callable[[], tuple[Transfer, ...]]


class Events:
    """The route ``/events``. ``heard`` is a listener of the desk, ``progress`` reads the transfers that run now."""

    def __init__(self, broadcast: Broadcast, state: State, progress: Progress) -> None:
        self._broadcast, self._state, self._progress = broadcast, state, progress

    def routes(self) -> list[Route]:
        """The route of the stream."""
        return [Route("/events", _Stream(self._broadcast), methods=["GET"])]

    def heard(self, change: Change) -> None:
        """Tell open pages about a changed order."""
        self._broadcast.publish(change.after.id)

    async def watch(self) -> None:
        """While a page is open, tell it about changes that are not changes of orders. Runs until cancelled."""
        last: Hashable = None
        moved: tuple[Transfer, ...] = ()
        while True:
            await self._broadcast.busy.wait()
            try:
                seen = await self._state.read(_besides_orders)
                moves = await self._state.in_thread(self._progress)
            except StateError:
                seen, moves = last, moved
            if seen != last and last is not None:
                self._broadcast.publish()
            for one in set(moves) ^ set(moved):
                self._broadcast.publish(one.order_id)
            last, moved = seen, moves
            await asyncio.sleep(LOOK_EVERY)


def _besides_orders(reader: Reader) -> Hashable:
    """What pages show besides orders."""
    noted = reader.notes()
    return tuple(reader.waiting()), tuple(noted.messages), noted.attention, tuple(noted.missed.items())


class _Stream:
    """The stream as an ASGI application, because its place must be free again however the response ends."""

    def __init__(self, broadcast: Broadcast) -> None:
        self._broadcast = broadcast

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the browser leaves or the page stops."""
        seen = Request(scope).query_params.get("seen", "")
        try:
            with self._broadcast.subscribed(seen) as stream:
                headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
                response = StreamingResponse(stream.text(), headers=headers, media_type="text/event-stream")
                await response(scope, receive, send)
        except TooManyStreams:
            await PlainTextResponse(FULL, 503, headers={"retry-after": "30"})(scope, receive, send)
