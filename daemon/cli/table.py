"""What a person sees of orders in a terminal: a line each, and below it what there is to say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.text import Text

from daemon.cli.words import ENDED, printable

RECENT = 20
"""Shoots that ended which are shown; the rest are only counted."""

COLOURS = {"ok": "green", "retrying": "yellow", "attention": "red"}
BAR, DOT = 12, " · "
PHASE, BRACKETS, PICTURES, AGE = 13, 22, 16, 8
SKIPPED = "skipped: was here before the folder was watched; `bracketd submit FOLDER` sends it"


def print_status(report: dict[str, Any], *, hidden: int, now: float) -> None:
    """Print what ``status --json`` would say, for people; ``hidden`` more ended; ``now`` is epoch seconds."""
    Console(highlight=False).print(StatusView(report, hidden=hidden, now=now))


class StatusView:
    """The daemon's line, waiting shoots, orders under way, then what ended lately; as wide as the terminal."""

    def __init__(self, report: dict[str, Any], *, hidden: int, now: float) -> None:
        self._report, self._hidden, self._now = report, hidden, now

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        yield from self._head()
        active = [order for order in self._report["orders"] if order["phase"] not in ENDED]
        ended = [order for order in self._report["orders"] if order["phase"] in ENDED]
        shown = [*active, *ended]
        waiting = self._report["waiting"]
        if not shown and not waiting:
            yield Text("No shoots yet: drop a folder of photos into a watched folder.", style="dim")
            return
        longest = max(cell_len(printable(one["shoot"]) + _mark(one)) for one in (*waiting, *shown))
        room = options.max_width - PHASE - BRACKETS - PICTURES - AGE
        width = max(12, min(longest + 2, room))
        yield _line(width, Text("shoot"), Text("phase"), "brackets", "pictures", "since", style="bold")
        for shoot in waiting:
            yield from self._waiting(shoot, width)
        for order in shown:
            yield from self._order(order, width)
        if any(order["phase"] == "skipped" for order in shown):
            yield Text(SKIPPED, style="dim")
        if self._hidden > 0:
            yield Text(f"and {self._hidden} more that ended (--all shows them)", style="dim")

    def _head(self) -> Iterator[RenderableType]:
        daemon = self._report["daemon"]
        if daemon["running"]:
            yield Text(f"bracketd {daemon['version'] or ''} is running (pid {daemon['pid']})")
        else:
            yield Text("bracketd is not running; nothing is sent until it is (`bracketd run`)", style="yellow")
        for message in daemon["messages"]:
            yield Text(printable(message), style="red")

    def _waiting(self, shoot: dict[str, Any], width: int) -> Iterator[RenderableType]:
        name, phase = Text(printable(shoot["shoot"])), Text("waiting", style="cyan")
        yield _line(width, name, phase, f"{shoot['files']} so far", "", _age(shoot["since"], self._now))
        yield _message(shoot["reason"], "dim")

    def _order(self, order: dict[str, Any], width: int) -> Iterator[RenderableType]:
        colour = COLOURS[order["health"]] if order["phase"] not in ("skipped", "cancelled") else "dim"
        brackets, images, size = order["brackets"], order["images"], order["bytes"]
        sent = f"{brackets['uploaded']}/{brackets['total']}" if brackets["total"] else ""
        if order["phase"] in ("settled", "uploading") and size["total"]:
            sent = f"{_bar(size['uploaded'] / size['total'])} {sent}"
        got = f"{images['downloaded']}/{images['total']}" if images["total"] else ""
        got += f", {images['failed']} failed" if images["failed"] else ""
        name, mark = Text(printable(order["shoot"])), _mark(order)
        beside, phase = name.cell_len + cell_len(mark) < width, Text(order["phase"], style=colour)
        name.append(mark if beside else "", style="dim")
        yield _line(width, name, phase, sent, got, _age(order["updated_at"], self._now))
        if mark and not beside:
            yield _message(mark.removeprefix(DOT), "dim")
        for message in order["messages"] if order["phase"] != "skipped" else ():
            yield _message(message, colour)


def _mark(one: dict[str, Any]) -> str:
    """What an order is besides its shoot's; a shoot that waits is nothing yet."""
    marks = ("supplement" if one.get("supplement_of") else "", "dev mode" if one.get("dev_mode") else "")
    return "".join(f"{DOT}{mark}" for mark in marks if mark)


def _line(width: int, name: Text, phase: Text, *rest: str, style: str = "") -> Text:
    """One line of columns, ``rest`` being brackets, pictures and age; a name too long ends in an ellipsis."""
    name.truncate(width - 1, overflow="ellipsis")
    name.pad_right(max(0, width - name.cell_len))
    phase.pad_right(PHASE - phase.cell_len)
    brackets, pictures, age = rest
    numbers = set_cell_size(brackets, BRACKETS) + set_cell_size(pictures, PICTURES) + age.rjust(AGE - 1)
    return Text.assemble(name, phase, numbers, style=style, no_wrap=True, overflow="ellipsis")


def _message(text: str, colour: str) -> RenderableType:
    return Padding(Text(printable(text), style=colour), (0, 0, 0, 2))


def _bar(share: float) -> str:
    full = round(share * BAR)
    return "━" * full + "╌" * (BAR - full)


def _age(moment: str, now: float) -> str:
    seconds = max(0.0, now - datetime.fromisoformat(moment).timestamp())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
