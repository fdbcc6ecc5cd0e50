"""Looks files up in what an order sends or has sent: by content, by the frame that they show, and by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from daemon.order.model import Bracket, Order
from daemon.shoot import LeftOut, Taken, Why
from daemon.shoot.leftout import why_beside
from daemon.shoot.shot import UNKNOWN, Shots, contradict, place_of

Key = tuple[str, int, int]


def key(bracket: Bracket) -> Key:
    """What a photo is known by where its content is not."""
    return bracket.path, bracket.size, bracket.mtime_ns // 2_000_000_000


def paths_of(order: Order) -> tuple[str, ...]:
    """Every photo that an order knows of, sent or left out, by its path in the shoot."""
    return (*(bracket.path for bracket in order.brackets), *order.left_out)


class Sent:
    """One order's photos, indexed: a shoot has thousands of them."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self._marks: dict[str, list[Bracket]] = {}
        self._keys: dict[Key, Bracket] = {}
        sent = [bracket for bracket in order.brackets if bracket.left_out is None]
        for bracket in sent:
            if bracket.mark:
                self._marks.setdefault(bracket.mark, []).append(bracket)
            else:
                self._keys[key(bracket)] = bracket
        self._shots = Shots(map(_taken, sent))
        self._places = _places(order)

    def with_content(self, photo: Bracket) -> Bracket | None:
        """The bracket with the same content as a photo; by path, size and time if the order does not know contents."""
        if (same := self._keys.get(key(photo))) is not None:
            return same
        alike = self._marks.get(photo.mark, []) if photo.mark else []
        return next((theirs for theirs in alike if is_same(theirs.sha256, photo.sha256)), None)

    def of_frame(self, photo: Bracket) -> Taken | None:
        """The bracket that shows the same frame as a photo, by what both files say."""
        return self._shots.find(_taken(photo))

    def beside(self, photo: Bracket) -> Taken | None:
        """A file that the order knows with the folder and stem of a photo, unless the two contradict each other.

        This is a weak sign. It counts only for photos in the order's own shoot.
        """
        known = self._places.get(place_of(photo.path), [])
        return next((theirs for theirs in known if not contradict(theirs.shot, photo.shot)), None)

    def why_known(self, photo: Bracket, *, here: bool) -> LeftOut | None:
        """Why a photo need not be sent after this order; None if it is new. ``here``: it lies in the order's shoot."""
        shoot = "" if here else self.order.shoot
        if (same := self.with_content(photo)) is not None:
            return LeftOut(photo.path, Why.COPY, same.path, shoot)
        theirs = self.of_frame(photo) or (self.beside(photo) if here else None)
        if theirs is None:
            return None
        return LeftOut(photo.path, why_beside(_taken(photo), theirs), theirs.path, shoot)


def is_same(one: str | None, other: str | None) -> bool:
    """Whether two files with the same mark may have the same content, by their SHA-256; None means not known."""
    return one is None or other is None or one == other


def lies_as_sent(order: Order, photos: Iterable[Bracket]) -> bool:
    """Whether a folder holds what the order knows: all brackets unchanged, and beside them only files left out."""
    keys, left_out = {key(bracket) for bracket in order.brackets}, set(order.left_out)
    there = {key(photo): photo.path for photo in photos}
    return bool(keys) and keys <= there.keys() and all(k in keys or path in left_out for k, path in there.items())


def with_shots(order: Order, photos: Sequence[Bracket]) -> Order:
    """The order with the shots of ``photos`` for its brackets without one: older versions did not store them.

    A photo counts for a bracket if path, size and time are the same.
    """
    if all(bracket.shot.tells for bracket in order.brackets):
        return order
    read = {key(photo): photo.shot for photo in photos}
    brackets = (b if b.shot.tells else replace(b, shot=read.get(key(b), UNKNOWN)) for b in order.brackets)
    return replace(order, brackets=tuple(brackets))


def _taken(bracket: Bracket) -> Taken:
    return Taken(bracket.path, bracket.shot)


def _places(order: Order) -> dict[tuple[str, str], list[Taken]]:
    """Every file that an order knows, by folder and stem. A file that is left out has the shot of the file it is of.

    What a person declined does not speak for other files.
    """
    shots = {bracket.path: bracket.shot for bracket in order.brackets}
    of = {one.path: one.of for one in order.left_out_why if not one.shoot}
    places: dict[tuple[str, str], list[Taken]] = {}
    declined = {one.path for one in order.left_out_why if one.why is Why.DECLINED}
    for path in paths_of(order):
        if path in declined:
            continue
        shot = shots.get(path) or shots.get(of.get(path) or "", UNKNOWN)
        places.setdefault(place_of(path), []).append(Taken(path, shot))
    return places
