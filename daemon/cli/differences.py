"""The lines of ``bracketd show`` about images that differ from the planned ones."""

from __future__ import annotations

from daemon.cli.words import printable
from daemon.order import Order
from daemon.order.misgrouped import differences, scene_name
from daemon.order.plan import images_planned
from daemon.order.proof import LEAST, MARGIN, compare_images


def look_of(order: Order, image_id: str) -> str:
    """The scene that an image's preview looks like, for its line; empty if it was not compared."""
    inspection, planned = order.inspection, images_planned(order)
    one = next((one for one in inspection.looks if one.image == image_id), None) if inspection is not None else None
    if one is None or one.set >= len(planned):
        return ""
    scene = printable(scene_name(order, planned[one.set].brackets[0]))
    clear = one.similarity >= LEAST and one.lead >= MARGIN
    return f"looks like {scene}" if clear else f"looks like {scene}, not clearly"


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
