"""Checks preferences under ``enhance`` whose names bracketd does not know.

The service gains new preferences, so unknown names are passed through unchanged. Likely misspellings are rejected:
the service would ignore them, and the shoot would be paid for without the preference.
"""

from __future__ import annotations

from typing import Any

from daemon.config.document import Document, Location, named
from daemon.config.mistake import nearest
from daemon.config.settings import EnhanceSettings
from daemon.errors import Problem

GROUPING = ("number_of_brackets_per_image", "images")


def check_preferences(document: Document) -> list[Problem]:
    """Problems for misspelt names and for names that belong to another setting."""
    known = set(EnhanceSettings.model_fields)
    return [
        problem
        for location, given in _groups(document.data)
        for name in given
        if name not in known and (problem := _check(document, (*location, name), name, known))
    ]


def _groups(data: dict[str, Any]) -> list[tuple[Location, dict[str, Any]]]:
    """Every group of preferences: at the top of a shoot's own file, and in each watched folder of the settings."""
    folders = data.get("folders")
    groups: list[tuple[Location, object]] = [((), data)]
    groups += [(("folders", n), folder) for n, folder in enumerate(folders if isinstance(folders, list) else [])]
    return [
        ((*location, "enhance"), group["enhance"])
        for location, group in groups
        if isinstance(group, dict) and isinstance(group.get("enhance"), dict)
    ]


def _check(document: Document, location: Location, name: str, known: set[str]) -> Problem | None:
    where = document.where(location)
    if name in GROUPING:
        return Problem(where, "Grouping is not set under `enhance`", "Use the folder's `grouping`.")
    if meant := nearest(name, known):
        return Problem(where, f"Unknown preference {named(name)}", f"Did you mean {meant}?")
    return None
