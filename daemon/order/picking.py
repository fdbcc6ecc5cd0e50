"""Finds the images that a person names, so that only these are bought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from daemon.order.image import ImageState
from daemon.order.order import Order
from daemon.order.phase import Phase
from daemon.order.pictures import brackets_of
from daemon.order.proof import compare_images


@dataclass(frozen=True, slots=True)
class Picked:
    """The ids of the named images, and a message for each name that does not name an image that can be bought."""

    images: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()


def pickable(order: Order) -> tuple[str, ...]:
    """The ids of the images that a person may pick: those that a held order would buy, or that were not picked before.

    Empty for an order that is under way, or held before its downloads.
    """
    if order.phase is Phase.DOWNLOADED:
        return tuple(image.id for image in order.images if image.state is ImageState.NOT_PICKED)
    if order.phase is not Phase.HELD or order.stage is not Phase.DOWNLOADING:
        return ()
    left = (ImageState.PROCESSED, ImageState.NOT_PICKED)
    return tuple(image.id for image in order.images if image.state in left and image.fetched_at is None)


def pick(order: Order, names: Iterable[str]) -> Picked:
    """The images with these names.

    A name is the path, the file name, or the file name without extension of the first photo of a planned set or of an
    image, in any case; or the number of an image as ``bracketd show`` lists it. A planned set means every image that
    has photos of it.
    """
    images: list[str] = []
    mistakes: list[str] = []
    may = frozenset(pickable(order))
    for name in names:
        found = _named(order, name)
        if len(found) > 1:
            mistakes.append(f"{name} names several images; use their numbers in `bracketd show`")
        elif not found:
            mistakes.append(f"{name} names no image; `bracketd show` lists the images with their numbers")
        elif missing := [one for one in found[0] if one not in may]:
            states = ", ".join(image.state.value for image in order.images if image.id in missing)
            mistakes.append(f"{name} cannot be bought ({states})")
        else:
            images += found[0]
    return Picked(tuple(dict.fromkeys(images)), tuple(mistakes))


def _named(order: Order, name: str) -> Sequence[tuple[str, ...]]:
    """Everything that a name may mean: the images of planned sets, otherwise single images, otherwise a number."""
    matches = compare_images(order).matches
    sets = [match.images or match.named for match in matches if _is(order, match.planned.brackets[0], name)]
    sets = [images for images in sets if images]
    if sets:
        return sets
    firsts = ((image.id, brackets_of(order, image)[:1]) for image in order.images)
    single = [(image,) for image, first in firsts if first and _is(order, first[0], name)]
    if single or not name.isdecimal() or not 1 <= int(name) <= len(order.images):
        return single
    return [(order.images[int(name) - 1].id,)]


def _is(order: Order, number: int, name: str) -> bool:
    path = order.brackets[number].path
    file = path.rpartition("/")[2]
    return name.casefold() in {path.casefold(), file.casefold(), (file.rpartition(".")[0] or file).casefold()}
