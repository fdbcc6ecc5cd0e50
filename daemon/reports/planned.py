"""An order's grouping: who groups, the planned images, and the shoot's own settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from daemon.order import Order
from daemon.order.plan import grouping_request, images_planned
from daemon.order.planned import PlannedImage
from daemon.order.preset import LISTS

LIST_WORDS = {
    "sets": "set(s) fixed",
    "single": "single photo(s) listed",
    "skip": "photo(s) skipped",
    "keep": "photo(s) whose pictures are bought",
}
"""The words after the length of each list in a shoot's own file."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The planned images of an order. ``by_service``: the service decides, and they are only expected."""

    images: tuple[PlannedImage, ...] = ()
    by_service: bool = False


def planned_images(order: Order) -> Planned:
    """The planned images, with the brackets that are still sent. Empty without a plan."""
    images = images_planned(order)
    if not images:
        return Planned()
    request = grouping_request(order)
    return Planned(images, request.sets is None and request.per_image is None)


def who_groups(order: Order) -> str:
    """Who decides which photos become one image, and how the service is asked for them."""
    request, planned = grouping_request(order), len(images_planned(order))
    every = f"every {request.per_image} brackets, in order of capture time" if request.per_image else ""
    if order.preset.grouping == "automatic" or not planned:
        return every or "grouped by the service"
    found = "one for each sub-folder" if order.preset.grouping == "folders" else "found by bracketd"
    if request.sets is not None:
        return f"{planned} planned image(s), {found}; the service is asked for exactly these"
    how = f"requested as {every}" if every else "but the service groups the photos itself"
    return f"{planned} planned image(s), {found}, {how}"


def own_settings(order: Order) -> str:
    """What the shoot's own ``bracketd.yaml`` changed; empty if it changed nothing."""
    return ", ".join(_changes(order.preset.own))


def _changes(own: Mapping[str, object]) -> Iterator[str]:
    for name, value in own.items():
        if name == "enhance" and isinstance(value, Mapping):
            yield from (f"enhance.{one}={json.dumps(setting)}" for one, setting in value.items())
        elif name in LISTS:
            yield f"{value} {LIST_WORDS[name]}"
        elif name == "grouping":
            yield f"grouping={own.get('per_image') or value}"
        elif name != "per_image":
            yield f"{name}={json.dumps(value, ensure_ascii=False)}"
