"""Part files that killed runs left in output folders.

A run that goes on with an order uses its part files again, so that few are ever left: of an image that came to
nothing or is in no order any more, and of an ``order.json`` that another order's took the place of.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from daemon.files.incoming import part_name

OURS = re.compile(r"\.(?:[0-9a-f]{24}|order(?:-[0-9a-f]{8})?\.json)\.part")
"""The names that ``incoming`` gives to part files, and nobody else."""


def sweep(folders: Iterable[str], images: Iterable[str], too_late: Callable[[], bool]) -> list[str]:
    """Remove the part files in output folders but those of ``images``; returns the paths of those removed.

    Only while nothing is written there. ``too_late`` is asked before each removal, for a disk may hang meanwhile. What
    cannot be looked at or removed stays.
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
