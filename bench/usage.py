"""CPU time and memory of a process."""

from __future__ import annotations

import platform
import threading
import time
from dataclasses import dataclass
from typing import Self

import psutil

EVERY = 0.05
"""Seconds between two readings of a process's memory."""


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far, of all its threads, including ended ones.

    On Linux in nanoseconds, from the process's CPU clock, whose id is calculated as in clock_getcpuclockid(3).
    Elsewhere in the system's resolution, which may be hundredths of a second.
    """
    if platform.system() == "Linux":
        return time.clock_gettime(~pid << 3 | 2)
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


@dataclass(frozen=True)
class Memory:
    """Resident memory in MB (millions of bytes): RSS, and on Linux also PSS, which counts shared pages in part."""

    rss: float
    pss: float | None

    @classmethod
    def of(cls, pid: int) -> Memory:
        """The present memory of a process."""
        info = psutil.Process(pid).memory_full_info()
        pss = getattr(info, "pss", None)
        return cls(info.rss / 1e6, pss / 1e6 if pss is not None else None)

    def __str__(self) -> str:
        return f"RSS {self.rss:.1f} MB" + (f", PSS {self.pss:.1f} MB" if self.pss is not None else "")


class Peak:
    """The peak memory of a process within a ``with`` block, read every ``EVERY`` seconds."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._seen: list[Memory] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="peak")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def memory(self) -> Memory:
        """The maximum of each value, possibly at different times."""
        pss = [seen.pss for seen in self._seen if seen.pss is not None]
        return Memory(max(seen.rss for seen in self._seen), max(pss) if pss else None)

    def _look(self) -> None:
        while True:
            self._seen.append(Memory.of(self._pid))
            if self._over.wait(EVERY):
                return
