"""How ``bracketd show`` presents an order's grouping: who groups, the planned images, and the shoot's own settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from daemon.cli.words import printable
from daemon.order import Order
from daemon.order.plan import grouping_request, images_planned
from daemon.order.preset import LISTS

LIST_WORDS = {
    "sets": "set(s) fixed",
    "single": "single photo(s) listed",
    "skip": "photo(s) skipped",
    "keep": "photo(s) whose pictures are bought",
}
"""The words after the length of each list in a shoot's own file."""


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


def planned_images(order: Order) -> list[str]:
    """The lines of the planned images, each with its confidence and its files. Empty without a plan."""
    images = images_planned(order)
    if not images:
        return []
    request = grouping_request(order)
    by_service = request.sets is None and request.per_image is None
    lines = ["", f"planned images: {len(images)}" + (" (expected; the service decides)" if by_service else "")]
    for number, image in enumerate(images, 1):
        files = ", ".join(printable(order.brackets[n].path) for n in image.brackets)
        lines.append(f"  {number:>3}  {image.confidence.value:<7}  {files}")
    return lines


def own_settings(order: Order) -> list[str]:
    """The line about what the shoot's own ``bracketd.yaml`` changed; empty if it changed nothing."""
    own = order.preset.own
    return [f"  own      bracketd.yaml: {printable(', '.join(_changes(own)))}"] if own else []


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
