"""Finds delivery notes, and looks whether their pictures are still there."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from daemon.files.fitting import is_absent
from daemon.files.incoming import LARGEST_JSON
from daemon.files.names import is_junk_folder
from daemon.notes.parsing import order_of
from daemon.order import Image, ImageState, Order
from daemon.order.found import Note
from daemon.regular import NotRegular, TooLarge, json_of, open_regular, read_regular

NAME = re.compile(r"order.*\.json", re.DOTALL)
"""Names of delivery notes: as ``daemon.delivery.note_name`` gives them, and as sync clients name second versions."""

HEAD = 4096
"""Bytes at the beginning of a note, which name the order unless the shoot's name is very long."""

_ID = re.compile(rb'^\{\s*"version": \d+,\s*"shoot": "(?:[^"\\]|\\.)*",\s*"order_id": "([0-9a-f-]{36})"')

PIECE = 1024 * 1024

NOT_A_NOTE = (ValueError, TypeError, LookupError, AttributeError, OverflowError)
"""What ``order_of`` raises for something else."""


Place = tuple[str, str]
"""The folder and the name of a note."""

Unread = Mapping[str, str]
"""Why notes, or folders that may have some, could not be read, by their paths."""


def notes_in(folder: str) -> list[str]:
    """The names in a folder that delivery notes bear. Raises OSError."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if NAME.fullmatch(entry.name))


def changed_at(output: str) -> int:
    """The time of an output folder's last change, 0 if it is not there. Raises OSError."""
    try:
        return os.stat(output).st_mtime_ns
    except FileNotFoundError:
        return 0


def folders_in(output: str) -> tuple[list[str], int]:
    """The folders directly in an output folder, and the time of its last change. Raises OSError.

    None are seen in one that is not there, or that may be written to but not listed.
    """
    changed = changed_at(output)
    try:
        with os.scandir(output) as entries:
            folders = [entry.name for entry in entries if _may_hold_notes(entry)]
    except (FileNotFoundError, PermissionError):
        return [], changed
    return sorted(folders), changed


class Spoiled(ValueError):
    """A delivery note of bracketd's of which something cannot be understood."""


def named_below(output: str, folders: Iterable[str]) -> tuple[dict[Place, str], Unread]:
    """The order's id of each note in some folders of an output folder, and what could not be read."""
    found: dict[Place, str] = {}
    unread: dict[str, str] = {}
    for folder in (os.path.join(output, name) for name in folders):
        try:
            names = notes_in(folder)
        except OSError as error:
            if not is_absent(error):
                unread[folder] = _why(error)
            continue
        for name in names:
            try:
                order_id = id_in(folder, name)
            except (OSError, Spoiled) as error:
                unread[os.path.join(folder, name)] = _why(error)
                continue
            if order_id is not None:
                found[folder, name] = order_id
    return found, unread


def read_each(places: Iterable[Place]) -> tuple[list[Note], Unread]:
    """The notes in these places, and what could not be read. What is gone, or is something else, is left out."""
    found: list[Note] = []
    unread: dict[str, str] = {}
    for folder, name in places:
        try:
            note = read(folder, name)
        except (OSError, Spoiled) as error:
            unread[os.path.join(folder, name)] = _why(error)
            continue
        if note is not None:
            found.append(note)
    return found, unread


def read_all(places: Iterable[Place]) -> list[Note]:
    """The notes in these places. What is gone, spoiled, or something else is left out. Raises OSError."""
    read_here = (_read_if_sound(folder, name) for folder, name in places)
    return [note for note in read_here if note is not None]


def read_in(folder: str) -> list[Note]:
    """All notes in a folder; none if it is not there. Raises OSError."""
    try:
        return read_all((folder, name) for name in notes_in(folder))
    except OSError as error:
        if not is_absent(error):
            raise
        return []


def id_in(folder: str, name: str) -> str | None:
    """The id of a note's order, which is read from the first bytes; None if it is gone or is something else.

    Raises OSError, and Spoiled.
    """
    try:
        order_id = _id_of(_head(folder, name))
    except OSError as error:
        if not _is_something_else(error):
            raise
        return None
    if order_id is not None:
        return order_id
    note = read(folder, name)
    return note.order.id if note is not None else None


def read(folder: str, name: str) -> Note | None:
    """The delivery note of this name; None if it is gone or is something else. Raises OSError, and Spoiled."""
    try:
        data = read_regular(os.path.join(folder, name), LARGEST_JSON)
    except OSError as error:
        if not _is_something_else(error):
            raise
        if isinstance(error, TooLarge) and _id_of(_head(folder, name)) is not None:
            raise Spoiled(error.strerror) from error
        return None
    content: Any = None
    try:
        content = json_of(data.decode("utf-8", "replace"))
        return Note(order_of(content), folder, name)
    except NOT_A_NOTE as error:
        if _id_of(data[:HEAD]) is not None or _is_of_an_order(content):
            raise Spoiled("it makes no sense") from error
    return None


def own_note(order: Order) -> Note | None:
    """The delivery note of an order in its output folder. Raises OSError."""
    for name in ("order.json", f"order-{order.id[:8]}.json"):
        note = _read_if_sound(order.output, name)
        if note is not None and note.order.id == order.id:
            return note
    return None


def missing(note: Note, go_on: Callable[[], None] = lambda: None) -> tuple[str, ...]:
    """The pictures of a note that do not lie beside it with the size and the bytes that it tells of.

    ``go_on`` is called between reads, and raises to break off.
    """
    placed = (image for image in note.order.images if image.state is ImageState.PLACED)
    return tuple(image.file or image.name for image in placed if not _lies_in(note.folder, image, go_on))


def _lies_in(folder: str, image: Image, go_on: Callable[[], None]) -> bool:
    digest = hashlib.sha256()
    try:
        with open_regular(os.path.join(folder, image.file or "")) as file:
            if os.fstat(file.fileno()).st_size != image.size:
                return False
            while piece := file.read(PIECE):
                go_on()
                digest.update(piece)
    except OSError:
        return False
    return digest.hexdigest() == image.sha256


def _may_hold_notes(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or is_junk_folder(entry.name):
        return False
    try:
        return entry.is_dir()
    except OSError:
        return False


def _read_if_sound(folder: str, name: str) -> Note | None:
    with suppress(Spoiled):
        return read(folder, name)
    return None


def _is_something_else(error: OSError) -> bool:
    """Whether an error says that a name is not that of a note: nothing, a folder, or no regular file has it."""
    return isinstance(error, IsADirectoryError | NotRegular | TooLarge) or is_absent(error)


def _is_of_an_order(content: object) -> bool:
    """Whether a JSON document tells of an order of bracketd's, as other programs may have written it again."""
    return isinstance(content, dict) and {"order_id", "settings", "brackets", "images"} <= content.keys()


def _why(error: OSError | Spoiled) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _head(folder: str, name: str) -> bytes:
    with open_regular(os.path.join(folder, name)) as file:
        return file.read(HEAD)


def _id_of(head: bytes) -> str | None:
    """The order's id by the first bytes of its note; None if they do not tell."""
    found = _ID.match(head)
    return found[1].decode() if found else None
