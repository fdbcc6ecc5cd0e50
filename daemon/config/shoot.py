"""``bracketd.yaml`` in a shoot's folder: settings for this shoot alone, and sets fixed by file names.

It may come from someone else's synced folder. So it must be a regular file of at most 64 KiB and not a link. It can
only choose how the shoot's pictures are made and named, and that fewer are bought. It cannot choose the flow, key,
address, folders or limits.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from daemon.config.document import Document, Location, parse
from daemon.config.explain import explain
from daemon.config.mistake import Mistake
from daemon.config.preferences import check_preferences
from daemon.config.settings import A_GROUPING, A_SPLIT, EnhanceSettings, FileSettings, FolderSettings, Grouping, Model
from daemon.errors import ConfigError, Problem
from daemon.regular import NotRegular, TooLarge, read_regular
from daemon.shoot.sets import MOST_BRACKETS, Prefer, Singles, SplitName
from daemon.template import FORBIDDEN, RESERVED

NAME = "bracketd.yaml"

LARGEST = 64 * 1024
"""The maximum size of the file in bytes."""

LONGEST_NAME = 150
"""The maximum length of a shoot's output name in characters. Often 255 bytes fit; a character may need several."""

_EXAMPLE = "`bracketd plan FOLDER --write` writes an example."


def _component(written: object) -> object:
    """A name for a folder that every common file system allows, as one path component."""
    if not isinstance(written, str):
        return written
    stem = written.partition(".")[0].strip().casefold()
    bad = not written.strip() or written.startswith(".") or written != written.strip(" .") or stem in RESERVED
    if bad or FORBIDDEN & set(written) or not written.isprintable() or len(written) > LONGEST_NAME:
        raise Mistake(
            "This name cannot be used for a folder",
            'Write a name without / \\ : * ? " < > |, not starting with a dot, such as "12 Oak St".',
        )
    return written


def _file(written: object) -> object:
    """The path of a file in the shoot, with ``/``, in the folder of ``bracketd.yaml`` or below it."""
    if not isinstance(written, str):
        return written
    path, parts = PurePosixPath(written), PurePosixPath(written.replace("\\", "/")).parts
    if not parts or path.is_absolute() or ".." in parts or any(unicodedata.category(c) == "Cc" for c in written):
        raise Mistake("This is not the name of a photo in this shoot", "Write a name such as IMG_0431.JPG.")
    return str(path)


def _set(files: tuple[str, ...]) -> tuple[str, ...]:
    if not 2 <= len(files) <= MOST_BRACKETS:
        raise Mistake(
            f"A set has 2 to {MOST_BRACKETS} photos, and this one has {len(files)}",
            "Split it, or list a photo without a set under `single`.",
        )
    return files


PhotoName = Annotated[str, BeforeValidator(_file)]
Photos = Annotated[tuple[PhotoName, ...], Field(strict=False)]
PhotoSet = Annotated[Photos, AfterValidator(_set)]
FILES = "a list of file names"


class ShootSettings(Model):
    """A shoot's own settings. None and empty lists leave the watched folder's settings unchanged.

    ``sets`` are fixed sets, ``single`` photos become an image each, and ``skip`` photos are not sent. Only images of
    the sets of ``keep`` photos are bought. Files are named by their path in the shoot, or by their name alone if it is
    unique there. ``buy: all`` does not undo ``buy: ask`` of the watched folder.
    """

    enhance: EnhanceSettings | None = Field(default=None, description="a group of settings, indented below it")
    grouping: Grouping | None = Field(default=None, description=A_GROUPING)
    prefer: Prefer | None = Field(default=None, description="jpeg or raw")
    singles: Singles | None = Field(default=None, description="send, ask or leave_out")
    split: SplitName | None = Field(default=None, description=A_SPLIT)
    buy: Literal["all", "ask"] | None = Field(default=None, description="all or ask")
    name: Annotated[str | None, BeforeValidator(_component)] = Field(default=None, description="a name in quotes")
    sets: Annotated[tuple[PhotoSet, ...], Field(strict=False)] = Field(
        default=(), description="a list of sets, each a list of file names"
    )
    skip: Photos = Field(default=(), description=FILES)
    single: Photos = Field(default=(), description=FILES)
    keep: Photos = Field(default=(), description=FILES)


def read_shoot(folder: Path) -> tuple[ShootSettings, Document] | None:
    """The settings in a shoot's folder, and their document for the lines of later mistakes. None without a file.

    Raises ConfigError with every mistake, and OSError if the disk fails to read the file.
    """
    file = folder / NAME
    try:
        content = read_regular(file, LARGEST, links=False)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (NotRegular, TooLarge, IsADirectoryError) as error:
        remedy = f"Make {NAME} a text file of at most {LARGEST // 1024} KiB, or remove it."
        raise ConfigError((Problem(str(file), f"It cannot be used ({error.strerror})", remedy),)) from None
    return shoot_settings(file, content)


def shoot_settings(file: Path, content: bytes) -> tuple[ShootSettings, Document] | None:
    """The settings in the content of ``file``, and their document. None if it is empty. Raises ConfigError."""
    document = parse(file, content, first="grouping: sets", example=_EXAMPLE)
    return None if document is None else (_settings(document), document)


def _settings(document: Document) -> ShootSettings:
    own, data = {}, dict(document.data)
    for name in data:
        if name not in ShootSettings.model_fields and (name in FileSettings.model_fields or _is_folders(name)):
            own[name] = Problem(
                document.where((name,)),
                f"A shoot's own file cannot set {name}",
                "Remove it. It belongs in the settings of bracketd.",
            )
    problems = [*document.problems, *own.values(), *check_preferences(document)]
    problems += [*_listed_twice(document), *_not_sent(document)]
    try:
        settings = ShootSettings.model_validate({name: data[name] for name in data if name not in own})
    except ValidationError as error:
        problems += explain(error, document, ShootSettings)
    if problems:
        raise ConfigError(tuple(problems))
    return settings


def _is_folders(name: str) -> bool:
    return name in FolderSettings.model_fields


def _listed_twice(document: Document) -> list[Problem]:
    """Problems for photos that are listed more than once, under the same or different names of lists."""
    first: dict[str, Location] = {}
    problems = []
    for location, name in _listed(document.data):
        if name in first:
            where = document.where(location)
            line = document.lines.get(first[name], 0)
            problems.append(Problem(where, f"{name} is listed twice; first on line {line}", "Remove one of them."))
        first.setdefault(name, location)
    return problems


def _not_sent(document: Document) -> list[Problem]:
    """The problem of a file that lists sets or single photos although its grouping does not use them."""
    mode = document.data.get("grouping")
    if mode in (None, "sets", "folders") or not (document.data.get("sets") or document.data.get("single")):
        return []
    what = f"`grouping: {mode}` does not use `sets` and `single`"
    return [Problem(document.where(("grouping",)), what, "Write `grouping: sets`, or remove the lists.")]


def _listed(data: dict[str, object]) -> list[tuple[Location, str]]:
    """All photos in the lists of the file, with their locations."""
    sets = data.get("sets")
    lists: list[tuple[Location, object]] = [(("skip",), data.get("skip")), (("single",), data.get("single"))]
    lists += [(("sets", n), one) for n, one in enumerate(sets if isinstance(sets, list) else [])]
    return [
        ((*location, n), name)
        for location, names in lists
        for n, name in enumerate(names if isinstance(names, list) else [])
        if isinstance(name, str)
    ]
