"""What a person sees of orders in a terminal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

RECENT = 20
RESTING = ("downloaded", "skipped", "cancelled")
COLOURS = {"ok": "green", "retrying": "yellow", "attention": "red"}
BAR = 12


def print_status(report: dict[str, Any], *, everything: bool, now: float) -> None:
    """Print the table, with as much width as there is."""
    Console(highlight=False).print(status_view(report, everything=everything, now=now))


def status_view(report: dict[str, Any], *, everything: bool, now: float) -> RenderableType:
    """The daemon's line, the table of waiting shoots and orders, and the messages below it."""
    daemon = report["daemon"]
    if daemon["running"]:
        head = Text(f"bracketd {daemon['version'] or ''} is running (pid {daemon['pid']})")
    else:
        head = Text("bracketd is not running; nothing is sent until it is (`bracketd run`)", style="yellow")
    parts: list[RenderableType] = [head, *(Text(message, style="red") for message in daemon["messages"])]
    active = [order for order in report["orders"] if order["phase"] not in RESTING]
    ended = [order for order in report["orders"] if order["phase"] in RESTING]
    shown = [*active, *(ended if everything else ended[:RECENT])]
    if not shown and not report["waiting"]:
        return Group(*parts, Text("No shoots yet: drop a folder of photos into a watched folder.", style="dim"))
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title, options in (("shoot", {"overflow": "fold"}), ("phase", {}), ("brackets", {}), ("pictures", {})):
        table.add_column(title, **options)  # type: ignore[arg-type]  # rich types each option on its own
    table.add_column("since", justify="right", no_wrap=True)
    for shoot in report["waiting"]:
        table.add_row(
            Text(_plain(shoot["shoot"])), Text("waiting", "cyan"), str(shoot["files"]), "", _age(shoot["since"], now)
        )
        table.add_row("", Text(f"  {_plain(shoot['reason'])}", "dim"))
    for order in shown:
        _add_order(table, order, now)
    parts.append(table)
    if len(ended) > RECENT and not everything:
        parts.append(Text(f"and {len(ended) - RECENT} more that ended (--all)", style="dim"))
    return Group(*parts)


def _add_order(table: Table, order: dict[str, Any], now: float) -> None:
    colour = COLOURS[order["health"]] if order["phase"] not in ("skipped", "cancelled") else "dim"
    brackets, images, size = order["brackets"], order["images"], order["bytes"]
    sent = f"{brackets['uploaded']}/{brackets['total']}" if brackets["total"] else ""
    if order["phase"] in ("uploading", "settled") and size["total"]:
        sent = f"{_bar(size['uploaded'] / size['total'])} {sent}"
    got = f"{images['downloaded']}/{images['total']}" if images["total"] else ""
    if images["failed"]:
        got += f" ({images['failed']} failed)"
    table.add_row(Text(_plain(order["shoot"])), Text(order["phase"], colour), sent, got, _age(order["updated_at"], now))
    for message in order["messages"]:
        table.add_row("", Text(f"  {_plain(message)}", colour))


def _bar(share: float) -> str:
    full = round(share * BAR)
    return "━" * full + "╌" * (BAR - full)


def _plain(text: str) -> str:
    """A name as one printable line: control characters in a file name must not reach the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _age(moment: str, now: float) -> str:
    seconds = max(0.0, now - datetime.fromisoformat(moment).timestamp())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
