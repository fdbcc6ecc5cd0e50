"""Finds the delivery notes in the output folders."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from daemon.notes import NAME, Unread, read_each
from daemon.order.found import Note


@dataclass(frozen=True, slots=True)
class Notes:
    """The delivery notes in the output folders, and the files and folders that could not be read, with reasons."""

    found: tuple[Note, ...]
    unread: Unread


def find_notes(outputs: Iterable[str]) -> Notes:
    """Read every delivery note in these folders, at any depth. Other files are ignored.

    Notes that are still in the folder they were written to come first.
    """
    found: list[Note] = []
    unread: dict[str, str] = {}

    def cannot(error: OSError) -> None:
        unread[str(error.filename)] = error.strerror or str(error)

    for output in dict.fromkeys(outputs):
        for folder, _, names in os.walk(output, onerror=cannot):
            notes, why_not = read_each((folder, name) for name in filter(NAME.fullmatch, sorted(names)))
            found += notes
            unread |= why_not
    return Notes(tuple(sorted(found, key=lambda note: note.order.source.output != note.folder)), unread)
