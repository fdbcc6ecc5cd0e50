"""Decides whether a shoot's photos are those of a skipped shoot, from names, sizes and times, without reading photos.

Rules:

1. A photo is known if a photo of the same name and size was recorded. Its folder and inode do not matter.
2. The match is certain if the size identifies a photo, as the sizes of compressed files do, or if the modification time
   matches the record. A difference of whole quarter hours is ignored if it is the same for several photos: file systems
   that store local time show such a difference after the clocks change.
3. Uncompressed RAW files all have the same size, and only the name of a placeholder is known. Such a match is weak: it
   counts for one skipped shoot only, and not at all if the camera says that the photo is newer than the record.
4. A photo of an order that a person cancelled is known by its content, which was read when its shoot was locked.
5. If the skipped photo is still in its place, its content decides. Only then is it read.
6. If nearly all photos are known for certain, the shoot is the same. If only a few are known, it is another shoot: a
   logo may be in every shoot. In all other cases a person decides.
7. The photos of a shoot that was skipped while its disk did not respond are unknown until they are recorded. Photos
   made before it was skipped may be its photos, so a person decides. Newer photos are other photos.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from daemon.order.bracket import Bracket
from daemon.order.changes import held
from daemon.order.hold import HoldKind
from daemon.order.order import Order
from daemon.order.problem import Code, Trouble

COMPRESSED = frozenset({"avif", "heic", "heif", "hif", "jpeg", "jpg", "webp"})
"""Formats in which two photos have the same size only by chance."""

UNKNOWN = -1
"""The recorded size of a photo of which only a sync client's placeholder was found."""

FEW = 3
"""If fewer photos than this, or fewer than one in twenty, are known, the shoot counts as another one."""

QUARTER, SLACK, FARTHEST = 900, 2, 26 * 4
"""Seconds in a quarter hour, the resolution of FAT times in seconds, and the most quarter hours between two zones."""

DAY = 86400.0
"""Seconds by which a camera's clock, which has no time zone, may be ahead."""


class Likeness(StrEnum):
    """How a settled shoot relates to skipped shoots."""

    OTHER = "other photos"
    SAME = "the same photos"
    UNSURE = "perhaps the same photos, or some of them"
    UNSEEN = "perhaps photos of a shoot that could not be seen"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A photo of a skipped shoot: its ``name_of``, its size in bytes or UNKNOWN, and its mtime in epoch seconds."""

    name: str
    size: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry with the id of its skipped order, and when that order was created, in epoch seconds."""

    order_id: str
    entry: Entry
    recorded_at: float


@dataclass(frozen=True, slots=True)
class Unseen:
    """A skipped order whose photos are not all recorded: its id, its shoot's name, and its time in epoch seconds."""

    order_id: str
    shoot: str
    skipped_at: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """The result of comparing a shoot's ``total`` photos with skipped ones: ``known`` were probably skipped.

    ``order_id`` is the skipped order that has most of them. ``named`` are the paths of photos known by name and size
    only, ``alike`` those of them whose size does not identify a photo.
    """

    likeness: Likeness = Likeness.OTHER
    order_id: str = ""
    known: int = 0
    total: int = 0
    named: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()


def name_of(path: str) -> str:
    """A photo's file name as it is compared: without its folder, in Unicode form NFC, case-folded."""
    return unicodedata.normalize("NFC", path.rpartition("/")[2]).casefold()


def entry_of(path: str, size: int, mtime_ns: int) -> Entry:
    """The entry that is recorded for a photo."""
    return Entry(name_of(path), size, mtime_ns // 1_000_000_000)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read from photos where names, sizes and times were not enough.

    ``cancelled`` maps a photo's content mark to the cancelled order that has it. ``content`` maps a photo's path and a
    skipped order's id to True if the file that is still in that order's folder has the same content. ``taken`` maps a
    path to the time when the photo was taken, by the camera's clock, in seconds since 1970 without a time zone.
    """

    cancelled: Mapping[str, str] = field(default_factory=dict)
    content: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    taken: Mapping[str, float] = field(default_factory=dict)


NOTHING_READ = Evidence()


def recognise(photos: Sequence[Bracket], recorded: Iterable[Recorded], evidence: Evidence = NOTHING_READ) -> Recognised:
    """Compare a shoot's photos with the ``recorded`` ones."""
    matches = _matches(photos, recorded, evidence)
    unwanted = {p.path: evidence.cancelled[p.mark] for p in photos if p.mark in evidence.cancelled}
    votes = Counter(order_id for by_order in matches.values() for order_id in by_order)
    votes.update(unwanted.values())
    if not votes:
        return Recognised(total=len(photos))
    best = max(sorted(votes), key=lambda order_id: votes[order_id])
    proven = (
        _by_time(photos, matches) | unwanted.keys() | {path for (path, _), same in evidence.content.items() if same}
    )
    certain = proven | _by_size(photos, matches)
    named = tuple(path for path, by_order in matches.items() if path not in proven and best in by_order)
    alike = tuple(
        path
        for path in named
        if path not in certain and evidence.taken.get(path, 0.0) <= matches[path][best].recorded_at + DAY
    )
    known = len(certain) + len(alike)
    return Recognised(_likeness(len(certain), known, len(photos)), best, known, len(photos), named, alike)


def _likeness(certain: int, known: int, total: int) -> Likeness:
    if not known or (known < max(FEW, total / 20) and 2 * known < total):
        return Likeness.OTHER
    return Likeness.SAME if 10 * certain >= 9 * total else Likeness.UNSURE


def may_be_unseen(photos: Sequence[Bracket], unseen: Iterable[Unseen]) -> Recognised:
    """Compare a shoot's photos with shoots whose photos are unknown (rule 7). The one skipped last counts."""
    last = max(unseen, key=lambda one: one.skipped_at, default=None)
    if last is None:
        return Recognised(total=len(photos))
    old = sum(_made_at(photo) <= last.skipped_at + DAY for photo in photos)
    if _likeness(0, old, len(photos)) is Likeness.OTHER:
        return Recognised(total=len(photos))
    return Recognised(Likeness.UNSEEN, last.order_id, old, len(photos))


def _made_at(photo: Bracket) -> float:
    """The latest time at which a photo was made, in seconds since 1970. A copy may have a later mtime."""
    changed = photo.mtime_ns / 1e9
    return changed if photo.shot.second is None else min(changed, photo.shot.second)


Matches = Mapping[str, Mapping[str, Recorded]]
"""The recorded photos that match a photo, by the photo's path and the order's id."""


def _matches(photos: Sequence[Bracket], recorded: Iterable[Recorded], evidence: Evidence) -> Matches:
    """The recorded photos that match each photo. If an order has several, the nearest in time."""
    named: dict[str, list[Recorded]] = defaultdict(list)
    for one in recorded:
        named[one.entry.name].append(one)
    found: dict[str, dict[str, Recorded]] = {}
    for photo in photos:
        here = entry_of(photo.path, photo.size, photo.mtime_ns)
        alike = [
            one
            for one in named.get(here.name, ())
            if one.entry.size in (here.size, UNKNOWN) and evidence.content.get((photo.path, one.order_id), True)
        ]
        alike.sort(
            key=lambda one: (one.entry.size == UNKNOWN, abs(one.entry.changed_at - here.changed_at)), reverse=True
        )
        if alike:
            found[photo.path] = {one.order_id: one for one in alike}
    return found


def _by_size(photos: Sequence[Bracket], matches: Matches) -> frozenset[str]:
    """The paths of photos whose size is unique in their format and equals that of a recorded photo of their name."""
    formats = Counter(_format(photo.path) for photo in photos)
    sizes = Counter((_format(photo.path), photo.size) for photo in photos)
    return frozenset(
        photo.path
        for photo in photos
        if sizes[_format(photo.path), photo.size] == 1
        and (_format(photo.path) in COMPRESSED or formats[_format(photo.path)] >= FEW)
        and any(one.entry.size == photo.size for one in matches.get(photo.path, {}).values())
    )


def _by_time(photos: Sequence[Bracket], matches: Matches) -> frozenset[str]:
    """The paths of photos with the recorded mtime, or with the same offset in quarter hours as several others."""
    times: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for photo in photos:
        here = photo.mtime_ns // 1_000_000_000
        for one in matches.get(photo.path, {}).values():
            quarters = _quarters(here - one.entry.changed_at)
            if quarters is not None:
                times[one.order_id, quarters][photo.path] = here
    together = (paths for (_, quarters), paths in times.items() if not quarters or len({*paths.values()}) >= FEW)
    return frozenset().union(*together)


def _quarters(difference: int) -> int | None:
    """A difference in seconds as quarter hours; None if it is not a whole number of them, or too large."""
    quarters = round(difference / QUARTER)
    near = abs(difference - quarters * QUARTER) <= SLACK and abs(quarters) <= FARTHEST
    return quarters if near else None


def _format(path: str) -> str:
    return name_of(path).rpartition(".")[2]


def unsure(order: Order, why: str) -> Order:
    """Hold a new order whose photos may have been skipped before."""
    return held(order, Trouble(Code.MAYBE_SKIPPED_BEFORE, why), HoldKind.SKIPPED_BEFORE)


# --- what a person reads ---


def why_same(found: Recognised, shoot: str, was: str) -> str:
    """The reason for skipping a shoot with the photos of ``shoot``. ``was``: how that ended, such as "skipped"."""
    which = "its photos are" if found.known == found.total else f"{found.known} of its {found.total} photos are"
    return f"{which} those of “{shoot}”, which was {was} and never bought; `bracketd submit FOLDER` sends them"


def why_unsure(found: Recognised, shoot: str, was: str) -> str:
    """The reason for holding a shoot that may have the photos of ``shoot``. ``was``: how that ended."""
    some = f"{found.known} of its {found.total} photos"
    like = f"{some} have names and sizes of photos of “{shoot}”, which was {was}. They may still be other photos"
    same = f"{some} are those of “{shoot}”, which was {was}"
    what = like if found.alike else same
    return f"{what}. Nothing was sent: `bracketd approve` sends the shoot, `bracketd cancel` skips it"


def why_unseen(found: Recognised, shoot: str) -> str:
    """The reason for holding a shoot that may have the photos of ``shoot``, which was skipped without being read."""
    what = f"“{shoot}” was skipped while its folder could not be read, and its photos are not known"
    some = f"{found.known} of the {found.total} photos here are older than that and may belong to it"
    return f"{what}. {some}. Nothing was sent: `bracketd approve` sends the shoot, `bracketd cancel` skips it"
