"""Shoots on their way in: scanned when a hint or the clock says so, until every gate lets them pass."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from daemon.errors import StateError
from daemon.files import scan
from daemon.files.passing import can_be_read, is_refusal, may_pass
from daemon.grouping import Frame, dangling
from daemon.host.clock import Clock
from daemon.shoot import DAMAGED, NOBODY, PATIENCE, Arrival, File, FileClass, Listing, may_dangle, verdict
from daemon.store.protocol import Stale
from daemon.store.waiting import Waiting
from daemon.watcher.bugs import Bugs, Work
from daemon.watcher.folder import WatchedFolder
from daemon.watcher.hints import Hints
from daemon.watcher.intake import Intake
from daemon.watcher.presence import Blocking
from daemon.watcher.probes import Probes
from daemon.watcher.unknown import NotYet

log = structlog.get_logger("bracketd.watcher")

REST = 10.0
"""How many times longer than its last scan a shoot is left alone: hints come by the thousand while a card is copied."""

ASK_EVERY = 5.0
"""Seconds between questions to a sync client about one shoot."""

NOT_YET = 1.0
"""Seconds until a shoot is looked at again that waits for what is still looked up at the start."""

TOGETHER = 20
"""Photos that are looked into in one call, which has a bounded time."""


Fault = str | OSError | None
"""Why a photo is not whole, in words; the disk's error, which may pass; None for a whole photo."""


@dataclass(slots=True)
class Follow:
    """One shoot that is followed. ``since`` is epoch seconds, the others of the monotonic clock.

    ``changed``: the last scan found something else than the one before, which was made at ``compared_with``.
    ``scanning_since`` is when a scan began that is not at its end. ``frames`` are how its photos were taken, each read
    once for as long as it does not change. ``trouble`` is what the disk answered when it was last asked, in words, or
    empty.
    """

    arrival: Arrival
    since: float
    look_at: float
    inode: int | None
    not_before: float = 0.0
    scanning_since: float | None = None
    changed: bool = False
    scanned_at: float = float("-inf")
    compared_with: float = float("-inf")
    asked_at: float = float("-inf")
    said: tuple[str, str | None] | None = None
    trouble: str = ""
    frames: dict[File, Frame | None] = field(default_factory=dict)


class Arrivals:
    """The shoots of one watched folder that have no order yet, or come again with more."""

    def __init__(
        self,
        folder: WatchedFolder,
        intake: Intake,
        clock: Clock,
        *,
        bugs: Bugs,
        blocking: Blocking,
        probes: Probes,
    ) -> None:
        self._folder, self._intake, self._clock = folder, intake, clock
        self._bugs, self._blocking, self._probes = bugs, blocking, probes
        self._followed: dict[str, Follow] = {}
        self._failing: dict[str, float] = {}

    def __contains__(self, shoot: object) -> bool:
        return shoot in self._followed

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._followed))

    @property
    def names(self) -> frozenset[str]:
        """The shoots that are followed."""
        return frozenset(self._followed)

    def due(self, now: float, dirty: frozenset[str], *, everything: bool) -> tuple[str, ...]:
        """The shoots to look at now: all, those that something happened to, and those whose time has come.

        One that was scanned just now rests first; what happened to it meanwhile is seen then.
        """
        for shoot in dirty & self._followed.keys():
            self._followed[shoot].look_at = min(self._followed[shoot].look_at, now)
        wanted = (shoot for shoot, one in self._followed.items() if everything or one.look_at <= now)
        return tuple(shoot for shoot in wanted if self._followed[shoot].not_before <= now)

    def next_look(self, otherwise: float) -> float:
        """When the next shoot is to be looked at, or ``otherwise`` if that comes sooner."""
        return min((otherwise, *(max(one.look_at, one.not_before) for one in self._followed.values())))

    async def follow(self, shoot: str, hints: Hints | None, inode: int | None, *, late: bool = False) -> None:
        """Follow a shoot from now on; ``inode`` is that of its folder, ``late`` is one that has an order already."""
        now = self._clock.monotonic()
        self._followed[shoot] = Follow(Arrival.first(Listing(), now, late=late), self._clock.now(), now, inode)
        try:
            if hints is not None:
                await self._blocking(hints.follow, shoot)
        except OSError as error:
            self._say(shoot, "no events for this shoot; it is scanned instead", log.warning, why=error.strerror)

    async def forget(self, shoot: str, hints: Hints | None) -> None:
        """Follow a shoot no longer."""
        self._followed.pop(shoot, None)
        self._bugs.over(shoot, Work.ARRIVAL)
        if hints is not None:
            with suppress(OSError):
                await self._blocking(hints.forget, shoot)

    async def look(self, shoot: str) -> bool:
        """Scan a shoot, and lock it when it is settled. Returns whether it is to be followed further.

        A bug stops this shoot only: it is tried again after a while. Raises StateError.
        """
        one = self._followed[shoot]
        try:
            return await self._look(shoot)
        except StateError:
            raise
        except Stale:
            one.look_at = self._clock.monotonic() + NOT_YET
        except Exception as error:  # noqa: BLE001 - a bug in one shoot must not end the others
            stop = self._bugs.stopped(shoot, Work.ARRIVAL, error)
            one.trouble, one.look_at, one.not_before = stop.why, stop.until, stop.until
        return True

    async def _look(self, shoot: str) -> bool:
        one, now = self._followed[shoot], self._clock.monotonic()
        begun = one.scanning_since if one.scanning_since is not None else now
        try:
            found: Listing = await self._blocking(scan.scan, self._folder.path(shoot))
        except scan.Unfinished:
            one.scanning_since, one.look_at, one.not_before = begun, now, now
            return True
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            self._fails(shoot, "cannot be looked at", error)
            return True
        after, one.scanning_since = self._clock.monotonic(), None
        one.not_before = after + REST * (after - begun)
        one.changed, one.compared_with = found != one.arrival.found, one.scanned_at
        one.scanned_at = after
        if one.changed:
            self._bugs.over(shoot, Work.ARRIVAL)
        one.arrival = one.arrival.seen(found, after)
        await self._ask_client(shoot, one)
        told = verdict(one.arrival, self._folder.terms)
        if told.examine:
            if await self._examine(shoot, one):
                one.look_at, one.not_before = (after + PATIENCE if one.arrival.faults else after), after
            return True
        one.trouble = ""
        soon = after + ASK_EVERY if told.ask and one.arrival.client != NOBODY else float("inf")
        one.look_at = float("inf") if told.look_at is None else min(told.look_at, soon)
        if not told.settled:
            if not _is_coming(found):
                self._say(shoot, "a folder without photos is left alone", log.info)
            return True
        if one.arrival.dangling:
            self._say(shoot, "a bracket set lacks photos", log.warning, why=told.reason)
        try:
            await self._intake.lock(shoot, found, told.reason, frozenset(one.arrival.faults), one.inode)
        except NotYet as wait:
            one.trouble, one.look_at = str(wait), after + NOT_YET
            self._say(shoot, one.trouble, log.info)
            return True
        except OSError as error:
            self._fails(shoot, "cannot be read", error)
            return True
        return False

    async def damaged(self, shoot: str, found: Listing) -> frozenset[str]:
        """The paths of a shoot's photos that are not whole, or that this user may not read.

        Raises OSError while the disk gives an error that may pass, and not for more than ``DAMAGED`` seconds.
        """
        looked: dict[File, Fault] = {}
        async for some in self._look_into(shoot, found.usable):
            looked.update(some)
        errors = [why for why in looked.values() if isinstance(why, OSError) and not is_refusal(why)]
        if found.unanswered:
            errors.append(OSError(errno.EIO, found.unanswered))
        if errors and self._clock.monotonic() - self._failing_since(shoot) < DAMAGED:
            raise errors[0]
        self._failing.pop(shoot, None)
        return frozenset(file.path for file, why in looked.items() if why is not None)

    def _failing_since(self, shoot: str) -> float:
        """Since when the disk has not given out a photo of a shoot, as far as anybody knows."""
        one, now = self._followed.get(shoot), self._clock.monotonic()
        followed = min(one.arrival.unread.values(), default=now) if one is not None else now
        return min(followed, self._failing.setdefault(shoot, now))

    def others(self, shoot: str) -> tuple[str, ...]:
        """The files of a shoot that may be photos of a format that is not sent, as the last scan found them."""
        return self._followed[shoot].arrival.found.others

    def is_beyond_bounds(self, shoot: str) -> bool:
        """Whether the last scan of a shoot stopped before its end: it is neither sent nor listened to."""
        return self._followed[shoot].arrival.found.bound is not None

    def changed(self, shoot: str, *, since: float) -> bool:
        """Whether the last scan of a shoot found something else than the one before, which was made after ``since``."""
        one = self._followed.get(shoot)
        return one is not None and one.changed and one.compared_with > since

    def waiting(self) -> list[Waiting]:
        """The followed shoots that wait for something, each with the reason."""
        waiting = []
        for shoot, one in sorted(self._followed.items()):
            found = one.arrival.found
            if one.trouble or _is_coming(found):
                reason = one.trouble or verdict(one.arrival, self._folder.terms).reason
                if one.arrival.late and not one.trouble:
                    reason = f"more photos came to a shoot that was sent: {reason}"
                folder = os.path.join(self._folder.watch, shoot)
                waiting.append(Waiting(folder, shoot, reason, len(found.photos), found.bytes, one.since))
        return waiting

    async def _ask_client(self, shoot: str, one: Follow) -> None:
        """Ask what the sync client says of a shoot: now and then, and in any case after its last change."""
        now = self._clock.monotonic()
        if not one.arrival.found.photos or (one.asked_at > one.arrival.still_since and now < one.asked_at + ASK_EVERY):
            return
        with suppress(OSError):
            one.arrival = one.arrival.asked(await self._blocking(self._probes.client, self._folder.path(shoot)))
            one.asked_at = now

    async def _examine(self, shoot: str, one: Follow) -> bool:
        """Look into the photos that were not looked into as they are, and at how they were taken, when all are whole.

        Returns whether the disk let us.

        A scan follows in any case: what happened meanwhile must not be locked unseen.
        """
        unread: set[str] = set()
        try:
            async for looked in self._look_into(shoot, one.arrival.unexamined):
                one.arrival = one.arrival.examine({file: _in_words(fault) for file, fault in looked.items()})
                unread.update(file.path for file, fault in looked.items() if isinstance(fault, OSError))
            others = not unread or await self._gives_others(shoot, one.arrival, unread)
            one.arrival = one.arrival.not_read(unread, others=others)
            if may_dangle(one.arrival):
                one.arrival = one.arrival.sets_told(await self._dangling(shoot, one))
        except OSError as error:
            self._fails(shoot, "cannot be looked into", error)
            return False
        return True

    async def _gives_others(self, shoot: str, arrival: Arrival, unread: Collection[str]) -> bool:
        """Whether the disk gives out a photo besides these; of a shoot with no other one, that is not known to fail."""
        others = [file.path for file in arrival.found.usable if file.path not in unread]
        if not others:
            return len(unread) == 1
        gives: bool = await self._blocking(can_be_read, self._folder.path(shoot), others[0])
        return gives

    async def _look_into(self, shoot: str, photos: Sequence[File]) -> AsyncIterator[Mapping[File, Fault]]:
        """Why photos are not whole, or the disk's error for one; None for a whole one. Some at a time."""
        for begin in range(0, len(photos), TOGETHER):
            yield await self._blocking(self._faults, shoot, tuple(photos[begin : begin + TOGETHER]))

    async def _dangling(self, shoot: str, one: Follow) -> str:
        """Why a bracket set seems to lack photos, "" if none does or nobody can tell. Raises OSError."""
        photos = one.arrival.found.usable
        one.frames = {file: one.frames[file] for file in photos if file in one.frames}
        todo = tuple(file for file in photos if file not in one.frames)
        for begin in range(0, len(todo), TOGETHER):
            one.frames.update(await self._blocking(self._read, shoot, todo[begin : begin + TOGETHER]))
        frames = [frame for frame in one.frames.values() if frame is not None]
        if len(frames) < len(photos):
            return ""
        return await self._blocking(dangling, frames) or ""

    def _read(self, shoot: str, files: tuple[File, ...]) -> dict[File, Frame | None]:
        return {file: self._probes.frame(self._folder.path(shoot), file.path) for file in files}

    def _faults(self, shoot: str, files: tuple[File, ...]) -> dict[File, Fault]:
        return {file: _fault(self._probes, os.path.join(self._folder.path(shoot), file.path)) for file in files}

    def _fails(self, shoot: str, what: str, error: OSError) -> None:
        """The disk did not let us: it is asked once more after a while, and till then that is why the shoot waits."""
        one = self._followed[shoot]
        one.trouble = f"{what} ({error.strerror}); tried again every {PATIENCE:.0f} s"
        one.look_at = self._clock.monotonic() + PATIENCE
        self._say(shoot, "a shoot cannot be read", log.warning, why=one.trouble)

    def _say(self, shoot: str, event: str, how: Callable[..., Any], *, why: str | None = None) -> None:
        """Log something about a shoot once, until it is something else. ``event`` is a constant phrase."""
        one = self._followed.get(shoot)
        if one is not None and one.said != (event, why):
            one.said = (event, why)
            how(event, watch=self._folder.watch, shoot=shoot, **({"why": why} if why else {}))


def _is_coming(found: Listing) -> bool:
    """Whether there is anything in a folder that makes a shoot of it, now or soon."""
    on_the_way = found.of(FileClass.IN_FLIGHT) or found.of(FileClass.PLACEHOLDER)
    return bool(found.photos or found.problems or found.bound or on_the_way)


def _fault(probes: Probes, path: str) -> Fault:
    try:
        return probes.fault(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        return error if may_pass(error) else _in_words(error)


def _in_words(fault: Fault) -> str | None:
    return f"cannot be read ({fault.strerror})" if isinstance(fault, OSError) else fault
