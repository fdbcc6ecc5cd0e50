"""Rejects folders inside one another, because the daemon would mistake its own results for shoots."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from daemon.config.document import Document, Location, spelled
from daemon.config.locate import state_dir
from daemon.config.mistake import Mistake
from daemon.config.places import Mark, expand, inside, marks
from daemon.errors import Problem


class FolderSetting(NamedTuple):
    """A folder and the setting that gives its path."""

    location: Location
    path: Path
    marks: tuple[Mark, ...]

    @property
    def name(self) -> str:
        """``folders[0].watch``."""
        return spelled(self.location)

    def is_inside(self, other: FolderSetting) -> bool:
        """True if this folder is the other one or anywhere inside it."""
        return inside(self.marks, other.marks)


def check_overlaps(document: Document, environ: Mapping[str, str]) -> list[Problem]:
    """One problem for every folder inside another. Invalid paths are skipped; other checks report them."""
    watches = _folder_settings(document, "watch", environ)
    outputs = _folder_settings(document, "output", environ)
    problems = []
    for n, watch in enumerate(watches):
        for m, other in enumerate(watches):
            if n == m or not watch.is_inside(other):
                continue
            if not other.is_inside(watch):
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
    return next((setting for setting in settings if inner.is_inside(setting)), None)


def _problem(document: Document, setting: FolderSetting, what: str, other: FolderSetting, remedy: str) -> Problem:
    return Problem(document.where(setting.location), f"{what} {other.name} ({other.path})", remedy)


def _folder_settings(document: Document, name: str, environ: Mapping[str, str]) -> list[FolderSetting]:
    folders: Any = document.data.get("folders")
    settings = []
    for n, folder in enumerate(folders if isinstance(folders, list) else []):
        written = folder.get(name) if isinstance(folder, dict) else None
        try:
            settings.append(_setting(("folders", n, name), expand(written, document.file.parent, environ)))
        except Mistake:
            continue
    return settings


def _setting(location: Location, path: Path) -> FolderSetting:
    return FolderSetting(location, path, marks(path))


def _state(document: Document, environ: Mapping[str, str]) -> list[FolderSetting]:
    try:
        return [_setting(("state_dir",), state_dir(document, environ))]
    except Mistake:
        return []
