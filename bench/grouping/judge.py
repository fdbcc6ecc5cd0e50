"""Judges a grouping by the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bench.grouping.shoot import Maker, Shoot
from daemon.grouping import Frame, one_per_frame
from daemon.grouping.sets import Confidence, Grouping
from daemon.shoot import File, Shot

Group = Callable[[Sequence[Frame]], Grouping]
"""A rule that groups the frames of a shoot."""


@dataclass(slots=True)
class Tally:
    """Counts over any number of shoots.

    ``sets`` are true sets, and found sets without a frame of a true one; ``sets_right`` are found exactly.
    ``images`` are true sets, single photos, and derived pictures that are sent; ``images_right`` are exactly right.
    ``found`` are the found sets by confidence, and ``found_right`` those among them that are true sets.
    """

    shoots: int = 0
    shoots_right: int = 0
    sets: int = 0
    sets_right: int = 0
    images: int = 0
    images_right: int = 0
    found: Counter[Confidence] = field(default_factory=Counter)
    found_right: Counter[Confidence] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add another tally's counts."""
        self.shoots += other.shoots
        self.shoots_right += other.shoots_right
        self.sets += other.sets
        self.sets_right += other.sets_right
        self.images += other.images
        self.images_right += other.images_right
        self.found += other.found
        self.found_right += other.found_right

    @property
    def sets_percent(self) -> float:
        """Percentage of sets that are exactly right."""
        return percent(self.sets_right, self.sets)

    @property
    def images_percent(self) -> float:
        """Percentage of images that are exactly right."""
        return percent(self.images_right, self.images)

    @property
    def shoots_percent(self) -> float:
        """Percentage of shoots in which everything is right."""
        return percent(self.shoots_right, self.shoots)

    def precision(self, confidence: Confidence) -> float | None:
        """Percentage of the sets found with a confidence that are true sets; None if none was found."""
        return percent(self.found_right[confidence], self.found[confidence]) if self.found[confidence] else None


def percent(part: float, whole: float) -> float:
    """A part as a percentage of the whole; 100 of nothing."""
    return 100.0 * part / whole if whole else 100.0


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies."""
    everything = Tally()
    for tally in tallies:
        everything.add(tally)
    return everything


def judged(shoot: Shoot, grouping: Grouping) -> Tally:
    """The counts of one shoot.

    A derived picture that is sent as a single photo counts as a wrong image. It does not make the shoot wrong, because
    ``one_per_frame`` should have left it out.
    """
    true_sets = {frozenset(some.paths) for some in shoot.sets}
    true_singles = frozenset(shoot.singles)
    stands = {frame.path: shoot.variants.get(frame.path, frame.path) for frame in shoot.frames}
    found = [[stands[path] for path in some.paths] for some in grouping.sets]
    right = [frozenset(paths) in true_sets and len(frozenset(paths)) == len(paths) for paths in found]
    bracketed = frozenset(path for some in shoot.sets for path in some.paths)
    invented = sum(bracketed.isdisjoint(paths) for paths in found)
    singles = [stands[single.path] for single in grouping.singles]
    extra = sum(path in shoot.derived for path in singles)
    singles_right = len(true_singles.intersection(singles))
    sets_right, kept = sum(right), len(singles) - extra
    all_right = sets_right == len(true_sets) == len(found) and singles_right == len(true_singles) == kept
    confidences = [some.confidence for some in grouping.sets]
    return Tally(
        shoots=1,
        shoots_right=int(all_right),
        sets=len(true_sets) + invented,
        sets_right=sets_right,
        images=len(true_sets) + len(true_singles) + extra,
        images_right=sets_right + singles_right,
        found=Counter(confidences),
        found_right=Counter(confidence for confidence, good in zip(confidences, right, strict=True) if good),
    )


def to_group(shoot: Shoot) -> list[Frame]:
    """The frames that the daemon groups: one file per frame, sorted by path."""
    if not shoot.variants and not shoot.derived:
        return list(shoot.frames)
    shots = {frame.path: _shot(frame, shoot.makers[frame.body]) for frame in shoot.frames}
    choice = one_per_frame([File(path, 1, 1, 1) for path in shots], shots)
    sent = {file.path for file in choice.send}
    return [frame for frame in shoot.frames if frame.path in sent]


def _shot(frame: Frame, maker: Maker) -> Shot:
    """The shot of a file, as ``daemon.frames`` reads it: texts in lower case, no fraction for a full second."""
    taken = frame.taken_at
    return Shot(
        maker.make.lower(),
        maker.model.lower(),
        maker.serial.lower(),
        second=None if taken is None else int(taken),
        fraction=None if taken is None else round(taken % 1, 3) or None,
        exposure_s=frame.exposure_s,
        f_number=frame.f_number,
        iso=frame.iso,
        pixels=frame.pixels,
    )
