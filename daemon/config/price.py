"""The vendor's price of an image: an exact decimal number without a currency."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from daemon.config.document import read
from daemon.config.mistake import Mistake
from daemon.errors import ConfigError, Problem

WRITTEN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
"""Few enough digits that sums of prices fit into the 28 digits of ``decimal``'s default, so nothing is rounded."""

A_PRICE = "a price such as 0.75, zero or more"


def price(written: object) -> Decimal:
    """The price from a number or a text, exactly as written: 0.1 is one tenth. Raises Mistake."""
    text = str(written).strip()
    if isinstance(written, bool) or not isinstance(written, int | float | str) or not WRITTEN.fullmatch(text):
        raise Mistake(
            f"This is not {A_PRICE}", "Write it with a decimal point and without a currency sign, or remove the line."
        )
    return Decimal(text)


def locate_price(path: Path | None, environ: Mapping[str, str]) -> Decimal | None:
    """The setting ``price_per_image`` as ``load(path, environ)`` returns it, ignoring mistakes in other settings.

    Raises ConfigError. Does not import pydantic.
    """
    document = read(path, environ)
    written = document.data.get("price_per_image")
    try:
        return None if written is None else price(written)
    except Mistake as mistake:
        problem = Problem(document.where(("price_per_image",)), mistake.what, mistake.remedy)
        raise ConfigError((problem,)) from None
