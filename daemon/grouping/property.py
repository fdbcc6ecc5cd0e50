"""The parts of a shoot that look like different properties, and their description for a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a camera's clock has no time zone

TO = "\N{EN DASH}"


class Apart(StrEnum):
    """How a part of a shoot differs from the part before."""

    PAUSE = "pause"
    DATE = "date"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Part:
    """The sets of what looks like one property. A single photo counts as a set.

    ``begin`` and ``end`` are in seconds from 1970 on the camera's clock. ``why`` says how it differs from the part
    before; it is empty for the first. ``same_as`` is the number, from 0, of an earlier part at the same place. Places
    themselves are private and not part of it.
    """

    begin: float
    end: float
    sets: int
    why: tuple[Apart, ...] = ()
    same_as: int | None = None


def described(parts: Sequence[Part]) -> str:
    """The parts in one line for a person. Empty if there are none."""
    if not parts:
        return ""
    dated = any(Apart.DATE in part.why for part in parts)
    first = parts[0]
    texts = [_text(first, None, dated=dated)]
    texts += [_text(part, before, dated=dated) for before, part in pairwise(parts)]
    return f"looks like {sum(part.same_as is None for part in parts)} properties: {', '.join(texts)}"


def moment(seconds: float) -> datetime:
    """A time of the camera's clock, which has no time zone."""
    return EPOCH + timedelta(seconds=seconds)


def _text(part: Part, before: Part | None, *, dated: bool) -> str:
    """Times, number of sets, and how the part differs from the one before."""
    begin, end = moment(part.begin), moment(part.end)
    text = f"{begin:%Y-%m-%d %H:%M}" if dated else f"{begin:%H:%M}"
    text += f"{TO}{end:%H:%M} {part.sets} sets"
    why = []
    if before is not None and Apart.PAUSE in part.why:
        why.append(f"after {_duration(part.begin - before.end)}")
    if Apart.PLACE in part.why:
        why.append("another place" if part.same_as is None else f"the place of part {part.same_as + 1}")
    return f"{text} ({', '.join(why)})" if why else text


def _duration(seconds: float) -> str:
    """Minutes, or hours from two hours on."""
    return f"{seconds / 60:.0f} min" if seconds < 2 * 3600 else f"{seconds / 3600:.0f} h"
