"""What a person fixed for a shoot by file names: sets, single photos, and photos that are not sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from daemon.grouping.sets import BracketSet, Confidence, Grouping, Single
from daemon.shoot.shot import folded

FIXED = "fixed in bracketd.yaml"
LEFT_OVER = "left over beside sets fixed in bracketd.yaml"
SINGLE = "single photo in bracketd.yaml"


@dataclass(frozen=True, slots=True)
class Wishes:
    """The sets, single photos and skipped photos that a person listed. Every photo is listed at most once.

    As written, photos are named by file name or path. After ``resolve`` they are paths of files that are sent.
    """

    sets: tuple[tuple[str, ...], ...] = ()
    single: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    @property
    def listed(self) -> frozenset[str]:
        """All photos in the lists."""
        return frozenset((*self.single, *self.skip, *(path for one in self.sets for path in one)))


@dataclass(frozen=True, slots=True)
class WrongName:
    """A listed name that is not one photo of the shoot. ``found`` are the paths that it could mean.

    ``is_repeated``: it is one photo, which another name in the lists means as well.
    """

    name: str
    found: tuple[str, ...] = ()
    is_repeated: bool = False


def resolve(wishes: Wishes, sent: Mapping[str, str]) -> tuple[Wishes, tuple[WrongName, ...]]:
    """The wishes with paths instead of names, and the names that are wrong.

    ``sent`` has the path of every photo of the shoot, with the path of the file that is sent for its frame. So a RAW
    file's name also stands for its JPEG.
    """
    by_name: dict[str, list[str]] = defaultdict(list)
    for path in sent:
        by_name[folded(path.rpartition("/")[2])].append(path)
    by_path = {folded(path): path for path in sent}
    wrong: list[WrongName] = []
    listed = set[str]()

    def meant(name: str) -> list[str]:
        spellings = (folded(name), folded(name.replace("\\", "/")))
        path = next((by_path[one] for one in spellings if one in by_path), None)
        return [path] if path is not None else next((by_name[one] for one in spellings if one in by_name), [])

    def found(names: Iterable[str]) -> tuple[str, ...]:
        paths: list[str] = []
        for name in names:
            named = meant(name)
            frames = {sent[one] for one in named}
            if len(frames) == 1 and listed.isdisjoint(frames):
                listed.update(frames)
                paths += frames
            else:
                wrong.append(WrongName(name, tuple(sorted(named)), len(frames) == 1))
        return tuple(paths)

    resolved = Wishes(tuple(found(names) for names in wishes.sets), found(wishes.single), found(wishes.skip))
    return resolved, tuple(wrong)


def apply(wishes: Wishes, found: Grouping, order: Sequence[str]) -> Grouping:
    """The grouping with a person's sets and single photos. ``order`` are the paths of all frames in shooting order.

    A set that loses frames to a fixed set or a single photo keeps the others. It is split where a fixed set lies
    between its frames, and a person should check what is left. Skipping photos of a set does not change its confidence.
    """
    if not wishes.listed:
        return found
    place = {path: number for number, path in enumerate(order)}
    gone = wishes.listed
    marks = sorted(place[path] for one in wishes.sets for path in one)
    sets = [BracketSet(one, Confidence.CERTAIN, (FIXED,)) for one in wishes.sets]
    singles = [Single(path, SINGLE) for path in wishes.single]
    singles += [one for one in found.singles if one.path not in gone]
    for one in found.sets:
        for rest in _parts([path for path in one.paths if path not in gone], place, marks):
            if len(rest) > 1 and frozenset(one.paths) <= {*rest, *wishes.skip}:
                sets.append(replace(one, paths=rest))
            elif len(rest) > 1:
                sets.append(BracketSet(rest, Confidence.ASK, (LEFT_OVER,)))
            else:
                singles.append(Single(rest[0], LEFT_OVER))
    return Grouping(
        tuple(sorted(sets, key=lambda one: place[one.paths[0]])),
        tuple(sorted(singles, key=lambda one: place[one.path])),
    )


def _parts(paths: Sequence[str], place: Mapping[str, int], marks: Sequence[int]) -> list[tuple[str, ...]]:
    """Split frames where one of ``marks`` is between them."""
    parts: list[list[str]] = []
    for path in paths:
        last = parts[-1][-1] if parts else None
        if last is None or any(place[last] < mark < place[path] for mark in marks):
            parts.append([])
        parts[-1].append(path)
    return [tuple(part) for part in parts]
