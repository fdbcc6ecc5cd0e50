"""Orders that the state does not know: it is older than they are, or a second bracketd works beside this one.

A delivery note in an output folder, or the service's list, names them. A shoot that one of them seems to have sent is
not sent again unasked. All notes are looked through once at the start, in the background, and those that came since
whenever a shoot is locked. So are those that could not be read, and now and then between; the others count meanwhile.

A shoot waits only for its own output folder. The notes in the others count as far as they can be read: the disk of one
watched folder's output stops no other watched folder.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from daemon import notes
from daemon.errors import StateError, StateFull
from daemon.files.roots import Roots
from daemon.host.clock import Clock
from daemon.order import Bracket, Order, delivered_as, facts, fingerprint, named_alike, steps
from daemon.order.found import FoundElsewhere, Listed, Note
from daemon.order.naming import brief
from daemon.store.notes import Alert, Subject
from daemon.store.protocol import Store
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

NAMED = 3
"""Notes that the log names, of those that cannot be read."""

REMEDY = "`bracketd doctor` says more; `bracketd doctor --recover`, with the daemon stopped, takes them up"

AGAIN_EVERY = 300.0
"""Seconds between tries to read the delivery notes that could not be read."""

OTHERS_PATIENCE = 5.0
"""Seconds that a shoot waits for the output folder of another watched folder."""

OTHERS_REST = 300.0
"""Seconds for which another output folder that did not answer is not asked again."""

SERVICE_PATIENCE = 20.0
"""Seconds after the start for which shoots wait for the service's list of orders."""


class NotYet(Exception):
    """A shoot cannot be locked yet; the message says what it waits for."""


@dataclass(slots=True)
class _Output:
    """An output folder: which of its folders were looked into, and ``changed``, its own time at the last listing.

    ``unread`` has the folders in which something could not be read, and why, by its path.
    ``why_not`` and ``bug`` are in words: why it was not looked through, and the bug that was logged last.
    ``rests_until``: it did not answer, and until then only shoots whose output it is ask it. On the monotonic clock.
    """

    path: str
    blocking: Blocking
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    folders: set[str] = field(default_factory=set)
    unread: dict[str, notes.Unread] = field(default_factory=dict)
    changed: int = 0
    searched: bool = False
    why_not: str = ""
    bug: str = ""
    rests_until: float = float("-inf")


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
        self._kept: set[notes.Place] = set()
        self._said: Mapping[Subject, str | None] = {}
        self._listed: tuple[Listed, ...] = ()
        self._wait_until = clock.monotonic() + SERVICE_PATIENCE if asks_service else float("-inf")
        self.places: set[str] = set()
        """The folders in which notes of unknown orders lie."""

    async def run(self) -> None:
        """Look through all output folders, each as soon as it is there."""
        async with asyncio.TaskGroup() as group:
            for output in self._outputs.values():
                group.create_task(self._search(output))

    async def try_again(self) -> None:
        """Try to read what could not be read, from time to time, for as long as the daemon runs."""
        while True:
            await asyncio.sleep(AGAIN_EVERY)
            for output in self._outputs.values():
                if output.searched and output.unread:
                    try:
                        await self._look_for_more(output)
                    except (OSError, StateFull):
                        continue
                    except StateError:
                        raise
                    except Exception as error:  # noqa: BLE001 - a bug met in one output must not end the daemon
                        self._tell_bug(output, error)

    def require_ready(self, output: str) -> None:
        """Raises NotYet while it cannot be told whether a shoot with this output folder was sent."""
        _require_searched(self._outputs[output])
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

        Raises OSError when the disk of these does not answer, and NotYet when they were not looked through yet, or when
        a note that seems to be about the shoot cannot be read at present.
        """
        own = {os.path.dirname(output) for output in outputs}
        for output in self._outputs.values():
            if output.path in own:
                _require_searched(output)
                await self._look_for_more(output)
            else:
                await self._look_at_other(output)
        near = [note for place in outputs for note in await self._unknown_in(place)]
        found = (*near, *await self._alike(folder, outputs, brackets))
        told = await contents.told_apart(folder, brackets, [note.order for note in found])
        note = delivered_as(folder, outputs, told, found)
        if note is not None:
            return FoundElsewhere(note.order.id, note.path)
        listed = next((one for one in self._listed if named_alike(shoot, brackets, one.names)), None)
        return FoundElsewhere(listed.id) if listed is not None else None

    async def before(self, order: Order, step: steps.Step) -> facts.Fact | None:
        """What keeps an order from its first purchase: an unknown order that came into its output folder meanwhile."""
        approved = order.unknown_order not in (None, order.id)
        if not isinstance(step, steps.Fetch) or order.preset.dev_mode or approved:
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
            except StateError:
                raise
            except Exception as error:  # noqa: BLE001 - a bug met in one output folder must not end the daemon
                self._tell_bug(output, error)
            if not output.searched:
                await asyncio.sleep(LOOK_EVERY)
        seconds = round(self._clock.monotonic() - begun, 1)
        log.info("delivery notes looked through", output=output.path, folders=len(output.folders), seconds=seconds)
        await self._tell()

    async def _look_for_more(self, output: _Output) -> None:
        """Look into the folders that came to an output folder since it was looked through, and into the unread ones."""
        if output.unread or await output.blocking(notes.changed_at, output.path) != output.changed:
            await self._look_into(output)
            await self._tell()

    async def _look_at_other(self, output: _Output) -> None:
        """The same for the output folder of other watched folders, as far as that takes no time worth speaking of."""
        if not output.searched or self._clock.monotonic() < output.rests_until:
            return
        try:
            async with asyncio.timeout(OTHERS_PATIENCE):
                await self._look_for_more(output)
        except OSError as error:  # TimeoutError is one
            output.rests_until = self._clock.monotonic() + OTHERS_REST
            why = error.strerror or "no answer in time"
            log.warning("an output folder does not answer; other shoots go on", output=output.path, why=why)

    async def _look_into(self, output: _Output) -> None:
        async with output.turn:
            names, changed = await output.blocking(notes.folders_in, output.path)
            for gone in output.unread.keys() - set(names):
                del output.unread[gone]
            todo = [*list(output.unread)[:TOGETHER], *(name for name in names if name not in output.folders)]
            for begin in range(0, len(todo), TOGETHER):
                await self._read(output, todo[begin : begin + TOGETHER])
            output.changed = changed

    async def _read(self, output: _Output, names: Sequence[str]) -> None:
        """Look into some folders, and remember what could not be read: the next try is for those of an earlier one."""
        found, unread = await output.blocking(notes.named_below, output.path, names)
        unread = {**unread, **await self._keep(output, found)}
        for name in names:
            inside = os.path.join(output.path, name)
            here = {path: why for path, why in unread.items() if inside in (path, os.path.dirname(path))}
            output.unread.pop(name, None)
            if here:
                output.unread[name] = here
        output.folders.update(names)

    async def _keep(self, output: _Output, named: Mapping[notes.Place, str]) -> notes.Unread:
        """Remember the notes whose orders are not known, by what may tell their shoots again; why some are not read."""
        known = await self._store.known(named.values()) if named else ()
        places = [place for place, order_id in named.items() if order_id not in known and place not in self._kept]
        if not places:
            return {}
        read: list[Note]
        unread: notes.Unread
        read, unread = await output.blocking(notes.read_each, places)
        for note in read:
            if not note.order.preset.dev_mode:
                self._index.add(len(self._found), _words(note.order, note.folder))
                self._found.append((note.folder, note.name))
                self._kept.add((note.folder, note.name))
                self.places.add(note.folder)
        return unread

    async def _alike(self, folder: str, outputs: Collection[str], brackets: Sequence[Bracket]) -> list[Note]:
        """The unknown notes, as they are now, that have something in common with a shoot."""
        marks = (bracket.mark for bracket in brackets if bracket.mark)
        words = (f"folder {folder}", *(f"output {output}" for output in outputs), fingerprint(brackets), *marks)
        read: list[Note] = []
        for place in (self._found[number] for number in self._index.find(words, ALIKE)):
            try:
                read += await self._blocking(place[0])(notes.read_all, [place])
            except OSError as error:
                why = f"the delivery note {os.path.join(*place)} cannot be read ({error.strerror})"
                raise NotYet(f"not sent yet, for it may have been delivered before: {why}") from error
        return await self._still_unknown(read)

    async def _unknown_in(self, folder: str) -> list[Note]:
        """The notes in one output folder whose orders are not known."""
        return await self._still_unknown(await self._blocking(folder)(notes.read_in, folder))

    async def _still_unknown(self, found: Sequence[Note]) -> list[Note]:
        real = [note for note in found if not note.order.preset.dev_mode]
        known = await self._store.known(note.order.id for note in real) if real else ()
        return [note for note in real if note.order.id not in known]

    def _blocking(self, folder: str) -> Blocking:
        """What runs calls to the disk of a shoot's output folder.

        An older order's may be in no configured one; one that answers runs them then.
        """
        usual = min(self._outputs.values(), key=lambda output: (not output.searched, output.rests_until))
        return self._outputs.get(os.path.dirname(folder), usual).blocking

    # --- telling ---

    def _tell_bug(self, output: _Output, error: Exception) -> None:
        """Say that a bug keeps an output folder from being looked through. The log has its traceback once."""
        why = (
            f"a bug in bracketd keeps {output.path} from being looked through ({type(error).__name__}: "
            f"{brief(str(error))}). Please report it with the traceback in the daemon's log"
        )
        if output.bug != why:
            log.error("a bug stopped the look at delivery notes", output=output.path, why=why, exc_info=error)
        output.why_not = output.bug = why

    async def _tell(self) -> None:
        """Note for ``status`` what is so, where it is something else than before."""
        found, listed = len(self._found), len(self._listed)
        unread = {
            path: why
            for output in self._outputs.values()
            for some in output.unread.values()
            for path, why in some.items()
        }
        said = {
            Subject.UNKNOWN_NOTES: notes.words_of_unknown(found, os.path.join(*self._found[0])) if found else None,
            Subject.NEWER_ORDERS: notes.words_of_listed(listed) if listed else None,
            Subject.UNREAD_NOTES: notes.words_of_unread(unread) if unread else None,
        }
        changed = [subject for subject, words in said.items() if words != self._said.get(subject)]
        for subject in changed:
            await self._store.note(Alert(subject, said[subject]))
            self._said = {**self._said, subject: said[subject]}
        if (found or listed) and (Subject.UNKNOWN_NOTES in changed or Subject.NEWER_ORDERS in changed):
            log.error("orders that the state does not know", notes=found, at_service=listed, remedy=REMEDY)
        if unread and Subject.UNREAD_NOTES in changed:
            log.warning("delivery notes that cannot be read", paths=sorted(unread)[:NAMED], count=len(unread))


def _require_searched(output: _Output) -> None:
    if not output.searched:
        why = output.why_not or f"the delivery notes in {output.path} are looked through"
        raise NotYet(f"not sent yet, for it may have been delivered before: {why}")


def _words(order: Order, folder: str) -> Iterable[str]:
    """What a delivered order's shoot may be known by again."""
    yield f"folder {order.folder}"
    yield from {f"output {order.output}", f"output {folder}"}
    if order.fingerprint:
        yield order.fingerprint
    yield from {bracket.mark for bracket in order.brackets if bracket.mark}
