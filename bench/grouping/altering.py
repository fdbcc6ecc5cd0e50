"""What happens to files after they were taken: deleted, renamed, copied, written twice, or stripped of metadata.

Each function returns a new shoot.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from bench.grouping.shoot import Shoot
from daemon.grouping import Frame


def changed(shoot: Shoot, change: Callable[[Frame], Frame]) -> Shoot:
    """A shoot whose frames are changed one by one. ``change`` may rename a frame."""
    frames = {frame.path: change(frame) for frame in shoot.frames}
    named = {path: frame.path for path, frame in frames.items()}
    return replace(
        shoot,
        frames=tuple(sorted(frames.values(), key=lambda frame: frame.path)),
        sets=tuple(replace(some, paths=tuple(named[path] for path in some.paths)) for some in shoot.sets),
        singles=tuple(named[path] for path in shoot.singles),
        variants={named[path]: named[of] for path, of in shoot.variants.items()},
        derived=frozenset(named[path] for path in shoot.derived),
    )


def stripped(shoot: Shoot) -> Shoot:
    """A shoot without maker notes: Exif's exposure mode and bias remain."""

    def change(frame: Frame) -> Frame:
        return replace(frame, aeb=None, value_ev=None, number=None, length=None, shutter_count=None)

    return changed(shoot, change)


def bare(shoot: Shoot) -> Shoot:
    """A shoot without any bracket mark, as exported pictures or brackets by a remote control."""
    return changed(stripped(shoot), lambda frame: replace(frame, exposure_mode=1, bias_ev=0.0))


def in_order(shoot: Shoot) -> list[Frame]:
    """The frames by time, and those of one time by name. For shoots of one body."""
    return sorted(shoot.frames, key=lambda frame: (frame.time, frame.path))


def renamed(shoot: Shoot, name: Callable[[int], str]) -> Shoot:
    """A shoot whose files have new names without extension, from their place in time, counted from 1."""
    names = {frame.path: f"{name(at)}.{frame.path.rpartition('.')[2]}" for at, frame in enumerate(in_order(shoot), 1)}
    return changed(shoot, lambda frame: replace(frame, path=names[frame.path]))


def without(shoot: Shoot, gone: Collection[str]) -> Shoot:
    """A shoot from which files were deleted. The file numbers stay missing. The last frame of a set is a single."""
    sets, singles = [], [path for path in shoot.singles if path not in gone]
    for some in shoot.sets:
        left = tuple(path for path in some.paths if path not in gone)
        if len(left) > 1:
            sets.append(replace(some, paths=left, lacking=some.lacking + len(some.paths) - len(left)))
        else:
            singles += left
    return replace(
        shoot,
        frames=tuple(frame for frame in shoot.frames if frame.path not in gone),
        sets=tuple(sets),
        singles=tuple(singles),
    )


def frames_deleted(rng: random.Random, shoot: Shoot, sets: int) -> Shoot:
    """A shoot in which a person deleted one frame, or two of five or more, from some sets."""
    gone: list[str] = []
    for some in rng.sample(shoot.sets, min(sets, len(shoot.sets))):
        gone += rng.sample(some.paths, 1 if len(some.paths) < 5 else rng.choice((1, 1, 2)))
    return without(shoot, frozenset(gone))


def sets_deleted(rng: random.Random, shoot: Shoot, sets: int) -> Shoot:
    """A shoot in which a person deleted whole sets, and half of the single photos."""
    gone = [path for some in rng.sample(shoot.sets, min(sets, len(shoot.sets))) for path in some.paths]
    return without(shoot, frozenset([*gone, *rng.sample(shoot.singles, len(shoot.singles) // 2)]))


def beside(shoot: Shoot, files: Iterable[Frame], of: Mapping[str, str]) -> Shoot:
    """A shoot with other files of its frames. ``of`` has the frame's path for each new path."""
    frames = sorted([*shoot.frames, *files], key=lambda frame: frame.path)
    return replace(shoot, frames=tuple(frames), variants={**shoot.variants, **of})


def doubled(shoot: Shoot, path: Callable[[str], str], raw: bool) -> Shoot:
    """A shoot with a second file of each frame, whose path is ``path`` of the first one's.

    ``raw`` is True for a RAW file, which has a few more pixels at its margins.
    """
    margin = 16 if raw else 0
    second = [
        replace(frame, path=path(frame.path), pixels=(frame.pixels[0] + margin, frame.pixels[1] + margin))
        for frame in shoot.frames
        if frame.pixels is not None
    ]
    return beside(shoot, second, {path(frame.path): frame.path for frame in shoot.frames})


def joined(*shoots: Shoot) -> Shoot:
    """Several shoots in one folder. Their paths must differ."""
    return Shoot(
        tuple(sorted((frame for shoot in shoots for frame in shoot.frames), key=lambda frame: frame.path)),
        tuple(some for shoot in shoots for some in shoot.sets),
        tuple(path for shoot in shoots for path in shoot.singles),
        {path: of for shoot in shoots for path, of in shoot.variants.items()},
        frozenset(path for shoot in shoots for path in shoot.derived),
        {name: maker for shoot in shoots for name, maker in shoot.makers.items()},
    )
