"""The contact sheet of a plan: each set a strip, with the exposure under each frame."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

import click

from daemon.files.incoming import write_file
from daemon.grouping import BracketSet, Confidence, Frame
from daemon.grouping.division import Division
from daemon.grouping.plan import Plan
from daemon.photos.choosing import Chosen
from daemon.previews import Cell, Failure, Previews, Strip, Tone, decoding
from daemon.reports.exposure import exposure
from daemon.reports.leftout import why_left_out

SIDE = 480
"""Longest side of a frame on the sheet, in pixels."""

TONES = {Confidence.CERTAIN: Tone.GOOD, Confidence.LIKELY: Tone.FAIR, Confidence.ASK: Tone.POOR}


def write_sheet(file: Path, folder: Path, planned: Plan, chosen: Chosen, division: Division | None = None) -> None:
    """Draw the plan of a folder to a JPEG file. Raises ClickException if it cannot be drawn, and OutputError."""
    drawn = asyncio.run(_drawn(folder, planned, chosen, division))
    if isinstance(drawn, Failure):
        why = f"{drawn.kind.value.replace('_', ' ')} {drawn.detail}".strip()
        raise click.ClickException(f"The contact sheet cannot be drawn: {why}.")
    write_file(str(file.absolute().parent), file.name, drawn)


async def _drawn(folder: Path, planned: Plan, chosen: Chosen, division: Division | None) -> bytes | Failure:
    async with decoding() as previews:
        strips = [
            Strip(
                title(number, one, division),
                await _cells(previews, folder, one.paths, chosen),
                one.confidence.value,
                TONES[one.confidence],
                _reasons(one),
            )
            for number, one in enumerate(planned.sets, 1)
        ]
        if planned.singles:
            cells = await _cells(previews, folder, (one.path for one in planned.singles), chosen)
            why = {one.path: one.why for one in planned.singles}
            noted = tuple(
                Cell(cell.jpeg, (*cell.caption, why[one.path]), cell.missing)
                for cell, one in zip(cells, planned.singles, strict=True)
            )
            detail = "each becomes an image" + (", if you approve it" if planned.asks_for_singles else "")
            strips.append(Strip("Singles", noted, detail=detail))
        if planned.not_sent:
            left = tuple(
                Cell(cell.jpeg, (*cell.caption[:1], why_left_out(one)), cell.missing)
                for cell, one in zip(
                    await _cells(previews, folder, (one.path for one in planned.not_sent), chosen),
                    planned.not_sent,
                    strict=True,
                )
            )
            strips.append(Strip("Not sent", left, quiet=True))
        return await previews.sheet(folder.name, strips)


def title(number: int, one: BracketSet, division: Division | None) -> str:
    """The title of a set's strip; with its property, if the shoot looks like several."""
    return (
        f"Image {number}" if division is None else f"Image {number}, property {division.property_of(one.paths[0]) + 1}"
    )


def _reasons(one: BracketSet) -> str:
    lacking = (f"{one.lacking} photo(s) seem to be missing",) if one.lacking else ()
    return ", ".join((*one.reasons, *lacking))


async def _cells(previews: Previews, folder: Path, paths: Iterable[str], chosen: Chosen) -> tuple[Cell, ...]:
    return tuple([await _cell(previews, folder, path, chosen.frames.get(path)) for path in paths])


async def _cell(previews: Previews, folder: Path, path: str, frame: Frame | None) -> Cell:
    found = await previews.thumbnail(os.path.join(folder, path), SIDE)
    caption = (path.rpartition("/")[2], *([exposure(frame)] if frame is not None else []))
    if isinstance(found, Failure):
        return Cell(None, caption, "no preview")
    return Cell(found.jpeg, caption)
