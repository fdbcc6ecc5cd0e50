"""Days and months by the calendar of this machine, as ``bracketd costs`` counts them. Times are epoch seconds."""

from __future__ import annotations

from datetime import datetime, timedelta


def beginnings(now: float) -> tuple[float, float]:
    """When the day and the month of ``now`` began."""
    here = _midnight(now)
    return here.astimezone().timestamp(), here.replace(day=1).astimezone().timestamp()


def next_day(now: float) -> float:
    """When the day after that of ``now`` begins; a day may have 23 or 25 hours (daylight saving time)."""
    return (_midnight(now) + timedelta(days=1)).astimezone().timestamp()


def _midnight(now: float) -> datetime:
    """The beginning of the day of ``now``, in local time and without a zone, so that calendar days can be counted."""
    here = datetime.fromtimestamp(now).astimezone()
    return here.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
