"""Finds the shoot that ``submit`` is asked to send, from the path that a person gives."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from daemon.config import FolderSettings, load
from daemon.errors import ConfigError
from daemon.text import alike, printable

SHOWN = 3
"""The number of shoots that an error shows as examples."""


class ShootPath(click.Path):
    """An existing path. The error for a missing path suggests shoots with the same name."""

    name = "folder"

    def __init__(self) -> None:
        super().__init__(exists=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path. Raises BadParameter if it does not exist."""
        if ctx is not None and not os.path.lexists(value):
            self.fail(printable(_missing(Path(os.path.abspath(value)), _watched(ctx))), param, ctx)
        return super().convert(value, param, ctx)


def shoot_folder(path: Path, folders: Sequence[FolderSettings]) -> str:
    """A shoot's folder as the daemon knows it: the watched folder as in the settings, and the shoot's name on disk.

    Raises ClickException with the right command if the path is not a shoot's folder.
    """
    absolute = Path(os.path.abspath(path))
    watched = [folder.watch for folder in folders]
    found = _within(absolute, watched) or _within(Path(os.path.realpath(absolute)), watched)
    if found is not None:
        watch, inside = found
        shoot = os.path.join(watch, name_on_disk(watch, inside[0]))
        if len(inside) == 1 and os.path.isdir(shoot):
            return shoot
        raise click.ClickException(printable(_not_a_shoot(absolute, shoot, watch, loose=len(inside) == 1)))
    raise click.ClickException(printable(_elsewhere(absolute, folders)))


def _within(path: Path, watched: Sequence[Path]) -> tuple[Path, tuple[str, ...]] | None:
    """The watched folder that contains a path, and the path's parts inside it; None if there is none."""
    for above in path.parents:
        for watch in watched:
            if _same(above, watch):
                return watch, path.relative_to(above).parts
    return None


def _not_a_shoot(path: Path, shoot: str, watch: Path, *, loose: bool) -> str:
    if loose:
        return f"{path} is not in a shoot. Move it into a new folder in {watch}; that folder is then a shoot."
    name = os.path.basename(shoot)
    return f"{path} is part of the shoot “{name}”. Shoots are sent as a whole: `{command(shoot)}`"


def _elsewhere(path: Path, folders: Sequence[FolderSettings]) -> str:
    """The error for a path outside all shoots: what the path is, and what to do."""
    root = next((folder.watch for folder in folders if _same(path, folder.watch)), None)
    if root is not None:
        return f"{path} is a watched folder, not a shoot. Each folder in it is a shoot. {_examples([root])}"
    inner = [folder.watch for folder in folders if _is_above(path, folder.watch)]
    if inner:
        listed = ", ".join(map(str, inner))
        return f"{path} is not a shoot: it contains the watched folder {listed}. {_examples(inner)}"
    if any(_same(path, folder.output) or _is_above(folder.output, path) for folder in folders):
        show = f"bracketd show {shlex.quote(str(path))}"
        return f"{path} is in an output folder, which holds finished pictures. `{show}` shows which shoot they are of."
    roots = ", ".join(str(folder.watch) for folder in folders)
    return f"{path} is not directly in a watched folder ({roots}). Move or copy the shoot's folder into one of them."


def _watched(ctx: click.Context) -> list[Path]:
    """The watched folders. Empty if the settings are invalid, because the command itself reports that."""
    try:
        return [folder.watch for folder in load(ctx.find_root().obj, os.environ).folders]
    except ConfigError:
        return []


def _missing(path: Path, watched: Sequence[Path]) -> str:
    """The error for a path that does not exist. It names shoots with the same name, or other shoots as examples."""
    meant = [os.path.join(watch, name) for watch in watched for name in _shoots(watch) if alike(name, path.name)]
    if meant:
        commands = ", ".join(f"`{command(shoot)}`" for shoot in meant)
        return f"{path} does not exist. There is a shoot with that name: {commands}"
    return f"{path} does not exist. {_examples(watched) if watched else ''}".rstrip()


def _examples(watched: Sequence[Path]) -> str:
    """Example commands that send some of the existing shoots."""
    shoots = [os.path.join(watch, name) for watch in watched for name in _shoots(watch)]
    if not shoots:
        return f"There are no shoots yet. Move a folder of photos into {watched[0]}."
    shown = "".join(f" `{command(shoot)}`" for shoot in shoots[:SHOWN])
    more = f", and {len(shoots) - SHOWN} more" if len(shoots) > SHOWN else ""
    return f"Specify the shoot's folder:{shown}{more}"


def command(shoot: str) -> str:
    """The command that sends a shoot, ready to be copied into a shell."""
    return f"bracketd submit {shlex.quote(shoot)}"


def _shoots(watch: Path) -> Iterator[str]:
    """The names of the folders in a watched folder."""
    try:
        with os.scandir(watch) as entries:
            yield from sorted(entry.name for entry in entries if entry.is_dir() and not entry.name.startswith("."))
    except OSError:
        return


def name_on_disk(watch: Path, name: str) -> str:
    """A shoot's name as it is on disk. File systems may accept another case or Unicode form of a name."""
    try:
        names = os.listdir(watch)
    except OSError:
        return name
    if name in names:
        return name
    same = next((other for other in names if _same(watch / other, watch / name)), None)
    return same or next((other for other in names if alike(other, name)), name)


def _is_above(above: Path, path: Path) -> bool:
    return any(_same(above, parent) for parent in path.parents)


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
