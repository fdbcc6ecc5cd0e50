"""Which files of a shoot are copies of others, as on a second card, by what is known of their content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from daemon.shoot import Shot
from daemon.shoot.shot import UNKNOWN


def to_compare(marks: Mapping[str, str], shots: Mapping[str, Shot]) -> tuple[str, ...]:
    """The files that have to be read whole to know whether they are copies. ``marks`` and ``shots`` are by path.

    Files with equal marks and a known shot show one frame. Other files with equal marks may be different files.
    """
    return tuple(path for some in _alike(marks) for path in some if not shots.get(path, UNKNOWN).tells)


def copies(marks: Mapping[str, str], digests: Mapping[str, str]) -> dict[str, str]:
    """The path of each copy, and that of the file that it is a copy of. A file without a mark is no copy.

    ``digests`` has what tells the files of ``to_compare`` apart.
    """
    found: dict[str, str] = {}
    for some in _alike(marks):
        first: dict[str, str] = {}
        for path in some:
            digest = digests.get(path, "")
            if first.setdefault(digest, path) != path:
                found[path] = first[digest]
    return found


def _alike(marks: Mapping[str, str]) -> Collection[list[str]]:
    """The paths of files with equal marks, in their order."""
    alike: dict[str, list[str]] = defaultdict(list)
    for path in sorted(path for path, mark in marks.items() if mark):
        alike[marks[path]].append(path)
    return [some for some in alike.values() if len(some) > 1]
