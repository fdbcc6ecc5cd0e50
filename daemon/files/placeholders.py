"""Detects online-only files without downloading them. A stat is safe; opening such a file starts a download.

macOS sets ``SF_DATALESS`` (sys/stat.h, "file is dataless placeholder"; in Python's ``stat`` since 3.13) on files and
folders that iCloud Drive, Dropbox, OneDrive, Google Drive or another File Provider has not downloaded. Windows has
three attributes ("File Attribute Constants" in the Win32 documentation): RECALL_ON_DATA_ACCESS and RECALL_ON_OPEN for
cloud files, OFFLINE for files that were moved to slower storage.
"""

from __future__ import annotations

import stat
from typing import Final

_SF_DATALESS: Final = 0x4000_0000
_RECALL_ON_DATA_ACCESS: Final = 0x0040_0000
_RECALL_ON_OPEN: Final = 0x0004_0000
_ABSENT: Final = _RECALL_ON_DATA_ACCESS | _RECALL_ON_OPEN | stat.FILE_ATTRIBUTE_OFFLINE


def placeholder(status: object) -> bool:
    """True if an ``os.stat_result`` belongs to a file that a sync client has not downloaded.

    A size without blocks proves nothing: network and FUSE file systems report no blocks, and small or compressed files
    may be stored in their inode.
    """
    flags: int = getattr(status, "st_flags", 0)  # macOS and the BSDs
    attributes: int = getattr(status, "st_file_attributes", 0)  # Windows
    return bool(flags & _SF_DATALESS or attributes & _ABSENT)
