"""Facts and steps in the words of a person, for the log and for ``bracketd show``.

A fact is given by its name and its fields as the journal keeps them: plain values, a step as a mapping whose ``is`` is
its name. What is not in the tables here is made readable all the same: ``ImageLost`` is "image lost".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from daemon.order.model import Order

FACTS = {
    "Locked": "shoot locked",
    "Created": "order created at the service",
    "Registered": "place for a bracket received",
    "Stored": "bracket uploaded",
    "SlotLost": "place for a bracket lost, another is asked for",
    "Changed": "photo changed while it was sent",
    "SameContent": "touched photo still has the same content",
    "Discarded": "unused place taken back",
    "Confirmed": "brackets looked at once more",
    "MergeIntended": "merge is about to be asked for",
    "Merged": "merge accepted by the service",
    "Seen": "order looked at",
    "ReprocessIntended": "image failed, processing it once more is about to be asked for",
    "Reprocessed": "processing once more accepted by the service",
    "Reckoned": "limits looked at",
    "Approved": "approved by a person",
    "Fetched": "picture downloaded",
    "FetchLost": "downloaded bytes are gone",
    "Placed": "picture in place",
    "ImageLost": "image not given out by the service",
    "Delivered": "shoot delivered, order.json written",
    "CameLate": "late photos noticed",
    "FoundAgain": "known photos found under other names",
    "Moved": "shoot renamed or moved",
    "Reopened": "failed images are retried",
    "Dismissed": "remaining images dismissed by a person",
    "FoundDelivered": "delivered before, by its own delivery note",
    "FoundMerged": "merged before, by the service",
    "FoundElsewhere": "another order seems to have the photos",
    "OutputRenamed": "output folder renamed",
    "Failed": "step failed",
    "Interrupted": "step broken off by a stop",
    "Retried": "retry asked for by a person",
    "Resumed": "waiting ended",
    "Recovered": "order recovered",
    "Cancelled": "order cancelled",
}
"""A constant phrase for each fact."""

STEPS = {
    "Create": "create the order",
    "Register": "ask for a place for a bracket",
    "Upload": "upload a bracket",
    "Discard": "take an unused place back",
    "Confirm": "look at the brackets once more",
    "Merge": "ask for the merge",
    "Look": "look at the order",
    "Reprocess": "have an image processed once more",
    "Reckon": "look at the limits",
    "Fetch": "download a picture",
    "Place": "name a picture",
    "Deliver": "write order.json",
}
"""What each step does, after "to"."""

UNSEEN = frozenset(
    {"attempt", "cause", "content_type", "ctime_ns", "detail", "disk_fails", "extension", "inode", "is", "kind"}
    | {"mtime_ns", "preset", "service_id", "sha256", "unsent"}
)
"""Fields that say nothing to a person, or that another one says."""

SUBJECTS = ("step", "file", "image", "why")
"""Keys whose values speak for themselves, in this order."""


def phrase(fact: str) -> str:
    """The phrase for a fact of this name."""
    return FACTS.get(fact) or _spaced(fact)


def keys(detail: Mapping[str, Any], order: Order) -> dict[str, Any]:
    """A fact's fields for a person: photos and images by their names, numbers of them as counts."""
    told: dict[str, Any] = {}
    for name, value in detail.items():
        match name, value:
            case "step", Mapping():
                told["step"] = STEPS.get(value["is"]) or _spaced(value["is"])
                told |= keys(value, order)
            case "bracket", int():
                told["file"] = _file(value, order)
            case "missing", list():
                told["missing"] = [_file(one, order) if isinstance(one, int) else one for one in value]
            case "doubt", Mapping():
                told["doubt"] = value["why"]
            case "image", str():
                told["image"] = _image(value, order)
            case _ if name not in UNSEEN:
                told[name] = value
    return told


def line(fact: str, detail: Mapping[str, Any], order: Order) -> str:
    """A fact in one line of words: its phrase, then what it is about, then whatever else is known of it."""
    told = keys(detail, order)
    subjects = [str(told.pop(name)) for name in SUBJECTS if told.get(name)]
    others = [f"{name.replace('_', ' ')} {_plain(value)}" for name, value in told.items() if value is not False]
    return phrase(fact) + "".join(f": {words}" for words in (", ".join(subjects), ", ".join(others)) if words)


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
