"""Days and months in this machine's calendar, for limits and ``bracketd costs``. Times are epoch seconds."""

from __future__ import annotations

from datetime import datetime, timedelta


def beginnings(now: float) -> tuple[float, float]:
    """The start of the day and the start of the month that contain ``now``."""
    here = _midnight(now)
    return here.astimezone().timestamp(), here.replace(day=1).astimezone().timestamp()


def next_day(now: float) -> float:
    """The start of the day after ``now``. A day may have 23 or 25 hours (daylight saving time)."""
    return (_midnight(now) + timedelta(days=1)).astimezone().timestamp()


def _midnight(now: float) -> datetime:
    """The start of the day that contains ``now``, as local time without a zone, for arithmetic with calendar days."""
    here = datetime.fromtimestamp(now).astimezone()
    return here.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
