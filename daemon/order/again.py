"""Was this shoot sent before? Decided from its photos and the orders that there are.

Two photos count as one when path within the shoot, size and time of change (to two seconds: FAT keeps no more) agree;
sizes alone would not do, for uncompressed RAW files of one camera are all equally large.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from enum import StrEnum

from daemon.order.model import Bracket, Order, Phase

Key = tuple[str, int, int]


class Again(StrEnum):
    """What a settled shoot is, next to the orders that were made before."""

    NEW = "new"
    SAME = "the same photos were sent or skipped before"
    MORE = "some of the photos were sent before"
    SKIPPED = "was skipped, and stays so until a person submits it"


def fingerprint(brackets: Iterable[Bracket]) -> str:
    """The same for the same photos, wherever their folder lies and whatever it is called; empty for none."""
    keys = sorted(_key(bracket) for bracket in brackets)
    return hashlib.blake2b(repr(keys).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest() if keys else ""


def compare(folder: str, brackets: Sequence[Bracket], earlier: Iterable[Order]) -> tuple[Again, Order | None]:
    """What a settled shoot is, and the earlier order that says so. ``earlier``: not cancelled, the newest first."""
    mark, keys = fingerprint(brackets), {_key(bracket) for bracket in brackets}
    earlier = tuple(earlier)
    for order in earlier:
        if order.fingerprint == mark:
            return Again.SAME, order
    for order in earlier:
        if order.folder == folder and order.phase is Phase.SKIPPED:
            return Again.SKIPPED, order
        if order.folder == folder and keys & {_key(bracket) for bracket in order.brackets}:
            return Again.MORE, order
    return Again.NEW, None


def _key(bracket: Bracket) -> Key:
    return bracket.path, bracket.size, bracket.mtime_ns // 2_000_000_000
