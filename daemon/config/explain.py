"""Turns pydantic's errors into problems that a photographer understands."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from daemon.config.document import Document, Location, named
from daemon.config.mistake import Mistake, nearest
from daemon.config.settings import FileSettings
from daemon.errors import Problem

LONGEST = 60
"""The maximum number of characters that a message shows of a value."""


def explain(error: ValidationError, document: Document, model: type[BaseModel] = FileSettings) -> list[Problem]:
    """One problem per value, even if pydantic reports several errors for it. ``model`` is that of the whole file."""
    problems: dict[Location, Problem] = {}
    for complaint in error.errors(include_url=False):
        location = _inside_list(_named(complaint["loc"], model), complaint["loc"], document)
        emptied = (
            complaint["type"] == "too_short" and complaint["input"]
        )  # pydantic dropped every item, each for its own problem
        if location not in problems and not emptied:
            problems[location] = _problem(complaint, location, document.where(location), model)
    return list(problems.values())


def _problem(complaint: Any, location: Location, where: str, model: type[BaseModel]) -> Problem:
    field, mistake = _field(location, model), complaint.get("ctx", {}).get("error")
    if isinstance(mistake, Mistake):
        return Problem(where, mistake.what, mistake.remedy)
    if complaint["type"] == "extra_forbidden":
        return _unknown(location, where, model)
    if field is None:
        return Problem(where, complaint["msg"], "Compare with `bracketd config example`.")
    if complaint["type"] == "missing":
        return Problem(where, "This setting is missing", f"Add a line `{location[-1]}:` with {field.description}.")
    value = complaint["input"]
    unseen = SecretStr in _leaves(field.annotation) or _inner(field) is not None  # it may be a key in the wrong place
    shown = "The value" if unseen and isinstance(value, str | int | float) else _shown(value)
    return Problem(where, f"{shown} is not {field.description}", _remedy(value, field))


def _unknown(location: Location, where: str, model: type[BaseModel]) -> Problem:
    name, known = str(location[-1]), list(_model(location[:-1], model).model_fields)
    meant = nearest(name, known)
    remedy = f"Did you mean {meant}?" if meant else f"Remove it. Known settings: {', '.join(known)}."
    return Problem(where, f"Unknown setting {named(name)}", remedy)


def _remedy(value: object, field: FieldInfo) -> str:
    options = [option for option in _leaves(field.annotation) if isinstance(option, str)]
    if isinstance(value, str) and (meant := nearest(value, options)):
        return f"Did you mean {meant}?"
    kinds = _leaves(field.annotation)
    if (str in kinds or SecretStr in kinds) and value is not None and not isinstance(value, dict | list):
        return "Put it in quotes."
    if field.is_required():
        return "Change it."
    default = field.default
    if default is None or isinstance(default, BaseModel):
        return "Change it, or remove the line."
    return f"Change it, or remove the line for the default, {_shown(default)}."


def _shown(value: object) -> str:
    match value:
        case None | "":
            return "An empty value"
        case bool():
            return str(value).lower()
        case dict():
            return "A group of settings"
        case list():
            return "A list" if value else "An empty list"
        case float():
            return f"{value:g}"
    text = str(value)
    text = text if text.isprintable() else ascii(text)[1:-1]
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return f'"{text}"' if isinstance(value, str) else text


def _leaves(annotation: Any) -> list[Any]:
    """The types and literal values in an annotation."""
    parts = get_args(annotation)
    return [leaf for part in parts for leaf in _leaves(part)] if parts else [annotation]


def _named(location: tuple[int | str, ...], model: type[BaseModel]) -> Location:
    """The part of pydantic's location that exists in the file. Below a field without a model, pydantic adds its own."""
    for length in range(1, len(location) + 1):
        field = _field(location[:length], model)
        inner = None if field is None else _inner(field)
        if inner is None and not isinstance(location[length - 1], int):
            return location[:length]
    return location


def _inside_list(location: Location, whole: tuple[int | str, ...], document: Document) -> Location:
    """The location of an item in a list of plain values, as far as the file has it."""
    for part in whole[len(location) :]:
        if not isinstance(part, int) or (*location, part) not in document.lines:
            break
        location = (*location, part)
    return location


def _field(location: Location, model: type[BaseModel]) -> FieldInfo | None:
    if not location or isinstance(location[-1], int):
        return _field(location[:-1], model) if location else None
    return _model(location[:-1], model).model_fields.get(location[-1])


def _model(location: Location, model: type[BaseModel]) -> type[BaseModel]:
    field = _field(location, model)
    return (_inner(field) if field else None) or model


def _inner(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a group or of a list's items; None for any other field."""
    leaf = _leaves(field.annotation)[0]
    return leaf if isinstance(leaf, type) and issubclass(leaf, BaseModel) else None
