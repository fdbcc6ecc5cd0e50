"""The result of grouping: sets, each one image, and single frames. Frames are named by the path of their file."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.shoot.sets import Confidence as Confidence  # noqa: PLC0414 - a value of a set


@dataclass(frozen=True, slots=True)
class BracketSet:
    """The frames of one scene in shooting order, at least two.

    ``reasons`` say why these frames are a set, each a short phrase. ``lacking`` is how many frames of the set are
    missing where they belong; 0 if the set is whole or the photographer broke it off.
    """

    paths: tuple[str, ...]
    confidence: Confidence
    reasons: tuple[str, ...] = ()
    lacking: int = 0


@dataclass(frozen=True, slots=True)
class Single:
    """A frame that is in no set. ``why`` is a short phrase, such as single photo, test shot or burst."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """The sets and the singles of a shoot, each in shooting order. Every frame is in exactly one of them."""

    sets: tuple[BracketSet, ...] = ()
    singles: tuple[Single, ...] = ()
