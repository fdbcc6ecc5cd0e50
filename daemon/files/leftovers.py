"""Removes part files that killed runs left in output folders.

A run that continues an order reuses its part files. Only a few are left: those of images that failed or are no longer
in an order, and those of an ``order.json`` that another order replaced.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from daemon.files.incoming import part_name

OURS = re.compile(r"\.(?:[0-9a-f]{24}|order(?:-[0-9a-f]{8})?\.json)\.part")
"""Matches the names of ``incoming``'s part files, which no other program uses."""


def sweep(folders: Iterable[str], images: Iterable[str], too_late: Callable[[], bool]) -> list[str]:
    """Remove the part files in output folders except those of ``images``, and return their paths.

    Call this only while nothing is written there. ``too_late`` is called before each removal, because a disk may hang.
    Files that cannot be read or removed stay.
    """
    wanted = {part_name(image) for image in images}
    removed = []
    for path in (path for folder in folders for path in _parts(folder, wanted)):
        if too_late():
            break
        with suppress(OSError):
            os.unlink(path)
            removed.append(path)
    return removed


def _parts(folder: str, wanted: set[str]) -> Iterator[str]:
    with suppress(OSError), os.scandir(folder) as entries:
        yield from [
            entry.path
            for entry in entries
            if OURS.fullmatch(entry.name) and entry.name not in wanted and entry.is_file(follow_symlinks=False)
        ]
