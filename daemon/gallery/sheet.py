"""The contact sheet of an order's previews: each image with the number and the name that ``approve --only`` takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from daemon.order import Image, Order
from daemon.order.pictures import brackets_of
from daemon.order.proof import compare_images
from daemon.previews import Cell, Failure, Previews, Strip

SIDE = 480
"""Longest side of an image on the sheet, in pixels."""


async def draw(
    previews: Previews, order: Order, paths: Mapping[str, str], go_on: Callable[[], None], until: float
) -> bytes | Failure:
    """Draw the sheet. After ``until``, in seconds of the loop's clock, images are drawn without their preview."""
    cells = []
    for number, image in enumerate(order.images, 1):
        go_on()
        caption = tuple(word for word in (f"{number}  {name_of(order, image)}".rstrip(), image.state.value) if word)
        found = None
        if asyncio.get_running_loop().time() < until:
            found = await previews.thumbnail(paths[image.id], SIDE)
        cells.append(Cell(None if found is None or isinstance(found, Failure) else found.jpeg, caption, "no preview"))
    detail = "bracketd approve SHOOT --only NAME or NUMBER"
    return await previews.sheet(order.source.shoot, (Strip("Images", tuple(cells), detail=detail),))


def name_of(order: Order, image: Image) -> str:
    """The file name of the first photo of an image's planned set, or else of the image; empty if neither is known."""
    matches = compare_images(order).matches
    planned = (match.planned.brackets for match in matches if image.id in (*match.images, *match.named))
    numbers = next(planned, None) or brackets_of(order, image)
    return order.brackets[numbers[0]].path.rpartition("/")[2] if numbers else ""
