"""Finds the files of a shoot that are copies of others, such as those on a second card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from daemon.shoot import Shot
from daemon.shoot.shot import UNKNOWN


def to_compare(marks: Mapping[str, str], shots: Mapping[str, Shot]) -> tuple[str, ...]:
    """The files that must be read completely to find copies. ``marks`` and ``shots`` are by path.

    Files with equal marks and a known shot show one frame. Other files with equal marks may be different files.
    """
    return tuple(path for some in _alike(marks) for path in some if not shots.get(path, UNKNOWN).tells)


def copies(marks: Mapping[str, str], digests: Mapping[str, str]) -> dict[str, str]:
    """Each copy's path, with the path of the file that it is a copy of. Files without a mark are not copies.

    ``digests`` has the digests of the files that ``to_compare`` returned, by path.
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
    """The sorted paths of files with equal marks, for each mark of two or more files."""
    alike: dict[str, list[str]] = defaultdict(list)
    for path in sorted(path for path, mark in marks.items() if mark):
        alike[marks[path]].append(path)
    return [some for some in alike.values() if len(some) > 1]
