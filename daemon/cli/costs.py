"""``bracketd costs``: shows purchases by month and shoot, as a table, JSON or CSV.

The source is the ledger of purchases. It lists each image once, from its first full-size download on, whatever happened
to the image later. Dev-mode pictures are free and not in the ledger. Months are those of this machine's time zone.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from pathlib import Path

import click

from daemon.cli.state import look
from daemon.config.locate import locate_state
from daemon.config.price import locate_price
from daemon.host.days import span_of_month
from daemon.reports.costs import COLUMNS, cells, document
from daemon.reports.spending import lines

EVER = (float("-inf"), float("inf"))


def _span(_context: click.Context, _option: click.Parameter, written: str | None) -> tuple[float, float]:
    """The beginnings of a month and of the next month, in seconds since 1970 (UTC)."""
    if written is None:
        return EVER
    span = span_of_month(written)
    if span is None:
        raise click.BadParameter(f"{written!r} is not a month such as 2026-11")
    return span


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
        sheet.writerows((COLUMNS, *cells(purchases, price)))
    elif as_json:
        click.echo(json.dumps(document(purchases, price)))
    else:
        from daemon.cli.costs_table import print_costs  # noqa: PLC0415 - only the table needs rich

        print_costs(lines(purchases), price)
