"""What all views use, and how they read an address."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from daemon.config.settings import Settings
from daemon.order import LINE, Order
from daemon.page.reading import State
from daemon.page.render import Templates
from daemon.store.asks import Outcome
from daemon.store.reading import Reader

ORDER_ID = re.compile(r"[0-9a-zA-Z-]{1,64}")
LARGEST_NUMBER = 1_000_000_000

PHASES = {
    "settled": "Ready to send",
    "uploading": "Uploading",
    "uploaded": "Uploaded",
    "merging": "Merging",
    "processing": "Processing",
    "downloading": "Downloading",
    "downloaded": "Delivered",
    "held": "Held",
    "skipped": "Skipped",
    "cancelled": "Cancelled",
}
"""The phases as the page calls them."""

STATES = {
    "pending": "Being processed",
    "again": "Is processed again",
    "processed": "Not bought yet",
    "fetched": "Being saved",
    "placed": "Delivered",
    "failed": "Failed",
    "dismissed": "Dismissed, not bought",
    "not picked": "Not picked, not bought",
}
"""The states of images as the page calls them."""

HEALTHS = {"ok": "OK", "retrying": "Retrying", "attention": "Needs attention"}


@dataclass(frozen=True, slots=True)
class Common:
    """What a view is made with. ``now`` returns epoch seconds."""

    templates: Templates
    state: State
    settings: Settings
    now: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Said:
    """The answer to an ask, to be shown. ``outcome`` is None while the ask is open."""

    outcome: Outcome | None
    text: str


def order_of(reader: Reader, request: Request) -> Order:
    """The order that an address names. Raises HTTPException (404) if there is none."""
    return found(reader, str(request.path_params["order_id"]))


def found(reader: Reader, order_id: str) -> Order:
    """An order by its whole id. Raises HTTPException (404) if there is none."""
    if not ORDER_ID.fullmatch(order_id):
        raise HTTPException(404)
    try:
        return reader.order(order_id)
    except KeyError:
        raise HTTPException(404) from None


def key_of(folder: str) -> str:
    """The key that stands for a folder in an address."""
    return hashlib.sha256(folder.encode("utf-8", "surrogateescape")).hexdigest()[:20]


def number(values: Mapping[str, str], name: str, *, default: int = 0) -> int:
    """A whole number in an address, ``default`` if it is missing or unusable."""
    given = values.get(name, "")
    usable = given.isascii() and given.isdecimal() and int(given[:12]) <= LARGEST_NUMBER
    return int(given[:12]) if usable else default


def said(reader: Reader, request: Request) -> Said | None:
    """What came of the ask whose number is in the address; None without a number."""
    seq = number(request.query_params, "ask")
    if not seq:
        return None
    answer = reader.answer(seq)
    if answer is None:
        return Said(None, "bracketd has not answered yet. It does this as soon as it can.")
    return Said(*answer)


def steps(phase: str, stage: str | None) -> list[dict[str, Any]]:
    """The phases in their sequence, each with its state: done, now, stopped or to come.

    ``stage`` is the phase of the sequence in which the order is or to which it returns; None if it ended.
    """
    line = [one.value for one in LINE]
    here = line.index(stage) if stage in line else -1
    if phase == "downloaded":
        here = len(line) - 1
    how = "stopped" if phase in ("held", "skipped", "cancelled") else "now"
    return [
        {"name": PHASES[name], "state": "done" if n < here or phase == "downloaded" else how if n == here else ""}
        for n, name in enumerate(line)
    ]


def middle(order: Order, numbers: tuple[int, ...]) -> int | None:
    """The bracket with the middle exposure of an image; None if its brackets are not known."""

    def light(number: int) -> float:
        shot = order.brackets[number].shot
        return (shot.exposure_s or 0.0) * (shot.iso or 100.0) / (shot.f_number or 1.0) ** 2

    return sorted(numbers, key=light)[len(numbers) // 2] if numbers else None
