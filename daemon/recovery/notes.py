"""Every delivery note below the output folders."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from daemon.notes import NAME, read
from daemon.order.found import Note


@dataclass(frozen=True, slots=True)
class Notes:
    """The delivery notes below the output folders, and the files and folders that could not be read."""

    found: tuple[Note, ...]
    unread: tuple[str, ...]


def find_notes(outputs: Iterable[str]) -> Notes:
    """Read every delivery note at any depth below these folders. A file that is something else is left alone.

    Of several notes of one order those come first that lie where they were written.
    """
    found: list[Note] = []
    unread: list[str] = []
    for output in dict.fromkeys(outputs):
        for folder, _, names in os.walk(output, onerror=lambda error: unread.append(str(error.filename))):
            for name in filter(NAME.fullmatch, sorted(names)):
                try:
                    note = read(folder, name)
                except OSError:
                    unread.append(os.path.join(folder, name))
                    continue
                if note is not None:
                    found.append(note)
    return Notes(tuple(sorted(found, key=lambda note: note.order.output != note.folder)), tuple(unread))
