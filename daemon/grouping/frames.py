"""Chooses the files of a shoot to send: one file per frame, in one format.

A frame is one press of the shutter. A camera may write it in several formats (RAW + JPEG, RAW + HEIF), on one or two
cards, and people export pictures beside it. If two of these files were sent, the exposure would be in its image twice,
or the image would be bought twice. The metadata show which files are of the same frame (``daemon.shoot.shot``). Without
metadata, a RAW file and a JPEG with the same folder and stem count as one frame unless something contradicts it.

The format is decided for each camera: the first in the order of preference that all its frames have. The vendor states
that JPEG and RAW give equal quality and that JPEG is faster.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from daemon.shoot import Doubt, File, Format, LeftOut, Shot, Taken, Why
from daemon.shoot.formats import JPEG, RAW, extension, format_of, is_raw
from daemon.shoot.leftout import all_of, is_edited, lies_among_made, made_in_camera, why_beside
from daemon.shoot.sets import Prefer
from daemon.shoot.shot import (
    UNKNOWN,
    Shots,
    clocks_of,
    contradict,
    folder_of,
    is_cameras_name,
    place_of,
    show_one_frame,
    stem_of,
)

BEST: Mapping[Prefer, tuple[Format, ...]] = {
    "jpeg": (Format.JPEG, Format.HEIF, Format.RAW, Format.DNG, Format.TIFF, Format.PNG, Format.WEBP, Format.AVIF),
    "raw": (Format.RAW, Format.DNG, Format.JPEG, Format.HEIF, Format.TIFF, Format.PNG, Format.WEBP, Format.AVIF),
}
"""The formats in the order of preference."""

PAUSE = 12.0
"""Frames that are more than this many seconds apart are in different sets."""

NAMED = 3
"""The maximum number of files named in a message."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The photos of a shoot to send, and the reasons to leave the others out, both sorted by path.

    ``doubt`` is why a person must decide; None if no decision is needed.
    """

    send: tuple[File, ...]
    left_out: tuple[LeftOut, ...] = ()
    doubt: Doubt | None = None


@dataclass(slots=True)
class _Frame:
    """The files of one frame: at most one camera original per format, and the pictures made from them."""

    own: dict[Format, Taken] = field(default_factory=dict)
    made: list[Taken] = field(default_factory=list)

    @property
    def shot(self) -> Shot:
        """The metadata of the first original that identifies the frame, ``UNKNOWN`` if none does."""
        return next((file.shot for file in self.own.values() if file.shot.tells), UNKNOWN)

    @property
    def serial(self) -> str:
        """The camera's serial number, empty if no file has it."""
        return next((file.shot.serial for file in self.own.values() if file.shot.serial), "")

    @property
    def time(self) -> float:
        """The capture time in seconds of the camera's clock."""
        return (self.shot.second or 0) + (self.shot.fraction or 0.0)

    def best(self, prefer: Prefer) -> Format:
        """The most preferred of the frame's formats."""
        return min(self.own, key=(*BEST[prefer], Format.OTHER).index)


def one_per_frame(
    photos: Iterable[File], shots: Mapping[str, Shot] | None = None, *, prefer: Prefer = "jpeg"
) -> Choice:
    """Choose the photos to send. ``shots`` has the photos' metadata by path; photos without metadata may be missing."""
    files = {photo.path: photo for photo in photos}
    said = shots or {}
    frames = _frames([Taken(path, said.get(path, UNKNOWN)) for path in sorted(files)])
    send: dict[str, _Frame] = {}
    mixed: list[Doubt] = []
    for some in _cameras(frames):
        formats, doubt = _formats(some, prefer)
        send |= {frame.own[chosen].path: frame for frame, chosen in zip(some, formats, strict=True)}
        mixed += [doubt] if doubt is not None else []
    left_out = [one for path, frame in send.items() for one in _left_out(frame, path)]
    unread = _unread([Taken(path, said.get(path, UNKNOWN)) for path in sorted(send)])
    return Choice(
        tuple(files[path] for path in sorted(send)),
        tuple(sorted(left_out, key=lambda one: one.path)),
        all_of([*mixed, *([unread] if unread is not None else [])]),
    )


def _left_out(frame: _Frame, sent: str) -> Iterator[LeftOut]:
    own = (file.path for file in frame.own.values() if file.path != sent)
    yield from (LeftOut(path, Why.VARIANT, sent) for path in own)
    yield from (LeftOut(file.path, Why.DERIVED, sent) for file in frame.made)


# --- frames ---


def _frames(files: Sequence[Taken]) -> list[_Frame]:
    """The frames that these files show."""
    shown: dict[Taken, list[Taken]] = {}
    clocks = clocks_of(files)
    first, places = Shots(clocks=clocks), defaultdict[tuple[str, str], list[tuple[Taken, Taken]]](list)
    for file in sorted(files, key=lambda file: (not is_cameras_name(file.path), file.path)):
        beside = (of for other, of in places[place_of(file.path)] if _may_be_one(file, other))
        of = first.find(file) or next(beside, file)
        if of is file:
            first.add(file)
        shown.setdefault(of, []).append(file)
        places[place_of(file.path)].append((file, of))
    return [frame for some in shown.values() for frame in _parted(some, clocks.fine)]


def _may_be_one(file: Taken, other: Taken) -> bool:
    """True if two files with the same folder and stem may be of one frame, although their metadata do not prove it."""
    if contradict(file.shot, other.shot):
        return False
    if file.shot.tells and other.shot.tells:
        return True
    return {extension(file.path) in RAW, extension(other.path) in RAW} == {True, False} and (
        extension(file.path) in JPEG or extension(other.path) in JPEG
    )


def _parted(files: Sequence[Taken], fine: Collection[str]) -> Iterator[_Frame]:
    """Split the files of one frame into the camera's own and those made from them.

    ``fine`` are models whose clocks count hundredths.

    Pictures with the same format, size and folder become separate frames if nothing shows which was made from which.
    They may be exposures that somebody developed from one RAW file, and those are sent like any other brackets.
    """
    frame = _Frame()
    for file in sorted(files, key=lambda file: _made_last(file, files)) if len(files) > 1 else files:
        kind, original = format_of(file.path), next(iter(frame.own.values()), None)
        if original is None:
            frame.own[kind] = file
        elif kind in frame.own and _is_equal(file, frame.own[kind], fine) and not is_raw(original.path):
            yield _Frame({kind: file})
        elif kind in frame.own or why_beside(file, original) is Why.DERIVED:
            frame.made.append(file)
        else:
            frame.own[kind] = file
    yield frame


def _made_last(file: Taken, files: Sequence[Taken]) -> tuple[bool, bool, bool, int, int, int, str]:
    """A sort key for the files of a frame: RAW first, larger before smaller, files made by programs last."""
    others = [other.path for other in files if other is not file]
    return (
        any(is_edited(file.path, other) for other in others),
        any(lies_among_made(file.path, other) for other in others),
        not is_raw(file.path),
        -max(file.shot.pixels or (0,)) if not is_raw(file.path) else 0,
        file.path.count("/"),
        len(file.path),
        file.path,
    )


def _is_equal(file: Taken, other: Taken, fine: Collection[str]) -> bool:
    """True if nothing shows which of two pictures with the same format was made from the other."""
    together = folder_of(file.path) == folder_of(other.path) and file.shot.pixels == other.shot.pixels
    return together and not is_edited(file.path, other.path) and not made_in_camera(file, other, fine)


# --- formats ---


def _cameras(frames: Sequence[_Frame]) -> Iterator[list[_Frame]]:
    """Group frames by camera, sorted by capture time. Each frame without metadata is a group of its own."""
    models: dict[str, list[_Frame]] = defaultdict(list)
    for frame in frames:
        if frame.shot.tells:
            models[frame.shot.model].append(frame)
        else:
            yield [frame]
    for some in models.values():
        bodies: dict[str, list[_Frame]] = defaultdict(list)
        by_serial = all(frame.serial for frame in some)
        for frame in sorted(some, key=lambda frame: frame.time):
            bodies[frame.serial if by_serial else ""].append(frame)
        yield from bodies.values()


def _formats(frames: Sequence[_Frame], prefer: Prefer) -> tuple[list[Format], Doubt | None]:
    """The format to send for each frame of one camera, and why a person must decide; None if no decision is needed.

    If no format covers all frames, one format must cover all frames between two pauses, so that no set mixes formats.
    """
    whole = _whole(frames, prefer)
    if whole is not None:
        return [whole] * len(frames), None
    formats: list[Format] = []
    doubt = None
    for part in _parts(frames):
        chosen = _whole(part, prefer)
        formats += [chosen or frame.best(prefer) for frame in part]
        doubt = doubt or (_mixed(part, prefer) if chosen is None else None)
    return formats, doubt


def _whole(frames: Sequence[_Frame], prefer: Prefer) -> Format | None:
    """The first format that all frames have."""
    return next((kind for kind in (*BEST[prefer], Format.OTHER) if all(kind in frame.own for frame in frames)), None)


def _parts(frames: Sequence[_Frame]) -> list[list[_Frame]]:
    """Split frames, sorted by capture time, at pauses that are too long to be within a set.

    A dark frame may take as long as the exposure, and a clock without fractions may be one second off.
    """
    parts: list[list[_Frame]] = []
    for frame in frames:
        last = parts[-1][-1] if parts else None
        longest = max(frame.shot.exposure_s or 0.0, last.shot.exposure_s or 0.0) if last else 0.0
        if last is None or frame.time - last.time - 2 * longest - 1.0 > PAUSE:
            parts.append([])
        parts[-1].append(frame)
    return parts


def _mixed(frames: Sequence[_Frame], prefer: Prefer) -> Doubt:
    """The doubt about frames without a common format."""
    kinds = [kind for kind in (*BEST[prefer], Format.OTHER) if any(kind in frame.own for frame in frames)]
    best = [(frame, frame.own[frame.best(prefer)].path) for frame in frames]
    lacking = {kind: [path for frame, path in best if kind not in frame.own] for kind in kinds}
    gaps = "; ".join(f"there is no {kind} of {_names(paths)}" for kind, paths in lacking.items())
    return Doubt(
        f"no single format covers these {len(frames)} frames, which may belong to one set: {gaps}. An image needs one "
        "format. Add the missing files and `bracketd submit` the folder; `bracketd approve` sends the mixed formats",
        tuple(sorted({path for paths in lacking.values() for path in paths})),
    )


def _unread(files: Sequence[Taken]) -> Doubt | None:
    """The doubt about photos that may be duplicates: they share a name, and one of them has no metadata."""
    stems: dict[str, list[Taken]] = defaultdict(list)
    for file in files:
        stems[stem_of(file.path)].append(file)
    pairs = [
        (raw.path, other.path)
        for some in stems.values()
        for raw in some
        for other in some
        if is_raw(raw.path) and not is_raw(other.path) and _may_be_twice(raw, other)
    ]
    if not pairs:
        return None
    named = _names([f"{raw} and {other}" for raw, other in pairs])
    return Doubt(
        f"{len(pairs)} photo(s) may be duplicates, and have no capture time: {named}. If they are duplicates, remove "
        "one of each and `bracketd submit` the folder. If not, `bracketd approve` sends them all",
        tuple(path for pair in pairs for path in pair),
    )


def _may_be_twice(raw: Taken, other: Taken) -> bool:
    apart = folder_of(raw.path) != folder_of(other.path)
    silent = not (raw.shot.tells and other.shot.tells)
    return apart and silent and not contradict(raw.shot, other.shot) and not show_one_frame(raw, other)


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
