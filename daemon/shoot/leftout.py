"""Files of a shoot that are not sent, with the reason: each is a copy or a variant of another file, or made from it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from daemon.shoot.files import File, FileClass, Listing
from daemon.shoot.formats import format_of, is_raw
from daemon.shoot.shot import Taken, counted, folder_of, same_instant, stem_of

SMALLER = 0.9
"""A picture whose long edge is less than this fraction of another's was made from it. Sensor margins are narrower."""

CARD = "dcim"
"""The folder that every camera creates on a card."""

_MADE_IN = re.compile(r"export|edit|retouch|final|hdr", re.IGNORECASE)
"""Matches the names of folders for exported or edited pictures."""


class Why(StrEnum):
    """Why a file of a shoot is not sent.

    COPY: the same content is already sent. VARIANT: the camera wrote the same frame in another format. DERIVED: a
    person or the camera made it from a frame that is sent. DECLINED: its shoot was cancelled or skipped. CONFLICT: a
    second version that a sync client kept. UNREADABLE: it cannot be read or is incomplete. FORMAT: its format is not
    sent. SKIPPED: the settings or the shoot's own file leave it out.
    """

    COPY = "copy"
    VARIANT = "variant"
    DERIVED = "derived"
    DECLINED = "declined"
    CONFLICT = "conflict"
    UNREADABLE = "unreadable"
    FORMAT = "format"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not sent. ``of`` is the path of the file that is sent instead, if any.

    ``shoot`` is the name of the shoot that contains ``of``, empty if it is the same shoot.
    """

    path: str
    why: Why
    of: str | None = None
    shoot: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a person must decide if a shoot is sent, and the files concerned."""

    why: str
    files: tuple[str, ...]


def usable(found: Listing, damaged: frozenset[str] = frozenset()) -> tuple[tuple[File, ...], tuple[LeftOut, ...]]:
    """The photos that can be read and are not ``damaged``, and what else lies there and is not sent."""
    good = tuple(photo for photo in found.usable if photo.path not in damaged)
    taken = frozenset(good)
    unreadable = (LeftOut(photo.path, Why.UNREADABLE) for photo in found.photos if photo not in taken)
    conflicts = (LeftOut(file.path, Why.CONFLICT) for file in found.of(FileClass.CONFLICT))
    others = (LeftOut(path, Why.FORMAT) for path in found.others)
    return good, (*unreadable, *conflicts, *others)


def in_one(reasons: Iterable[str]) -> str:
    """Several reasons for a person to decide, as one message."""
    return ". Also: ".join(reason.rstrip(".") for reason in reasons)


def all_of(doubts: Sequence[Doubt]) -> Doubt | None:
    """Several doubts as one; None if there is none."""
    files = tuple(sorted({path for doubt in doubts for path in doubt.files}))
    return Doubt(in_one(doubt.why for doubt in doubts), files) if doubts else None


def why_beside(file: Taken, of: Taken) -> Why:
    """Why a file is left out in favour of another file of the same frame: VARIANT or DERIVED."""
    if format_of(file.path) is format_of(of.path) or is_edited(file.path, of.path):
        return Why.DERIVED
    if is_raw(file.path):
        return Why.VARIANT
    made = is_certainly_made_of(file, of) or lies_below(file.path, of.path) or not _share_name(file.path, of.path)
    return Why.DERIVED if made else Why.VARIANT


def is_certainly_made_of(file: Taken, of: Taken) -> bool:
    """True if a file's name, size or folder shows that it was made from another file of the same frame."""
    return is_edited(file.path, of.path) or is_smaller(file, of) or lies_among_made(file.path, of.path)


def is_edited(path: str, of: str) -> bool:
    """True if a file's name shows that it was made from the other: ``IMG_0001-Edit``, ``IMG_0001_HDR``, ``IMG_E0001``.

    Added numbers prove nothing. A phone adds the kind of file after a dot (``….RAW-01.COVER``), so that only counts if
    both files have the same format.
    """
    stem, base = stem_of(path), stem_of(of)
    if stem == base or not base:
        return False
    if base not in stem:
        return stem.replace("img_e", "img_", 1) == base
    added = stem.replace(base, "", 1)
    return any(map(str.isalpha, added)) and (added[0] != "." or format_of(path) is format_of(of))


def is_smaller(file: Taken, of: Taken) -> bool:
    """True if a file has clearly fewer pixels than the other."""
    mine, theirs = file.shot.pixels, of.shot.pixels
    return mine is not None and theirs is not None and max(mine) < SMALLER * max(theirs)


def lies_below(path: str, of: str) -> bool:
    """True if a file is in a folder below the other file's, as exports are, and not on another card."""
    folder, above = folder_of(path), folder_of(of)
    below = folder != above and (not above or folder.startswith(f"{above}/"))
    return below and CARD not in folder.removeprefix(above).casefold().split("/")


def lies_among_made(path: str, of: str) -> bool:
    """True if a file is in a folder for exported or edited pictures and the other file is not."""
    others = frozenset(folder_of(of).split("/"))
    return any(_MADE_IN.search(name) for name in folder_of(path).split("/") if name not in others)


def made_in_camera(file: Taken, of: Taken, fine: Collection[str] = ()) -> bool:
    """True if two files of the same instant have different numbers, because a camera gives its edits a new number.

    ``fine`` are models whose clocks count hundredths.
    """
    mine, theirs = counted(file.path), counted(of.path)
    numbered = mine is not None and theirs is not None and mine[1] != theirs[1]
    return numbered and same_instant(file.shot, of.shot, fine)


def _share_name(path: str, other: str) -> bool:
    """True if both names may be a camera's names for the same frame."""
    if stem_of(path).partition(".")[0] == stem_of(other).partition(".")[0]:
        return True
    mine, theirs = counted(path), counted(other)
    return mine is not None and theirs is not None and mine[1] == theirs[1]
