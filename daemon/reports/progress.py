"""The progress of a transfer in words, and in the format of ``status --json``."""

from __future__ import annotations

from typing import Any

from daemon.progress.transfer import Transfer

DONE = {"upload": "sent", "download": "received"}


def in_json(one: Transfer) -> dict[str, Any]:
    """A transfer in the format of ``status --json``."""
    return {
        "order_id": one.order_id,
        "direction": one.way.value,
        "bytes": one.bytes,
        "total": one.total,
        "bytes_per_s": round(one.bytes_per_s) if one.bytes_per_s is not None else None,
        "left_s": round(one.left_s) if one.left_s is not None else None,
    }


def progress_text(transfer: dict[str, Any]) -> str:
    """A transfer of ``status --json`` in words: ``64 of 98 MB sent, 3.2 MB/s, about 11 s left``."""
    of = f" of {_megabytes(transfer['total'])}" if transfer["total"] is not None else ""
    parts = [f"{_megabytes(transfer['bytes'])}{of} MB {DONE[transfer['direction']]}"]
    if transfer["bytes_per_s"] is not None:
        parts.append(f"{transfer['bytes_per_s'] / 1e6:.1f} MB/s" if transfer["bytes_per_s"] else "no data is moving")
    if transfer["left_s"]:
        parts.append(f"about {_duration(transfer['left_s'])} left")
    return ", ".join(parts)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}" if size < 10e6 else f"{size / 1e6:,.0f}"


def _duration(seconds: int) -> str:
    if seconds < 100:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{round(minutes / 60)} h"
