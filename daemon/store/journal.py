"""Converts facts to journal entries: their fields as JSON values, without secrets."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

from daemon.order.facts import Fact, FoundAgain, Locked, Polled, PolledImage, SameContent
from daemon.order.found import FoundDelivered
from daemon.order.stored_names import stored_name

COUNTED: dict[type, tuple[str, ...]] = {
    Locked: ("brackets", "left_out_why"),
    FoundAgain: ("left_out_why",),
    SameContent: ("seen",),
    Polled: ("images",),
    FoundDelivered: ("brackets", "images"),
}
"""Fields that the journal only counts. The order's rows have them in full, and each poll would fill the journal."""


def detail_of(fact: Fact) -> dict[str, Any]:
    """A fact's fields as JSON values, without secrets and empty values. Fields in ``COUNTED`` become counts."""
    detail: dict[str, Any] = {}
    for field in dataclasses.fields(fact):
        value = getattr(fact, field.name)
        if field.metadata.get("secret") or value in (None, (), ""):
            continue
        detail[field.name] = _counted(value) if field.name in COUNTED.get(type(fact), ()) else _plain(value)
    return detail


def _counted(values: tuple[Any, ...]) -> Any:
    """The number of values. For images, the numbers of pending, processed and failed ones."""
    if not isinstance(values[0], PolledImage):
        return len(values)
    names = {None: "pending", True: "processed", False: "failed"}
    return dict(Counter(names[image.ended] for image in values))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"is": stored_name(type(value)), **fields}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
