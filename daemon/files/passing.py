"""Which errors of a disk may pass by themselves.

A network disk that wakes up, a link that breaks, a server that restarts or a cloud that is busy give errors for a
while, and so do the permissions of NFS while its server or its users' directory starts. What a file itself is, a folder
or a loop of links say, does not pass.
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
"""Errors that say something of the file itself."""

REFUSALS = frozenset({errno.EACCES, errno.EPERM})


def may_pass(error: OSError) -> bool:
    """Whether the same call may succeed later though nobody changes the file."""
    return error.errno not in LASTING


def is_refusal(error: OSError) -> bool:
    """Whether it is a matter of permissions: a person can see to it, and it rarely passes by itself."""
    return error.errno in REFUSALS


def can_be_read(folder: str, path: str) -> bool:
    """Whether the disk gives out a file at this moment: a block from its middle, and not from memory if possible."""
    try:
        with open_regular(os.path.join(folder, path)) as file:
            descriptor = file.fileno()
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.pread(descriptor, 4096, os.fstat(descriptor).st_size // 2)
    except OSError:
        return False
    return True
