"""Finds the brackets of a merged order that became no picture and will become none, so that they count as unsent.

| the bracket's scene | counts as |
|---|---|
| has an image that is bought, can still be bought, or failed and can be retried | sent |
| has only images that a person dismissed, also by a regroup | unsent |
| has no image, although the order's images are complete and each is known to show other scenes | unsent |
| unknown | sent |

A scene is a planned set; without a plan, the brackets of one image. No photo is sent again unasked because of this.
"""

from __future__ import annotations

from daemon.order.image import Image, ImageState
from daemon.order.order import Order
from daemon.order.phase import Phase
from daemon.order.pictures import named_after
from daemon.order.plan import images_planned


def unpictured(order: Order) -> frozenset[int]:
    """The numbers of the brackets without a picture: see the table at the top."""
    if order.stage not in (Phase.DOWNLOADING, Phase.DOWNLOADED) or not order.images:
        return frozenset()
    scenes = [frozenset(planned.brackets) for planned in images_planned(order)]
    shown = [(image, _shown(order, image, scenes)) for image in order.images]
    wanted = [brackets for image, brackets in shown if image.state is not ImageState.DISMISSED]
    dismissed = frozenset[int]().union(*(b for image, b in shown if image.state is ImageState.DISMISSED))
    pictured = frozenset[int]().union(*wanted)
    may_be = frozenset(order.sent) if all(wanted) else dismissed
    if not scenes:
        return dismissed - pictured
    return frozenset(n for scene in scenes if scene.isdisjoint(pictured) and scene <= may_be for n in scene)


def _shown(order: Order, image: Image, scenes: list[frozenset[int]]) -> frozenset[int]:
    """The brackets of an image; the scene that it is named after, if the service does not say; empty if unknown."""
    if image.brackets:
        return frozenset(image.brackets)
    named = named_after(order, image)
    return next((scene for scene in scenes if not scene.isdisjoint(named)), frozenset())
