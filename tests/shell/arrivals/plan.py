"""The plan of one arrival: who writes what and when, how the daemon is notified, and the expected result."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import NamedTuple

from daemon.grouping import Frame
from daemon.shoot import Client, Quiet
from tests.shell.arrivals.writers import Act, Photo, Writer

RESCAN, POLL = 60.0, 30.0
"""Seconds between scans of everything, where the system gives events and where it does not."""

TIMES, LONGEST, DAMAGED, DANGLING = 4, 600.0, 600.0, 300.0
"""As README tells: by how much a pause lengthens the quiet period, and to what at most; when a photo is damaged, and
for how long the rest of a bracket set is waited for."""

AGAIN, REST = 30.0, 10.0
"""Seconds until a shoot that waits for more than time is looked at again; a slow disk rests so many scans' time."""

WHOLE_EXTENSIONS = ("JPG", "CR3", "NEF", "ARW", "DNG")
FOLDERS = ("", "DCIM/100CANON/", "card 2/")


class End(StrEnum):
    """The expected result of an arrival."""

    SENT = "sent once, whole"
    LATER = "sent, and what came late as a supplement"
    BY_PERSON = "sent at a person's word, and what came late as a supplement"
    HELD = "held, and what is in the way is named"
    WITHOUT = "sent without what is damaged"
    NOTHING = "left alone"


@dataclass(frozen=True, slots=True)
class Hearing:
    """How change events reach the daemon: up to ``lag`` seconds late. The share ``lost`` never arrives."""

    interval: float = RESCAN
    lag: float = 2.0
    lost: float = 0.0


@dataclass(frozen=True, slots=True)
class Pace:
    """The disk's speed: seconds for each file of a scan and each check of a photo, and a scan's maximum age."""

    stat: float = 0.0
    look: float = 0.0
    stale: float = 0.0


class Event(NamedTuple):
    """An event: what happens, when, and whether a scan sees it."""

    at: float
    act: Act
    seen: bool = True


LOCAL = Quiet(30.0, adaptive=True)
SYNCED = Quiet(90.0, adaptive=True)
FIXED = Quiet(60.0)

WATCHED = (
    (LOCAL, Hearing()),
    (LOCAL, Hearing(lost=2 / 3)),
    (LOCAL, Hearing(lost=1.0)),
    (SYNCED, Hearing()),
    (SYNCED, Hearing(interval=POLL, lost=1.0)),
    (FIXED, Hearing()),
)
"""Watched folders as they are configured and lie: on a disk of this machine, with an overflowing queue of events,
with none at all, kept by a sync client, on a network drive, with a quiet period of the user's own."""

Says = Callable[[float], Client]
Fails = Callable[[float], bool]
Draw = Callable[["Plan"], None]


class Plan:
    """One arrival, drawn from ``random``.

    The same seed gives the same arrival. ``done_at`` is when its last photo is complete and nothing blocks it.
    ``named`` are files that ``status`` must name, or that the order leaves out. ``deaf`` is how long the disk is
    unavailable at a time. ``frames`` are how photos were taken, by path. ``lacking``: a bracket set stays incomplete.
    """

    def __init__(self, kind: str, seed: int) -> None:
        self.kind, self.seed = kind, seed
        self.random = Random(f"{kind} {seed}")
        self.quiet, self.hearing = self.random.choice(WATCHED)
        self.pace = Pace()
        self.leave_out = self.random.random() < 0.3
        self.end = End.SENT
        self.named: frozenset[str] = frozenset()
        self.says: Says | None = None
        self.deaf = 0.0
        self.frames: dict[str, Frame] = {}
        self.lacking = False
        self.scan_fails: Fails = _never
        self.look_fails: Fails = _never
        self.look_hangs: Fails = _never
        self.acts: list[Event] = []
        self.litter: list[Event] = []
        self.done_at = 0.0
        self._number = self.random.randrange(1, 9000)

    @property
    def events(self) -> list[Event]:
        """All events, in order."""
        return sorted([*self.acts, *self.litter], key=lambda event: event.at)

    @property
    def longest(self) -> float:
        """The longest time without a change that a scan could see."""
        times = sorted(event.at for event in self.acts if event.seen)
        return max((later - at for at, later in itertools.pairwise(times)), default=0.0)

    def play(self, writer: Writer, at: float = 0.0) -> float:
        """Schedule a writer's work from ``at`` on. Returns the time when it ends."""
        for wait, act, seen in writer:
            at += wait
            self.acts.append(Event(at, act, seen))
        self.done_at = max(self.done_at, at)
        return at

    def drop(self, at: float, act: Act) -> None:
        """A file that is irrelevant to the shoot."""
        self.litter.append(Event(at, act))

    def photos(self, least: int = 1, most: int = 5, extensions: Sequence[str] = WHOLE_EXTENSIONS) -> list[Photo]:
        """The photos of a shoot, all of one camera."""
        extension, folder = self.random.choice(extensions), self.random.choice(FOLDERS)
        return [self.photo(extension, folder) for _ in range(self.random.randint(least, most))]

    def photo(self, extension: str = "JPG", folder: str = "") -> Photo:
        """The next photo, with the next number."""
        self._number += 1
        size = self.random.randrange(4_000_000, 60_000_000)
        return Photo(f"{folder}IMG_{self._number:04}.{extension}", size, -self.random.uniform(600, 86_400))

    def name(self, photo: Photo, pattern: str) -> str:
        """A program's temporary name for a photo."""
        draw = self.random
        return photo.named(pattern, f"{draw.getrandbits(32):08x}", "".join(draw.choices("abcXYZ0189", k=6)))

    def breath(self) -> float:
        """A pause within the quiet period: usually about a second, sometimes almost the whole period."""
        if self.random.random() < 0.8:
            return min(self.random.expovariate(0.7), 0.9 * self.quiet.base)
        return self.long_breath()

    def long_breath(self) -> float:
        """A pause slightly shorter than the quiet period."""
        return self.random.triangular(0.2, 0.99, 0.95) * self.quiet.base

    def breaths(self, count: int) -> list[float]:
        """A number of such pauses."""
        return [self.breath() for _ in range(count)]

    def pieces(self) -> list[float]:
        """The pauses before the pieces of one file: a few seconds in all."""
        return [self.random.uniform(0.1, 4.0) for _ in range(self.random.randint(1, 4))]

    def stall(self) -> float:
        """A pause of minutes, longer than the quiet period."""
        return self.random.uniform(1.5, 5.0) * self.quiet.base + 30.0

    def stalled(self) -> list[float]:
        """The pauses before the pieces of a file. One pause takes minutes."""
        pauses = [*self.pieces(), self.random.uniform(0.1, 4.0)]
        pauses[self.random.randrange(1, len(pauses))] = self.stall()
        return pauses


def _never(_now: float) -> bool:
    return False
