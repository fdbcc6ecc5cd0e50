"""How an order's images differ from the planned ones."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.order import Order
from daemon.order.misgrouped import differences, scene_name
from daemon.order.plan import images_planned
from daemon.order.proof import LEAST, MARGIN, compare_images


@dataclass(frozen=True, slots=True)
class Differences:
    """The expected and the actual images where they differ: ``lines``.

    ``planned`` counts the planned images that were compared; for ``unknown`` of them the service does not say which
    photos became the image.
    """

    lines: tuple[str, ...] = ()
    planned: int = 0
    unknown: int = 0


def differences_of(order: Order) -> Differences:
    """The differences of an order. Empty while the service still works on an image."""
    if not all(image.ended for image in order.images):
        return Differences()
    proof = compare_images(order)
    return Differences(differences(order, proof), len(proof.matches), len(proof.unknown))


@dataclass(frozen=True, slots=True)
class LooksLike:
    """The scene that an image's preview looks like, by its first file. ``clear``: no other scene comes close."""

    scene: str
    clear: bool


def look_of(order: Order, image_id: str) -> LooksLike | None:
    """The scene that an image's preview looks like. None if it was not compared."""
    inspection, planned = order.inspection, images_planned(order)
    one = next((one for one in inspection.looks if one.image == image_id), None) if inspection is not None else None
    if one is None or one.set >= len(planned):
        return None
    clear = one.similarity >= LEAST and one.lead >= MARGIN
    return LooksLike(scene_name(order, planned[one.set].brackets[0]), clear)
