"""``bracketd show SHOOT``: shows everything about one order."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from daemon.cli.differences import lines_of, look_of
from daemon.cli.find import one
from daemon.cli.leftout import why_left_out
from daemon.cli.planned import own_settings, planned_images, who_groups
from daemon.cli.state import look
from daemon.cli.words import day, printable
from daemon.config.locate import locate_state
from daemon.host.paths import contact_sheet_of
from daemon.order import Image, ImageState, Order
from daemon.order.naming import brief
from daemon.order.wording import line
from daemon.webapp import order_page

LONGEST_ENTRY = 600
"""Maximum length, in characters, of a journal entry as shown."""


@click.command()
@click.argument("shoot")
@click.option("--sheet", type=click.Path(dir_okay=False, path_type=Path), help="Write the previews to this JPEG.")
@click.pass_obj
def show(config: Path | None, shoot: str, sheet: Path | None) -> None:
    """Show an order: its files, sets, images and journal.

    With --sheet, also write a contact sheet of the free previews that bracketd fetched, with the images' numbers.

    SHOOT is the shoot's name or part of it, its folder, its output folder, or the first characters of its order ID.
    """
    state_dir = locate_state(config, os.environ)
    with look(state_dir) as reader:
        order_id = one(reader, shoot)["id"]
        order, journal = reader.order(order_id), reader.journal(order_id)
        first = next(iter(reader.find(order.source.supplement_of)), None) if order.source.supplement_of else None
    if sheet is not None:
        from daemon.cli.show_sheet import write_sheet  # noqa: PLC0415 - only for --sheet

        write_sheet(sheet, state_dir, order)
        click.echo(f"wrote {printable(str(sheet))}", err=True)
    parts = (
        _head(order, first),
        _sheet(state_dir, order),
        _brackets(order),
        planned_images(order),
        _images(order),
        lines_of(order),
        _journal(order, journal),
    )
    for text in (text for part in parts for text in part):
        click.echo(text)


def _head(order: Order, first: dict[str, Any] | None) -> list[str]:
    enhance = ", ".join(f"{key}={json.dumps(value)}" for key, value in order.preset.enhance.items())
    return [
        f"{printable(order.source.shoot)}: {order.phase.value}, {order.health.value}",
        *(f"  ! {printable(message)}" for message in order.messages),
        f"  folder   {printable(order.source.folder)}",
        f"  output   {printable(order.source.output)}",
        f"  order    {order.id}" + (f"  {order_page(order.id)}" if _is_at_service(order) else ""),
        f"  sets     {who_groups(order)}",
        f"  enhance  {enhance or 'the defaults of the account'}",
        *own_settings(order),
        f"  locked   {_when(order.times.created_at)}",
        *_kind(order, first),
    ]


def _sheet(state_dir: Path, order: Order) -> list[str]:
    """The line with the path of the contact sheet of the previews; empty without one."""
    path = contact_sheet_of(str(state_dir), order.id)
    drawn = order.inspection is not None and order.inspection.sheet and os.path.exists(path)
    return [f"  sheet    {printable(path)}"] if drawn else []


def _is_at_service(order: Order) -> bool:
    """True if the order exists at the service: it was created there, explicitly or with its first bracket."""
    return order.uploads.created or any(bracket.attempt or bracket.service_id is not None for bracket in order.brackets)


def _kind(order: Order, first: dict[str, Any] | None) -> list[str]:
    """Lines about a supplement, dev mode and an approval. ``first``: the order that a supplement adds to, if known."""
    lines = []
    if order.source.supplement_of is not None:
        of = f" of {day(first['created_at'])}" if first is not None else ""
        lines.append(f"  late     supplement of the order{of}, {order.source.supplement_of}")
    if order.preset.dev_mode:
        lines.append("  price    free: dev mode, pictures are watermarked")
    if order.purchase.approved:
        lines.append("  limits   approved; limits do not apply")
    return lines


def _brackets(order: Order) -> list[str]:
    if not order.brackets:
        return ["", f"left out: {len(order.unsent.left_out)}", *_left_out(order)] if order.unsent.left_out else []
    stored = sum(order.brackets[number].stored for number in order.sent)
    return [
        "",
        f"brackets: {stored} of {len(order.sent)} uploaded",
        *(_bracket(order, number) for number in range(len(order.brackets))),
        *_left_out(order),
    ]


def _left_out(order: Order) -> list[str]:
    why = {one.path: f": {why_left_out(one)}" for one in order.unsent.left_out_why}
    return [f"  - {printable(path)}  left out{printable(why.get(path, ''))}" for path in order.unsent.left_out]


def _bracket(order: Order, number: int) -> str:
    bracket, name = order.brackets[number], order.bracket_name(number)
    if bracket.left_out is not None:
        return f"  - {printable(bracket.path)}  left out: {printable(bracket.left_out)}"
    mark = "✓" if bracket.stored else "·"
    return f"  {mark} {printable(bracket.path)}  {bracket.size / 1e6:.1f} MB  as {name!r}"


def _images(order: Order) -> list[str]:
    if not order.images:
        return []
    lines = ["", f"images: {len(order.images)}"]
    lines += [f"  {number:>2}  {_image(order, image)}" for number, image in enumerate(order.images, 1)]
    return lines


def _image(order: Order, image: Image) -> str:
    made_of = ", ".join(printable(order.brackets[n].path.rsplit("/", 1)[-1]) for n in image.brackets)
    parts = (
        image.state.value,
        printable(image.file) if image.file else "",
        image.id,
        printable(brief(image.reason or "")) if image.state is ImageState.FAILED else "",
        f"from {made_of}" if made_of else "",
        look_of(order, image.id),
        f"reprocessed {_when(image.reprocessed_at)}" if image.reprocessed_at is not None else "",
    )
    return "  ".join(part for part in parts if part)


def _journal(order: Order, journal: list[dict[str, Any]]) -> list[str]:
    lines = ["", "journal:"]
    for entry in journal:
        text = brief(line(entry["fact"], entry["detail"], order), LONGEST_ENTRY)
        lines.append(f"  {_when(entry['at'])}  {printable(text)}")
        lines += [f"    {printable(more)}" for more in str(entry["detail"].get("detail", "")).splitlines()]
    return lines


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")
