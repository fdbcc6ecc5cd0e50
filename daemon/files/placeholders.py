"""Files that are listed but whose bytes are elsewhere: a look at them is safe, opening one starts a download.

macOS sets ``SF_DATALESS`` (sys/stat.h, "file is dataless placeholder"; Python's ``stat`` names it since 3.13) on what
iCloud Drive, Dropbox, OneDrive, Google Drive and other File Providers have not brought, on folders too. Windows has
three attributes ("File Attribute Constants" of the Win32 documentation): RECALL_ON_DATA_ACCESS and RECALL_ON_OPEN for
cloud files, OFFLINE for those moved to slower storage.
"""

from __future__ import annotations

import stat
from typing import Final

_SF_DATALESS: Final = 0x4000_0000
_RECALL_ON_DATA_ACCESS: Final = 0x0040_0000
_RECALL_ON_OPEN: Final = 0x0004_0000
_ABSENT: Final = _RECALL_ON_DATA_ACCESS | _RECALL_ON_OPEN | stat.FILE_ATTRIBUTE_OFFLINE


def placeholder(looked: object) -> bool:
    """Whether an ``os.stat_result`` is that of a file that a sync client has yet to bring.

    A size without blocks is no proof: network and FUSE file systems count no blocks, and small or compressed files may
    lie in their inode.
    """
    flags: int = getattr(looked, "st_flags", 0)  # macOS and the BSDs
    attributes: int = getattr(looked, "st_file_attributes", 0)  # Windows
    return bool(flags & _SF_DATALESS or attributes & _ABSENT)
