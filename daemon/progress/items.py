"""What an order moves in one direction: its brackets to the service, or its pictures from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from daemon.order import ImageState, Order
from daemon.order.image import NOT_WANTED
from daemon.progress.transfer import Way

_NOT_MOVED = (ImageState.FAILED, *NOT_WANTED)


@dataclass(frozen=True, slots=True)
class Items:
    """The size of each item in bytes, None if it is not known yet, and the items that are complete."""

    way: Way
    sizes: Mapping[str, int | None]
    done: frozenset[str]

    def total(self, known: Mapping[str, int]) -> int | None:
        """The size of all items. ``known`` has sizes that were learned since.

        An unknown size counts as the average of the known ones. None if no size is known.
        """
        sizes = [known.get(item, size) for item, size in self.sizes.items()]
        given = [size for size in sizes if size is not None]
        return round(sum(given) / len(given) * len(sizes)) if given else None


def upload_key(order: Order, number: int) -> str:
    """The key of a bracket in its current registration. A bracket that is registered again is another item."""
    return f"{number}/{order.brackets[number].attempt}"


def uploads_of(order: Order) -> Items:
    """The brackets that are sent."""
    keys = {number: upload_key(order, number) for number in order.sent}
    done = frozenset(key for number, key in keys.items() if order.brackets[number].stored)
    return Items(Way.UPLOAD, {key: order.brackets[number].size for number, key in keys.items()}, done)


def downloads_of(order: Order) -> Items:
    """The images that are or will be downloaded, by their ids."""
    wanted = [image for image in order.images if image.state not in _NOT_MOVED]
    done = frozenset(image.id for image in wanted if image.state in (ImageState.FETCHED, ImageState.PLACED))
    return Items(Way.DOWNLOAD, {image.id: image.size if image.id in done else None for image in wanted}, done)
