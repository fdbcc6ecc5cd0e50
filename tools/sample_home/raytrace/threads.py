"""Runs work in parts on several processors. NumPy releases the interpreter lock while it computes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")
WORKERS = min(4, os.cpu_count() or 1)


def each(work: Callable[[Part], None], parts: Iterable[Part]) -> None:
    """Run the work on every part. Parts must not write to shared data. Raises the errors of the work."""
    parts = list(parts)
    if len(parts) < 2 or WORKERS < 2:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, parts))
