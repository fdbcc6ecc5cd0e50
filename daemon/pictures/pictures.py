"""Finds, makes and keeps the pictures of orders."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import cast

from daemon.host.clock import Clock
from daemon.order import Order
from daemon.pictures.cache import Cache
from daemon.pictures.finding import Identity, Place, identify, place_of
from daemon.pictures.full_size import FullSize, opened
from daemon.pictures.values import Kind, Shown, Side, Unavailable, Why
from daemon.pictures.volume import Volume
from daemon.previews import Failure, FailureKind, Limits, Previews, decoding

LIMITS = Limits(seconds=20.0, patience=60.0, cpu_seconds=20)

Load = Callable[[str], Awaitable[Order]]
"""Returns an order by its id. Raises KeyError."""

PreviewPath = Callable[[str, str], str]
"""The path of the free preview of an image, which need not exist: by the ids of its order and of the image."""

_WHY = {
    FailureKind.GONE: Why.GONE,
    FailureKind.UNREADABLE: Why.UNREADABLE,
    FailureKind.NO_DECODER: Why.NO_PREVIEW,
    FailureKind.DAMAGED: Why.DAMAGED,
    FailureKind.TOO_LARGE: Why.TOO_LARGE,
    FailureKind.TOO_MANY_PIXELS: Why.TOO_LARGE,
    FailureKind.OUT_OF_MEMORY: Why.TOO_LARGE,
    FailureKind.TOO_SLOW: Why.SLOW,
    FailureKind.CRASHED: Why.DAMAGED,
    FailureKind.BUSY: Why.BUSY,
    FailureKind.CLOSED: Why.BUSY,
}


@dataclass(frozen=True, slots=True)
class Sources:
    """Where orders and their files are found. ``preview_path`` is None if there are no free previews."""

    load: Load
    preview_path: PreviewPath | None = None


class Pictures:
    """The pictures of orders. Every answer is a value; a file that cannot be shown is never an error.

    ``group`` runs what is being made, so that a request that is given up does not waste it. ``look`` looks at a file
    without opening it.
    """

    def __init__(
        self,
        sources: Sources,
        cache: Cache,
        previews: Previews,
        clock: Clock,
        *,
        group: asyncio.TaskGroup,
        look: Callable[[Place], Identity | Why] = identify,
    ) -> None:
        self._load, self._cache, self._previews, self._preview_path = (
            sources.load,
            cache,
            previews,
            sources.preview_path,
        )
        self._clock, self._group, self._look = clock, group, look
        self._kept = Volume(clock)
        self._volumes: dict[str, Volume] = {}
        self._making: dict[str, asyncio.Task[Shown | Unavailable]] = {}

    async def shown(self, order_id: str, kind: Kind, number: int, side: Side) -> Shown | Unavailable:
        """A picture of an order, upright, its longest side at most ``side`` pixels."""
        place = await self._place(order_id, kind, number)
        if isinstance(place, Why):
            return Unavailable(place)
        found = await self._identified(place)
        if isinstance(found, Why):
            return Unavailable(Why.NOT_YET if kind is Kind.PREVIEW and found is Why.GONE else found)
        tag = found.tag(side)
        task = self._making.get(tag)
        if task is None:
            task = self._making[tag] = self._group.create_task(self._found_or_made(place, found, side))
            task.add_done_callback(lambda _task: self._making.pop(tag))
        return await asyncio.shield(task)

    async def full_size(self, order_id: str, number: int) -> FullSize | Unavailable:
        """The finished picture of an image as it is in the output folder, open for reading."""
        place = await self._place(order_id, Kind.FINISHED, number)
        found = place if isinstance(place, Why) else await self._identified(place)
        if isinstance(found, Why):
            return Unavailable(found)
        if found.online_only:
            return Unavailable(Why.ONLINE_ONLY)
        assert isinstance(place, Place)
        volume = self._volume(place)
        try:
            file = cast("FullSize | Why", await volume(opened, found, volume))
        except OSError as error:
            return Unavailable(_why_not(error))
        return Unavailable(file) if isinstance(file, Why) else file

    async def _place(self, order_id: str, kind: Kind, number: int) -> Place | Why:
        try:
            order = await self._load(order_id)
        except KeyError:
            return Why.UNKNOWN
        if kind is not Kind.PREVIEW:
            return place_of(order, kind, number)
        if not 1 <= number <= len(order.images):
            return Why.UNKNOWN
        if self._preview_path is None:
            return Why.NOT_YET
        return Place(*os.path.split(self._preview_path(order.id, order.images[number - 1].id)))

    async def _identified(self, place: Place) -> Identity | Why:
        try:
            return cast("Identity | Why", await self._volume(place)(self._look, place))
        except OSError as error:
            return _why_not(error)

    def _volume(self, place: Place) -> Volume:
        """The disk of a place: that of the folder that contains the shoot's or the order's folder."""
        return self._volumes.setdefault(os.path.dirname(place.folder), Volume(self._clock))

    async def _found_or_made(self, place: Place, found: Identity, side: Side) -> Shown | Unavailable:
        """The picture from the cache, or made now and kept.

        A file that was replaced meanwhile is not shown: it may be a link, which leads out of its folder.
        """
        tag = found.tag(side)
        with suppress(OSError):
            if (kept := cast("bytes | None", await self._kept(self._cache.find, tag))) is not None:
                return Shown(kept, tag)
        if found.online_only:
            return Unavailable(Why.ONLINE_ONLY)
        made = await self._previews.thumbnail(found.path, side)
        if isinstance(made, Failure):
            return Unavailable(_WHY[made.kind])
        if await self._identified(place) != found:
            return Unavailable(Why.GONE)
        with suppress(OSError):
            await self._kept(self._cache.keep, tag, made.jpeg)
        return Shown(made.jpeg, tag)


def _why_not(error: OSError) -> Why:
    if isinstance(error, TimeoutError):
        return Why.SLOW
    return Why.GONE if isinstance(error, FileNotFoundError | NotADirectoryError) else Why.UNREADABLE


@asynccontextmanager
async def showing(
    load: Load, cache: Cache, clock: Clock, preview_path: PreviewPath | None = None
) -> AsyncIterator[Pictures]:
    """Pictures for the duration of a block. At its end the decoding process is gone."""
    async with asyncio.TaskGroup() as group, decoding(LIMITS) as previews:
        yield Pictures(Sources(load, preview_path), cache, previews, clock, group=group)
