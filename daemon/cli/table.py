"""The table of ``status`` for a terminal: a line per order, and its messages below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

from daemon.order.problem import Code
from daemon.reports.status import ENDED
from daemon.text import printable

RECENT = 20
"""The number of ended shoots that are shown; the rest are only counted."""

COLOURS = {"ok": "green", "retrying": "yellow", "attention": "red"}
BAR, DOT = 12, " · "
PHASE, BRACKETS, PICTURES, AGE = 13, 22, 16, 8
HEADED, GAP = 8, 2
"""Cells of the column headings ``brackets`` and ``pictures``, and cells between two columns."""
SHORT_NAME, SHORTEST_NAME = 12, 8
"""The minimum width of a shoot's name in cells, with progress bars and without."""
INDENT, SHORT_ID = 2, 8


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of each flexible column (0: the column is left out), and ``bars``: True to show progress bars.

    A narrow terminal loses the bars first, then the pictures, then the brackets. The phase and the time stay.
    """

    name: int
    brackets: int
    pictures: int
    bars: bool


def columns(most: int, longest: int, brackets: int, pictures: int) -> Columns:
    """The columns that fit into ``most`` cells. The other arguments: the longest text of each column, without bars."""
    bare, got = max(HEADED, brackets) + GAP, max(HEADED, pictures) + GAP
    wide = Columns(0, BRACKETS, max(PICTURES, got), bars=True)
    narrow = (Columns(0, bare, got, bars=False), Columns(0, bare, 0, bars=False), Columns(0, 0, 0, bars=False))
    for one, least in ((wide, SHORT_NAME), *((one, SHORTEST_NAME) for one in narrow)):
        room = most - PHASE - one.brackets - one.pictures - AGE
        if room >= least:
            break
    return replace(one, name=max(least, min(max(longest + GAP, SHORT_NAME), room)))


def print_status(report: dict[str, Any], *, hidden: int, now: float) -> None:
    """Print a ``status`` document as a table. ``hidden``: ended shoots not in it. ``now``: epoch seconds."""
    Console(highlight=False).print(StatusView(report, hidden=hidden, now=now))


class StatusView:
    """The daemon's line, waiting shoots, active orders, then recently ended ones, as wide as the terminal."""

    def __init__(self, report: dict[str, Any], *, hidden: int, now: float) -> None:
        self._report, self._hidden, self._now = report, hidden, now
        orders = _without_replaced(report["orders"])
        active = [order for order in orders if order["phase"] not in ENDED]
        ended = [order for order in orders if order["phase"] in ENDED]
        self._shown = [*active, *ended]
        self._names = Counter(order["shoot"] for order in orders)
        self._common = _common_reason(orders)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        yield from self._head()
        shown, waiting = self._shown, self._report["waiting"]
        if not shown and not waiting:
            yield Text("No shoots yet: drop a folder of photos into a watched folder.", style="dim")
            return
        longest = max(cell_len(printable(one["shoot"]) + self._mark(one)) for one in (*waiting, *shown))
        brackets = max(map(len, (*map(_so_far, waiting), *map(_sent, shown))))
        pictures = max(map(len, map(_got, shown)), default=0)
        widths = columns(options.max_width, longest, brackets, pictures)
        yield _line(widths, Text("shoot"), Text("phase"), "brackets", "pictures", "since", style="bold")
        for shoot in waiting:
            yield from self._waiting(shoot, widths)
        for order in shown:
            yield from self._order(order, widths)
        for reason in self._common:
            yield Message(f"skipped: {reason}", "dim", indent=0)
        if self._hidden > 0:
            yield Text(f"and {self._hidden} more ended shoots (--all shows them)", style="dim")

    def _head(self) -> Iterator[RenderableType]:
        daemon = self._report["daemon"]
        if daemon.get("unanswered_s") is not None:
            yield Text(f"bracketd {daemon['version'] or ''} is not responding (pid {daemon['pid']})", style="red")
        elif daemon["running"]:
            yield Text(f"bracketd {daemon['version'] or ''} is running (pid {daemon['pid']})")
        else:
            yield Text("bracketd is not running, so nothing is sent. Start it with `bracketd run`", style="yellow")
        for message in daemon["messages"]:
            yield Message(message, "red", indent=0)
        for one in self._report.get("attention", ()):
            yield Message(one["message"], "yellow", indent=0)

    def _waiting(self, shoot: dict[str, Any], widths: Columns) -> Iterator[RenderableType]:
        name, phase = Text(printable(shoot["shoot"])), Text("waiting", style="cyan")
        yield _line(widths, name, phase, _so_far(shoot), "", _age(shoot["since"], self._now))
        yield Message(shoot["reason"], "dim")

    def _mark(self, one: dict[str, Any]) -> str:
        """The marks after an order's name: supplement, dev mode, and its ID if others have the same name."""
        marks = (
            "supplement" if one.get("supplement_of") else "",
            "dev mode" if one.get("dev_mode") else "",
            one["order_id"][:SHORT_ID] if "order_id" in one and self._names[one["shoot"]] > 1 else "",
        )
        return "".join(f"{DOT}{mark}" for mark in marks if mark)

    def _order(self, order: dict[str, Any], widths: Columns) -> Iterator[RenderableType]:
        colour = COLOURS[order["health"]] if order["phase"] not in ("skipped", "cancelled") else "dim"
        sent, size = _sent(order), order["bytes"]
        if widths.bars and order["phase"] in ("settled", "uploading") and size["total"]:
            sent = f"{_bar(size['uploaded'] / size['total'])} {sent}"
        name, mark = Text(printable(order["shoot"])), self._mark(order)
        beside, phase = name.cell_len + cell_len(mark) < widths.name, Text(order["phase"], style=colour)
        name.append(mark if beside else "", style="dim")
        yield _line(widths, name, phase, sent, _got(order), _age(order["phase_since"], self._now))
        if mark and not beside:
            yield Message(mark.removeprefix(DOT), "dim")
        for message in () if order["phase"] == "skipped" and order["messages"] == self._common else order["messages"]:
            yield Message(message, colour)


def _without_replaced(orders: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The orders without those that a new ``submit`` replaced, if the order in their place is shown."""
    every = list(orders)
    others = [order for order in every if not _is_replaced(order)]
    newest = {order["folder"]: order["created_at"] for order in sorted(others, key=lambda order: order["created_at"])}
    gone = {
        order["order_id"]
        for order in every
        if _is_replaced(order) and newest.get(order["folder"], "") >= order["created_at"]
    }
    return [order for order in every if order["order_id"] not in gone]


def _is_replaced(order: dict[str, Any]) -> bool:
    return any(problem["code"] == Code.REPLACED for problem in order["problems"])


def _common_reason(orders: Iterable[dict[str, Any]]) -> list[str]:
    """The most frequent reason for skipping, if several shoots share it. It is shown once, not for each shoot."""
    reasons = Counter(tuple(order["messages"]) for order in orders if order["phase"] == "skipped")
    return next((list(reason) for reason, times in reasons.most_common(1) if times > 1), [])


class Message:
    """A message below an order's line, indented and wrapped, without blanks at line ends."""

    def __init__(self, text: str, colour: str, *, indent: int = INDENT) -> None:
        self._text, self._indent = Text(printable(text), style=colour), indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        for line in self._text.wrap(console, max(1, options.max_width - self._indent)):
            line.rstrip()
            line.pad_left(self._indent)
            yield line


def _so_far(waiting: dict[str, Any]) -> str:
    return f"{waiting['files']} so far"


def _sent(order: dict[str, Any]) -> str:
    brackets = order["brackets"]
    return f"{brackets['uploaded']}/{brackets['total']}" if brackets["total"] else ""


def _got(order: dict[str, Any]) -> str:
    images = order["images"]
    got = f"{images['downloaded']}/{images['total']}" if images["total"] else ""
    return got + (f", {images['failed']} failed" if images["failed"] else "")


def _line(widths: Columns, name: Text, phase: Text, *rest: str, style: str = "") -> Text:
    """One line of columns. ``rest``: brackets, pictures and age. A name that is too long ends in an ellipsis."""
    name.truncate(widths.name - 1, overflow="ellipsis")
    name.pad_right(max(0, widths.name - name.cell_len))
    phase.pad_right(PHASE - phase.cell_len)
    brackets, pictures, age = rest
    numbers = set_cell_size(brackets, widths.brackets) + set_cell_size(pictures, widths.pictures) + age.rjust(AGE - 1)
    return Text.assemble(name, phase, numbers, style=style, no_wrap=True, overflow="ellipsis")


def _bar(share: float) -> str:
    full = round(share * BAR)
    return "━" * full + "╌" * (BAR - full)


def _age(moment: str, now: float) -> str:
    seconds = max(0.0, now - datetime.fromisoformat(moment).timestamp())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
