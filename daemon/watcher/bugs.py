"""Contains bugs: a shoot whose processing raises an unexpected error waits, reports it and is retried."""

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
"""Seconds until a retry. They double with each failure, from the first pause to the longest."""


class Work(Enum):
    """A kind of work on a shoot."""

    ARRIVAL = auto()
    FIRST_SIGHT = auto()
    LATE_RECHECK = auto()
    SKIPPED_RECHECK = auto()


MEANS = {
    Work.ARRIVAL: "it is not sent",
    Work.FIRST_SIGHT: "it is skipped as an existing shoot, and its photos are not recorded",
    Work.LATE_RECHECK: "photos added or changed since it was sent are not noticed",
    Work.SKIPPED_RECHECK: "photos added to this skipped shoot are not noticed",
}
"""The consequence for a shoot when a bug stops this work."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Work on a shoot that a bug stopped ``times`` times in a row.

    ``why`` is for a person. ``since`` is in epoch seconds. ``until`` is the monotonic time of the next try.
    """

    why: str
    times: int
    since: float
    until: float


class Bugs:
    """The work on one watched folder's shoots that bugs stopped."""

    def __init__(self, watch: str, clock: Clock) -> None:
        self._watch, self._clock = watch, clock
        self._stops: dict[tuple[str, Work], Stop] = {}

    @contextmanager
    def contained(self, shoot: str, work: Work) -> Iterator[None]:
        """Context manager for work on one shoot. An unexpected error stops only this work. Raises StateError.

        ``Stale``, a concurrent change of the order, is not a bug: the next scan works with the changed order.
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
        """Record a bug and return the pause. Equal errors in a row are logged once, with the traceback."""
        before, now = self._stops.get((shoot, work)), self._clock.monotonic()
        why = _words(work, error)
        if before is None or before.why != why:
            log.error("bug while processing a shoot", watch=self._watch, shoot=shoot, why=why, exc_info=error)
        times = before.times + 1 if before is not None else 1
        pause = min(FIRST * 2 ** (times - 1), LONGEST)
        since = before.since if before is not None else self._clock.now()
        stop = self._stops[shoot, work] = Stop(why, times, since, now + pause)
        return stop

    def rests(self, shoot: str, work: Work) -> bool:
        """True until the next try of this work is due."""
        stop = self._stops.get((shoot, work))
        return stop is not None and self._clock.monotonic() < stop.until

    def over(self, shoot: str, work: Work) -> None:
        """Forget the bug: the work succeeded, or is no longer needed."""
        self._stops.pop((shoot, work), None)

    def keep(self, shoots: Collection[str], *works: Work) -> None:
        """Forget these kinds of work for all other shoots."""
        for shoot, work in tuple(self._stops):
            if work in works and shoot not in shoots:
                del self._stops[shoot, work]

    def waiting(self) -> list[Waiting]:
        """The stopped shoots for ``status``, except arriving ones, which report their own reason."""
        stops = sorted((shoot, stop) for (shoot, work), stop in self._stops.items() if work is not Work.ARRIVAL)
        return [Waiting(os.path.join(self._watch, shoot), shoot, stop.why, 0, 0, stop.since) for shoot, stop in stops]


def _words(work: Work, error: Exception) -> str:
    what = f"{type(error).__name__}: {brief(str(error))}"
    return (
        f"a bug in bracketd stopped work on this shoot ({what}): {MEANS[work]}. bracketd tries again every few "
        "minutes. Please report it with the traceback in the daemon's log"
    )
