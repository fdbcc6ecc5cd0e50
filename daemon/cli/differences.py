"""The lines of ``bracketd show`` about images that differ from the planned ones."""

from __future__ import annotations

from daemon.cli.words import printable
from daemon.order import Order
from daemon.order.misgrouped import differences
from daemon.order.proof import compare_images


def lines_of(order: Order) -> list[str]:
    """The expected and the actual images where they differ, and the number of images whose photos are unknown."""
    if not all(image.ended for image in order.images):
        return []
    proof = compare_images(order)
    lines = [f"  {printable(text)}" for text in differences(order, proof)]
    if lines:
        lines = ["", "images that differ from the planned ones:", *lines]
    if proof.unknown:
        said = f"the service does not say which photos became {len(proof.unknown)} of {len(proof.matches)} images"
        lines += ["", f"not compared: {said}"]
    return lines
