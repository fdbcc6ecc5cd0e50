"""What becomes of each file of a shoot: the sets and singles that are sent, and the files that are not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from daemon.grouping.frame import Frame
from daemon.grouping.group import group
from daemon.grouping.sets import BracketSet, Confidence, Grouping, Single
from daemon.grouping.wishes import Wishes, apply
from daemon.shoot import LeftOut, Why
from daemon.shoot.sets import MOST_BRACKETS, GroupingName, Prefer, Singles

Mode = GroupingName | int


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """How the photos of a watched folder's shoots become images.

    ``mode``: the service groups them, the found sets are sent, each folder is a set, or every N photos are a set.
    ``prefer`` is the format that is sent if a frame has several. ``singles`` says what happens to photos that are in no
    set, if bracketd sends sets (``sends_sets``).
    """

    mode: Mode = "automatic"
    prefer: Prefer = "jpeg"
    singles: Singles | None = None

    @property
    def sends_sets(self) -> bool:
        """True if bracketd decides which photos become one image, and not the service."""
        return self.mode in ("sets", "folders")


DEFAULTS = PlanSettings()
NOTHING_FIXED = Wishes()

OUTSIDE = "in no sub-folder"


@dataclass(frozen=True, slots=True)
class Plan:
    """The images that a shoot becomes, in shooting order, and every file that is not sent, by path.

    ``asks_for_singles`` is True if a person must decide whether the singles are sent.
    """

    sets: tuple[BracketSet, ...] = ()
    singles: tuple[Single, ...] = ()
    not_sent: tuple[LeftOut, ...] = ()
    asks_for_singles: bool = False

    @property
    def images(self) -> int:
        """The number of images that the service makes: one for each set and each single."""
        return len(self.sets) + len(self.singles)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the files that are sent: sets first, then singles."""
        return (*(path for one in self.sets for path in one.paths), *(one.path for one in self.singles))


def plan(
    frames: Sequence[Frame],
    left_out: Sequence[LeftOut] = (),
    settings: PlanSettings = DEFAULTS,
    wishes: Wishes = NOTHING_FIXED,
) -> Plan:
    """The plan for a shoot whose ``frames`` are sent. ``left_out`` are its other files; ``wishes`` are resolved."""
    order = shooting_order(frames)
    found = grouped(frames, order, settings.mode)
    return arrange(found, order, left_out, wishes, singles=settings.singles if settings.sends_sets else "send")


def grouped(frames: Sequence[Frame], order: Sequence[str], mode: Mode) -> Grouping:
    """The sets that a mode makes. The sets of ``automatic`` are what bracketd expects the service to find."""
    if isinstance(mode, int):
        return every(order, mode)
    return by_folder(order) if mode == "folders" else group(frames)


def shooting_order(frames: Iterable[Frame]) -> tuple[str, ...]:
    """The paths of frames by capture time, then by file number. Frames without a time come first."""
    in_order = sorted(frames, key=lambda frame: (frame.time, frame.file_number or 0, frame.path))
    return tuple(frame.path for frame in in_order)


def in_shooting_order(planned: Plan, frames: Iterable[Frame]) -> tuple[tuple[tuple[str, ...], Confidence], ...]:
    """The paths of each planned image, with its confidence, in shooting order. A single photo is certain."""
    place = {path: number for number, path in enumerate(shooting_order(frames))}
    images = [(one.paths, one.confidence) for one in planned.sets]
    images += [((one.path,), Confidence.CERTAIN) for one in planned.singles]
    return tuple(sorted(images, key=lambda image: place[image[0][0]]))


def arrange(
    found: Grouping,
    order: Sequence[str],
    left_out: Sequence[LeftOut] = (),
    wishes: Wishes = NOTHING_FIXED,
    *,
    singles: Singles | None = None,
) -> Plan:
    """The plan for sets and singles that were found. ``order`` has the paths of all frames in shooting order.

    Without ``singles``, a person is asked about single photos in a shoot that has sets, and the photos of a shoot
    without sets are sent.
    """
    arranged = apply(wishes, found, order)
    rule = singles or ("ask" if arranged.sets else "send")
    kept, left = _divided(arranged.singles, wishes) if rule == "leave_out" else (arranged.singles, ())
    everything = (*left_out, *(LeftOut(path, Why.SKIPPED) for path in (*wishes.skip, *left)))
    unasked = [one for one in kept if one.path not in wishes.listed]
    return Plan(
        arranged.sets,
        kept,
        tuple(sorted(everything, key=lambda one: one.path)),
        asks_for_singles=rule == "ask" and bool(unasked),
    )


def every(paths: Sequence[str], size: int) -> Grouping:
    """Sets of ``size`` frames in shooting order, as the service cuts them. The last may be smaller."""
    parts = [tuple(paths[begin : begin + size]) for begin in range(0, len(paths), size)]
    return _as_they_are(parts, f"every {size} photos in the order they were taken")


def by_folder(paths: Iterable[str]) -> Grouping:
    """Each sub-folder's frames as a set.

    A person must look at folders that have more frames than an image may have, and at frames in no sub-folder.
    """
    folders: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        folders[path.rpartition("/")[0]].append(path)
    outside = folders.pop("", [])
    inside = _as_they_are([tuple(some) for some in folders.values()], "one folder")
    if len(outside) < 2:
        return Grouping(inside.sets, (*(Single(path, OUTSIDE) for path in outside), *inside.singles))
    return Grouping((BracketSet(tuple(outside), Confidence.ASK, (OUTSIDE,)), *inside.sets), inside.singles)


def sent_for(paths: Iterable[str], left_out: Iterable[LeftOut]) -> Mapping[str, str]:
    """Every photo of a shoot that sends the files ``paths``, with the file that is sent for its frame."""
    of = {one.path: one.of for one in left_out if one.of is not None and not one.shoot}
    sent = {path: path for path in paths}
    return sent | {path: sent[file] for path, file in of.items() if file in sent}


def _as_they_are(parts: Sequence[tuple[str, ...]], why: str) -> Grouping:
    sets = tuple(
        BracketSet(part, Confidence.CERTAIN, (why,))
        if len(part) <= MOST_BRACKETS
        else BracketSet(part, Confidence.ASK, (why, f"more than {MOST_BRACKETS} photos"))
        for part in parts
        if len(part) > 1
    )
    return Grouping(sets, tuple(Single(part[0], why) for part in parts if len(part) == 1))


def _divided(singles: Sequence[Single], wishes: Wishes) -> tuple[tuple[Single, ...], tuple[str, ...]]:
    """The singles that a person listed, and the paths of the others."""
    listed = tuple(one for one in singles if one.path in wishes.single)
    return listed, tuple(one.path for one in singles if one.path not in wishes.single)
