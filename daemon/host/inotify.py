"""How many folders the system still lets programs watch for changes. Linux only: elsewhere nothing is known.

inotify(7) gives each user a number of watches, one a folder, for all programs together; beyond it changes are missed,
mostly without an error. A user namespace may allow fewer than the system (user_namespaces(7)). What a process uses is
in its fdinfo, a line a watch (proc_pid_fdinfo(5)). What other programs of the user use is not known here.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

LIMITS = (Path("/proc/sys/fs/inotify/max_user_watches"), Path("/proc/sys/user/max_inotify_watches"))
FDINFO = Path("/proc/self/fdinfo")

LEAST = 0.1
"""The part of all watches that should be left."""

AMPLE = 524288
"""What to raise the limit to at least: the kernel's own choice for a machine with a few GB of memory is less."""


def scarcity(used: int, most: int) -> str | None:
    """What to say when nearly all watches are used, with the remedy; None when there is head-room."""
    if used <= (1 - LEAST) * most:
        return None
    command = f"sysctl fs.inotify.max_user_watches={max(AMPLE, 2 * most)}"
    return (
        f"{used} of {most} inotify watches are used; beyond that, changes are found by scans only, later. "
        f"Raise the limit: `{command}`, and in a file of /etc/sysctl.d so that it stays"
    )


def watches_are_scarce() -> str | None:
    """What ``scarcity`` says of this process now; None where nothing is known."""
    most = _most()
    return scarcity(_used(), most) if most is not None else None


def _most() -> int | None:
    allowed = []
    for path in LIMITS:
        with contextlib.suppress(OSError, ValueError):
            allowed.append(int(path.read_text()))
    return min(allowed, default=None)


def _used() -> int:
    """The watches of this process; those of a descriptor that is closed meanwhile are no more."""
    lines = 0
    with contextlib.suppress(OSError):
        for name in os.listdir(FDINFO):
            with contextlib.suppress(OSError):
                lines += (FDINFO / name).read_bytes().count(b"\ninotify wd:")
    return lines
