"""The table of purchases for a terminal: a line per order and a sum per month, the newest last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

from daemon.reports.spending import Line, amount, by_month
from daemon.text import printable

DATE, IMAGES, MONEY = 12, 8, 12
SHORTEST = 12


def print_costs(every: Sequence[Line], price: Decimal | None) -> None:
    """Print the table. In a terminal, names are cut to its width; in a pipe, they are not."""
    console = Console(highlight=False)
    console.print(CostsView(every, price, cut=console.is_terminal), soft_wrap=True)


class CostsView:
    """The months with their orders and sums, then the total. ``cut``: fit names to the terminal's width."""

    def __init__(self, every: Sequence[Line], price: Decimal | None, *, cut: bool) -> None:
        self._every, self._price, self._cut = every, price, cut
        self._width = max((SHORTEST, *(cell_len(_name(line)) for line in every)))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        if not self._every:
            yield Text("No purchases.")
            return
        if self._cut:
            room = options.max_width - DATE - IMAGES - (MONEY if self._price is not None else 0)
            self._width = max(SHORTEST, min(self._width, room))
        yield self._row("date", "shoot", "images", "price" if self._price is not None else None, "dim")
        months = list(by_month(self._every))
        for month, of in months:
            for line in of:
                yield self._row(_day(line.at), _name(line), line.images, amount(self._price, line.images))
            yield self._sum(month, of)
            if len(months) > 1:
                yield Text()
        if len(months) > 1:
            yield self._sum("total", self._every)

    def _sum(self, date: str, of: Sequence[Line]) -> Text:
        shoots, images = len({line.folder for line in of}), sum(line.images for line in of)
        name = f"{shoots} shoot" if shoots == 1 else f"{shoots} shoots"
        return self._row(date, name, images, amount(self._price, images), "bold")

    def _row(self, date: str, name: str, images: object, money: str | None, style: str = "") -> Text:
        if cell_len(name) > self._width:
            name = f"{set_cell_size(name, self._width - 1)}…"
        cells = f"{date:<{DATE}}{set_cell_size(name, self._width)}{images:>{IMAGES}}{money or '':>{MONEY}}"
        return Text(cells.rstrip(), style=style)


def _name(line: Line) -> str:
    return printable(line.shoot) + (" · supplement" if line.supplement else "")


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d")
