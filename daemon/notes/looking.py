"""Finds and reads delivery notes, and checks if their pictures still exist."""

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
"""Matches the names from ``daemon.delivery.note_name``, and the names that sync clients give to conflict copies."""

HEAD = 4096
"""The number of bytes at the start of a note that contain the order's id, unless the shoot's name is very long."""

_ID = re.compile(rb'^\{\s*"version": \d+,\s*"shoot": "(?:[^"\\]|\\.)*",\s*"order_id": "([0-9a-f-]{36})"')

PIECE = 1024 * 1024

NOT_A_NOTE = (ValueError, TypeError, LookupError, AttributeError, OverflowError)
"""The errors that ``order_of`` raises for a file that is not a delivery note."""


NotePath = tuple[str, str]
"""The folder and the name of a note."""

Unread = Mapping[str, str]
"""The notes, and folders that may contain notes, that could not be read: path → reason."""


def notes_in(folder: str) -> list[str]:
    """The sorted names of the delivery notes in a folder. Raises OSError."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if NAME.fullmatch(entry.name))


def changed_at(output: str) -> int:
    """The time of an output folder's last change in ns, 0 if it does not exist. Raises OSError."""
    try:
        return os.stat(output).st_mtime_ns
    except FileNotFoundError:
        return 0


def folders_in(output: str) -> tuple[list[str], int]:
    """The names of the folders directly in an output folder, and the time of its last change. Raises OSError.

    The list is empty if the output folder does not exist or may not be listed.
    """
    changed = changed_at(output)
    try:
        with os.scandir(output) as entries:
            folders = [entry.name for entry in entries if _may_hold_notes(entry)]
    except (FileNotFoundError, PermissionError):
        return [], changed
    return sorted(folders), changed


class Spoiled(ValueError):
    """Raised for a delivery note with invalid content."""


def named_below(output: str, folders: Iterable[str]) -> tuple[dict[NotePath, str], Unread]:
    """The order's id of each note in these folders of an output folder, and what could not be read."""
    found: dict[NotePath, str] = {}
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


def read_each(places: Iterable[NotePath]) -> tuple[list[Note], Unread]:
    """Read the notes in these places. Returns the notes, and what could not be read.

    Missing files and files that are not delivery notes are left out.
    """
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


def read_all(places: Iterable[NotePath]) -> list[Note]:
    """Read the notes in these places. Missing, invalid and other files are left out. Raises OSError."""
    read_here = (_read_if_valid(folder, name) for folder, name in places)
    return [note for note in read_here if note is not None]


def read_in(folder: str) -> list[Note]:
    """All notes in a folder. Empty if it does not exist. Raises OSError."""
    try:
        return read_all((folder, name) for name in notes_in(folder))
    except OSError as error:
        if not is_absent(error):
            raise
        return []


def id_in(folder: str, name: str) -> str | None:
    """The id of a note's order, usually from its first bytes. None if the file is missing or not a delivery note.

    Raises OSError and Spoiled.
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
    """Read a delivery note. None if the file is missing or not a delivery note. Raises OSError and Spoiled."""
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
            raise Spoiled("its content is not valid") from error
    return None


def own_note(order: Order) -> Note | None:
    """The delivery note of an order in its output folder. Raises OSError."""
    for name in ("order.json", f"order-{order.id[:8]}.json"):
        note = _read_if_valid(order.output, name)
        if note is not None and note.order.id == order.id:
            return note
    return None


def missing(note: Note, go_on: Callable[[], None] = lambda: None) -> tuple[str, ...]:
    """The pictures of a note that are missing in its folder, or whose size or SHA-256 differs.

    ``go_on`` is called between reads. It may raise to stop.
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


def _read_if_valid(folder: str, name: str) -> Note | None:
    with suppress(Spoiled):
        return read(folder, name)
    return None


def _is_something_else(error: OSError) -> bool:
    """True if an error means that there is no note of this name: the file is missing, not regular, or too large."""
    return isinstance(error, IsADirectoryError | NotRegular | TooLarge) or is_absent(error)


def _is_of_an_order(content: object) -> bool:
    """True if a JSON document looks like a bracketd delivery note, even if another program reformatted it."""
    return isinstance(content, dict) and {"order_id", "settings", "brackets", "images"} <= content.keys()


def _why(error: OSError | Spoiled) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _head(folder: str, name: str) -> bytes:
    with open_regular(os.path.join(folder, name)) as file:
        return file.read(HEAD)


def _id_of(head: bytes) -> str | None:
    """The order's id in the first bytes of a note. None if it is not in them."""
    found = _ID.match(head)
    return found[1].decode() if found else None
