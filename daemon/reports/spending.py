"""Purchases as terminal and page count them: one line for each order and month."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """The purchases of one order in one month (``2026-11``). ``at``: the first of them, in seconds since 1970 (UTC)."""

    month: str
    at: float
    shoot: str
    folder: str
    order_id: str
    supplement: bool
    images: int
    credits: int


def lines(purchases: Iterable[dict[str, Any]]) -> list[Line]:
    """Purchases summed by month and order, sorted by month and first purchase."""
    bought: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for purchase in purchases:
        bought.setdefault((month_of(purchase["at"]), purchase["order_id"]), []).append(purchase)
    summed = (
        Line(
            month,
            of[0]["at"],
            of[0]["shoot"],
            of[0]["folder"],
            order_id,
            of[0]["supplement_of"] is not None,
            len(of),
            sum(purchase["credits"] for purchase in of),
        )
        for (month, order_id), of in bought.items()
    )
    return sorted(summed, key=lambda line: (line.month, line.at))


def by_month(every: Iterable[Line]) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """Group lines by month."""
    return ((month, tuple(of)) for month, of in groupby(every, key=lambda line: line.month))


def amount(price: Decimal | None, images: int) -> str | None:
    """The exact price of a number of images, with at least two decimals; None if no price is set."""
    if price is None:
        return None
    whole, _, cents = format((price * images).normalize(), "f").partition(".")
    return f"{whole}.{cents:0<2}"


def month_of(seconds: float) -> str:
    """The month of a time in this machine's time zone, such as ``2026-11``."""
    return time.strftime("%Y-%m", time.localtime(seconds))
