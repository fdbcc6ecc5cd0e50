"""What is said when the output folder takes no more: how much room is needed, and how much there is."""

from __future__ import annotations

import errno
import math
import os
import shutil
from collections.abc import Callable

from daemon.errors import OutputError

FULL = (errno.ENOSPC, errno.EDQUOT)


def error(folder: str, trouble: OSError, need: str = "") -> OutputError:
    """The error for what the system said; ``need`` is what the next write takes, in words, if that is known."""
    said = trouble.strerror or str(trouble)
    if trouble.errno not in FULL:
        remedy = "Check the folder and its permissions; bracketd then continues automatically."
        return OutputError(f"cannot write to {folder}: {said}. {remedy}")
    quota = trouble.errno == errno.EDQUOT
    known = ", ".join(filter(None, (need, "" if quota else _left(folder))))
    remedy = f"Free up space {'in your quota' if quota else 'there'}; bracketd then continues automatically."
    return OutputError(f"cannot write to {folder}: {f'{known}: ' if known else ''}{said}. {remedy}")


def least(size: float) -> str:
    """A number of bytes that is needed: rounded up."""
    return _amount(size, math.ceil)


def most(size: float) -> str:
    """A number of bytes that is there: rounded down."""
    return _amount(size, math.floor)


def _amount(size: float, rounded: Callable[[float], int]) -> str:
    if size >= 10e9:
        return f"{rounded(size / 1e9)} GB"
    return f"{rounded(size / 1e6)} MB" if size >= 1e6 else f"{rounded(size / 1e3)} kB"


def _left(folder: str) -> str:
    """What is left in a folder's file system; empty if that cannot be told."""
    try:
        free, files = shutil.disk_usage(folder).free, os.statvfs(folder)
    except OSError:
        return ""
    if files.f_files and not files.f_favail:
        return "it has no inodes left for more files"
    return f"{most(free)} are free"
