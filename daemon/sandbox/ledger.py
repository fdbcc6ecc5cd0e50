"""The ledger: what clients did, and which rules they broke. Shown by ``GET /_sandbox/report``.

The report is ``{"version": 1, "orders": {ID: {...}}, "charged", "requests": {NAME: COUNT}, "violations": [...],
"faults": [...]}``. An order is ``{"flow", "registered": [{"id", "name", "content_type", "deleted", "stored":
{"size", "sha256", "content_type", "times"} or null}], "merges": [{"at", "route", "body", "brackets"}], "images":
[{"image_id", "name", "bracket_ids", "status", "errors", "again", "charged", "purchases", "downloads": {"full",
"preview", "original"}}], "polls"}``.

``again`` counts requests to enhance an image again, ``purchases`` requests for the full size, and ``downloads`` files
that were sent completely. Pictures that are enhanced on their own, without an order, are under the order ``""``. A
violation is ``{"at", "rule", "order_id", "id", "detail"}``; ``RULES`` has the name and the text of every rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from daemon.sandbox.clock import stamp
from daemon.sandbox.records import Bracket, Image, Stored

RULES: Final[Mapping[str, str]] = {
    "merge-before-stored": "merged before all registered brackets were uploaded",
    "second-merge": "merged an order that was already merged",
    "late-bracket": "registered a bracket in an order that was already merged",
    "preferences-at-upload": "sent non-default preferences with a bracket instead of with the merge",
    "mixed-flows": "used both flows in one order",
    "key-at-storage": "sent the API key to storage",
    "key-at-assets": "sent the API key to the asset host",
    "authorization-at-storage": "sent Authorization to storage",
    "authorization-at-assets": "sent Authorization to the asset host",
    "chunked-upload": "uploaded without Content-Length",
    "fast-poll": "polled an order again too soon",
    "needless-purchase": "bought an image again after it was downloaded completely, with no change since",
}

Sent = Literal["full", "preview", "original"]
"""The version of an image that is downloaded: full size, preview, or the picture before enhancement in any size."""
SENT: Final[tuple[Sent, ...]] = get_args(Sent)


@dataclass(slots=True)
class _Image:
    record: Image
    charged: int = 0
    purchases: int = 0
    again: int = 0
    downloads: Counter[Sent] = field(default_factory=Counter)
    kept: bool = False
    """True if the present picture was downloaded completely in full size."""


@dataclass(slots=True)
class _Order:
    brackets: dict[str, Bracket] = field(default_factory=dict)
    puts: Counter[str] = field(default_factory=Counter)
    images: dict[str, _Image] = field(default_factory=dict)
    merges: list[dict[str, object]] = field(default_factory=list)
    polls: int = 0


class Ledger:
    """The ledger. Append-only; entries stay when their records are deleted."""

    def __init__(self) -> None:
        self._orders: dict[str, _Order] = {}
        self._requests: Counter[str] = Counter()
        self._violations: list[dict[str, object]] = []

    def requested(self, route: str) -> None:
        """Count a request to the named route, whatever its result."""
        self._requests[route] += 1

    def registered(self, bracket: Bracket) -> None:
        """Record the registration of a bracket."""
        self._order(bracket.order_id).brackets[bracket.id] = bracket

    def stored(self, bracket: Bracket) -> None:
        """Record a complete upload of a bracket."""
        self._order(bracket.order_id).puts[bracket.id] += 1

    def merged(self, order_id: str, route: str, body: Mapping[str, object], brackets: int, at: float) -> None:
        """Record an accepted merge. ``brackets`` is the number of stored brackets."""
        self._order(order_id).merges.append({"at": stamp(at), "route": route, "body": dict(body), "brackets": brackets})

    def polled(self, order_id: str) -> None:
        """Count a poll of an order."""
        self._order(order_id).polls += 1

    def appeared(self, image: Image) -> None:
        """Record a new image."""
        self._order(image.order_id or "").images[image.id] = _Image(image)

    def purchased(self, image: Image, *, charged: bool, at: float) -> None:
        """Record a request for the full size. ``charged`` is True if it costs money."""
        entry = self._image(image)
        entry.purchases += 1
        entry.charged += charged
        if entry.kept:
            self.broken("needless-purchase", at, order_id=image.order_id, record_id=image.id)

    def again(self, image: Image) -> None:
        """Record an accepted request to enhance an image again."""
        entry = self._image(image)
        entry.again += 1
        entry.kept = False

    def downloaded(self, image: Image, sent: Sent) -> None:
        """Record a complete download of an image's file."""
        entry = self._image(image)
        entry.downloads[sent] += 1
        entry.kept |= sent == "full"

    def broken(
        self, rule: str, at: float, *, order_id: str | None = None, record_id: str | None = None, detail: str = ""
    ) -> None:
        """Record a violation of a rule."""
        text = f"{RULES[rule]}: {detail}" if detail else RULES[rule]
        self._violations.append({"at": stamp(at), "rule": rule, "order_id": order_id, "id": record_id, "detail": text})

    def report(self) -> dict[str, object]:
        """The whole ledger as JSON values; see the module's docstring."""
        return {
            "version": 1,
            "orders": {key: _order_out(order) for key, order in self._orders.items()},
            "charged": sum(image.charged for order in self._orders.values() for image in order.images.values()),
            "requests": dict(self._requests),
            "violations": list(self._violations),
        }

    def _order(self, order_id: str) -> _Order:
        return self._orders.setdefault(order_id, _Order())

    def _image(self, image: Image) -> _Image:
        return self._order(image.order_id or "").images[image.id]


def _order_out(order: _Order) -> dict[str, object]:
    flows = {bracket.flow for bracket in order.brackets.values()}
    return {
        "flow": flows.pop() if len(flows) == 1 else "mixed" if flows else None,
        "registered": [_bracket_out(bracket, order.puts[key]) for key, bracket in order.brackets.items()],
        "merges": list(order.merges),
        "images": [_image_out(image) for image in order.images.values()],
        "polls": order.polls,
    }


def _bracket_out(bracket: Bracket, times: int) -> dict[str, object]:
    return {
        "id": bracket.id,
        "name": bracket.name,
        "content_type": bracket.content_type,
        "deleted": bracket.deleted,
        "stored": _stored_out(bracket.stored, times),
    }


def _stored_out(stored: Stored | None, times: int) -> dict[str, object] | None:
    if stored is None:
        return None
    return {
        "size": stored.size,
        "sha256": stored.sha256,
        "content_type": stored.content_type,
        "times": times,
    }


def _image_out(image: _Image) -> dict[str, object]:
    record = image.record
    return {
        "image_id": record.id,
        "name": record.name,
        "bracket_ids": list(record.bracket_ids),
        "status": record.status,
        "errors": record.errors,
        "again": image.again,
        "charged": image.charged,
        "purchases": image.purchases,
        "downloads": {sent: image.downloads[sent] for sent in SENT},
    }
