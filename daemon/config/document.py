"""The configuration file as plain data, with the line number of every value.

PyYAML's safe loader reads it, so the file cannot run code. Numbers, ``yes``/``no`` and dates are parsed as in YAML 1.1.
Anchors, aliases and ``<<`` merges work, so that several watched folders can share settings. A file whose values are
nested too deeply or repeated too often is rejected before it costs time or memory.
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
"""libyaml's parser if PyYAML was built with it: the same results, ten times as fast."""

Location = tuple[str | int, ...]
"""The keys and list positions that lead to a value: ``("folders", 0, "watch")``."""

INDENTED_BY_TAB = re.compile(r" *\t")
MERGE = "tag:yaml.org,2002:merge"

LONGEST_NAME = 60
"""The maximum number of characters that a message shows of a setting's name."""


@dataclass(frozen=True, slots=True)
class Document:
    """A configuration file: its data, the line of every value, and the mistakes that are not visible in the data."""

    file: Path
    data: dict[str, Any]
    lines: Mapping[Location, int]
    problems: tuple[Problem, ...]

    def where(self, location: Location) -> str:
        """A position in the file, such as ``file:line: folders[0].quiet_period``.

        If the line of the value is unknown, it is the line of the nearest enclosing value.
        """
        known = next((location[:n] for n in range(len(location), -1, -1) if location[:n] in self.lines), None)
        line = f":{self.lines[known]}" if known else ""
        return f"{self.file}{line}: {spelled(location)}" if location else str(self.file)


def spelled(location: Location) -> str:
    """The location as text, such as ``folders[0].quiet_period``: one line, without control characters."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{named(part)}" for part in location).removeprefix(".")


def named(written: str) -> str:
    """A setting's name for a message: shortened, without control characters."""
    name = written if written.isprintable() else ascii(written)[1:-1]
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def find(path: Path | None, environ: Mapping[str, str]) -> Path:
    """The configuration file: ``path`` (``--config``), else ``$BRACKETD_CONFIG``, else the platform's default."""
    if path is not None:
        return path.absolute()
    if named := environ.get("BRACKETD_CONFIG"):
        return Path(os.path.expanduser(named)).absolute()
    return paths.config_file(environ).absolute()


def read(path: Path | None, environ: Mapping[str, str]) -> Document:
    """Read the configuration file. Raises ConfigError if it has no usable data; other mistakes are in ``problems``."""
    file = find(path, environ)
    document = parse(file, _content(file), first="folders:", example="`bracketd config example` shows the format.")
    if document is None:
        raise ConfigError((Problem(str(file), "The file is empty", _start(file)),))
    return document


def parse(file: Path, content: bytes, *, first: str, example: str) -> Document | None:
    """The document in the content of ``file``. None if it is empty. Raises ConfigError if it has no usable data.

    ``first`` is a line that such a file may start with, and ``example`` says where to find one, for the messages.
    """
    text = _text(file, content)
    try:
        data, reading = _parsed(file, text, example)
    except yaml.YAMLError as error:
        raise ConfigError((_syntax(file, text, error),)) from None
    if data is None:
        return None
    if not isinstance(data, dict):
        remedy = f"Start with lines such as `{first}`. {example}"
        raise ConfigError((Problem(f"{file}:1", "The file does not contain settings", remedy),))
    return Document(file, data, reading.lines, tuple(reading.problems))


def _parsed(file: Path, text: str, example: str) -> tuple[Any, _Reading]:
    require_shallow(file, text, type_of_loader, example)
    loader = type_of_loader(text)
    try:
        reading = _Reading(file, loader, example)
        node = loader.get_single_node()
        return (None if node is None else reading.value(node, (), ())), reading
    finally:
        loader.dispose()


def _start(file: Path) -> str:
    """The remedy for a missing or empty configuration file."""
    folder, there = shlex.quote(str(file.parent)), shlex.quote(str(file))
    made = "" if file.parent.is_dir() else f"mkdir -p {folder} && "
    return (
        f"Run `{made}bracketd config example > {there}` to create an example, and edit it. "
        "Or select another file with --config or $BRACKETD_CONFIG."
    )


def _content(file: Path) -> bytes:
    try:
        content = read_regular(file, LARGEST)
    except FileNotFoundError:
        raise ConfigError((Problem(str(file), "The file does not exist", _start(file)),)) from None
    except OSError as error:
        remedy = "Check its permissions."
        if isinstance(error, NotRegular | TooLarge):
            remedy = "Specify the text file that contains the settings."
        problem = Problem(str(file), f"The file cannot be read ({error.strerror})", remedy)
        raise ConfigError((problem,)) from None
    require_small(file, content)
    return content


def _text(file: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = Problem(f"{file}:{line}", "The file is not UTF-8 text", "Save it as UTF-8.")
        raise ConfigError((problem,)) from None


@dataclass
class _Reading:
    """Converts YAML nodes to plain data.

    ``above`` holds the enclosing nodes, to detect a node that contains itself. ``values`` counts the values so far.
    """

    file: Path
    loader: Any
    example: str
    lines: dict[Location, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    values: int = 0

    def value(self, node: yaml.Node, location: Location, above: tuple[yaml.Node, ...]) -> Any:
        self.values += 1
        require_bounded(self._where(node, location), self.values, len(above), self.example)
        self.lines.setdefault(location, node.start_mark.line + 1)
        if node in above:
            self._problem(node, location, "The value contains itself", "Write the value out instead of using an alias.")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location, (*above, node))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*location, n), (*above, node)) for n, item in enumerate(node.value)]
        if len(node.value) > LONGEST_SCALAR:
            return node.value
        try:
            return self.loader.construct_object(node)
        except ValueError:  # looks like a date or a number, but is invalid: 2024-13-45
            return node.value

    def _mapping(self, node: yaml.MappingNode, location: Location, above: tuple[yaml.Node, ...]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, item in node.value:
            if key.tag == MERGE:
                for source in item.value if isinstance(item, yaml.SequenceNode) else [item]:
                    if isinstance(source, yaml.MappingNode):
                        data = self.value(source, location, above) | data
                    else:
                        what = "`<<` is used with something that is not a group of settings"
                        self._problem(source, location, what, "Use the alias of a group, such as `<<: *day`.")
        own: set[str] = set()
        for key, item in node.value:
            if key.tag == MERGE:
                continue
            if not isinstance(key, yaml.ScalarNode):
                self._problem(key, location, "The name of a setting is not a plain word", "Write it as `name: value`.")
                continue
            name, line = key.value, key.start_mark.line + 1
            here = (*location, name)
            if name in own:
                what = f"{spelled(here)} is set twice; first on line {self.lines[here]}"
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
    """PyYAML's error in plain words. It quotes nothing from the file, which may contain the key."""
    mark, said = getattr(error, "problem_mark", None), str(getattr(error, "problem", None) or "")
    line = mark.line if mark else text.count("\n", 0, getattr(error, "position", 0))
    where = f"{file}:{line + 1}"
    if any(map(INDENTED_BY_TAB.match, text.splitlines()[line : line + 1])):
        return Problem(where, "A tab is used for indentation", "Indent with spaces.")
    if isinstance(error, yaml.reader.ReaderError):
        return Problem(
            where, "The file contains a character that YAML does not allow", "Remove it, or save the file as UTF-8."
        )
    if "another document" in said:
        return Problem(where, "A second document begins here", "Remove the line `---`.")
    if isinstance(error, yaml.constructor.ConstructorError | yaml.composer.ComposerError) or "tag" in said:
        return Problem(
            where, "A value starts with `!` or `*`, which have a special meaning in YAML", "Put it in quotes."
        )
    return Problem(
        where,
        f"This is not valid YAML: {said or 'it cannot be parsed'}",
        "Check this line and the one above for wrong indentation or a missing colon or quote. "
        "Put text with special characters in quotes.",
    )
