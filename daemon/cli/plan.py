"""``bracketd plan FOLDER``: shows the images that a folder becomes, before anything is sent or paid for."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from daemon.cli.speed import bytes_per_second
from daemon.config import load
from daemon.config.policy import plan_settings
from daemon.config.shoot import NAME
from daemon.errors import ConfigError
from daemon.files.scan import scan
from daemon.grouping.division import Division, divide
from daemon.grouping.plan import Plan, PlanSettings, in_shooting_order
from daemon.grouping.property import described, moment
from daemon.order.naming import names_of
from daemon.photos import Contents
from daemon.photos.choosing import Chosen
from daemon.photos.own import read_own
from daemon.photos.planning import frames_in, plan_folder
from daemon.reports.leftout import why_left_out
from daemon.reports.spending import amount
from daemon.shoot import Why
from daemon.text import printable

WHY = {
    Why.COPY: "copy",
    Why.CONFLICT: "copy",
    Why.VARIANT: "variant",
    Why.DERIVED: "derived",
    Why.DECLINED: "skipped",
    Why.SKIPPED: "skipped",
    Why.UNREADABLE: "unreadable",
    Why.FORMAT: "unreadable",
}
"""The JSON document's stable words for the reasons not to send a file."""


SETS = PlanSettings(mode="sets")
"""The settings for a folder that is not watched."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the configuration and earlier orders say about a folder. ``speed`` is in bytes per second."""

    settings: PlanSettings = SETS
    price: Decimal | None = None
    speed: float | None = None


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON; the format is stable (version 1).")
@click.option("--sheet", type=click.Path(dir_okay=False, path_type=Path), help="Write a contact sheet to this JPEG.")
@click.option("--write", is_flag=True, help=f"Write the sets to {NAME} in the folder, to be edited.")
@click.pass_obj
def plan(config: Path | None, folder: Path, *, as_json: bool, sheet: Path | None, write: bool) -> None:
    """Show which photos of FOLDER become one image, what is not sent, and what it costs. Nothing is sent.

    FOLDER is any folder with photos, watched or not. It needs no API key and no configuration file.
    """
    folder = Path(os.path.abspath(folder))
    known = _known(config, folder)
    planned, chosen = _planned(folder, known.settings)
    size = sum(bracket.size for bracket in chosen.brackets if bracket.path in set(planned.paths))
    images = in_shooting_order(planned, frames_in(chosen))
    division = divide([paths for paths, _ in images], planned.not_sent, chosen.frames)
    if write:
        from daemon.cli.plan_file import write_plan  # noqa: PLC0415 - only for --write

        click.echo(f"wrote {printable(str(write_plan(folder, planned)))}", err=True)
    if sheet is not None:
        from daemon.cli.plan_sheet import write_sheet  # noqa: PLC0415 - only a sheet needs Pillow

        write_sheet(sheet, folder, planned, chosen, division)
        click.echo(f"wrote {printable(str(sheet))}", err=True)
    if as_json:
        click.echo(json.dumps(document(planned, size, known, division), indent=2))
        return
    for line in lines(folder, planned, size, known, division):
        click.echo(line)


def document(planned: Plan, size: int, known: Known, division: Division | None = None) -> dict[str, Any]:
    """The document of ``plan --json``, version 1. Paths are relative to the folder; ``size`` is in bytes."""
    return {
        "version": 1,
        "sets": [
            {
                "files": list(one.paths),
                "confidence": one.confidence.value,
                "reasons": list(one.reasons),
                "lacking": one.lacking,
            }
            for one in planned.sets
        ],
        "singles": [{"file": one.path, "why": one.why} for one in planned.singles],
        "not_sent": [{"file": one.path, "why": WHY[one.why], "copy_of": one.of} for one in planned.not_sent],
        "images": planned.images,
        "price": amount(known.price, planned.images),
        "bytes": size,
        "seconds": None if known.speed is None else round(size / known.speed),
        "properties": [] if division is None else _properties(division, planned),
    }


def _properties(division: Division, planned: Plan) -> list[dict[str, Any]]:
    """The parts of a shoot that looks like several properties, by time. ``property`` counts the properties from 1."""
    return [
        {
            "property": number + 1,
            "begin": moment(part.begin).isoformat(timespec="seconds"),
            "end": moment(part.end).isoformat(timespec="seconds"),
            "images": part.sets,
            "why": [why.value for why in part.why],
            "files": [path for path in planned.paths if division.part_of[path] == index],
        }
        for index, (part, number) in enumerate(zip(division.parts, division.numbers, strict=True))
    ]


def lines(folder: Path, planned: Plan, size: int, known: Known, division: Division | None = None) -> Iterator[str]:
    """The plan for a person."""
    price = amount(known.price, planned.images)
    parts = (
        f"{len(planned.sets)} set(s)",
        f"{len(planned.singles)} single(s)",
        f"{planned.images} image(s)" + (f" for {price}" if price is not None else ""),
        f"{size / 1e6:.0f} MB" + ("" if known.speed is None else f", about {_duration(size / known.speed)} to upload"),
    )
    yield f"{printable(folder.name)}: {', '.join(parts)}"
    if division is not None:
        yield f"  {described(division.parts)}"
        yield from _untimed(division)
        yield "  To send each property as an order of its own: `bracketd split SHOOT`, before the shoot is merged"
    shown = None
    for number, one in enumerate(planned.sets, 1):
        part = None if division is None else division.property_of(one.paths[0])
        if part is not None and part != shown:
            yield f"  --- property {part + 1} ---"
        shown = part
        lacking = f", {one.lacking} photo(s) seem to be missing" if one.lacking else ""
        yield f"  {number:>4}  {_span(one.paths)}  {one.confidence.value}: {', '.join(one.reasons)}{lacking}"
    if planned.singles:
        yield "singles" + (", which wait for your approval:" if planned.asks_for_singles else ":")
        yield from (f"        {printable(one.path)}  {one.why}" for one in planned.singles)
    if planned.not_sent:
        yield "not sent:"
        yield from (f"        {printable(one.path)}  {printable(why_left_out(one))}" for one in planned.not_sent)
    if not planned.images:
        yield "  There are no photos to send in this folder."


def _untimed(division: Division) -> Iterator[str]:
    if division.untimed:
        names = printable(names_of(division.untimed))
        yield f"  without a capture time, counted with their folder or the set before: {names}"


def _known(config: Path | None, folder: Path) -> Known:
    """What the configuration says about the folder. Without a configuration file, the defaults apply."""
    try:
        settings = load(config, os.environ)
    except ConfigError:
        if config is not None or "BRACKETD_CONFIG" in os.environ:
            raise
        return Known()
    watched = next((one for one in settings.folders if folder.is_relative_to(one.watch)), None)
    rules = SETS if watched is None else plan_settings(watched)
    return Known(rules, settings.price_per_image, bytes_per_second(settings.state_dir))


def _planned(folder: Path, settings: PlanSettings) -> tuple[Plan, Chosen]:
    """Read the folder and plan it. Raises ConfigError for mistakes in its own file."""
    own = read_own(str(folder))

    async def planned() -> tuple[Plan, Chosen]:
        return await plan_folder(Contents(_at_once), str(folder), scan(str(folder)), settings, own)

    try:
        return asyncio.run(planned())
    except OSError as error:
        raise click.ClickException(f"{printable(str(folder))} cannot be read: {error.strerror}") from None


async def _at_once(function: Callable[..., Any], *values: Any) -> Any:
    return function(*values)


def _span(paths: tuple[str, ...]) -> str:
    """The first and last file of a set, and how many photos it has."""
    first, last = printable(paths[0]), printable(paths[-1].rpartition("/")[2])
    return f"{first} … {last}  {len(paths)} photos"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
