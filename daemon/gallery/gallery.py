"""Inspects the previews of an order: which planned set each image looks like.

Pictures are decoded and compared in the process of ``daemon.previews``, one order at a time, for a bounded time. What
cannot be read, or not in time, is not compared.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from daemon.errors import FileError, OutputError
from daemon.files import outgoing
from daemon.files.bounded import Bounded
from daemon.files.placeholders import placeholder
from daemon.files.roots import PATIENCE
from daemon.gallery.cache import Cache
from daemon.gallery.sheet import draw
from daemon.order import Order, facts
from daemon.order.choosing import images_to_buy, needs_choice
from daemon.order.plan import images_planned
from daemon.order.preview import LooksLike, PreviewState
from daemon.order.previewing import needs_look
from daemon.originals import file_of
from daemon.previews import Failure, FailureKind, Limits, Look, Previews, decoding

TIME = 90.0
"""Seconds for one order. With 50 images it takes a few seconds; the rest is for slow disks and machines."""

SIDE = 320
"""Longest side in pixels at which pictures are decoded. A look needs less."""

LIMITS = Limits(seconds=20.0, patience=20.0)

Decoding = Callable[[], AbstractAsyncContextManager[Previews]]
GoOn = Callable[[], None]
Key = TypeVar("Key", int, str)


def _decoding() -> AbstractAsyncContextManager[Previews]:
    return decoding(LIMITS)


@dataclass
class _Looks:
    """The looks of planned sets by index, and of images by id."""

    sets: dict[int, Look] = field(default_factory=dict)
    images: dict[str, Look] = field(default_factory=dict)


class Gallery:
    """Inspects previews. ``decoding`` returns a context in which pictures are decoded. Thread-safe."""

    def __init__(self, cache: Cache, decoding: Decoding = _decoding, *, seconds: float = TIME) -> None:
        self.cache = cache
        self._decoding, self._seconds = decoding, seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gallery")
        self._disk = Bounded[tuple[str, ...]](PATIENCE)

    def inspect(self, order: Order, go_on: GoOn) -> facts.Inspected:
        """Compare an order's previews with its planned sets. ``go_on`` is called often and raises to interrupt it."""
        found = facts.Inspected()
        if needs_look(order):
            frames = self._frames(order)
            found = self._thread.submit(asyncio.run, self._inspected(order, frames, go_on)).result()
        return replace(found, sheet=self._wrote_sheet(order, go_on)) if needs_choice(order) else found

    def sheet(self, order: Order, go_on: GoOn = lambda: None) -> bytes | None:
        """A contact sheet of an order's previews as a JPEG; None if there are no previews, or it cannot be drawn."""
        paths = {image.id: self.cache.path(order.id, image.id) for image in order.images}
        if not any(map(os.path.exists, paths.values())):
            return None
        return self._thread.submit(asyncio.run, self._drawn(order, paths, go_on)).result()

    def _wrote_sheet(self, order: Order, go_on: GoOn) -> bool:
        drawn = self.sheet(order, go_on)
        if drawn is None:
            return False
        try:
            self.cache.keep_sheet(order.id, drawn)
        except OutputError:
            return False
        return True

    async def _drawn(self, order: Order, paths: dict[str, str], go_on: GoOn) -> bytes | None:
        async with self._decoding() as previews:
            drawn = await draw(previews, order, paths, go_on, asyncio.get_running_loop().time() + self._seconds)
        return None if isinstance(drawn, Failure) else drawn

    def _frames(self, order: Order) -> dict[int, str]:
        """The paths of the middle frames that are still what was sent, by the index of their planned set."""

        def there() -> tuple[str, ...]:
            return tuple(_middle_frames(order))

        found = self._disk.ask(order.source.folder, there) or ()
        return {index: path for index, path in enumerate(found) if path}

    async def _inspected(self, order: Order, frames: dict[int, str], go_on: GoOn) -> facts.Inspected:
        looks, similar = _Looks(), dict[str, tuple[float, ...]]()
        paths = {
            image.id: self.cache.path(order.id, image.id)
            for image in images_to_buy(order)
            if image.preview is PreviewState.FETCHED
        }
        until = asyncio.get_running_loop().time() + self._seconds
        async with self._decoding() as previews:
            await _read(previews, paths, looks.images, go_on, until)
            if looks.images:
                await _read(previews, frames, looks.sets, go_on, until)
            if len(looks.sets) > 1:
                await _compare(previews, looks, similar, go_on, until)
        compared = tuple(sorted(looks.sets))
        likes = (_like(image, compared, found) for image, found in similar.items())
        return facts.Inspected(compared, tuple(likes))


def _middle_frames(order: Order) -> Iterator[str]:
    """For each planned set the path of its middle exposure; empty if the file is not what was sent, or only a name."""
    for one in images_planned(order):
        bracket = order.brackets[middle(order, one.brackets)]
        path = os.path.join(order.source.folder, bracket.path)
        try:
            outgoing.require_unchanged(order.source.folder, file_of(bracket))
            yield "" if placeholder(os.stat(path)) else path
        except (FileError, OSError):
            yield ""


def middle(order: Order, numbers: tuple[int, ...]) -> int:
    """The bracket with the middle exposure of a set; the middle one in shooting order if exposures are not known."""
    times = {number: order.brackets[number].shot.exposure_s for number in numbers}
    if all(time is not None for time in times.values()):
        numbers = tuple(sorted(numbers, key=lambda number: times[number] or 0.0))
    return numbers[len(numbers) // 2]


async def _read(
    previews: Previews, paths: Mapping[Key, str], looks: dict[Key, Look], go_on: GoOn, until: float
) -> None:
    """Read the looks of pictures until the time is over, or a disk does not answer."""
    for key, path in paths.items():
        go_on()
        if asyncio.get_running_loop().time() >= until:
            return
        found = await previews.thumbnail(path, SIDE)
        if not isinstance(found, Failure):
            looks[key] = found.look
        elif found.kind in (FailureKind.TOO_SLOW, FailureKind.BUSY):
            return


async def _compare(
    previews: Previews, looks: _Looks, similar: dict[str, tuple[float, ...]], go_on: GoOn, until: float
) -> None:
    frames = [looks.sets[index] for index in sorted(looks.sets)]
    for image, look in looks.images.items():
        go_on()
        if asyncio.get_running_loop().time() >= until:
            return
        found = await previews.similarities(look, frames)
        if not isinstance(found, Failure):
            similar[image] = found


def _like(image: str, sets: tuple[int, ...], similar: tuple[float, ...]) -> LooksLike:
    """The set that an image looks most like."""
    (best, index), (second, _) = sorted(zip(similar, sets, strict=True), reverse=True)[:2]
    return LooksLike(image, index, round(best, 3), round(best - second, 3))
