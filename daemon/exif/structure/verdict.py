"""What the structure of a file says about its being whole."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Structure:
    """``fault`` is why the file is not whole, as the end of a sentence that its name begins; None if nothing is known.

    ``checked`` tells that its format is one whose end can be told: without a fault such a file is whole.
    """

    fault: str | None = None
    checked: bool = True


WHOLE = Structure()
UNKNOWN = Structure(checked=False)
