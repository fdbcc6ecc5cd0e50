"""What an image costs, as the vendor bills it: a number without a currency, kept to the last digit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from daemon.config.document import read
from daemon.config.mistake import Mistake
from daemon.errors import ConfigError, Problem

WRITTEN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
"""So few digits that sums of prices fit into the 28 which ``decimal`` keeps by itself: none is ever rounded."""

A_PRICE = "a price such as 0.75, zero or more"


def price(written: object) -> Decimal:
    """The price from a number or its words; a number counts as it was written, 0.1 being a tenth. Raises Mistake."""
    text = str(written).strip()
    if isinstance(written, bool) or not isinstance(written, int | float | str) or not WRITTEN.fullmatch(text):
        raise Mistake(f"This is not {A_PRICE}", "Write it with a point and without a currency, or remove the line.")
    return Decimal(text)


def locate_price(path: Path | None, environ: Mapping[str, str]) -> Decimal | None:
    """The setting ``price_per_image`` as ``load(path, environ)`` would give it, whatever else is wrong in the file.

    Raises ConfigError. pydantic is not imported.
    """
    document = read(path, environ)
    written = document.data.get("price_per_image")
    try:
        return None if written is None else price(written)
    except Mistake as mistake:
        problem = Problem(document.where(("price_per_image",)), mistake.what, mistake.remedy)
        raise ConfigError((problem,)) from None
