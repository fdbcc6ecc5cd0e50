"""Rejects folders inside one another, because the daemon would mistake its own results for shoots."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from daemon.config.document import Document, Location, spelled
from daemon.config.locate import state_dir
from daemon.config.mistake import Mistake
from daemon.config.places import expand, inside
from daemon.errors import Problem


class FolderSetting(NamedTuple):
    """A folder and the setting that gives its path."""

    location: Location
    path: Path

    @property
    def name(self) -> str:
        """``folders[0].watch``."""
        return spelled(self.location)


def check_overlaps(document: Document, environ: Mapping[str, str]) -> list[Problem]:
    """One problem for every folder inside another. Invalid paths are skipped; other checks report them."""
    watches = _folder_settings(document, "watch", environ)
    outputs = _folder_settings(document, "output", environ)
    problems = []
    for n, watch in enumerate(watches):
        for m, other in enumerate(watches):
            if n == m or not inside(watch.path, other.path):
                continue
            if not inside(other.path, watch.path):
                problems.append(_problem(document, watch, "The folder is inside", other, "Watch only one of them."))
            elif n > m:
                problems.append(_problem(document, watch, "The folder is the same as", other, "Watch it only once."))
    for output in outputs:
        if outer := _holding(output, watches):
            remedy = "Finished pictures would be mistaken for new shoots. Choose a folder outside the watched folders."
            problems.append(_problem(document, output, "The output is inside", outer, remedy))
    for state in _state(document, environ):
        if outer := _holding(state, [*watches, *outputs]):
            remedy = "Choose another folder."
            problems.append(_problem(document, state, "The state directory is inside", outer, remedy))
    return problems


def _holding(inner: FolderSetting, settings: list[FolderSetting]) -> FolderSetting | None:
    return next((setting for setting in settings if inside(inner.path, setting.path)), None)


def _problem(document: Document, setting: FolderSetting, what: str, other: FolderSetting, remedy: str) -> Problem:
    return Problem(document.where(setting.location), f"{what} {other.name} ({other.path})", remedy)


def _folder_settings(document: Document, name: str, environ: Mapping[str, str]) -> list[FolderSetting]:
    folders: Any = document.data.get("folders")
    settings = []
    for n, folder in enumerate(folders if isinstance(folders, list) else []):
        written = folder.get(name) if isinstance(folder, dict) else None
        try:
            settings.append(FolderSetting(("folders", n, name), expand(written, document.file.parent, environ)))
        except Mistake:
            continue
    return settings


def _state(document: Document, environ: Mapping[str, str]) -> list[FolderSetting]:
    try:
        return [FolderSetting(("state_dir",), state_dir(document, environ))]
    except Mistake:
        return []
