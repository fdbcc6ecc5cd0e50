"""``bracketd costs``: shows purchases by month and shoot, as a table, JSON or CSV.

The source is the ledger of purchases. It lists each image once, from its first full-size download on, whatever happened
to the image later. Dev-mode pictures are free and not in the ledger. Months are those of this machine's time zone.
"""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from daemon.cli.purchases import Line, amount, by_month, lines, month_of
from daemon.cli.state import look
from daemon.config.locate import locate_state
from daemon.config.price import locate_price

MONTH = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])")
EVER = (float("-inf"), float("inf"))

COLUMNS = ("at", "month", "shoot", "folder", "order_id", "image_id", "file", "credits", "price")

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Characters that begin a formula in a spreadsheet cell, including the full-width forms (OWASP, CSV Injection)."""


def _span(_context: click.Context, _option: click.Parameter, written: str | None) -> tuple[float, float]:
    """The beginnings of a month and of the next month, in seconds since 1970 (UTC)."""
    if written is None:
        return EVER
    match = MONTH.fullmatch(written)
    if match is None:
        raise click.BadParameter(f"{written!r} is not a month such as 2026-11")
    year, month = int(match[1]), int(match[2])
    following = datetime(year + month // 12, month % 12 + 1, 1).astimezone()
    return datetime(year, month, 1).astimezone().timestamp(), following.timestamp()


@click.command()
@click.option("--month", "span", callback=_span, metavar="YYYY-MM", help="Show only this month.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; the format is stable (version 1).")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, one line per image.")
@click.pass_obj
def costs(config: Path | None, span: tuple[float, float], as_json: bool, as_csv: bool) -> None:
    """Show purchases by month and shoot. Works whether or not the daemon is running.

    If `price_per_image` is set, it also shows amounts. Dev-mode pictures are free and not included.
    """
    if as_json and as_csv:
        raise click.UsageError("Use either --json or --csv, not both.")
    state_dir, price = locate_state(config, os.environ), locate_price(config, os.environ)
    with look(state_dir) as reader:
        purchases = reader.purchases(*span)
    if as_csv:
        sheet = csv.writer(sys.stdout, lineterminator="\n")
        sheet.writerows((COLUMNS, *_cells(purchases, price)))
    elif as_json:
        click.echo(json.dumps(document(purchases, price)))
    else:
        from daemon.cli.costs_table import print_costs  # noqa: PLC0415 - only the table needs rich

        print_costs(lines(purchases), price)


def document(purchases: Iterable[dict[str, Any]], price: Decimal | None) -> dict[str, Any]:
    """The document of ``costs --json``, version 1. Times are ISO 8601 in UTC; prices are exact decimal strings."""
    every = lines(purchases)
    months = [
        {
            "month": month,
            **_sums(of, price),
            "shoots": [
                {
                    "shoot": line.shoot,
                    "folder": line.folder,
                    "order_id": line.order_id,
                    "supplement": line.supplement,
                    "at": _utc(line.at),
                    **_sums((line,), price),
                }
                for line in of
            ],
        }
        for month, of in by_month(every)
    ]
    return {"version": 1, "price_per_image": amount(price, 1), **_sums(every, price), "months": months}


def _sums(of: Sequence[Line], price: Decimal | None) -> dict[str, Any]:
    images = sum(line.images for line in of)
    return {"images": images, "credits": sum(line.credits for line in of), "price": amount(price, images)}


def _cells(purchases: Iterable[dict[str, Any]], price: Decimal | None) -> Iterator[tuple[object, ...]]:
    for bought in purchases:
        names = (bought[name] or "" for name in COLUMNS[2:7])
        at = datetime.fromtimestamp(bought["at"]).astimezone().isoformat(timespec="seconds")
        yield at.replace("+00:00", "Z"), month_of(bought["at"]), *map(_cell, names), bought["credits"], amount(price, 1)


def _cell(text: str) -> str:
    """Text on one line that a spreadsheet does not evaluate. Bytes that are not UTF-8 are escaped."""
    shown = CONTROL.sub("\N{REPLACEMENT CHARACTER}", text).encode("utf-8", "backslashreplace").decode()
    return f"'{shown}" if shown.startswith(FORMULA) else shown


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
