"""Decides which disk errors may be temporary.

A network disk that wakes up, a broken link, a restarting server or a busy cloud cause temporary errors, and so do NFS
permissions while the server or the directory service starts. Errors about the file itself, for example that it is a
folder or a loop of links, are permanent.
"""

from __future__ import annotations

import errno
import os

from daemon.regular import open_regular

LASTING = frozenset(
    {
        *(errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG),
        *(errno.EFBIG, errno.EOVERFLOW),
    }
)
"""Errors about the file itself, which are permanent."""

REFUSALS = frozenset({errno.EACCES, errno.EPERM})


def may_pass(error: OSError) -> bool:
    """True if the same call may succeed later although the file has not changed."""
    return error.errno not in LASTING


def is_refusal(error: OSError) -> bool:
    """True for missing permissions. They are rarely temporary, and a person can fix them."""
    return error.errno in REFUSALS


def can_be_read(folder: str, path: str) -> bool:
    """True if the disk can read a file now. Reads a block from its middle, bypassing the page cache if possible."""
    try:
        with open_regular(os.path.join(folder, path)) as file:
            descriptor = file.fileno()
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.pread(descriptor, 4096, os.fstat(descriptor).st_size // 2)
    except OSError:
        return False
    return True
