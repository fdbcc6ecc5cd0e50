"""Shoots that a bug in bracketd stopped: each waits, says so and is tried again, and the others go on."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto

import structlog

from daemon.errors import StateError
from daemon.host.clock import Clock
from daemon.order.naming import brief
from daemon.store.protocol import Stale
from daemon.store.waiting import Waiting

log = structlog.get_logger("bracketd.watcher")

FIRST, LONGEST = 30.0, 600.0
"""Seconds until a shoot is tried again: they double from the first to the longest pause."""


class Work(Enum):
    """What is done with a shoot."""

    ARRIVAL = auto()
    FIRST_SIGHT = auto()
    LATE_LOOK = auto()
    SKIPPED_LOOK = auto()


MEANS = {
    Work.ARRIVAL: "it is not sent",
    Work.FIRST_SIGHT: "it counts as an older shoot and is not sent, and its photos are not recorded",
    Work.LATE_LOOK: "photos that came or changed since it was sent are not noticed",
    Work.SKIPPED_LOOK: "photos that come to this skipped shoot are not noticed",
}
"""What it means for a shoot that a bug stopped this work."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A shoot that a bug stopped ``times`` in a row.

    ``why`` is for a person. ``since`` is in epoch seconds; ``until``, before which it is left alone, is on the
    monotonic clock.
    """

    why: str
    times: int
    since: float
    until: float


class Bugs:
    """The shoots of one watched folder that a bug stopped, each with the work that was stopped."""

    def __init__(self, watch: str, clock: Clock) -> None:
        self._watch, self._clock = watch, clock
        self._stops: dict[tuple[str, Work], Stop] = {}

    @contextmanager
    def contained(self, shoot: str, work: Work) -> Iterator[None]:
        """Run work on one shoot. An error that nobody foresaw ends this work only. Raises StateError.

        An order that somebody else wrote meanwhile is no bug: the next look finds it as it is.
        """
        try:
            yield
        except StateError:
            raise
        except Stale:
            return
        except Exception as error:  # noqa: BLE001 - a bug in one shoot must not end the others
            self.stopped(shoot, work, error)

    def stopped(self, shoot: str, work: Work, error: Exception) -> Stop:
        """Remember that a bug stopped a shoot. The log has its traceback once."""
        before, now = self._stops.get((shoot, work)), self._clock.monotonic()
        why = _words(work, error)
        if before is None or before.why != why:
            log.error("a bug stopped a shoot", watch=self._watch, shoot=shoot, why=why, exc_info=error)
        times = before.times + 1 if before is not None else 1
        pause = min(FIRST * 2 ** (times - 1), LONGEST)
        since = before.since if before is not None else self._clock.now()
        stop = self._stops[shoot, work] = Stop(why, times, since, now + pause)
        return stop

    def rests(self, shoot: str, work: Work) -> bool:
        """True while this work is not to be tried again."""
        stop = self._stops.get((shoot, work))
        return stop is not None and self._clock.monotonic() < stop.until

    def over(self, shoot: str, work: Work) -> None:
        """The work was done, or is wanted no more."""
        self._stops.pop((shoot, work), None)

    def keep(self, shoots: Collection[str], *works: Work) -> None:
        """Forget all other shoots with this work."""
        for shoot, work in tuple(self._stops):
            if work in works and shoot not in shoots:
                del self._stops[shoot, work]

    def waiting(self) -> list[Waiting]:
        """The stopped shoots for ``status``, except those on their way in, which say themselves why they wait."""
        stops = sorted((shoot, stop) for (shoot, work), stop in self._stops.items() if work is not Work.ARRIVAL)
        return [Waiting(os.path.join(self._watch, shoot), shoot, stop.why, 0, 0, stop.since) for shoot, stop in stops]


def _words(work: Work, error: Exception) -> str:
    what = f"{type(error).__name__}: {brief(str(error))}"
    return (
        f"a bug in bracketd stopped work on this shoot ({what}): {MEANS[work]}. bracketd tries again every few "
        "minutes. Please report it with the traceback in the daemon's log"
    )
