"""Are these the photos of a skipped shoot? Decided from names, sizes and times, which cost no reading.

Rules:

1. A photo is known when a photo of the same name and size was recorded. Its folder does not matter, nor does its inode.
2. The match is certain when its size tells photos apart, which the sizes of compressed files do, or when its time of
   change is the recorded one. A whole number of quarter hours between the two does not matter, if it is the same for
   several photos: file systems that keep local time show that after the clocks change.
3. Uncompressed RAW files are all equally large, and of a placeholder only the name is known. Such a match is a mere
   likeness: it counts for one skipped shoot only, and not at all when the camera says that the photo is younger than
   the record.
4. A photo of an order that a person cancelled is known by its content, which was read when its shoot was locked.
5. Where the skipped photo still lies in its place, its content decides. Then, and only then, it is read.
6. When nearly all photos are known for certain, the shoot is the same. When a few are known, it is another one: a logo
   may lie in every shoot. Anything between is for a person to decide.
7. Of a shoot that was skipped while its disk did not answer nobody knows the photos, until they are recorded. Photos
   that were made before it was skipped may be its photos, so that a person decides. Younger photos are other ones.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from daemon.order.changes import held
from daemon.order.hold import Hold
from daemon.order.model import Bracket, Order
from daemon.order.problem import Code, Trouble

COMPRESSED = frozenset({"avif", "heic", "heif", "hif", "jpeg", "jpg", "webp"})
"""Formats in which no two photos are equally large by anything but chance."""

UNKNOWN = -1
"""The recorded size of a photo that only a sync client's placeholder stood for."""

FEW = 3
"""Photos, or one in twenty: fewer than that are no reason to take a shoot for a skipped one."""

QUARTER, SLACK, FARTHEST = 900, 2, 26 * 4
"""Seconds by which time zones differ, to how many seconds FAT keeps times, and the most quarter hours between two."""

DAY = 86400.0
"""Seconds by which a camera's clock, which knows no time zone, may be ahead."""


class Likeness(StrEnum):
    """What a settled shoot is, next to the shoots that were skipped."""

    OTHER = "other photos"
    SAME = "the same photos"
    UNSURE = "perhaps the same photos, or some of them"
    UNSEEN = "perhaps photos of a shoot that could not be seen"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A photo of a skipped shoot: its ``name_of``, its bytes or UNKNOWN, and epoch seconds of its last change."""

    name: str
    size: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry with the skipped order that it belongs to, and when that was made in epoch seconds."""

    order_id: str
    entry: Entry
    recorded_at: float


@dataclass(frozen=True, slots=True)
class Unseen:
    """A skipped order whose photos are not all on record, its shoot's name, and when it was made in epoch seconds."""

    order_id: str
    shoot: str
    skipped_at: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """What is known of a shoot's ``total`` photos: ``known`` of them were skipped, as far as anybody can say.

    ``order_id`` is the skipped order that has most of them. ``named`` are the paths of those that are known by name and
    size alone, ``alike`` those among them whose size proves nothing.
    """

    likeness: Likeness = Likeness.OTHER
    order_id: str = ""
    known: int = 0
    total: int = 0
    named: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()


def name_of(path: str) -> str:
    """What a photo's name is compared by: without its folder, in one Unicode form, in capitals or not."""
    return unicodedata.normalize("NFC", path.rpartition("/")[2]).casefold()


def entry_of(path: str, size: int, mtime_ns: int) -> Entry:
    """A photo as it is recorded."""
    return Entry(name_of(path), size, mtime_ns // 1_000_000_000)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read of photos, where names, sizes and times did not settle it.

    ``cancelled`` is the cancelled order that has a photo's content mark. ``content`` says, by the photo's path and a
    skipped order, whether the file that still lies in that order's folder has the same content. ``taken`` says by path
    when photos were taken, by their camera's clock, in seconds since 1970 without a time zone.
    """

    cancelled: Mapping[str, str] = field(default_factory=dict)
    content: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    taken: Mapping[str, float] = field(default_factory=dict)


NOTHING_READ = Evidence()


def recognise(photos: Sequence[Bracket], recorded: Iterable[Recorded], evidence: Evidence = NOTHING_READ) -> Recognised:
    """What a shoot's photos are next to the ``recorded`` ones."""
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
    """Whether photos may be those of a shoot that could not be seen (rule 7). Of several shoots the last one counts."""
    last = max(unseen, key=lambda one: one.skipped_at, default=None)
    if last is None:
        return Recognised(total=len(photos))
    old = sum(_made_at(photo) <= last.skipped_at + DAY for photo in photos)
    if _likeness(0, old, len(photos)) is Likeness.OTHER:
        return Recognised(total=len(photos))
    return Recognised(Likeness.UNSEEN, last.order_id, old, len(photos))


def _made_at(photo: Bracket) -> float:
    """When a photo was made at the latest, in seconds since 1970: a copy is changed later than its photo was taken."""
    changed = photo.mtime_ns / 1e9
    return changed if photo.shot.second is None else min(changed, photo.shot.second)


Matches = Mapping[str, Mapping[str, Recorded]]
"""The recorded photo of each order that a photo may be, by the photo's path and the order's id."""


def _matches(photos: Sequence[Bracket], recorded: Iterable[Recorded], evidence: Evidence) -> Matches:
    """The recorded photos that each photo may be. Of several in one order the nearest in time is taken."""
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
    """The photos whose size no other photo of their format has, and a recorded one of their name has."""
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
    """The photos that were changed when the recorded ones were, or the same number of quarter hours off as others."""
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
    """How many quarter hours a difference in seconds is. None if it is not a whole number of them, or too large."""
    quarters = round(difference / QUARTER)
    near = abs(difference - quarters * QUARTER) <= SLACK and abs(quarters) <= FARTHEST
    return quarters if near else None


def _format(path: str) -> str:
    return name_of(path).rpartition(".")[2]


def unsure(order: Order, why: str) -> Order:
    """A new order that waits until a person says whether its photos, which may have been skipped, are wanted."""
    return held(order, Trouble(Code.MAYBE_SKIPPED_BEFORE, why), Hold.SKIPPED_BEFORE)


# --- what a person reads ---


def why_same(found: Recognised, shoot: str, was: str) -> str:
    """Why a shoot is skipped whose photos are those of a ``shoot`` that ``was`` skipped."""
    which = "its photos are" if found.known == found.total else f"{found.known} of its {found.total} photos are"
    return f"{which} those of “{shoot}”, which was {was} and never bought; `bracketd submit FOLDER` sends them"


def why_unsure(found: Recognised, shoot: str, was: str) -> str:
    """Why a shoot waits for a person whose photos may be those of a ``shoot`` that ``was`` skipped."""
    some = f"{found.known} of its {found.total} photos"
    like = f"{some} have names and sizes of photos of “{shoot}”, which was {was}. Their sizes prove nothing"
    same = f"{some} are those of “{shoot}”, which was {was}"
    what = like if found.alike else same
    return f"{what}. Nothing was sent: `bracketd approve` sends the shoot, `bracketd cancel` skips it"


def why_unseen(found: Recognised, shoot: str) -> str:
    """Why a shoot waits for a person whose photos may be those of a ``shoot`` that was skipped unseen."""
    what = f"“{shoot}” was skipped while its folder could not be read, and its photos are not known"
    some = f"{found.known} of the {found.total} photos here are older than that, and may be its photos"
    return f"{what}. {some}. Nothing was sent: `bracketd approve` sends the shoot, `bracketd cancel` skips it"
