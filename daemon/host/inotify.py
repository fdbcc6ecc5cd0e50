"""Checks how many inotify watches are left. Linux only; on other systems nothing is known.

The system limits the number of watches per user, for all programs together (inotify(7)). Each folder needs one watch.
Beyond the limit, changes are missed, mostly without an error. A user namespace may have a lower limit than the system
(user_namespaces(7)). The watches of a process are in its fdinfo, one per line (proc_pid_fdinfo(5)). bracketd cannot see
those of the user's other programs.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

LIMITS = (Path("/proc/sys/fs/inotify/max_user_watches"), Path("/proc/sys/user/max_inotify_watches"))
FDINFO = Path("/proc/self/fdinfo")

LEAST = 0.1
"""The fraction of all watches that should be free."""

AMPLE = 524288
"""The lowest limit to suggest. The kernel's default for a machine with a few GB of memory is lower."""


def scarcity(used: int, most: int) -> str | None:
    """The warning, with its remedy, if nearly all watches are used. None if enough are free."""
    if used <= (1 - LEAST) * most:
        return None
    command = f"sysctl fs.inotify.max_user_watches={max(AMPLE, 2 * most)}"
    return (
        f"{used} of {most} inotify watches are used. Without free watches, bracketd finds changes only by scanning, "
        f"which takes longer. Raise the limit with `{command}`, and in a file of /etc/sysctl.d to make it permanent"
    )


def watches_are_scarce() -> str | None:
    """``scarcity`` for this process now. None if the limit is unknown."""
    most = _most()
    return scarcity(_used(), most) if most is not None else None


def _most() -> int | None:
    allowed = []
    for path in LIMITS:
        with contextlib.suppress(OSError, ValueError):
            allowed.append(int(path.read_text()))
    return min(allowed, default=None)


def _used() -> int:
    """The number of watches of this process. Descriptors that are closed meanwhile do not count."""
    lines = 0
    with contextlib.suppress(OSError):
        for name in os.listdir(FDINFO):
            with contextlib.suppress(OSError):
                lines += (FDINFO / name).read_bytes().count(b"\ninotify wd:")
    return lines
