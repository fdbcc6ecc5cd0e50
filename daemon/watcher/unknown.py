"""Finds orders that are missing from the state: the state is out of date, or a second bracketd is running.

Delivery notes in output folders, and the service's list, show these orders. A shoot that seems to be in one of them is
not sent again without approval. All notes are scanned once at the start, in the background. New notes are read whenever
a shoot is locked. Unreadable notes are retried then and at intervals; the other notes count meanwhile.

A shoot waits only for its own output folder. In the other output folders only readable notes count, so a failing disk
does not block other watched folders.
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
from daemon.photos.contents import Contents
from daemon.store.notes import Alert, Subject
from daemon.store.protocol import Store
from daemon.watcher.index import Index
from daemon.watcher.presence import LOOK_EVERY
from daemon.watcher.settled import Compared

log = structlog.get_logger("bracketd.watcher")

Blocking = Callable[..., Awaitable[Any]]
"""Runs a file-system call in a thread, so that a hung mount does not block everything."""

TOGETHER = 50
"""The number of folders to scan in one call. Each call has a time limit."""

ALIKE = 20
"""The maximum number of notes to read again for one shoot. The notes that share the most with it are read."""

NAMED = 3
"""The maximum number of unreadable notes named in the log."""

REMEDY = "run `bracketd doctor` for details; to import the orders, stop the daemon and run `bracketd doctor --recover`"

AGAIN_EVERY = 300.0
"""Seconds between tries to read the delivery notes that could not be read."""

OTHERS_PATIENCE = 5.0
"""Seconds that a shoot waits for the output folder of another watched folder."""

OTHERS_REST = 300.0
"""Seconds for which an unresponsive output folder of another watched folder is not tried again."""

SERVICE_PATIENCE = 20.0
"""Seconds after the start for which shoots wait for the service's list of orders."""


class NotYet(Exception):
    """A shoot cannot be locked yet. The message is the reason."""


@dataclass(slots=True)
class _Output:
    """An output folder: its scanned ``folders``, and its modification time ``changed`` at the last listing.

    ``unread`` maps each folder with unreadable files to their paths and reasons.
    ``why_not`` is the reason why it is not scanned yet, and ``bug`` the last logged bug, both as text.
    ``rests_until``: an unresponsive folder is skipped for other watched folders until this monotonic time.
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
    """The unknown orders of all watched folders. ``outputs`` maps each output folder to the runner of its disk's calls.

    ``asks_service``: wait for the service's list of orders, which ``compared`` receives.
    """

    def __init__(
        self, outputs: Mapping[str, Blocking], store: Store, roots: Roots, clock: Clock, *, asks_service: bool = False
    ) -> None:
        self._outputs = {path: _Output(path, blocking) for path, blocking in outputs.items()}
        self._store, self._roots, self._clock = store, roots, clock
        self._index, self._found = Index(), list[notes.NotePath]()
        self._kept: set[notes.NotePath] = set()
        self._alerts: Mapping[Subject, str | None] = {}
        self._listed: tuple[Listed, ...] = ()
        self._wait_until = clock.monotonic() + SERVICE_PATIENCE if asks_service else float("-inf")
        self.places: set[str] = set()
        """The folders that contain notes of unknown orders."""

    async def run(self) -> None:
        """Scan all output folders, each as soon as it is available."""
        async with asyncio.TaskGroup() as group:
            for output in self._outputs.values():
                group.create_task(self._search(output))

    async def try_again(self) -> None:
        """Retry unreadable notes every ``AGAIN_EVERY`` seconds. Runs until cancelled."""
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
                        self._report_bug(output, error)

    def require_ready(self, output: str) -> None:
        """Raise NotYet while it is unknown if a shoot with this output folder was sent."""
        _require_searched(self._outputs[output])
        if self._clock.monotonic() < self._wait_until:
            raise NotYet(
                "not sent yet: bracketd is still checking the service's orders, in case this shoot was already sent"
            )

    async def compared(self, listed: Sequence[Listed]) -> None:
        """Set the service's orders that are newer than the state; empty if the service could not be reached."""
        self._listed, self._wait_until = tuple(listed), float("-inf")
        await self._report()

    async def about(self, compared: Compared, outputs: Collection[str], contents: Contents) -> FoundElsewhere | None:
        """The unknown order that seems to contain a settled shoot, or None.

        ``outputs`` are the output folders of its pictures. Raises OSError if their disk fails, and NotYet if they are
        not scanned yet, or if a note that seems to be about the shoot cannot be read at present.
        """
        folder, brackets = compared.settled.folder, compared.fact.brackets
        own = {os.path.dirname(output) for output in outputs}
        for output in self._outputs.values():
            if output.path in own:
                _require_searched(output)
                await self._look_for_more(output)
            else:
                await self._look_at_other(output)
        near = [note for place in outputs for note in await self._unknown_in(place)]
        found = (*near, *await self._alike(folder, outputs, brackets))
        hashed = await contents.with_hashes(folder, brackets, [note.order for note in found])
        note = delivered_as(folder, outputs, hashed, found)
        if note is not None:
            return FoundElsewhere(note.order.id, note.path)
        listed = next((one for one in self._listed if named_alike(compared.settled.shoot, brackets, one.names)), None)
        return FoundElsewhere(listed.id) if listed is not None else None

    async def before(self, order: Order, step: steps.Step) -> facts.Fact | None:
        """The fact that stops an order's first purchase, because its output folder has an unknown order; or None."""
        approved = order.source.unknown_order not in (None, order.id)
        if not isinstance(step, steps.Fetch) or order.preset.dev_mode or approved:
            return None
        if any(image.fetched_at is not None for image in order.images):
            return None
        try:
            there = await self._unknown_in(order.source.output)
        except OSError as error:
            why = f"cannot read the delivery notes in {order.source.output}: {error.strerror}. Nothing was bought"
            return facts.Failed(step, facts.Failure.OUTPUT, why, unsent=True)
        note = next((note for note in there if note.order.id != order.id), None)
        return FoundElsewhere(note.order.id, note.path) if note is not None else None

    # --- scanning ---

    async def _search(self, output: _Output) -> None:
        begun = self._clock.monotonic()
        while not output.searched:
            try:
                output.why_not = await output.blocking(self._roots.output_away, output.path) or ""
                if not output.why_not:
                    await self._look_into(output)
                    output.searched = True
            except OSError as error:
                output.why_not = f"the output folder {output.path} cannot be searched ({error.strerror})"
            except StateFull as full:  # raised in a thread, which cannot wait
                output.why_not = str(full)
            except StateError:
                raise
            except Exception as error:  # noqa: BLE001 - a bug in one output folder must not end the daemon
                self._report_bug(output, error)
            if not output.searched:
                await asyncio.sleep(LOOK_EVERY)
        seconds = round(self._clock.monotonic() - begun, 1)
        log.info("delivery notes checked", output=output.path, folders=len(output.folders), seconds=seconds)
        await self._report()

    async def _look_for_more(self, output: _Output) -> None:
        """Scan the new folders of an output folder, and those with unreadable notes."""
        if output.unread or await output.blocking(notes.changed_at, output.path) != output.changed:
            await self._look_into(output)
            await self._report()

    async def _look_at_other(self, output: _Output) -> None:
        """Like ``_look_for_more``, for another watched folder's output. Gives up after ``OTHERS_PATIENCE`` seconds."""
        if not output.searched or self._clock.monotonic() < output.rests_until:
            return
        try:
            async with asyncio.timeout(OTHERS_PATIENCE):
                await self._look_for_more(output)
        except OSError as error:  # includes TimeoutError
            output.rests_until = self._clock.monotonic() + OTHERS_REST
            why = error.strerror or "no answer in time"
            log.warning("output folder not responding; other shoots continue", output=output.path, why=why)

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
        """Scan some folders, and record the unreadable files. Folders tried longest ago come first next time."""
        found, unread = await output.blocking(notes.named_below, output.path, names)
        unread = {**unread, **await self._keep(output, found)}
        for name in names:
            inside = os.path.join(output.path, name)
            here = {path: why for path, why in unread.items() if inside in (path, os.path.dirname(path))}
            output.unread.pop(name, None)
            if here:
                output.unread[name] = here
        output.folders.update(names)

    async def _keep(self, output: _Output, named: Mapping[notes.NotePath, str]) -> notes.Unread:
        """Index the notes of unknown orders. Returns the notes that could not be read, each with the reason."""
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
        """The notes of unknown orders that have something in common with a shoot, read again."""
        marks = (bracket.mark for bracket in brackets if bracket.mark)
        words = (f"folder {folder}", *(f"output {output}" for output in outputs), fingerprint(brackets), *marks)
        read: list[Note] = []
        for place in (self._found[number] for number in self._index.find(words, ALIKE)):
            try:
                read += await self._blocking(place[0])(notes.read_all, [place])
            except OSError as error:
                why = f"the delivery note {os.path.join(*place)} cannot be read ({error.strerror})"
                raise NotYet(f"not sent yet, because it may already have been delivered: {why}") from error
        return await self._still_unknown(read)

    async def _unknown_in(self, folder: str) -> list[Note]:
        """The notes of unknown orders in one output folder."""
        return await self._still_unknown(await self._blocking(folder)(notes.read_in, folder))

    async def _still_unknown(self, found: Sequence[Note]) -> list[Note]:
        real = [note for note in found if not note.order.preset.dev_mode]
        known = await self._store.known(note.order.id for note in real) if real else ()
        return [note for note in real if note.order.id not in known]

    def _blocking(self, folder: str) -> Blocking:
        """The function that runs blocking calls on the disk of a shoot's output folder.

        For a folder that is no longer configured, the function of a responsive output folder.
        """
        usual = min(self._outputs.values(), key=lambda output: (not output.searched, output.rests_until))
        return self._outputs.get(os.path.dirname(folder), usual).blocking

    # --- reporting ---

    def _report_bug(self, output: _Output, error: Exception) -> None:
        """Record a bug that prevents scanning an output folder. Equal bugs in a row are logged once."""
        why = (
            f"a bug in bracketd prevents checking the delivery notes in {output.path} ({type(error).__name__}: "
            f"{brief(str(error))}). Please report it with the traceback in the daemon's log"
        )
        if output.bug != why:
            log.error("bug while checking delivery notes", output=output.path, why=why, exc_info=error)
        output.why_not = output.bug = why

    async def _report(self) -> None:
        """Store the alerts for ``status`` that changed."""
        found, listed = len(self._found), len(self._listed)
        unread = {
            path: why
            for output in self._outputs.values()
            for some in output.unread.values()
            for path, why in some.items()
        }
        alerts = {
            Subject.UNKNOWN_NOTES: notes.words_of_unknown(found, os.path.join(*self._found[0])) if found else None,
            Subject.NEWER_ORDERS: notes.words_of_listed(listed) if listed else None,
            Subject.UNREAD_NOTES: notes.words_of_unread(unread) if unread else None,
        }
        changed = [subject for subject, words in alerts.items() if words != self._alerts.get(subject)]
        for subject in changed:
            await self._store.note(Alert(subject, alerts[subject]))
            self._alerts = {**self._alerts, subject: alerts[subject]}
        if (found or listed) and (Subject.UNKNOWN_NOTES in changed or Subject.NEWER_ORDERS in changed):
            log.error("orders missing from the state", notes=found, at_service=listed, remedy=REMEDY)
        if unread and Subject.UNREAD_NOTES in changed:
            log.warning("unreadable delivery notes", paths=sorted(unread)[:NAMED], count=len(unread))


def _require_searched(output: _Output) -> None:
    if not output.searched:
        why = output.why_not or f"bracketd is still checking the delivery notes in {output.path}"
        raise NotYet(f"not sent yet, because it may already have been delivered: {why}")


def _words(order: Order, folder: str) -> Iterable[str]:
    """The index words by which a delivered order's shoot can be recognised."""
    yield f"folder {order.source.folder}"
    yield from {f"output {order.source.output}", f"output {folder}"}
    if order.source.fingerprint:
        yield order.source.fingerprint
    yield from {bracket.mark for bracket in order.brackets if bracket.mark}
