"""Days and months in this machine's calendar, for limits and ``bracketd costs``. Times are epoch seconds."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

MONTH = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])")


def beginnings(now: float) -> tuple[float, float]:
    """The start of the day and the start of the month that contain ``now``."""
    here = _midnight(now)
    return here.astimezone().timestamp(), here.replace(day=1).astimezone().timestamp()


def next_day(now: float) -> float:
    """The start of the day after ``now``. A day may have 23 or 25 hours (daylight saving time)."""
    return (_midnight(now) + timedelta(days=1)).astimezone().timestamp()


def span_of_month(month: str) -> tuple[float, float] | None:
    """The start of a month such as ``2026-11`` and of the next one. None if the text is not a month."""
    match = MONTH.fullmatch(month)
    if match is None:
        return None
    year, number = int(match[1]), int(match[2])
    following = datetime(year + number // 12, number % 12 + 1, 1).astimezone()
    return datetime(year, number, 1).astimezone().timestamp(), following.timestamp()


def months_between(first: float, last: float) -> list[tuple[float, float]]:
    """The spans of the months from that of one time to that of another: each start, and the next month's start."""
    month, end, spans = _midnight(first).replace(day=1), _midnight(last), []
    while month <= end:
        following = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
        spans.append((month.astimezone().timestamp(), following.astimezone().timestamp()))
        month = following
    return spans


def _midnight(now: float) -> datetime:
    """The start of the day that contains ``now``, as local time without a zone, so that calendar days can be added."""
    here = datetime.fromtimestamp(now).astimezone()
    return here.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
