"""``bracketd explain FILE``: shows what a file is, what happened to it, and the gates of its waiting shoot."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import click

from daemon.cli.explain_set import set_of
from daemon.cli.state import look
from daemon.cli.target import name_on_disk
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
from daemon.frames import shot
from daemon.grouping import RAW, extension
from daemon.host.lock import running_pid
from daemon.order import Bracket, Order, Phase, Sent
from daemon.reports.leftout import why_left_out
from daemon.shoot import FileClass, GateResult, Shot
from daemon.shoot.shot import UNKNOWN
from daemon.store.reading import Reader
from daemon.store.waiting import Waiting
from daemon.text import printable

WORDS = {
    FileClass.PHOTO: "a photo",
    FileClass.IN_FLIGHT: "still being copied or synced",
    FileClass.PLACEHOLDER: "an online-only placeholder",
    FileClass.CONFLICT: "a conflict copy of a sync client; it is not sent",
    FileClass.READY: "marks the shoot as complete",
    None: "not a photo; bracketd ignores it and does not wait for it",
}

LATE = "not in the order, because it arrived after the shoot was locked"

Row = tuple[str, str]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def explain(config: Path | None, file: Path) -> None:
    """Show what FILE in a watched folder is, what happened to it, and which photos are in its set and why.

    For a waiting shoot, also show every gate.
    """
    settings = load(config, os.environ)
    folder, inside = _within(Path(os.path.abspath(file)), settings.folders)
    shoot, inside = folder.watch / name_on_disk(folder.watch, inside.parts[0]), Path(*inside.parts[1:])
    kind, why = _class(shoot, inside)
    _print_title(f"{inside} in {shoot}")
    with look(settings.state_dir) as reader:
        waiting = next((one for one in reader.waiting() if one.folder == str(shoot)), None)
        _print_rows([("class", why), *_on_disk(shoot / inside, kind), *_of_shoot(reader, waiting, shoot, inside, kind)])
    if kind is FileClass.PHOTO and (text := set_of(shoot, inside.as_posix(), folder)) is not None:
        _print_rows([("set", text)])
    if waiting is not None and waiting.gates:
        ended = "" if running_pid(settings.state_dir) is not None else ". The daemon is not running now"
        _print_title(f"Gates of the shoot, as of the daemon's last scan{ended}:")
        _print_rows((result.gate, _of_gate(result)) for result in waiting.gates)


def _print_title(text: str) -> None:
    click.echo(printable(text))


def _print_rows(rows: Iterable[Row]) -> None:
    for label, text in rows:
        click.echo(f"  {label:<12} {printable(text)}")


def _of_gate(result: GateResult) -> str:
    return f"{result.state.value}: {result.why}" if result.why else result.state.value


def _within(path: Path, folders: tuple[FolderSettings, ...]) -> tuple[FolderSettings, Path]:
    """The watched folder that contains a file, also through links, and the file's path in that folder."""
    pairs = ((above, folder) for above in path.parents for folder in folders)
    found = next(((above, folder) for above, folder in pairs if _same(above, folder.watch)), None)
    if found is None:
        roots = ", ".join(str(folder.watch) for folder in folders)
        message = f"{path} is not in a watched folder ({roots}). Specify a file of a shoot in one of them."
        raise click.ClickException(printable(message))
    above, folder = found
    if path.is_dir():
        message = f"{path} is a folder. Specify a file in it. `bracketd status` shows why a shoot is waiting."
        raise click.ClickException(printable(message))
    inside = path.relative_to(above)
    if len(inside.parts) == 1:
        message = f"{path} is not in a shoot, so it is not sent. Move it into its shoot's folder or into a new folder."
        raise click.ClickException(printable(message))
    return folder, inside


def _same(one: Path, other: Path) -> bool:
    try:
        return one == other or os.path.samefile(one, other)
    except OSError:
        return False


def _class(shoot: Path, inside: Path) -> tuple[FileClass | None, str]:
    """A file's class by its name and the names of its folders, and the class in words, with the reason."""
    transfer = None
    for above, name in zip(reversed(inside.parents), inside.parts[:-1], strict=False):
        if is_junk_folder(name) or is_beside_the_photos(name, on_card=_is_card(shoot / above)):
            return None, f"bracketd ignores the folder {name}; nothing in it is sent or waited for"
        if holds_in_flight(name):
            transfer = name
    kind, pattern = classify(inside.name), because_of(inside.name)
    if kind is not None and transfer is not None:
        return FileClass.IN_FLIGHT, f"{WORDS[FileClass.IN_FLIGHT]} (it is in {transfer})"
    if kind is FileClass.PHOTO and _is_placeholder(shoot / inside):
        return kind, WORDS[FileClass.PLACEHOLDER]
    return kind, WORDS[kind] + (f" (its name matches {pattern})" if pattern else "")


def _is_placeholder(path: Path) -> bool:
    try:
        return placeholder(path.stat())
    except OSError:
        return False


def _is_card(folder: Path) -> bool:
    try:
        return any(name.upper() == "DCIM" for name in os.listdir(folder))
    except OSError:
        return False


def _on_disk(path: Path, kind: FileClass | None) -> Iterator[Row]:
    try:
        status = path.stat()
    except FileNotFoundError:
        yield "on disk", "does not exist"
        return
    except OSError as error:
        yield "on disk", f"cannot be read ({error.strerror})"
        return
    if not stat.S_ISREG(status.st_mode):
        yield "on disk", "a pipe, a socket or a device; bracketd never opens it and leaves it out"
        return
    changed = datetime.fromtimestamp(status.st_mtime).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    exactly = f" ({status.st_size:,} bytes)" if status.st_size >= 1000 else ""
    yield "on disk", f"{amount(status.st_size)}{exactly}, changed {changed}"
    if placeholder(status):
        yield "content", "not checked: the sync client has not downloaded it, and opening it would start the download"
    elif kind is FileClass.PHOTO:
        yield "content", _content(path)


def _content(path: Path) -> str:
    try:
        found = structure(path)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if found.fault is not None:
        return found.fault
    return "complete" if found.checked else f"cannot be checked for .{path.suffix.lstrip('.')} files; assumed complete"


def _of_shoot(
    reader: Reader, waiting: Waiting | None, shoot: Path, inside: Path, kind: FileClass | None
) -> Iterator[Row]:
    """Rows about what the shoot waits for, and about the file in the shoot's orders, the newest first."""
    orders = [reader.order(row["id"]) for row in reader.find(str(shoot)) if row["folder"] == str(shoot)]
    if waiting is not None:
        yield "shoot", f"waits at the gate “{waiting.gate}”" if waiting.gate is not None else f"waits: {waiting.reason}"
    elif not orders and kind is None and _has_no_photos(shoot):
        yield "shoot", "has no photos; bracketd ignores it"
    elif not orders:
        yield "shoot", "not known yet. `bracketd status` shows if the daemon is watching"
    found = [(order, text) for order in orders if (text := _in_order(order, inside.as_posix(), kind)) is not None]
    if not found and orders and kind is not None:
        found = [(orders[0], _in_none(orders, shoot, inside.as_posix(), kind))]
    for order, text in found:
        yield "order", f"{order.id[:8]}, {order.phase.value}: {text}"


def _has_no_photos(shoot: Path) -> bool:
    try:
        found = scan(str(shoot))
    except OSError:
        return False
    return not (found.problems or any(file.kind is not FileClass.READY for file in found.files))


def _in_order(order: Order, path: str, kind: FileClass | None) -> str | None:
    """What an order does with a file; None if the file is not part of the order."""
    for number, bracket in enumerate(order.brackets):
        if bracket.path == path:
            made = [image.file or image.name for image in order.images if number in image.brackets]
            return _of_bracket(order, bracket) + (f", in {', '.join(made)}" if made else "")
    if path not in order.unsent.left_out:
        return None
    if kind is None and is_other_picture(path):
        return "not sent: bracketd does not send this format. If the photo belongs to the shoot, add it as DNG or JPEG"
    if why := next((one for one in order.unsent.left_out_why if one.path == path), None):
        return f"not sent: {why_left_out(why)}"
    if twin := _twin(order, path):
        return f"not sent: {twin} of the same frame is sent instead"
    if kind is FileClass.CONFLICT:
        return "not sent: a conflict copy"
    return "not sent: a copy of another photo, or unreadable or incomplete when the shoot was locked"


def _of_bracket(order: Order, bracket: Bracket) -> str:
    if bracket.left_out is not None:
        return f"left out: {bracket.left_out}"
    if bracket.stored:
        return "uploaded"
    return "was not uploaded" if order.phase in (Phase.CANCELLED, Phase.SKIPPED) else "to be uploaded"


def _in_none(orders: list[Order], shoot: Path, path: str, kind: FileClass) -> str:
    """Why a file is in none of a shoot's orders. ``orders``: the newest first."""
    newest = orders[0]
    if not newest.brackets:
        return (newest.trouble or "no photos of this shoot were sent").rstrip(".")
    if kind is not FileClass.PHOTO:
        return "not in the order, which contains only photos"
    photo = Bracket(path, 0, 0, 0, shot=_shot(shoot, path))
    if why := next((why for order in orders if (why := Sent(order).why_known(photo, here=True))), None):
        return f"not in the order: {why_left_out(why)}"
    if any(path in order.unsent.late for order in orders):
        return f"{LATE}. To send it, move it to a folder of its own"
    return LATE if os.path.lexists(shoot / path) else "not in the order"


def _shot(shoot: Path, path: str) -> Shot:
    """The metadata of a photo's frame. A placeholder is not opened, because that would start its download."""
    with suppress(OSError):
        return UNKNOWN if _is_placeholder(shoot / path) else shot(str(shoot), path)
    return UNKNOWN


def _twin(order: Order, path: str) -> str | None:
    """The bracket that is sent instead of the RAW or JPEG file of the same frame; for orders without stored reasons."""
    stem = path.rpartition(".")[0].casefold()
    twins = (bracket.path for bracket in order.brackets if bracket.path.rpartition(".")[0].casefold() == stem)
    return next((twin for twin in twins if {extension(twin) in RAW, extension(path) in RAW} == {True, False}), None)
