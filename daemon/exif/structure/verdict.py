"""The result of checking a file's structure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Structure:
    """``fault`` is why the file is incomplete, as a predicate of its name. None if no fault is known.

    ``checked`` is True if the format can be checked, so that a file without a fault is complete.
    """

    fault: str | None = None
    checked: bool = True


WHOLE = Structure()
UNKNOWN = Structure(checked=False)
