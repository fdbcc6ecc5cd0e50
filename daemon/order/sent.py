"""Looks up files among those that an order sends or has sent: by content, by frame and by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from daemon.order.bracket import Bracket
from daemon.order.order import Order
from daemon.shoot import LeftOut, Taken, Why
from daemon.shoot.leftout import why_beside
from daemon.shoot.shot import UNKNOWN, Shots, contradict, place_of

Key = tuple[str, int, int]


def key(bracket: Bracket) -> Key:
    """What identifies a photo if its content is not known: path, size, and mtime to two seconds."""
    return bracket.path, bracket.size, bracket.mtime_ns // 2_000_000_000


def paths_of(order: Order) -> tuple[str, ...]:
    """The paths of all photos of an order, sent or left out, relative to the shoot."""
    return (*(bracket.path for bracket in order.brackets), *order.unsent.left_out)


class Sent:
    """An index of one order's photos for fast lookups: a shoot may have thousands.

    ``without`` are the numbers of brackets that are not looked up, nor the files left out because of them.
    """

    def __init__(self, order: Order, without: Collection[int] = ()) -> None:
        self.order = order
        self._marks: dict[str, list[Bracket]] = {}
        self._keys: dict[Key, Bracket] = {}
        sent = [order.brackets[number] for number in order.sent if number not in without]
        for bracket in sent:
            if bracket.mark:
                self._marks.setdefault(bracket.mark, []).append(bracket)
            else:
                self._keys[key(bracket)] = bracket
        self._shots = Shots(map(taken, sent))
        self._places = _places(order, frozenset(order.brackets[number].path for number in without))

    def with_content(self, photo: Bracket) -> Bracket | None:
        """The bracket with the same content as a photo. If content is unknown, compares path, size and time."""
        if (same := self._keys.get(key(photo))) is not None:
            return same
        alike = self._marks.get(photo.mark, []) if photo.mark else []
        return next((theirs for theirs in alike if is_same(theirs.sha256, photo.sha256)), None)

    def of_frame(self, photo: Bracket) -> Taken | None:
        """The bracket that shows the same frame as a photo, by the metadata of both files."""
        return self._shots.find(taken(photo))

    def beside(self, photo: Bracket) -> Taken | None:
        """A file of the order with the folder and stem of a photo, if the metadata of the two do not contradict.

        This is weak evidence. It counts only for photos in the order's own shoot.
        """
        known = self._places.get(place_of(photo.path), [])
        return next((theirs for theirs in known if not contradict(theirs.shot, photo.shot)), None)

    def why_known(self, photo: Bracket, *, here: bool) -> LeftOut | None:
        """Why a photo need not be sent after this order; None if it is new. ``here``: it is in the order's shoot."""
        shoot = "" if here else self.order.source.shoot
        if (same := self.with_content(photo)) is not None:
            return LeftOut(photo.path, Why.COPY, same.path, shoot)
        theirs = self.of_frame(photo) or (self.beside(photo) if here else None)
        if theirs is None:
            return None
        return LeftOut(photo.path, why_beside(taken(photo), theirs), theirs.path, shoot)


def is_same(one: str | None, other: str | None) -> bool:
    """True unless the SHA-256 hashes of two files with the same mark differ. None: the hash is unknown."""
    return one is None or other is None or one == other


def lies_as_sent(order: Order, photos: Iterable[Bracket]) -> bool:
    """True if a folder has all brackets of the order unchanged, and otherwise only files that it left out."""
    keys, left_out = {key(bracket) for bracket in order.brackets}, set(order.unsent.left_out)
    there = {key(photo): photo.path for photo in photos}
    return bool(keys) and keys <= there.keys() and all(k in keys or path in left_out for k, path in there.items())


def with_shots(order: Order, photos: Sequence[Bracket]) -> Order:
    """The order with the shots of ``photos`` for its brackets without a shot, which older versions did not store.

    A photo is used for a bracket if path, size and time are the same.
    """
    if all(bracket.shot.tells for bracket in order.brackets):
        return order
    read = {key(photo): photo.shot for photo in photos}
    brackets = (b if b.shot.tells else replace(b, shot=read.get(key(b), UNKNOWN)) for b in order.brackets)
    return replace(order, brackets=tuple(brackets))


def taken(bracket: Bracket) -> Taken:
    """A bracket's path and metadata, for a comparison of frames."""
    return Taken(bracket.path, bracket.shot)


def _places(order: Order, without: Collection[str]) -> dict[tuple[str, str], list[Taken]]:
    """The files of an order by folder and stem. A file that is left out has the shot of the sent file it belongs to.

    Photos that a person declined are not included, nor the files ``without`` and those that belong to them.
    """
    shots = {bracket.path: bracket.shot for bracket in order.brackets}
    of = {one.path: one.of for one in order.unsent.left_out_why if not one.shoot}
    places: dict[tuple[str, str], list[Taken]] = {}
    declined = {one.path for one in order.unsent.left_out_why if one.why is Why.DECLINED}
    for path in paths_of(order):
        if path in declined or path in without or of.get(path) in without:
            continue
        shot = shots.get(path) or shots.get(of.get(path) or "", UNKNOWN)
        places.setdefault(place_of(path), []).append(Taken(path, shot))
    return places
