"""What a photographer does at a view besides taking one bracket."""

from __future__ import annotations

from collections.abc import Callable

from bench.grouping.photographer import Photographer

SOME = 0.2
"""How often something happens at a view."""


def before(visit: Photographer, act: Callable[[], object], often: float = SOME) -> Callable[[], object]:
    """At each view a bracket, and sometimes ``act`` before it."""

    def at_view() -> None:
        if visit.rng.random() < often:
            act()
            visit.wait(6)
        visit.bracket()

    return at_view


def instead(visit: Photographer, act: Callable[[], object], often: float = SOME) -> Callable[[], object]:
    """At each view a bracket, or sometimes ``act`` instead."""

    def at_view() -> None:
        (act if visit.rng.random() < often else visit.bracket)()

    return at_view
