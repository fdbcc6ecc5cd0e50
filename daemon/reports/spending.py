"""Purchases as terminal and page count them: one line for each order and month."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from daemon.host.days import months_between
from daemon.store.reading import Reader


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


@dataclass(frozen=True, slots=True)
class Month:
    """A month such as ``2026-11``, from its start until before its end, and the number of images bought in it."""

    name: str
    since: float
    until: float
    images: int


def months(reader: Reader, now: float) -> list[Month]:
    """Every month from the first purchase to ``now``, the newest first. Empty before the first purchase."""
    times = reader.time_of_purchases()
    if times is None:
        return []
    first, last = times
    spans = months_between(first, max(last, now))
    counted = zip(spans, reader.images_bought(spans), strict=True)
    return [Month(month_of(since), since, until, images) for (since, until), images in counted][::-1]


def lines_of(reader: Reader, of: Sequence[Month]) -> list[Line]:
    """The purchases of these months by order. A store of ten years may have many: ask for the months that are shown."""
    found = reader.bought([(month.since, month.until) for month in of])
    summed = (
        Line(
            of[one.span].name,
            one.at,
            one.shoot,
            one.folder,
            one.order_id,
            one.supplement_of is not None,
            one.images,
            one.credits,
        )
        for one in found
    )
    return sorted(summed, key=lambda line: (line.month, line.at))


def by_folder(every: Iterable[Line]) -> list[tuple[str, tuple[Line, ...]]]:
    """Group lines by the folder that contains the shoot, by name."""
    groups: dict[str, list[Line]] = {}
    for line in every:
        groups.setdefault(os.path.dirname(line.folder), []).append(line)
    return [(folder, tuple(of)) for folder, of in sorted(groups.items())]


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
