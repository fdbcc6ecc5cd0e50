"""Reads the progress that the daemon publishes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from daemon.progress.transfer import Transfer, Way
from daemon.regular import json_of, read_regular

FILE = "progress.json"

STALE = 5.0
"""Seconds after which the file of a daemon that was killed or hangs no longer counts."""

LARGEST = 1 << 20
"""The largest file to read, in bytes."""


def read(state_dir: Path, monotonic: Callable[[], float] = time.monotonic) -> tuple[Transfer, ...]:
    """The progress that the daemon published within the last seconds. Empty if nothing moves."""
    try:
        found: Any = json_of(read_regular(state_dir / FILE, LARGEST))
        if not 0 <= monotonic() - found["monotonic"] <= STALE:
            return ()
        return tuple(Transfer(**{**one, "way": Way(one["way"])}) for one in found["transfers"])
    except (OSError, ValueError, TypeError, KeyError):
        return ()
