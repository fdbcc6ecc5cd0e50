"""The two clocks of the machine, as an argument that tests can replace.

``now`` is the wall clock: it names moments that outlive the process (a row's ``due`` time, the journal) and jumps
when a person or NTP sets it. ``monotonic`` measures how long something lasted and never jumps.

``monotonic`` stands still while the machine is suspended (Linux ``CLOCK_MONOTONIC``, macOS
``mach_absolute_time``). That is what a quiet period needs: the program that copies the photos slept as well, so an
hour with the lid closed says nothing about whether it has finished. A clock that counts suspend
(``CLOCK_BOOTTIME``) would call every half-copied shoot settled at the moment the lid opens. It is also the clock of
asyncio's event loop, so both agree.

The difference ``now() - monotonic()`` is constant but for NTP's slow corrections; when it moves by seconds, the
machine was suspended or the wall clock was set.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> float:
        """Seconds since 1970-01-01 00:00 UTC; may jump either way."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment, never going back; does not advance while the machine is suspended."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> float:
        """Seconds since 1970-01-01 00:00 UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since some moment, never going back."""
        return time.monotonic()
