"""How an order's images differ from the planned ones."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.order import Order
from daemon.order.misgrouped import differences
from daemon.order.proof import compare_images


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
