"""Arriving shoots: scanned on hints and timers until they pass every gate."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from daemon.errors import StateError
from daemon.files import scan
from daemon.files.passing import can_be_read, is_refusal, may_pass
from daemon.grouping import Frame, dangling
from daemon.host.clock import Clock
from daemon.shoot import (
    DAMAGED,
    NOBODY,
    PATIENCE,
    Arrival,
    File,
    FileClass,
    GateResult,
    Listing,
    may_dangle,
    verdict,
)
from daemon.store.protocol import Stale
from daemon.store.waiting import Waiting
from daemon.watcher.bugs import Bugs, Work
from daemon.watcher.folder import WatchedFolder
from daemon.watcher.hints import Hints
from daemon.watcher.intake import Intake
from daemon.watcher.presence import Blocking
from daemon.watcher.probes import Probes
from daemon.watcher.settled import Settled
from daemon.watcher.unknown import NotYet

log = structlog.get_logger("bracketd.watcher")

REST = 10.0
"""After a scan a shoot rests for this multiple of the scan's duration, because copying a card causes thousands of
hints."""

ASK_EVERY = 5.0
"""Seconds between queries to a sync client about one shoot."""

NOT_YET = 1.0
"""Seconds until a retry, while the first search for earlier orders is still running."""

TOGETHER = 20
"""The number of photos to check in one call. Each call has a time limit."""


Fault = str | OSError | None
"""The result of checking a photo: why it is incomplete, as text; a disk error that may pass; None if it is complete."""


@dataclass(slots=True)
class Follow:
    """One followed shoot. ``since`` is in epoch seconds, the other times are monotonic.

    ``changed``: the last scan differed from the previous one, made at ``compared_with``. ``scanning_since`` is the
    start of an unfinished scan. ``frames`` caches how each photo was taken until the photo changes. ``trouble`` is the
    last failure as text, or empty.
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
    logged: tuple[str, str | None] | None = None
    trouble: str = ""
    frames: dict[File, Frame | None] = field(default_factory=dict)


class Arrivals:
    """The shoots of one watched folder that have no order yet, or that have new photos."""

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
        """The names of the followed shoots."""
        return frozenset(self._followed)

    def due(self, now: float, dirty: frozenset[str], *, everything: bool) -> tuple[str, ...]:
        """The shoots to scan now: all of them, or those that are dirty or due.

        A shoot that was just scanned rests first. Changes during the rest are found by the next scan.
        """
        for shoot in dirty & self._followed.keys():
            self._followed[shoot].look_at = min(self._followed[shoot].look_at, now)
        wanted = (shoot for shoot, one in self._followed.items() if everything or one.look_at <= now)
        return tuple(shoot for shoot in wanted if self._followed[shoot].not_before <= now)

    def next_look(self, otherwise: float) -> float:
        """The time of the next scan, or ``otherwise`` if that is sooner."""
        return min((otherwise, *(max(one.look_at, one.not_before) for one in self._followed.values())))

    async def follow(self, shoot: str, hints: Hints | None, inode: int | None, *, late: bool = False) -> None:
        """Start following a shoot. ``inode`` is its folder's; ``late``: the shoot already has an order."""
        now = self._clock.monotonic()
        self._followed[shoot] = Follow(Arrival.first(Listing(), now, late=late), self._clock.now(), now, inode)
        try:
            if hints is not None:
                await self._blocking(hints.follow, shoot)
        except OSError as error:
            self._say(shoot, "no change events for this shoot; scanning instead", log.warning, why=error.strerror)

    async def forget(self, shoot: str, hints: Hints | None) -> None:
        """Stop following a shoot."""
        self._followed.pop(shoot, None)
        self._bugs.over(shoot, Work.ARRIVAL)
        if hints is not None:
            with suppress(OSError):
                await self._blocking(hints.forget, shoot)

    async def look(self, shoot: str) -> bool:
        """Scan a shoot, and lock it when it is settled. Returns True if it must still be followed.

        A bug stops only this shoot, which is retried later. Raises StateError.
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
            self._fails(shoot, "cannot be scanned", error)
            return True
        after, one.scanning_since = self._clock.monotonic(), None
        one.not_before = after + REST * (after - begun)
        one.changed, one.compared_with = found != one.arrival.found, one.scanned_at
        one.scanned_at = after
        if one.changed:
            self._bugs.over(shoot, Work.ARRIVAL)
        one.arrival = one.arrival.seen(found, after)
        await self._ask_client(shoot, one)
        verdict_now = verdict(one.arrival, self._folder.terms)
        if verdict_now.examine:
            if await self._examine(shoot, one):
                one.look_at, one.not_before = (after + PATIENCE if one.arrival.faults else after), after
            return True
        one.trouble = ""
        soon = after + ASK_EVERY if verdict_now.ask and one.arrival.client != NOBODY else float("inf")
        one.look_at = float("inf") if verdict_now.look_at is None else min(verdict_now.look_at, soon)
        if not verdict_now.settled:
            if not _is_coming(found):
                self._say(shoot, "folder without photos ignored", log.info)
            return True
        if one.arrival.dangling:
            self._say(shoot, "incomplete bracket set", log.warning, why=verdict_now.reason)
        try:
            damaged, folder = frozenset(one.arrival.faults), self._folder.path(shoot)
            await self._intake.lock(Settled(folder, found, verdict_now.reason, damaged, one.inode))
        except NotYet as wait:
            one.trouble, one.look_at = str(wait), after + NOT_YET
            self._say(shoot, "shoot not sent yet", log.info, why=one.trouble)
            return True
        except OSError as error:
            self._fails(shoot, "cannot be read", error)
            return True
        return False

    async def damaged(self, shoot: str, found: Listing) -> frozenset[str]:
        """The paths of a shoot's photos that are incomplete, or that this user may not read.

        Raises OSError for a disk error that may pass. After ``DAMAGED`` seconds of errors, the photo counts as damaged.
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
        """The monotonic time of the first known read error in a shoot."""
        one, now = self._followed.get(shoot), self._clock.monotonic()
        followed = min(one.arrival.unread.values(), default=now) if one is not None else now
        return min(followed, self._failing.setdefault(shoot, now))

    def others(self, shoot: str) -> tuple[str, ...]:
        """Possible photos in unsupported formats, from the last scan of the shoot."""
        return self._followed[shoot].arrival.found.others

    def is_beyond_bounds(self, shoot: str) -> bool:
        """True if the last scan of a shoot hit a bound. Such a shoot is neither sent nor watched for events."""
        return self._followed[shoot].arrival.found.bound is not None

    def changed(self, shoot: str, *, since: float) -> bool:
        """True if the last two scans of a shoot differ, and the earlier one was made after ``since``."""
        one = self._followed.get(shoot)
        return one is not None and one.changed and one.compared_with > since

    def waiting(self) -> list[Waiting]:
        """The followed shoots that wait for something, each with the reason."""
        waiting = []
        for shoot, one in sorted(self._followed.items()):
            found = one.arrival.found
            if one.trouble or _is_coming(found):
                now = verdict(one.arrival, self._folder.terms)
                reason = one.trouble or now.reason
                if one.arrival.late and not one.trouble:
                    reason = f"new photos in a shoot that was already sent: {reason}"
                folder, size = os.path.join(self._folder.watch, shoot), len(found.photos)
                gates = () if one.trouble and not now.settled else map(_without_time, now.gates)
                waiting.append(Waiting(folder, shoot, reason, size, found.bytes, one.since, tuple(gates)))
        return waiting

    async def _ask_client(self, shoot: str, one: Follow) -> None:
        """Ask the sync client about a shoot, at intervals and at least once after its last change."""
        now = self._clock.monotonic()
        if not one.arrival.found.photos or (one.asked_at > one.arrival.still_since and now < one.asked_at + ASK_EVERY):
            return
        with suppress(OSError):
            one.arrival = one.arrival.asked(await self._blocking(self._probes.client, self._folder.path(shoot)))
            one.asked_at = now

    async def _examine(self, shoot: str, one: Follow) -> bool:
        """Check photos that are new or changed since the last check, then check for incomplete bracket sets.

        Returns False if the disk failed. The caller scans again in any case, so that changes made meanwhile are seen.
        """
        unread: set[str] = set()
        try:
            async for looked in self._look_into(shoot, one.arrival.unexamined):
                one.arrival = one.arrival.examine({file: _in_words(fault) for file, fault in looked.items()})
                unread.update(file.path for file, fault in looked.items() if isinstance(fault, OSError))
            others = not unread or await self._gives_others(shoot, one.arrival, unread)
            one.arrival = one.arrival.not_read(unread, others=others)
            if may_dangle(one.arrival):
                one.arrival = one.arrival.sets_checked(await self._dangling(shoot, one))
        except OSError as error:
            self._fails(shoot, "photos cannot be read", error)
            return False
        return True

    async def _gives_others(self, shoot: str, arrival: Arrival, unread: Collection[str]) -> bool:
        """True if another photo of the shoot can be read, or if the shoot has no other photo."""
        others = [file.path for file in arrival.found.usable if file.path not in unread]
        if not others:
            return len(unread) == 1
        gives: bool = await self._blocking(can_be_read, self._folder.path(shoot), others[0])
        return gives

    async def _look_into(self, shoot: str, photos: Sequence[File]) -> AsyncIterator[Mapping[File, Fault]]:
        """Yield the fault of each photo, or None for a complete photo, in batches of ``TOGETHER``."""
        for begin in range(0, len(photos), TOGETHER):
            yield await self._blocking(self._faults, shoot, tuple(photos[begin : begin + TOGETHER]))

    async def _dangling(self, shoot: str, one: Follow) -> str:
        """Why a bracket set seems incomplete. Empty if all sets are complete or this is unknown. Raises OSError."""
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
        """Record a disk error as the reason for the wait, and schedule another try."""
        one = self._followed[shoot]
        one.trouble = f"{what} ({error.strerror}); retrying every {PATIENCE:.0f} s"
        one.look_at = self._clock.monotonic() + PATIENCE
        self._say(shoot, "shoot cannot be read", log.warning, why=one.trouble)

    def _say(self, shoot: str, event: str, how: Callable[..., Any], *, why: str | None = None) -> None:
        """Log an event about a shoot, unless it repeats the previous one. ``event`` is a constant phrase."""
        one = self._followed.get(shoot)
        if one is not None and one.logged != (event, why):
            one.logged = (event, why)
            how(event, watch=self._folder.watch, shoot=shoot, **({"why": why} if why else {}))


def _without_time(result: GateResult) -> GateResult:
    """A gate's result for the store, without the times of the next scan, which only this process can use."""
    return replace(result, look_at=None)


def _is_coming(found: Listing) -> bool:
    """True if a folder contains photos, or files that may become photos."""
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
