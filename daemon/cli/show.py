"""``bracketd show SHOOT``: shows everything about one order."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from daemon.cli.find import one
from daemon.cli.state import look
from daemon.config.locate import locate_state
from daemon.host.paths import contact_sheet_of
from daemon.reports.details import BracketLine, Details, Head, ImageLine, look_up
from daemon.reports.differences import Differences
from daemon.text import day, printable


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
        details = look_up(reader, one(reader, shoot)["id"])
        order = reader.order(details.head.order_id) if sheet is not None else None
    if sheet is not None and order is not None:
        from daemon.cli.show_sheet import write_sheet  # noqa: PLC0415 - only for --sheet

        write_sheet(sheet, state_dir, order)
        click.echo(f"wrote {printable(str(sheet))}", err=True)
    for text in _head(details):
        click.echo(text)
    contact_sheet = contact_sheet_of(str(state_dir), details.head.order_id)
    if details.head.has_sheet and os.path.exists(contact_sheet):
        click.echo(f"  sheet    {printable(contact_sheet)}")
    for part in (_brackets, _planned, _images, _differences, _journal):
        for text in part(details):
            click.echo(text)


def _head(details: Details) -> Iterator[str]:
    head = details.head
    yield f"{printable(head.shoot)}: {head.phase.value}, {head.health.value}"
    yield from (f"  ! {printable(message)}" for message in head.messages)
    yield f"  folder   {printable(head.folder)}"
    yield f"  output   {printable(head.output)}"
    yield f"  order    {head.order_id}" + (f"  {head.page}" if head.page is not None else "")
    yield f"  sets     {head.sets}"
    yield f"  enhance  {head.enhance or 'the defaults of the account'}"
    if head.own:
        yield f"  own      bracketd.yaml: {printable(head.own)}"
    yield f"  locked   {_when(head.locked_at)}"
    if head.kept_until is not None:
        yield _kept(head.kept_until, time.time())
    yield from _kind(head)


def _kept(until: float, now: float) -> str:
    """A line about the time for which the service promises to keep the images."""
    hours, minutes = divmod(abs(until - now) // 60, 60)
    span = f"{hours:.0f} h {minutes:.0f} min"
    left = f"{span} left" if now < until else f"{span} ago; the service may have deleted the images"
    return f"  kept     until {_when(until)} ({left})"


def _kind(head: Head) -> Iterator[str]:
    """Lines about a supplement, dev mode and an approval."""
    if head.supplement is not None:
        of = f" of {day(head.supplement.of_day)}" if head.supplement.of_day is not None else ""
        yield f"  late     supplement of the order{of}, {head.supplement.of}"
    if head.dev_mode:
        yield "  price    free: dev mode, pictures are watermarked"
    if head.approved:
        yield "  limits   approved; limits do not apply"


def _brackets(details: Details) -> Iterator[str]:
    if details.brackets:
        yield ""
        yield f"brackets: {sum(one.stored for one in details.sent)} of {len(details.sent)} uploaded"
        yield from map(_bracket, details.brackets)
    elif details.left_out:
        yield ""
        yield f"left out: {len(details.left_out)}"
    for left in details.left_out:
        yield f"  - {printable(left.path)}  left out" + (f": {printable(left.why)}" if left.why else "")


def _bracket(bracket: BracketLine) -> str:
    if bracket.left_out is not None:
        return f"  - {printable(bracket.path)}  left out: {printable(bracket.left_out)}"
    mark = "✓" if bracket.stored else "·"
    return f"  {mark} {printable(bracket.path)}  {bracket.size / 1e6:.1f} MB  as {bracket.name!r}"


def _planned(details: Details) -> Iterator[str]:
    """The planned images, each with its confidence and its files."""
    planned = details.planned
    if not planned.images:
        return
    yield ""
    yield f"planned images: {len(planned.images)}" + (" (expected; the service decides)" if planned.by_service else "")
    for number, image in enumerate(planned.images, 1):
        files = ", ".join(map(printable, details.paths(image.brackets)))
        yield f"  {number:>3}  {image.confidence.value:<7}  {files}"


def _images(details: Details) -> Iterator[str]:
    if details.images:
        yield ""
        yield f"images: {len(details.images)}"
    for image in details.images:
        yield f"  {image.number:>2}  {_image(details, image)}"


def _image(details: Details, image: ImageLine) -> str:
    made_of = ", ".join(printable(path.rpartition("/")[2]) for path in details.paths(image.brackets))
    parts = (
        image.state.value,
        printable(image.file),
        image.image_id,
        printable(image.reason),
        f"from {made_of}" if made_of else "",
        _look(image),
        f"reprocessed {_when(image.reprocessed_at)}" if image.reprocessed_at is not None else "",
    )
    return "  ".join(part for part in parts if part)


def _look(image: ImageLine) -> str:
    """The scene that an image looks like; empty if it was not compared."""
    if not image.looks_like:
        return ""
    return f"looks like {printable(image.looks_like)}" + ("" if image.looks_clearly else ", not clearly")


def _differences(details: Details) -> Iterator[str]:
    found: Differences = details.differences
    if found.lines:
        yield ""
        yield "images that differ from the planned ones:"
        yield from (f"  {printable(text)}" for text in found.lines)
    if found.unknown:
        yield ""
        yield (f"not compared: the service does not say which photos became {found.unknown} of {found.planned} images")


def _journal(details: Details) -> Iterator[str]:
    yield ""
    yield "journal:"
    for entry in details.journal:
        yield f"  {_when(entry.at)}  {printable(entry.text)}"
        yield from (f"    {printable(more)}" for more in entry.more)


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")
