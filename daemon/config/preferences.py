"""The preferences under ``enhance`` that are not known by name.

The service gains new ones, so they pass through as they are given. What looks like a slip of the pen does not: a
misspelt preference would be ignored by the service, and the whole shoot would be paid for without it.
"""

from __future__ import annotations

from typing import Any

from daemon.config.document import Document, Location, named
from daemon.config.mistake import nearest
from daemon.config.settings import EnhanceSettings
from daemon.errors import Problem

SLIP = 0.85
"""Likeness (difflib's ratio) from which a name is a known one misspelt: ``sky_replacment`` 0.97, ``upscaling`` 0.75."""

GROUPING = ("number_of_brackets_per_image", "images")


def check_preferences(document: Document) -> list[Problem]:
    """Slips of the pen, and what has a setting of its own."""
    known = set(EnhanceSettings.model_fields)
    return [
        problem
        for location, given in _groups(document.data)
        for name in given
        if name not in known and (problem := _check(document, (*location, name), name, known))
    ]


def _groups(data: dict[str, Any]) -> list[tuple[Location, dict[str, Any]]]:
    folders = data.get("folders")
    return [
        (("folders", n, "enhance"), folder["enhance"])
        for n, folder in enumerate(folders if isinstance(folders, list) else [])
        if isinstance(folder, dict) and isinstance(folder.get("enhance"), dict)
    ]


def _check(document: Document, location: Location, name: str, known: set[str]) -> Problem | None:
    where = document.where(location)
    if name in GROUPING:
        return Problem(where, "How brackets are grouped is not a preference here", "Use the folder's `grouping`.")
    if meant := nearest(name, known, likeness=SLIP):
        return Problem(where, f"There is no preference called {named(name)}", f"Did you mean {meant}?")
    return None
