"""``bracketd show SHOOT``: everything that is known of one order."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from daemon.cli.find import one
from daemon.cli.words import printable
from daemon.config.locate import locate_state
from daemon.order import ImageState, Order
from daemon.store.reader import Reader
from daemon.webapp import order_page


@click.command()
@click.argument("shoot")
@click.pass_obj
def show(config: Path | None, shoot: str) -> None:
    """Show an order: its files, the sets as they were sent, its images and its journal.

    SHOOT is its name, its folder, or its order id.
    """
    with Reader(locate_state(config, os.environ)) as reader:
        order_id = one(reader, shoot)["id"]
        order, journal = reader.order(order_id), reader.journal(order_id)
    for line in (*_head(order), *_brackets(order), *_images(order), *_journal(journal)):
        click.echo(line)


def _head(order: Order) -> list[str]:
    per_image = order.preset.per_image
    sets = f"every {per_image} brackets, in order of capture time" if per_image else "grouped by the service"
    enhance = ", ".join(f"{key}={json.dumps(value)}" for key, value in order.preset.enhance.items())
    return [
        f"{printable(order.shoot)}: {order.phase.value}, {order.health.value}",
        *(f"  ! {printable(message)}" for message in order.messages),
        f"  folder   {printable(order.folder)}",
        f"  output   {printable(order.output)}",
        f"  order    {order.id}  {order_page(order.id)}",
        f"  sets     {sets}",
        f"  enhance  {enhance or 'as the account is set up'}",
        f"  locked   {_when(order.created_at)}",
    ]


def _brackets(order: Order) -> list[str]:
    if not order.brackets:
        return []
    stored = sum(bracket.stored for bracket in order.brackets)
    return [
        "",
        f"brackets: {stored} of {len(order.brackets)} uploaded",
        *(
            f"  {'✓' if b.stored else '·'} {printable(b.path)}  {b.size / 1e6:.1f} MB  as {order.bracket_name(n)!r}"
            for n, b in enumerate(order.brackets)
        ),
        *(f"  - {printable(path)}  left out" for path in order.left_out),
    ]


def _images(order: Order) -> list[str]:
    if not order.images:
        return []
    lines = ["", f"images: {len(order.images)}"]
    for image in order.images:
        file = f"  {printable(image.file)}" if image.file else ""
        reason = f"  {image.reason}" if image.state is ImageState.FAILED and image.reason else ""
        made_of = ", ".join(printable(order.brackets[n].path.rsplit("/", 1)[-1]) for n in image.brackets)
        lines.append(f"  {image.state.value}{file}  {image.id}{reason}{f'  of {made_of}' if made_of else ''}")
    return lines


def _journal(journal: list[dict[str, Any]]) -> list[str]:
    lines = ["", "journal:"]
    for entry in journal:
        short = {key: value for key, value in entry["detail"].items() if key != "detail"}
        detail = " ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in short.items())
        lines.append(f"  {_when(entry['at'])}  {entry['fact']}  {printable(detail)[:300]}")
        lines += [f"    {printable(line)}" for line in str(entry["detail"].get("detail", "")).splitlines()]
    return lines


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")
