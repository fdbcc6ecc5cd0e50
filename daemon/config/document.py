"""The configuration file as plain data that remembers its lines.

Read with PyYAML's safe loader, so the file can name no code; numbers, ``yes``/``no`` and dates are understood as in
YAML 1.1. Anchors, aliases and ``<<`` merges work, so that several watched folders can share their settings. A file that
no person writes, with values nested or repeated without end, is refused before it costs time or memory.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from daemon.config.bounds import LARGEST, LONGEST_SCALAR, require_bounded, require_shallow, require_small
from daemon.errors import ConfigError, Problem
from daemon.host import paths
from daemon.regular import NotRegular, TooLarge, read_regular

type_of_loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where PyYAML was built with it: the same answers, ten times as fast."""

Location = tuple[str | int, ...]
"""The keys and list positions that lead to a value: ``("folders", 0, "watch")``."""

INDENTED_BY_TAB = re.compile(r" *\t")
MERGE = "tag:yaml.org,2002:merge"

LONGEST_NAME = 60
"""Characters of a setting's name that a message repeats."""


@dataclass(frozen=True, slots=True)
class Document:
    """A configuration file: its data, the line of every value, and mistakes that only the text shows."""

    file: Path
    data: dict[str, Any]
    lines: Mapping[Location, int]
    problems: tuple[Problem, ...]

    def where(self, location: Location) -> str:
        """``file:line: folders[0].quiet_period``; the line is the nearest one that is known."""
        known = next((location[:n] for n in range(len(location), -1, -1) if location[:n] in self.lines), None)
        line = f":{self.lines[known]}" if known else ""
        return f"{self.file}{line}: {spelled(location)}" if location else str(self.file)


def spelled(location: Location) -> str:
    """``folders[0].quiet_period``: on one line, and without what could steer a terminal."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{named(part)}" for part in location).removeprefix(".")


def named(written: str) -> str:
    """A setting's name as a message shows it."""
    name = written if written.isprintable() else ascii(written)[1:-1]
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def find(path: Path | None, environ: Mapping[str, str]) -> Path:
    """The configuration file: ``path`` (``--config``), else ``$BRACKETD_CONFIG``, else the platform's own place."""
    if path is not None:
        return path.absolute()
    if named := environ.get("BRACKETD_CONFIG"):
        return Path(os.path.expanduser(named)).absolute()
    return paths.config_file(environ).absolute()


def read(path: Path | None, environ: Mapping[str, str]) -> Document:
    """The configuration file's data. Raises ConfigError if there is none to be had; other mistakes are kept."""
    file = find(path, environ)
    text = _text(file)
    try:
        data, reading = _parsed(file, text)
    except yaml.YAMLError as error:
        raise ConfigError((_syntax(file, text, error),)) from None
    if data is None:
        raise ConfigError((Problem(str(file), "The file is empty", _start(file)),))
    if not isinstance(data, dict):
        remedy = "Begin with lines such as `folders:`; `bracketd config example` shows how."
        raise ConfigError((Problem(f"{file}:1", "These are not settings", remedy),))
    return Document(file, data, reading.lines, tuple(reading.problems))


def _parsed(file: Path, text: str) -> tuple[Any, _Reading]:
    require_shallow(file, text, type_of_loader)
    loader = type_of_loader(text)
    try:
        reading = _Reading(file, loader)
        node = loader.get_single_node()
        return (None if node is None else reading.value(node, (), ())), reading
    finally:
        loader.dispose()


def _start(file: Path) -> str:
    """How to begin with a configuration file."""
    folder, there = shlex.quote(str(file.parent)), shlex.quote(str(file))
    made = "" if file.parent.is_dir() else f"mkdir -p {folder} && "
    return (
        f"`{made}bracketd config example > {there}` writes an example there, to be filled in. "
        "Or name another file with --config or $BRACKETD_CONFIG."
    )


def _text(file: Path) -> str:
    try:
        content = read_regular(file, LARGEST)
    except FileNotFoundError:
        raise ConfigError((Problem(str(file), "There is no such file", _start(file)),)) from None
    except OSError as error:
        remedy = "See to its permissions."
        if isinstance(error, NotRegular | TooLarge):
            remedy = "Name the text file that holds the settings."
        problem = Problem(str(file), f"The file cannot be read ({error.strerror})", remedy)
        raise ConfigError((problem,)) from None
    require_small(file, content)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = Problem(f"{file}:{line}", "The file is not UTF-8 text", "Save it as UTF-8.")
        raise ConfigError((problem,)) from None


@dataclass
class _Reading:
    """The walk from YAML's nodes to plain data.

    ``above`` are the nodes being read, to notice one inside itself; ``values`` counts every value that was read.
    """

    file: Path
    loader: Any
    lines: dict[Location, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    values: int = 0

    def value(self, node: yaml.Node, location: Location, above: tuple[yaml.Node, ...]) -> Any:
        self.values += 1
        require_bounded(self._where(node, location), self.values, len(above))
        self.lines.setdefault(location, node.start_mark.line + 1)
        if node in above:
            self._problem(node, location, "The value contains itself", "Write it out instead of using an alias.")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location, (*above, node))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*location, n), (*above, node)) for n, item in enumerate(node.value)]
        if len(node.value) > LONGEST_SCALAR:
            return node.value
        try:
            return self.loader.construct_object(node)
        except ValueError:  # what looks like a date or number and is none: 2024-13-45
            return node.value

    def _mapping(self, node: yaml.MappingNode, location: Location, above: tuple[yaml.Node, ...]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, item in node.value:
            if key.tag == MERGE:
                for source in item.value if isinstance(item, yaml.SequenceNode) else [item]:
                    if isinstance(source, yaml.MappingNode):
                        data = self.value(source, location, above) | data
                    else:
                        what = "`<<` stands before something that is not a group of settings"
                        self._problem(source, location, what, "Write the alias of a group, such as `<<: *day`.")
        own: set[str] = set()
        for key, item in node.value:
            if key.tag == MERGE:
                continue
            if not isinstance(key, yaml.ScalarNode):
                self._problem(key, location, "A setting's name is not a word", "Write it as `name: value`.")
                continue
            name, line = key.value, key.start_mark.line + 1
            here = (*location, name)
            if name in own:
                what = f"{spelled(here)} is given twice, first in line {self.lines[here]}"
                self.problems.append(Problem(f"{self.file}:{line}: {spelled(here)}", what, "Remove one of them."))
                continue
            own.add(name)
            self.lines[here] = line
            data[name] = self.value(item, here, above)
        return data

    def _problem(self, node: yaml.Node, location: Location, what: str, remedy: str) -> None:
        self.problems.append(Problem(self._where(node, location), what, remedy))

    def _where(self, node: yaml.Node, location: Location) -> str:
        return f"{self.file}:{node.start_mark.line + 1}: {spelled(location)}".removesuffix(": ")


def _syntax(file: Path, text: str, error: yaml.YAMLError) -> Problem:
    """PyYAML's complaint in other words, without the file's own: they might hold the key."""
    mark, said = getattr(error, "problem_mark", None), str(getattr(error, "problem", None) or "")
    line = mark.line if mark else text.count("\n", 0, getattr(error, "position", 0))
    where = f"{file}:{line + 1}"
    if any(map(INDENTED_BY_TAB.match, text.splitlines()[line : line + 1])):
        return Problem(where, "A tab is used for indentation", "Indent with spaces.")
    if isinstance(error, yaml.reader.ReaderError):
        return Problem(where, "There is a character that YAML does not allow", "Remove it, or save the file as UTF-8.")
    if "another document" in said:
        return Problem(where, "A second document begins here", "Remove the line `---`.")
    if isinstance(error, yaml.constructor.ConstructorError | yaml.composer.ComposerError) or "tag" in said:
        return Problem(where, "A value begins with `!` or `*`, which mean something in YAML", "Put it in quotes.")
    return Problem(
        where,
        f"This is not YAML: {said or 'it cannot be read'}",
        "Look at this line and the one above: the indentation, a missing colon or quote; "
        "text with special characters belongs in quotes.",
    )
