"""Templates for the names of pictures, such as ``{seq:02}-{stem}``.

A template has text and fields in braces; ``{{`` and ``}}`` are braces in the text. The fields are a closed list and
only ``seq`` has a format, so that a template cannot reach anything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

DEFAULT = "{stem}"
"""Every picture has the name of its first photo."""

FIELDS = ("seq", "stem", "shoot", "date", "time")

DISTINCT = ("seq", "stem", "time")
"""Fields that differ between the pictures of a shoot. A template needs at least one."""

FORBIDDEN = frozenset('/\\:*?"<>|')
"""Characters that some common file system or network share does not allow in a name."""

RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{n}" for port in ("com", "lpt") for n in "123456789¹²³"}
)
"""Names that Windows reserves, in lower case, with any extension."""

LONGEST = 120
"""Most bytes of a template in UTF-8, so that names keep room for their fields."""

_SEQ_FORMAT = re.compile(r"0([1-6])")
_KNOWN = ", ".join(f"{{{name}}}" for name in FIELDS)


class BadTemplate(ValueError):
    """A template that cannot be used. ``what`` has no full stop; ``remedy`` is a sentence.

    ``unknown`` is the name of a field that does not exist, empty for other mistakes.
    """

    def __init__(self, what: str, remedy: str, *, unknown: str = "") -> None:
        self.what, self.remedy, self.unknown = what, remedy, unknown
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Template:
    """A valid template: texts and fields in turn. A field of ``""`` is only text. ``width`` is that of ``seq``."""

    pieces: tuple[tuple[str, str], ...]
    width: int = 0

    def count(self, field: str) -> int:
        """How often a field occurs."""
        return sum(field == name for _, name in self.pieces)

    def filled(self, seq: int, values: Mapping[str, str]) -> str:
        """The text with the value of every field. ``values`` has all fields except ``seq``."""
        known = {**values, "seq": f"{seq:0{self.width}}", "": ""}
        return "".join(text + known[field] for text, field in self.pieces)


def parse(written: str) -> Template:
    """The template in a text. Raises BadTemplate."""
    if not written:
        raise BadTemplate("The template is empty", f"Use fields such as {_KNOWN}.")
    if len(written.encode("utf-8", "replace")) > LONGEST:
        raise BadTemplate("The template is too long", f"Use at most {LONGEST} characters; special ones count more.")
    try:
        parts = list(Formatter().parse(written))
    except ValueError:
        raise BadTemplate("A brace in the template has no partner", "Write {{ or }} for a brace in the name.") from None
    pieces = []
    widths = set()
    for text, field, form, conversion in parts:
        pieces.append((text, field or ""))
        if field is not None:
            widths |= _width(field, form or "", conversion)
    _require_portable(pieces)
    if not any(field in DISTINCT for _, field in pieces):
        raise BadTemplate("Every picture of a shoot would have the same name", "Add {seq} or {stem}.")
    if len(widths) > 1:
        raise BadTemplate("{seq} has two formats", "Use the same format for each {seq}.")
    return Template(tuple(pieces), max(widths, default=0))


def usable(written: str) -> Template:
    """The template in a text, or the default if it is not valid: a person may have edited a stored one."""
    try:
        return parse(written)
    except BadTemplate:
        return parse(DEFAULT)


def _width(field: str, form: str, conversion: str | None) -> set[int]:
    """The width of a ``seq`` field; empty for other fields. Raises BadTemplate for an unknown field or format."""
    if field not in FIELDS:
        shown = field if field.isprintable() else ascii(field)[1:-1]
        raise BadTemplate(f"Unknown field {{{shown}}} in the template", f"The fields are {_KNOWN}.", unknown=field)
    if conversion is not None:
        raise BadTemplate(f"{{{field}}} cannot be converted with `!`", f"Write {{{field}}}.")
    if field != "seq":
        if form:
            raise BadTemplate(f"{{{field}}} has no format", f"Write {{{field}}}. Only {{seq}} has one: {{seq:02}}.")
        return set()
    found = _SEQ_FORMAT.fullmatch(form)
    if form and found is None:
        raise BadTemplate(
            "This format of {seq} is not known", "Write {seq}, or {seq:02} for 01, 02 and so on, up to 06."
        )
    return {int(found[1]) if found else 0}


def _require_portable(pieces: list[tuple[str, str]]) -> None:
    """Raise BadTemplate if the template's own text is not allowed in names everywhere."""
    text = "".join(text for text, _ in pieces)
    bad = sorted(FORBIDDEN & set(text))
    if bad:
        raise BadTemplate(
            f"A name cannot contain {' '.join(bad)}", 'Remove it. These are not allowed: / \\ : * ? " < > |'
        )
    if not text.isprintable():
        raise BadTemplate("The template contains a control character", "Remove it.")
    (first, _), (last, ending) = pieces[0], pieces[-1]
    if first.startswith((".", " ")) or (not ending and last.endswith((".", " "))):
        raise BadTemplate("A name cannot begin or end with a dot or a space", "Remove it.")
