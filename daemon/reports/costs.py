"""The documents of ``bracketd costs``: purchases by month and shoot as JSON, and image by image as CSV."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from daemon.reports.spending import Line, amount, by_month, lines, month_of

COLUMNS = ("at", "month", "shoot", "folder", "order_id", "image_id", "file", "credits", "price")

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Characters that begin a formula in a spreadsheet cell, including the full-width forms (OWASP, CSV Injection)."""


def document(purchases: Iterable[dict[str, Any]], price: Decimal | None) -> dict[str, Any]:
    """The document of ``costs --json``, version 1. Times are ISO 8601 in UTC; prices are exact decimal strings."""
    every = lines(purchases)
    months = [
        {
            "month": month,
            **_sums(of, price),
            "shoots": [
                {
                    "shoot": line.shoot,
                    "folder": line.folder,
                    "order_id": line.order_id,
                    "supplement": line.supplement,
                    "at": _utc(line.at),
                    **_sums((line,), price),
                }
                for line in of
            ],
        }
        for month, of in by_month(every)
    ]
    return {"version": 1, "price_per_image": amount(price, 1), **_sums(every, price), "months": months}


def _sums(of: Sequence[Line], price: Decimal | None) -> dict[str, Any]:
    images = sum(line.images for line in of)
    return {"images": images, "credits": sum(line.credits for line in of), "price": amount(price, images)}


def cells(purchases: Iterable[dict[str, Any]], price: Decimal | None) -> Iterator[tuple[object, ...]]:
    """The rows of ``costs --csv``, one for each image; ``COLUMNS`` are their headings."""
    for bought in purchases:
        names = (bought[name] or "" for name in COLUMNS[2:7])
        at = datetime.fromtimestamp(bought["at"]).astimezone().isoformat(timespec="seconds")
        yield at.replace("+00:00", "Z"), month_of(bought["at"]), *map(_cell, names), bought["credits"], amount(price, 1)


def _cell(text: str) -> str:
    """Text on one line that a spreadsheet does not evaluate. Bytes that are not UTF-8 are escaped."""
    shown = CONTROL.sub("\N{REPLACEMENT CHARACTER}", text).encode("utf-8", "backslashreplace").decode()
    return f"'{shown}" if shown.startswith(FORMULA) else shown


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
