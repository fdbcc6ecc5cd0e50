"""The error for an output folder that cannot be written, with the needed and the free space."""

from __future__ import annotations

import errno
import math
import os
import shutil
from collections.abc import Callable

from daemon.errors import OutputError

FULL = (errno.ENOSPC, errno.EDQUOT)


def error(folder: str, trouble: OSError, need: str = "") -> OutputError:
    """The error for a system error. ``need`` is the space that the next write needs, in words, if known."""
    said = trouble.strerror or str(trouble)
    if trouble.errno not in FULL:
        remedy = "Check the folder and its permissions; bracketd then continues automatically."
        return OutputError(f"cannot write to {folder}: {said}. {remedy}")
    quota = trouble.errno == errno.EDQUOT
    known = ", ".join(filter(None, (need, "" if quota else _left(folder))))
    remedy = f"Free up space {'in your quota' if quota else 'there'}; bracketd then continues automatically."
    return OutputError(f"cannot write to {folder}: {f'{known}: ' if known else ''}{said}. {remedy}")


def least(size: float) -> str:
    """A number of needed bytes as text, rounded up."""
    return _amount(size, math.ceil)


def most(size: float) -> str:
    """A number of free bytes as text, rounded down."""
    return _amount(size, math.floor)


def _amount(size: float, rounded: Callable[[float], int]) -> str:
    if size >= 10e9:
        return f"{rounded(size / 1e9)} GB"
    return f"{rounded(size / 1e6)} MB" if size >= 1e6 else f"{rounded(size / 1e3)} kB"


def _left(folder: str) -> str:
    """The free space of a folder's file system in words, empty if it is unknown."""
    try:
        free, files = shutil.disk_usage(folder).free, os.statvfs(folder)
    except OSError:
        return ""
    if files.f_files and not files.f_favail:
        return "it has no inodes left for more files"
    return f"{most(free)} are free"
