"""A kind of shoot: a function that simulates one from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from bench.grouping.shoot import Shoot

TUNING = range(1_000)
"""The seeds of shoots on which the rule may be tuned."""

JUDGING = range(1_000_000, 1_100_000)
"""The seeds of shoots that only judge the rule."""

Make = Callable[[random.Random], Shoot]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of shoot. ``says`` is one line about it.

    ``judging_only`` kinds must never be used while the rule is tuned. For kinds ``left_to_people``, even a person needs
    to see the pictures; they are measured but have no goal. ``is_counted`` is False if the file names have no running
    number, so that a missing file leaves no trace. ``is_chance`` is True if everything is drawn by chance; these kinds
    have goals of their own.
    """

    name: str
    says: str
    make: Make
    judging_only: bool = False
    left_to_people: bool = False
    is_counted: bool = True
    is_chance: bool = False

    def shoot(self, seed: int) -> Shoot:
        """The shoot of a seed. Equal seeds give equal shoots, in every process."""
        return self.make(random.Random(f"{self.name} {seed}"))  # noqa: S311 - a simulation


KINDS: dict[str, Kind] = {}
"""All kinds, by name."""


def kind(
    *, judging_only: bool = False, left_to_people: bool = False, is_counted: bool = True, is_chance: bool = False
) -> Callable[[Make], Make]:
    """Make a function a kind of shoot. Its name is that of the kind, and its docstring's first line describes it."""

    def added(make: Make) -> Make:
        says = (make.__doc__ or "").partition("\n")[0].rstrip(".")
        KINDS[make.__name__] = Kind(make.__name__, says, make, judging_only, left_to_people, is_counted, is_chance)
        return make

    return added
