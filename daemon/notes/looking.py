"""Finds delivery notes, and looks whether their pictures are still there."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
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


def named_below(output: str, folders: Iterable[str]) -> tuple[dict[Place, str], list[str]]:
    """The order's id of each note in some folders of an output folder, and the folders that could not be read."""
    found: dict[Place, str] = {}
    unread: list[str] = []
    for folder in (os.path.join(output, name) for name in folders):
        try:
            found.update({(folder, name): order_id for name, order_id in named_in(folder)})
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            unread.append(folder)
    return found, unread


def read_all(places: Iterable[Place]) -> list[Note]:
    """The notes in these places. What is gone, or is something else, is left out. Raises OSError."""
    read_here = (read(folder, name) for folder, name in places)
    return [note for note in read_here if note is not None]


def read_in(folder: str) -> list[Note]:
    """All notes in a folder; none if it is not there. Raises OSError."""
    try:
        return read_all((folder, name) for name in notes_in(folder))
    except OSError as error:
        if not is_absent(error):
            raise
        return []


def named_in(folder: str) -> Iterator[tuple[str, str]]:
    """The name of each delivery note in a folder, and the id of its order, which is read from the first bytes.

    Raises OSError.
    """
    for name in notes_in(folder):
        try:
            order_id = _id_in(os.path.join(folder, name))
        except (NotRegular, FileNotFoundError, IsADirectoryError):
            continue
        if order_id is None:
            note = read(folder, name)
            order_id = note.order.id if note is not None else None
        if order_id is not None:
            yield name, order_id


def read(folder: str, name: str) -> Note | None:
    """The delivery note of this name; None if it is gone or is something else. Raises OSError."""
    try:
        data = read_regular(os.path.join(folder, name), LARGEST_JSON)
    except (IsADirectoryError, NotRegular, TooLarge):
        return None
    except OSError as error:
        if not is_absent(error):
            raise
        return None
    with suppress(*NOT_A_NOTE):
        content: Any = json_of(data.decode("utf-8", "replace"))
        return Note(order_of(content), folder, name)
    return None


def own_note(order: Order) -> Note | None:
    """The delivery note of an order in its output folder. Raises OSError."""
    for name in ("order.json", f"order-{order.id[:8]}.json"):
        note = read(order.output, name)
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


def _id_in(path: str) -> str | None:
    """The order's id by the first bytes of its note; None if they do not tell."""
    with open_regular(path) as file:
        found = _ID.match(file.read(HEAD))
    return found[1].decode() if found else None
