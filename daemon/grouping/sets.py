"""The result of grouping: sets, each one image, and single frames. Frames are named by the path of their file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Confidence(StrEnum):
    """How sure a set is. CERTAIN: by marks or by the shoot's pattern and pauses. ASK: a person should look at it."""

    CERTAIN = "certain"
    LIKELY = "likely"
    ASK = "ask"


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
    """A frame that is in no set. ``why`` is a short phrase: single photo, test shot, burst and so on."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """The sets and the singles of a shoot, each in shooting order. Every frame is in exactly one of them."""

    sets: tuple[BracketSet, ...] = ()
    singles: tuple[Single, ...] = ()
