"""Was this shoot sent before? Decided from its photos and the orders that there are.

Two photos are one when their content is: the mark of a few bytes agrees, and the SHA-256 of all of them where both are
known. Where an order knows no content (of an archive nothing was read), path within the shoot, size and time of change
(to two seconds: FAT keeps no more) decide; sizes alone would not do, for uncompressed RAW files are all equally large.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from daemon.order.model import RESTING, Bracket, HeldFor, MergeState, Order, Phase

Key = tuple[str, int, int]

REPLACED = "submitted anew as it is now"
"""Why an order was cancelled in whose place a person's ``submit`` put another."""


class Again(StrEnum):
    """What a settled shoot is, next to the orders that were made before."""

    NEW = "new"
    SAME = "the same photos were sent or skipped before"
    MORE = "some of the photos were sent before"
    SKIPPED = "was skipped, and stays so until a person submits it"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a settled shoot is, and the earlier order that says so; of MORE the photos that no order has.

    ``known`` is how many of its photos an order has.
    """

    again: Again
    before: Order | None = None
    new: tuple[Bracket, ...] = ()
    known: int = 0


class Submitted(StrEnum):
    """What a person's word to send a shoot comes to."""

    WHOLE = "is sent"
    ANEW = "is sent in place of what was skipped or held"
    SUPPLEMENT = "what is new is sent"
    APPROVED = "the supplement that was held is sent"
    SAME = "the same photos were sent before"
    SENT = "was sent already"
    UNDER_WAY = "is under way already"
    UNKNOWN = "another order seems to have its photos, and waits for a clearer word"


def submitted(newest: Order | None, judged: Judged, *, again: bool, unknown: bool = False) -> Submitted:
    """What ``bracketd submit`` comes to for a folder, whose newest order this is; ``again``: also what was sent.

    ``unknown``: an order that the state does not know seems to have the photos.
    """
    word = _submitted(newest, judged, again=again)
    waits = newest is not None and newest.held_for is HeldFor.UNKNOWN_ORDER
    return Submitted.UNKNOWN if unknown and not again and (waits or word is Submitted.APPROVED) else word


def _submitted(newest: Order | None, judged: Judged, *, again: bool) -> Submitted:
    if newest is None:
        return Submitted.SAME if judged.again is Again.SAME and not again else Submitted.WHOLE
    if newest.phase not in RESTING:
        return Submitted.UNDER_WAY
    if newest.phase is Phase.HELD and newest.merge is MergeState.NOT_ASKED:
        return Submitted.APPROVED if newest.supplement_of is not None and not again else Submitted.ANEW
    elsewhere = judged.again is Again.SAME and judged.before is not None and judged.before.folder != newest.folder
    if elsewhere and not again:
        return Submitted.SAME
    unsent = newest.same_as is None or judged.again is Again.NEW
    if newest.phase is Phase.CANCELLED or (newest.phase is Phase.SKIPPED and unsent):
        return Submitted.ANEW
    if again:
        return Submitted.ANEW if newest.phase is Phase.SKIPPED else Submitted.WHOLE
    if judged.again is Again.MORE and judged.new:
        return Submitted.SUPPLEMENT
    return Submitted.SAME if newest.phase is Phase.SKIPPED else Submitted.SENT


def fingerprint(brackets: Iterable[Bracket]) -> str:
    """The same for photos of the same paths, sizes and times, whatever their folder is called; empty for none."""
    keys = sorted(key(bracket) for bracket in brackets)
    return hashlib.blake2b(repr(keys).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest() if keys else ""


def compare(folder: str, brackets: Sequence[Bracket], earlier: Iterable[Order], inode: int | None = None) -> Judged:
    """What a settled shoot is. ``earlier``: orders that were not cancelled, the newest first; ``inode``: its folder's.

    A folder that shares but a few of its photos with another one's order (a floor plan in every shoot, say) is new.
    """
    mark, earlier = fingerprint(brackets), tuple(earlier)
    alike = [o for o in earlier if o.fingerprint == mark and not _contradicts(o, brackets)]
    here = tuple(order for order in earlier if order.folder == folder)
    for order in (*filter(was_sent, alike), *alike):
        return Judged(Again.SAME, order, known=len(brackets))
    sent = tuple(filter(was_sent, earlier))
    shared = [{bracket.path for bracket in filter(has, brackets)} for has in map(_having, sent)]
    known = frozenset[str]().union(*shared)
    most = max(range(len(sent)), key=lambda number: len(shared[number]), default=0)
    if known and len(known) == len(brackets):
        return Judged(Again.SAME, sent[most], known=len(known))
    if unwanted := next((order for order in here if not_wanted(order) and _is_of(order, inode)), None):
        return Judged(Again.SKIPPED, unwanted)
    if not known:
        return Judged(Again.NEW)
    mine = next((order for order, paths in zip(sent, shared, strict=True) if paths and order.folder == folder), None)
    if mine is None and 2 * len(known) < len(brackets):
        return Judged(Again.NEW, known=len(known))
    frames = {frame_of(path) for order in here for path in paths_of(order)}
    new = tuple(b for b in brackets if b.path not in known and frame_of(b.path) not in frames)
    return Judged(Again.MORE, mine or sent[most], new, len(known))


def was_sent(order: Order) -> bool:
    """Whether an order's photos were sent, or are about to be."""
    return order.phase not in (Phase.SKIPPED, Phase.CANCELLED)


def not_wanted(order: Order) -> bool:
    """Whether a shoot is not sent unless a person asks: it was skipped, or a person cancelled it."""
    return order.phase is Phase.SKIPPED or (order.phase is Phase.CANCELLED and order.supplement_of is None)


def _is_of(order: Order, inode: int | None) -> bool:
    """Whether an order was made of this folder, as far as is known, and not of another one of its name.

    Of a copy nothing but its photos counts: a file system may give the next folder the inode of one that was removed.
    """
    return order.same_as is None and (None in (order.inode, inode) or order.inode == inode)


def _having(order: Order) -> Callable[[Bracket], bool]:
    """Whether an order sends, or has sent, a photo; looked up, for shoots have thousands."""
    marks: dict[str, set[str | None]] = {}
    for theirs in order.brackets:
        if theirs.mark and theirs.left_out is None:
            marks.setdefault(theirs.mark, set()).add(theirs.sha256)
    keys = {key(theirs) for theirs in order.brackets if not theirs.mark and theirs.left_out is None}

    def has(bracket: Bracket) -> bool:
        if key(bracket) in keys:
            return True
        digests = marks.get(bracket.mark, set()) if bracket.mark else set()
        return bracket.sha256 in digests or None in digests or (bool(digests) and bracket.sha256 is None)

    return has


def paths_of(order: Order) -> tuple[str, ...]:
    """Every photo that an order knows of, sent or left out, by its path in the shoot."""
    return (*(bracket.path for bracket in order.brackets), *order.left_out)


def key(bracket: Bracket) -> Key:
    """What a photo is known by where its content is not."""
    return bracket.path, bracket.size, bracket.mtime_ns // 2_000_000_000


def _same(one: Bracket, other: Bracket) -> bool:
    if not (one.mark and other.mark):
        return key(one) == key(other)
    return one.mark == other.mark and (one.sha256 == other.sha256 or None in (one.sha256, other.sha256))


def _contradicts(order: Order, brackets: Sequence[Bracket]) -> bool:
    """Whether contents that are known on both sides say that photos alike in name, size and time are others."""
    theirs = {bracket.path: bracket for bracket in order.brackets}
    return any(bracket.path in theirs and not _same(theirs[bracket.path], bracket) for bracket in brackets)


def frame_of(path: str) -> str:
    """A frame's RAW file, its JPEG and what was made of it beside it bear one stem."""
    return path.rpartition(".")[0].casefold()
