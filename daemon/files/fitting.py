r"""Adapts names to a file system: limits their length and replaces characters that it does not allow.

Most file systems allow 255 bytes per name, encrypted ones fewer (eCryptfs, as on Synology: 143). FAT, exFAT, NTFS and
SMB do not allow ``\ : * ? " < > |`` or a dot or space at the end, and some allow only UTF-8.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import unicodedata

LONGEST_NAME = 255
"""The default maximum number of bytes in a name. FAT reports more, because it counts other units."""

LONGEST_PATH = 4096
"""The default maximum number of bytes in a path, with its NUL (Linux). macOS has 1024."""

LEAST_ROOM = 100
"""Bytes of a path that are reserved for the names of the pictures in a folder."""

REFUSED = frozenset({errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ})
"""Errors for a name that the file system does not allow."""

_FORBIDDEN = frozenset('\\:*?"<>|')
_JOINER = "\u200d"
_ADDED = re.compile("[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")
"""Characters that modify the one before them: variation selectors and skin tones."""


def name_limit(folder: str) -> int:
    """The maximum number of bytes in a name in a folder. The folder need not exist yet.

    Uses ``os.statvfs``, because ``os.pathconf`` blocks all threads while a disk does not respond.
    """
    fits = _longest_path() - len(os.fsencode(folder)) - 2
    return max(1, min(_said_by_disk(folder), LONGEST_NAME, fits))


def folder_limit(parent: str, longest: int) -> int:
    """The maximum bytes in the name of a folder in ``parent``.

    Leaves room for the pictures' names; at most ``longest``.
    """
    return min(longest, _longest_path() - len(os.fsencode(parent)) - LEAST_ROOM - 3)


def is_absent(error: OSError) -> bool:
    """True if an error means that no such name exists. A name that the disk does not allow cannot exist."""
    return isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno in REFUSED


def takes(folder: str, name: str) -> bool:
    """True if a folder with this name can be created in a folder.

    Only tries unusual names, by creating and removing the folder. Errors that do not concern the name count as True,
    because they are the disk's and may be temporary.
    """
    if name == plain(name) or not os.path.isdir(folder):
        return True
    path = os.path.join(folder, name)
    try:
        os.mkdir(path)
    except OSError as error:
        return error.errno not in REFUSED
    with contextlib.suppress(OSError):  # someone has already put something into it
        os.rmdir(path)
    return True


def plain(name: str) -> str:
    """A name with ``_`` instead of characters that some file systems reject, without dots and spaces at its end."""
    shown = name.encode("utf-8", "replace").decode("utf-8")
    return "".join("_" if c in _FORBIDDEN or not c.isprintable() else c for c in shown).rstrip(". ")


def shortened(name: str, room: int) -> str:
    """The longest prefix of ``name`` that fits into ``room`` bytes and ends with a complete character.

    It never separates an accent from its letter or splits an emoji of several code points.
    """
    if len(os.fsencode(name)) <= room:
        return name
    end = len(name)
    while end and (len(os.fsencode(name[:end])) > room or _is_inside(name, end)):
        end -= 1
    return name[:end] or _beginning(name, room)


def _beginning(name: str, room: int) -> str:
    """The longest prefix that fits, wherever it ends, for a name that is one character with hundreds of accents."""
    return next((name[:end] for end in range(len(name), 0, -1) if len(os.fsencode(name[:end])) <= room), "")


def _is_inside(name: str, at: int) -> bool:
    """True if a cut before this position splits a character."""
    before, after = name[at - 1], name[at]
    return bool(unicodedata.combining(after)) or _JOINER in (before, after) or bool(_ADDED.fullmatch(after))


def _said_by_disk(folder: str) -> int:
    if not hasattr(os, "statvfs"):
        return LONGEST_NAME
    try:
        return os.statvfs(_nearest(folder)).f_namemax or LONGEST_NAME
    except OSError:
        return LONGEST_NAME


def _nearest(folder: str) -> str:
    """The folder, or the nearest existing one above it."""
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def _longest_path() -> int:
    try:
        return os.pathconf(os.sep, "PC_PATH_MAX")
    except (AttributeError, OSError, ValueError):
        return LONGEST_PATH
