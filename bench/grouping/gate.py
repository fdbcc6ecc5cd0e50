"""Judges what a grouping says about missing photos: false alarms, and torn sets that it notices."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bench.grouping.altering import without
from bench.grouping.shoot import Shoot
from daemon.grouping.sets import Grouping

LEAST = 3
"""The smallest set that is torn: two of its frames must stay."""


class Where(StrEnum):
    """The part of a set from which photos are missing."""

    START = "start"
    WITHIN = "within"
    END = "end"


class Torn(NamedTuple):
    """A shoot that lacks photos of one set, and the frames of that set that are left."""

    shoot: Shoot
    left: frozenset[str]


@dataclass(slots=True)
class Count:
    """How many of a number of shoots: alarms or torn sets noticed."""

    yes: int = 0
    of: int = 0

    @property
    def percent(self) -> float | None:
        """The share that is yes; None of nothing."""
        return 100.0 * self.yes / self.of if self.of else None

    def add(self, happened: bool) -> None:
        """Count one shoot."""
        self.yes += happened
        self.of += 1


def alarms(grouping: Grouping) -> Iterable[frozenset[str]]:
    """The sets that lack photos."""
    return [frozenset(some.paths) for some in grouping.sets if some.lacking > 0]


def tear(rng: random.Random, shoot: Shoot, where: Where) -> Torn | None:
    """A complete shoot from which one photo is missing, or two of a set of five or more.

    Returns None if the shoot has no set that can be torn. Two photos of the set are left at least.
    """
    whole = [some.paths for some in shoot.sets if len(some.paths) >= LEAST and not some.is_broken_off]
    if not whole or not shoot.is_complete or shoot.variants or shoot.derived:
        return None
    paths = rng.choice(whole)
    number = rng.choice((1, 1, 2)) if len(paths) >= 5 else 1
    first = {Where.START: 0, Where.END: len(paths) - number}.get(where)
    if first is None:
        first = rng.randint(1, len(paths) - number - 1)
    gone = frozenset(paths[first : first + number])
    return Torn(without(shoot, gone), frozenset(paths) - gone)


def is_noticed(torn: Torn, grouping: Grouping) -> bool:
    """True if a set that lacks photos has frames of the torn set."""
    return any(not torn.left.isdisjoint(some) for some in alarms(grouping))
