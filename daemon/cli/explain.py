"""``bracketd explain FILE``: what each gate makes of one file, and what became of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import click

from daemon.access import access_of
from daemon.cli.leftout import why_left_out
from daemon.cli.state import look
from daemon.cli.target import name_on_disk
from daemon.cli.words import printable
from daemon.config import FolderSettings, load
from daemon.exif.structure import structure
from daemon.exif.structure.words import amount
from daemon.files.names import (
    because_of,
    classify,
    holds_in_flight,
    is_beside_the_photos,
    is_junk_folder,
    is_other_picture,
)
from daemon.files.placeholders import placeholder
from daemon.files.scan import scan
from daemon.frames import frame, shot
from daemon.grouping import RAW, dangling, extension
from daemon.order import Bracket, Order, Phase, Sent
from daemon.shoot import FileClass, Shot
from daemon.shoot.shot import UNKNOWN
from daemon.store.reading import Reader
from daemon.syncing import SyncClient, client_for

WORDS = {
    FileClass.PHOTO: "a photo",
    FileClass.IN_FLIGHT: "still being copied or synced: the shoot waits for it",
    FileClass.PLACEHOLDER: "a placeholder of the sync client: the shoot waits until the photo is there",
    FileClass.CONFLICT: "a second version that a sync client kept: it is not sent",
    FileClass.READY: "says that the shoot is complete: nobody waits for the quiet period",
    None: "no photo: it is left alone, and holds nothing back",
}

Row = tuple[str, str]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def explain(config: Path | None, file: Path) -> None:
    """Say what each gate makes of FILE in a watched folder, with numbers, and what became of it and its shoot."""
    settings = load(config, os.environ)
    folder, inside = _within(Path(os.path.abspath(file)), settings.folders)
    shoot, inside = folder.watch / name_on_disk(folder.watch, inside.parts[0]), Path(*inside.parts[1:])
    syncthing = access_of(settings.syncthing)
    client = client_for(str(folder.watch), sync_client=folder.sync_client, syncthing=syncthing)
    kind, why = _class(shoot, inside)
    click.echo(f"{printable(str(inside))} in {printable(str(shoot))}")
    with look(settings.state_dir) as reader:
        for told, words in (
            ("names", why),
            *_on_disk(shoot / inside, kind),
            *_of_client(client, shoot),
            *_of_sets(shoot, kind),
            *_of_shoot(reader, shoot, inside, kind),
        ):
            click.echo(f"  {told:<12} {printable(words)}")


def _within(path: Path, folders: tuple[FolderSettings, ...]) -> tuple[FolderSettings, Path]:
    """The watched folder that a file lies in, by whatever name, and its path in there."""
    pairs = ((above, folder) for above in path.parents for folder in folders)
    found = next(((above, folder) for above, folder in pairs if _same(above, folder.watch)), None)
    if found is None:
        roots = ", ".join(str(folder.watch) for folder in folders)
        message = f"{path} is in no watched folder ({roots}). Name a file of a shoot in one of them."
        raise click.ClickException(printable(message))
    above, folder = found
    if path.is_dir():
        message = f"{path} is a folder. Name a file in it; `bracketd status` tells why a shoot waits."
        raise click.ClickException(printable(message))
    inside = path.relative_to(above)
    if len(inside.parts) == 1:
        message = f"{path} is in no shoot, and is left alone. Move it into a folder of its own, or the shoot it is of."
        raise click.ClickException(printable(message))
    return folder, inside


def _same(one: Path, other: Path) -> bool:
    try:
        return one == other or os.path.samefile(one, other)
    except OSError:
        return False


def _class(shoot: Path, inside: Path) -> tuple[FileClass | None, str]:
    """What the names of a file and of the folders that it lies in say, and why."""
    transfer = None
    for above, name in zip(reversed(inside.parents), inside.parts[:-1], strict=False):
        if is_junk_folder(name) or is_beside_the_photos(name, on_card=_is_card(shoot / above)):
            return None, f"the folder {name} is never looked into: nothing in it is sent, or holds anything back"
        if holds_in_flight(name):
            transfer = name
    kind, pattern = classify(inside.name), because_of(inside.name)
    if kind is not None and transfer is not None:
        return FileClass.IN_FLIGHT, f"{WORDS[FileClass.IN_FLIGHT]} (it lies in {transfer})"
    return kind, WORDS[kind] + (f" (its name is like {pattern})" if pattern else "")


def _is_card(folder: Path) -> bool:
    try:
        return any(name.upper() == "DCIM" for name in os.listdir(folder))
    except OSError:
        return False


def _on_disk(path: Path, kind: FileClass | None) -> Iterator[Row]:
    try:
        status = path.stat()
    except FileNotFoundError:
        yield "on disk", "not there"
        return
    except OSError as error:
        yield "on disk", f"cannot be looked at ({error.strerror})"
        return
    if not stat.S_ISREG(status.st_mode):
        yield "on disk", "a pipe, a socket or a device: it is never opened, and the shoot goes without it"
        return
    changed = datetime.fromtimestamp(status.st_mtime).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    exactly = f" ({status.st_size:,} bytes)" if status.st_size >= 1000 else ""
    yield "on disk", f"{amount(status.st_size)}{exactly}, changed {changed}"
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


def _of_client(client: SyncClient | None, shoot: Path) -> Iterator[Row]:
    yield "sync client", client.ask(str(shoot)).why if client is not None else "none keeps this folder"


def _of_sets(shoot: Path, kind: FileClass | None) -> Iterator[Row]:
    """Whether a bracket set of the shoot lacks photos."""
    if kind is not FileClass.PHOTO:
        return
    try:
        found = [frame(str(shoot), photo.path) for photo in scan(str(shoot)).usable]
    except OSError as error:
        yield "sets", f"cannot be told ({error.strerror})"
        return
    frames = [one for one in found if one is not None]
    words = dangling(frames) if len(frames) == len(found) else None
    yield "sets", words or "no bracket set of the shoot lacks a photo, as far as anybody can tell"


def _of_shoot(reader: Reader, shoot: Path, inside: Path, kind: FileClass | None) -> Iterator[Row]:
    """What the shoot waits for, and what its orders, the newest first, have to do with the file."""
    waits = next((waiting.reason for waiting in reader.waiting() if waiting.folder == str(shoot)), None)
    if waits is not None:
        yield "shoot", f"waits: {waits}"
    orders = [reader.order(row["id"]) for row in reader.find(str(shoot)) if row["folder"] == str(shoot)]
    if waits is None and not orders and kind is None and _has_no_photos(shoot):
        yield "shoot", "has no photos, and is left alone"
    elif waits is None and not orders:
        yield "shoot", "not known yet. `bracketd status` tells whether the daemon is watching"
    told = [(order, words) for order in orders if (words := _in_order(order, inside.as_posix(), kind)) is not None]
    if not told and orders and kind is not None:
        told = [(orders[0], _in_none(orders, shoot, inside.as_posix(), kind))]
    for order, words in told:
        yield "order", f"{order.id[:8]}, {order.phase.value}: {words}"


def _has_no_photos(shoot: Path) -> bool:
    try:
        found = scan(str(shoot))
    except OSError:
        return False
    return not (found.problems or any(file.kind is not FileClass.READY for file in found.files))


def _in_order(order: Order, path: str, kind: FileClass | None) -> str | None:
    """What an order does with a file; None if it does not know it."""
    for number, bracket in enumerate(order.brackets):
        if bracket.path == path:
            made = [image.file or image.name for image in order.images if number in image.brackets]
            return _of_bracket(order, bracket) + (f", in {', '.join(made)}" if made else "")
    if path not in order.left_out:
        return None
    if kind is None and is_other_picture(path):
        return "not sent: pictures of this format are not. Put it there as DNG or JPEG if it belongs to the shoot"
    if why := next((one for one in order.left_out_why if one.path == path), None):
        return f"not sent: {why_left_out(why)}"
    if twin := _twin(order, path):
        return f"not sent: {twin} of the same frame is"
    if kind is FileClass.CONFLICT:
        return "not sent: a conflict copy"
    return "not sent: a copy of another photo, or not readable or not whole when the shoot was locked"


def _of_bracket(order: Order, bracket: Bracket) -> str:
    if bracket.left_out is not None:
        return f"it goes without this file, which {bracket.left_out}"
    if bracket.stored:
        return "uploaded"
    return "was not uploaded" if order.phase in (Phase.CANCELLED, Phase.SKIPPED) else "to be uploaded"


def _in_none(orders: list[Order], shoot: Path, path: str, kind: FileClass) -> str:
    """Why none of a shoot's orders, the newest first, has a file."""
    newest = orders[0]
    if not newest.brackets:
        return (newest.trouble or "no photo of this shoot was sent").rstrip(".")
    if kind is not FileClass.PHOTO:
        return "not in it: it has photos only"
    photo = Bracket(path, 0, 0, 0, shot=_shot(shoot, path))
    if why := next((why for order in orders if (why := Sent(order).why_known(photo, here=True))), None):
        return f"not in it: {why_left_out(why)}"
    if any(path in order.late for order in orders):
        return "not in it: it came after the shoot was locked. Move it to a folder of its own to send it"
    return "not in it: it came after the shoot was locked" if os.path.lexists(shoot / path) else "not in it"


def _shot(shoot: Path, path: str) -> Shot:
    """What a photo says of its frame; a placeholder is not opened, for that would begin to bring it."""
    with suppress(OSError):
        if not placeholder((shoot / path).stat()):
            return shot(str(shoot), path)
    return UNKNOWN


def _twin(order: Order, path: str) -> str | None:
    """The bracket that is sent in place of a RAW's or a JPEG's file of the same frame, if no reason was kept."""
    stem = path.rpartition(".")[0].casefold()
    twins = (bracket.path for bracket in order.brackets if bracket.path.rpartition(".")[0].casefold() == stem)
    return next((twin for twin in twins if {extension(twin) in RAW, extension(path) in RAW} == {True, False}), None)
