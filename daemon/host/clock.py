"""The machine's two clocks, passed as an argument so that tests can replace them.

``now`` is the wall clock. It is used for times that outlive the process (a row's ``due`` time, the journal), and it
jumps when a person or NTP sets it. ``monotonic`` measures durations and never jumps.

``monotonic`` stops while the machine is suspended (Linux ``CLOCK_MONOTONIC``, macOS ``mach_absolute_time``). A quiet
period needs that: the program that copies the photos is suspended too, so an hour with the lid closed does not mean
that it has finished. With a clock that counts suspended time (``CLOCK_BOOTTIME``), every half-copied shoot would be
settled as soon as the lid opens. ``monotonic`` is also the clock of asyncio's event loop, so both agree.

The difference ``now() - monotonic()`` is constant except for NTP's slow corrections. If it changes by seconds, the
machine was suspended or the wall clock was set.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """A source of time."""

    def now(self) -> float:
        """Seconds since 1970-01-01 00:00 UTC. May jump forwards or backwards."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary time. Never goes back, and stops while the machine is suspended."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> float:
        """Seconds since 1970-01-01 00:00 UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since an arbitrary time. Never goes back."""
        return time.monotonic()
