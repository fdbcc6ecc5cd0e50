r"""Names that a file system takes: how long they may be, and what stands in for one that it refuses.

Most file systems take 255 bytes a name, encrypted ones fewer (eCryptfs, as on Synology: 143). FAT, exFAT, NTFS and SMB
take no ``\ : * ? " < > |`` and no dot or blank at the end, and some take nothing that is not UTF-8.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import unicodedata

LONGEST_NAME = 255
"""Bytes in a name where nobody says otherwise; FAT says more, and counts other units."""

LONGEST_PATH = 4096
"""Bytes in a path, its end included, where nobody says otherwise (Linux); 1024 on macOS."""

LEAST_ROOM = 100
"""Bytes that are kept in a path for the names of the pictures in a folder."""

REFUSED = frozenset({errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ})
"""Errors that say that a name is not taken."""

_FORBIDDEN = frozenset('\\:*?"<>|')
_JOINER = "\u200d"
_ADDED = re.compile("[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")
"""What changes the character before it: its presentation, or the colour of a skin."""


def name_limit(folder: str) -> int:
    """The most bytes that a name in a folder may have; the folder itself may still have to be made.

    ``os.statvfs`` and not ``os.pathconf``: the latter keeps all other threads waiting while a disk does not answer.
    """
    fits = _longest_path() - len(os.fsencode(folder)) - 2
    return max(1, min(_said_by_disk(folder), LONGEST_NAME, fits))


def folder_limit(parent: str, longest: int) -> int:
    """The most bytes of a folder's name in ``parent``, where a name may have ``longest``; pictures must fit below."""
    return min(longest, _longest_path() - len(os.fsencode(parent)) - LEAST_ROOM - 3)


def is_absent(error: OSError) -> bool:
    """Whether an error says that nothing of this name is there; a name that the disk does not take cannot be there."""
    return isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno in REFUSED


def takes(folder: str, name: str) -> bool:
    """Whether a folder of this name can be made in a folder.

    Only a name with something unusual is tried, by making the folder and removing it. Other errors than that of the
    name count as yes: they are the disk's, and may pass.
    """
    if name == plain(name) or not os.path.isdir(folder):
        return True
    path = os.path.join(folder, name)
    try:
        os.mkdir(path)
    except OSError as error:
        return error.errno not in REFUSED
    with contextlib.suppress(OSError):  # somebody puts something into it already
        os.rmdir(path)
    return True


def plain(name: str) -> str:
    """A name with ``_`` in place of what some file systems do not take, and without dots and blanks at its end."""
    shown = name.encode("utf-8", "replace").decode("utf-8")
    return "".join("_" if c in _FORBIDDEN or not c.isprintable() else c for c in shown).rstrip(". ")


def shortened(name: str, room: int) -> str:
    """The longest beginning of ``name`` that fits ``room`` bytes and ends with a whole character.

    An accent is never cut from its letter, nor a part from an emoji of several.
    """
    if len(os.fsencode(name)) <= room:
        return name
    end = len(name)
    while end and (len(os.fsencode(name[:end])) > room or _is_inside(name, end)):
        end -= 1
    return name[:end] or _beginning(name, room)


def _beginning(name: str, room: int) -> str:
    """The longest beginning that fits, wherever it ends: the name is one single character with hundreds of accents."""
    return next((name[:end] for end in range(len(name), 0, -1) if len(os.fsencode(name[:end])) <= room), "")


def _is_inside(name: str, at: int) -> bool:
    """Whether a cut before this position tears a character apart."""
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
    """The folder, or the nearest one above it that is there."""
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def _longest_path() -> int:
    try:
        return os.pathconf(os.sep, "PC_PATH_MAX")
    except (AttributeError, OSError, ValueError):
        return LONGEST_PATH
