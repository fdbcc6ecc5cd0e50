"""Orders that the state does not know: it is older than they are, or a second bracketd works beside this one.

A delivery note in an output folder, or the service's list, names them. A shoot that one of them seems to have sent is
not sent again unasked. All notes are looked through once at the start, in the background, and those that came since
whenever a shoot is locked.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from daemon import notes
from daemon.errors import StateFull
from daemon.files.roots import Roots
from daemon.host.clock import Clock
from daemon.order import Bracket, Order, delivered_as, facts, fingerprint, named_alike
from daemon.order.found import FoundElsewhere, Listed, Note
from daemon.store.store import Store
from daemon.watcher.contents import Contents
from daemon.watcher.index import Index
from daemon.watcher.presence import LOOK_EVERY

log = structlog.get_logger("bracketd.watcher")

Blocking = Callable[..., Awaitable[Any]]
"""Runs a file-system call and its arguments in a thread: a hung mount must not stop the rest."""

TOGETHER = 50
"""Folders that are looked into in one call, which has a bounded time."""

ALIKE = 20
"""Notes that are read again to judge one shoot: those that have the most in common with it."""

REMEDY = "`bracketd doctor` says more; `bracketd doctor --recover`, with the daemon stopped, takes them up"

SERVICE_PATIENCE = 20.0
"""Seconds after the start for which shoots wait for the service's list of orders."""


class NotYet(Exception):
    """A shoot cannot be locked yet; the message says what it waits for."""


@dataclass(slots=True)
class _Output:
    """An output folder: which of its folders were looked into, and ``changed``, its own time at the last listing."""

    path: str
    blocking: Blocking
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    folders: set[str] = field(default_factory=set)
    changed: int = 0
    searched: bool = False
    why_not: str = ""


class UnknownOrders:
    """Knows them for all watched folders. ``outputs`` are the output folders, each with what runs calls to its disk.

    ``asks_service``: the service is asked, too, and ``compared`` will be called.
    """

    def __init__(
        self, outputs: Mapping[str, Blocking], store: Store, roots: Roots, clock: Clock, *, asks_service: bool = False
    ) -> None:
        self._outputs = {path: _Output(path, blocking) for path, blocking in outputs.items()}
        self._store, self._roots, self._clock = store, roots, clock
        self._index, self._found = Index(), list[notes.Place]()
        self._listed: tuple[Listed, ...] = ()
        self._wait_until = clock.monotonic() + SERVICE_PATIENCE if asks_service else float("-inf")
        self.places: set[str] = set()
        """The folders in which notes of unknown orders lie."""

    async def run(self) -> None:
        """Look through all output folders, each as soon as it is there."""
        async with asyncio.TaskGroup() as group:
            for output in self._outputs.values():
                group.create_task(self._search(output))

    def require_ready(self) -> None:
        """Raises NotYet while it cannot be told whether a shoot was sent."""
        waits = next((output for output in self._outputs.values() if not output.searched), None)
        if waits is not None:
            why = waits.why_not or f"the delivery notes in {waits.path} are looked through"
            raise NotYet(f"not sent yet, for it may have been delivered before: {why}")
        if self._clock.monotonic() < self._wait_until:
            raise NotYet("not sent yet, for it may have been sent before: the service is asked for its orders")

    async def compared(self, listed: Sequence[Listed]) -> None:
        """The service was asked, or could not be: these are its orders that are newer than the state."""
        self._listed, self._wait_until = tuple(listed), float("-inf")
        await self._tell()

    async def about(
        self, shoot: str, folder: str, outputs: Collection[str], brackets: Sequence[Bracket], contents: Contents
    ) -> FoundElsewhere | None:
        """The unknown order that seems to have sent a settled shoot, whose pictures would come into ``outputs``.

        Raises OSError when a disk does not answer.
        """
        for output in self._outputs.values():
            await self._look_for_more(output)
        near = [note for place in outputs for note in await self._unknown_in(place)]
        found = (*near, *await self._alike(folder, outputs, brackets))
        told = await contents.told_apart(folder, brackets, [note.order for note in found])
        note = delivered_as(folder, outputs, told, found)
        if note is not None:
            return FoundElsewhere(note.order.id, note.path)
        listed = next((one for one in self._listed if named_alike(shoot, brackets, one.names)), None)
        return FoundElsewhere(listed.id) if listed is not None else None

    async def before(self, order: Order, step: facts.Step) -> facts.Fact | None:
        """What keeps an order from its first purchase: an unknown order that came into its output folder meanwhile."""
        approved = order.unknown_order not in (None, order.id)
        if not isinstance(step, facts.Fetch) or order.preset.dev_mode or approved:
            return None
        if any(image.fetched_at is not None for image in order.images):
            return None
        try:
            there = await self._unknown_in(order.output)
        except OSError as error:
            why = f"the delivery notes in {order.output} cannot be read: {error.strerror}. Nothing was bought"
            return facts.Failed(step, facts.Kind.OUTPUT, why, unsent=True)
        note = next((note for note in there if note.order.id != order.id), None)
        return FoundElsewhere(note.order.id, note.path) if note is not None else None

    # --- looking ---

    async def _search(self, output: _Output) -> None:
        begun = self._clock.monotonic()
        while not output.searched:
            try:
                output.why_not = await output.blocking(self._roots.output_away, output.path) or ""
                if not output.why_not:
                    await self._look_into(output)
                    output.searched = True
            except OSError as error:
                output.why_not = f"the output folder {output.path} cannot be looked through ({error.strerror})"
            except StateFull as full:  # met by a thread, which cannot wait
                output.why_not = str(full)
            if not output.searched:
                await asyncio.sleep(LOOK_EVERY)
        seconds = round(self._clock.monotonic() - begun, 1)
        log.info("delivery notes looked through", output=output.path, folders=len(output.folders), seconds=seconds)
        await self._tell()

    async def _look_for_more(self, output: _Output) -> None:
        """Look into the folders that came to an output folder since it was looked through."""
        before = len(self._found)
        if await output.blocking(notes.changed_at, output.path) != output.changed:
            await self._look_into(output)
        if len(self._found) > before:
            await self._tell()

    async def _look_into(self, output: _Output) -> None:
        async with output.turn:
            names, changed = await output.blocking(notes.folders_in, output.path)
            todo = [name for name in names if name not in output.folders]
            for begin in range(0, len(todo), TOGETHER):
                some = todo[begin : begin + TOGETHER]
                named, unread = await output.blocking(notes.named_below, output.path, some)
                if unread:
                    log.warning("delivery notes that cannot be read", folders=unread)
                await self._keep(output, named)
                output.folders.update(some)
            output.changed = changed

    async def _keep(self, output: _Output, named: Mapping[notes.Place, str]) -> None:
        """Remember the notes whose orders are not known, by what may tell their shoots again."""
        known = await self._store.known(named.values()) if named else ()
        places = [place for place, order_id in named.items() if order_id not in known]
        for note in await output.blocking(notes.read_all, places) if places else ():
            if not note.order.preset.dev_mode:
                self._index.add(len(self._found), _words(note.order, note.folder))
                self._found.append((note.folder, note.name))
                self.places.add(note.folder)

    async def _alike(self, folder: str, outputs: Collection[str], brackets: Sequence[Bracket]) -> list[Note]:
        """The unknown notes, as they are now, that have something in common with a shoot."""
        marks = (bracket.mark for bracket in brackets if bracket.mark)
        words = (f"folder {folder}", *(f"output {output}" for output in outputs), fingerprint(brackets), *marks)
        read: list[Note] = []
        for place in (self._found[number] for number in self._index.find(words, ALIKE)):
            read += await self._blocking(place[0])(notes.read_all, [place])
        return await self._still_unknown(read)

    async def _unknown_in(self, folder: str) -> list[Note]:
        """The notes in one output folder whose orders are not known."""
        return await self._still_unknown(await self._blocking(folder)(notes.read_in, folder))

    async def _still_unknown(self, found: Sequence[Note]) -> list[Note]:
        real = [note for note in found if not note.order.preset.dev_mode]
        known = await self._store.known(note.order.id for note in real) if real else ()
        return [note for note in real if note.order.id not in known]

    def _blocking(self, folder: str) -> Blocking:
        """What runs calls to the disk of a shoot's output folder; an older order's may be in no configured one."""
        output = self._outputs.get(os.path.dirname(folder)) or next(iter(self._outputs.values()))
        return output.blocking

    # --- telling ---

    async def _tell(self) -> None:
        found, listed = len(self._found), len(self._listed)
        if found:
            await self._store.note("unknown notes", notes.words_of_unknown(found, os.path.join(*self._found[0])))
        if listed:
            await self._store.note("newer orders", notes.words_of_listed(listed))
        if found or listed:
            log.error("orders that the state does not know", notes=found, at_service=listed, remedy=REMEDY)


def _words(order: Order, folder: str) -> Iterable[str]:
    """What a delivered order's shoot may be known by again."""
    yield f"folder {order.folder}"
    yield from {f"output {order.output}", f"output {folder}"}
    if order.fingerprint:
        yield order.fingerprint
    yield from {bracket.mark for bracket in order.brackets if bracket.mark}
