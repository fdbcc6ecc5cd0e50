"""The results as a table and as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

HEADS = ("what", "measured", "goal", "met", "")


@dataclass(frozen=True)
class Row:
    """One result. ``unit`` is ``x`` for a ratio to the compared tool, otherwise a unit.

    ``goal`` is the maximum, or the minimum if ``at_least``.
    ``figure`` is None if it could not be measured, and ``note`` says why. Otherwise ``note`` explains the figure, and
    ``beside`` has the numbers it was calculated from.
    """

    name: str
    what: str
    figure: float | None
    unit: str
    goal: float | None = None
    note: str = ""
    beside: Mapping[str, float] = field(default_factory=dict)
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """True if the goal is met; None without a goal or a figure."""
        if self.goal is None or self.figure is None:
            return None
        return self.figure >= self.goal if self.at_least else self.figure <= self.goal


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text, one per line, with a header."""
    cells = [HEADS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def _cells(row: Row) -> tuple[str, ...]:
    bound = ">=" if row.at_least else "<="
    goal = f"{bound} {_number(row.goal, row.unit)} {row.unit}" if row.goal is not None else ""
    figure = f"{_number(row.figure, row.unit)} {row.unit}" if row.figure is not None else "-"
    return row.what, figure, goal, {True: "yes", False: "NO", None: ""}[row.met], row.note


def _number(value: float, unit: str) -> str:
    """A number with three significant digits, without an exponent. A percentage near 100 is not rounded up."""
    if unit == "%" and 90 <= value < 100:
        return f"{math.floor(round(100 * value, 6)) / 100:.2f}"
    return (
        f"{value:.0f}"
        if value >= 100
        else f"{value:.1f}"
        if value >= 10
        else f"{value:.2f}"
        if value >= 1
        else f"{value:.3f}"
    )
