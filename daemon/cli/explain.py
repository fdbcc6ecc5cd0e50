"""``bracketd explain FILE``: what each gate makes of one file, and what became of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from daemon.cli.words import printable
from daemon.config import FolderSettings, load
from daemon.exif.structure import structure
from daemon.files.names import because_of, classify, holds_in_flight, is_beside_the_photos, is_junk_folder
from daemon.files.placeholders import placeholder
from daemon.grouping import one_per_frame
from daemon.order import Order
from daemon.shoot import File, FileClass
from daemon.store.reader import Reader
from daemon.syncing import client_for

WORDS = {
    FileClass.PHOTO: "a photo",
    FileClass.IN_FLIGHT: "still being copied or synced: the shoot waits for it",
    FileClass.PLACEHOLDER: "a placeholder of the sync client: the shoot waits until it is brought",
    FileClass.CONFLICT: "a second version that a sync client kept: not sent, and named",
    FileClass.READY: "says that the shoot is complete: the quiet period is skipped",
}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def explain(config: Path | None, file: Path) -> None:
    """Say what each gate makes of FILE in a watched folder, with numbers, and what became of it and its shoot."""
    settings = load(config, os.environ)
    path = Path(os.path.abspath(file))
    folder, relative = _within(path, settings.folders)
    shoot, inside = folder.watch / relative.parts[0], Path(*relative.parts[1:])
    click.echo(f"{printable(str(inside))} in {printable(str(shoot))}")
    with Reader(settings.state_dir) as reader:
        for gate, why in (*_of_file(path, inside), *_of_client(folder, shoot), *_of_shoot(reader, shoot, inside)):
            click.echo(f"  {gate:<12} {printable(why)}")


def _within(path: Path, folders: tuple[FolderSettings, ...]) -> tuple[FolderSettings, Path]:
    for folder in folders:
        if path.is_relative_to(folder.watch) and len(path.relative_to(folder.watch).parts) > 1:
            return folder, path.relative_to(folder.watch)
    roots = ", ".join(str(folder.watch) for folder in folders)
    raise click.ClickException(f"{path} is not a file of a shoot in a watched folder ({roots}).")


def _of_file(path: Path, inside: Path) -> Iterator[tuple[str, str]]:
    for name in inside.parts[:-1]:
        if holds_in_flight(name):
            yield "names", f"what lies in {name} is still on its way"
        elif is_junk_folder(name) or is_beside_the_photos(name, on_card=False):
            yield "names", f"the folder {name} is never looked into"
            return
    kind, pattern = classify(path.name), because_of(path.name)
    told = WORDS[kind] if kind is not None else "no photo, or junk: it is left alone, and holds nothing back"
    yield "names", told + (f" ({pattern})" if pattern else "")
    try:
        status = path.stat()
    except OSError as error:
        yield "on disk", f"cannot be looked at ({error.strerror})"
        return
    changed = datetime.fromtimestamp(status.st_mtime).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    yield "on disk", f"{status.st_size / 1e6:.1f} MB ({status.st_size} bytes), changed {changed}"
    if placeholder(status):
        yield "placeholders", "not brought by the sync client yet; it is not opened, for that would begin to bring it"
    elif kind is FileClass.PHOTO:
        yield "structure", _structure(path)


def _structure(path: Path) -> str:
    try:
        found = structure(path)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if found.fault is not None:
        return found.fault
    return "whole" if found.checked else f"not known for .{path.suffix.lstrip('.')} files: it counts as whole"


def _of_client(folder: FolderSettings, shoot: Path) -> Iterator[tuple[str, str]]:
    client = client_for(str(folder.watch), sync_client=folder.sync_client)
    yield "sync client", client.ask(str(shoot)).why if client is not None else "none keeps this folder"


def _of_shoot(reader: Reader, shoot: Path, inside: Path) -> Iterator[tuple[str, str]]:
    waits = next((waiting.reason for waiting in reader.waiting() if waiting.folder == str(shoot)), None)
    if waits is not None:
        yield "shoot", f"waits: {waits}"
    orders = [row for row in reader.find(str(shoot)) if row["folder"] == str(shoot)]
    for row in orders:
        yield "order", f"{row['id'][:8]} {row['phase']}: {_in_order(reader.order(row['id']), inside)}"
    if waits is None and not orders:
        yield "shoot", "not known yet. `bracketd status` tells whether the daemon is watching"


def _in_order(order: Order, inside: Path) -> str:
    path = inside.as_posix()
    for number, bracket in enumerate(order.brackets):
        if bracket.path == path:
            if bracket.left_out is not None:
                return f"it goes without this file: {bracket.left_out}"
            made = [image.file or image.name for image in order.images if number in image.brackets]
            return ("uploaded" if bracket.stored else "to be uploaded") + (f", in {', '.join(made)}" if made else "")
    if path in order.left_out:
        mine = File(path, 0, 0, 0)
        others = [File(bracket.path, 0, 0, 0) for bracket in order.brackets]
        twin = mine in one_per_frame([mine, *others])[1]
        return "left out: its JPEG is sent" if twin else "left out: unreadable or damaged, a copy, or a conflict copy"
    if order.brackets:
        return "not in this order: it came after the shoot was locked"
    return (order.trouble or "no photo of this shoot was sent").rstrip(".")
