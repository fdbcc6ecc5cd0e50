"""Phrases for facts and steps, for the log and for ``bracketd show``.

A fact is given by its ``stored_name`` and its fields as in the journal: plain values, and a step as a mapping whose
``is`` is its ``stored_name``. A name that is missing in the tables is split into words: ``ImageLost`` becomes "image
lost".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from daemon.order.order import Order

FACTS = {
    "Locked": "shoot locked",
    "Created": "order created at the service",
    "Registered": "upload URL for a bracket received",
    "Stored": "bracket uploaded",
    "SlotLost": "upload URL for a bracket lost, requesting another",
    "Changed": "photo changed while it was being sent",
    "SameContent": "touched photo still has the same content",
    "Discarded": "unused registration deleted",
    "Confirmed": "brackets verified",
    "MergeIntended": "merge is about to be requested",
    "Merged": "merge accepted by the service",
    "Seen": "order status checked",
    "ReprocessIntended": "image failed, reprocessing is about to be requested",
    "Reprocessed": "reprocessing accepted by the service",
    "Previewed": "free preview fetched",
    "PreviewFailed": "free preview not fetched",
    "Inspected": "previews compared with the planned sets",
    "Reckoned": "limits checked",
    "Approved": "approved by a person",
    "Fetched": "picture downloaded",
    "FetchLost": "downloaded file is missing",
    "Placed": "picture in place",
    "ImageLost": "image not provided by the service",
    "Delivered": "shoot delivered, order.json written",
    "CameLate": "late photos found",
    "FoundAgain": "known photos found under other names",
    "Moved": "shoot renamed or moved",
    "Reopened": "failed images are retried",
    "Dismissed": "remaining images dismissed by a person",
    "Regrouped": "wrong scenes sent again as planned sets",
    "FoundDelivered": "already delivered according to its delivery note",
    "FoundMerged": "already merged according to the service",
    "FoundElsewhere": "another order may have the photos",
    "OutputRenamed": "output folder renamed",
    "Failed": "step failed",
    "Interrupted": "step interrupted by a shutdown",
    "Retried": "retry requested by a person",
    "Resumed": "waiting ended",
    "Recovered": "order recovered",
    "Cancelled": "order cancelled",
    "DeadlineNear": "images are kept at the service for a limited time",
}
"""A constant phrase for each fact."""

STEPS = {
    "Create": "create the order",
    "Register": "request an upload URL for a bracket",
    "Upload": "upload a bracket",
    "Discard": "delete an unused registration",
    "Confirm": "verify the brackets",
    "Merge": "request the merge",
    "Look": "check the order status",
    "Reprocess": "have an image reprocessed",
    "Preview": "fetch a free preview",
    "Inspect": "compare the previews with the planned sets",
    "Reckon": "check the limits",
    "Fetch": "download a picture",
    "Place": "name a picture",
    "Deliver": "write order.json",
}
"""What each step does, after "to"."""

UNSEEN = frozenset(
    {"attempt", "cause", "content_type", "ctime_ns", "detail", "disk_fails", "extension", "inode", "is", "kind"}
    | {"mtime_ns", "preset", "service_id", "sha256", "tomorrow", "unsent"}
)
"""Fields that are not shown, because they mean nothing to a person or repeat another field."""

UNITS = {"size": "bytes", "retry_after": "s"}
"""The units of fields that are bare numbers."""

SUBJECTS = ("step", "file", "image", "why")
"""Keys whose values are shown without the key, in this order."""


def phrase(fact: str) -> str:
    """The phrase for a fact of this name."""
    return FACTS.get(fact) or _spaced(fact)


def keys(detail: Mapping[str, Any], order: Order) -> dict[str, Any]:
    """A fact's fields for a person, with photos and images by their names."""
    shown: dict[str, Any] = {}
    for name, value in detail.items():
        match name, value:
            case "step", Mapping():
                shown["step"] = STEPS.get(value["is"]) or _spaced(value["is"])
                shown |= keys(value, order)
            case "bracket", int():
                shown["file"] = _file(value, order)
            case "missing", list():
                shown["missing"] = [_file(one, order) if isinstance(one, int) else one for one in value]
            case "doubt", Mapping():
                shown["doubt"] = value["why"]
            case "several", Mapping():
                shown["properties"] = value["found"]
            case "looks" | "compared", list():
                shown[{"looks": "images"}.get(name, "sets")] = len(value)
            case "only" | "kept", list():
                shown[name] = [_image(one, order) for one in value]
            case "image", str():
                shown["image"] = _image(value, order)
            case _ if name not in UNSEEN:
                shown[name] = value
    return shown


def line(fact: str, detail: Mapping[str, Any], order: Order) -> str:
    """A fact in one line: its phrase, then its subjects, then its other fields."""
    shown = keys(detail, order)
    subjects = [str(shown.pop(name)) for name in SUBJECTS if shown.get(name)]
    others = [
        f"{name.replace('_', ' ')} {_measured(name, value)}" for name, value in shown.items() if value is not False
    ]
    return phrase(fact) + "".join(f": {words}" for words in (", ".join(subjects), ", ".join(others)) if words)


def _measured(name: str, value: Any) -> str:
    """A field's value with its unit."""
    if name in UNITS and isinstance(value, int | float):
        return f"{value:,.0f} {UNITS[name]}"
    return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case True:
            return "yes"
        case list():
            return ", ".join(map(_plain, value))
        case Mapping():
            return ", ".join(f"{number} {name}" for name, number in value.items())
    return str(value)


def _file(number: int, order: Order) -> str:
    return order.brackets[number].path if number < len(order.brackets) else f"bracket {number + 1}"


def _image(image_id: str, order: Order) -> str:
    return next((image.called for image in order.images if image.id == image_id and image.name), image_id)


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
