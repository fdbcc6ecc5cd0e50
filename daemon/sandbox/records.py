"""The service's records: orders, brackets and images, with their accounts. In memory; the files are on disk."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Flow = Literal["images", "brackets"]
Status = Literal["waiting", "processing", "processed", "error"]


@dataclass(frozen=True, slots=True)
class Account:
    """One API key and the user it belongs to."""

    key: str

    @property
    def user_id(self) -> str:
        """The same id for the same key in every run."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, self.key))


@dataclass(frozen=True, slots=True)
class Stored:
    """A complete upload: its length, SHA-256 in hex, media type, and time in seconds since the epoch."""

    size: int
    sha256: str
    content_type: str
    at: float


@dataclass(slots=True)
class Bracket:
    """One exposure: registered with ``hdr`` in the images flow, or as a bracket in the brackets flow.

    ``visible_at`` is when ``is_uploaded`` becomes true; ``image_id`` is the output image.
    """

    id: str
    order_id: str
    name: str
    account: Account
    flow: Flow
    content_type: str
    added: float
    form: dict[str, object]
    stored: Stored | None = None
    visible_at: float = 0.0
    image_id: str | None = None
    deleted: bool = False


@dataclass(slots=True)
class Image:
    """An output image, or a picture registered without ``hdr``, which is enhanced on its own.

    ``long_side`` is the longer side of its brackets in pixels, 0 if unknown.
    ``shows`` are the brackets that its picture is made of if they are not its own, after a fault.
    ``errors`` counts how often processing failed. ``downloaded`` is True if it is paid for.
    """

    id: str
    order_id: str | None
    name: str
    account: Account
    added: float
    form: dict[str, object]
    content_type: str = "image/jpeg"
    bracket_ids: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    status: Status = "waiting"
    reason: str | None = None
    dev_mode: bool = False
    downloaded: bool = False
    stored: Stored | None = None
    deleted: bool = False
    long_side: int = 0
    errors: int = 0


@dataclass(slots=True)
class Order:
    """An order. ``is_merging`` is None until the first merge; ``image_ids`` are the visible output images.

    ``status_if_empty`` is its status while it is idle and has no images. ``again`` is the number of its images that are
    being enhanced again, if the order shows that.
    """

    id: str
    name: str | None
    account: Account
    number: int
    created: float
    updated: float
    is_merging: bool | None = None
    is_processing: bool = False
    status_if_empty: str = "waiting"
    merges: int = 0
    again: int = 0
    looks: int = 0
    bracket_ids: list[str] = field(default_factory=list)
    image_ids: list[str] = field(default_factory=list)


class Catalogue:
    """Every record by its id. An id is never used twice, not even after its record was deleted."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.brackets: dict[str, Bracket] = {}
        self.images: dict[str, Image] = {}
        self._used: set[str] = set()
        self._count = 0

    def taken(self, record_id: str) -> bool:
        """True if a record has, or had, this id."""
        return record_id in self._used

    def open_order(self, order_id: str, account: Account, now: float, name: str | None = None) -> Order:
        """Add an order with an unused id."""
        self._count += 1
        self._used.add(order_id)
        order = Order(order_id, name, account, self._count, created=now, updated=now)
        self.orders[order_id] = order
        return order

    def add_bracket(self, bracket: Bracket) -> None:
        """Add a bracket to its order, which must exist."""
        self._used.add(bracket.id)
        self.brackets[bracket.id] = bracket
        self.orders[bracket.order_id].bracket_ids.append(bracket.id)

    def add_image(self, image: Image) -> None:
        """Add an image, and show it in its order if it has one."""
        self._used.add(image.id)
        self.images[image.id] = image
        if image.order_id is not None:
            self.orders[image.order_id].image_ids.append(image.id)

    def forget_order(self, order: Order) -> None:
        """Delete an order with its brackets and images."""
        for bracket in self.brackets_of(order):
            bracket.deleted = True
        for image in self.images_of(order):
            image.deleted = True
        del self.orders[order.id]

    def brackets_of(self, order: Order) -> list[Bracket]:
        """The order's brackets that were not deleted, in the order of registration."""
        return [bracket for key in order.bracket_ids if not (bracket := self.brackets[key]).deleted]

    def images_of(self, order: Order) -> list[Image]:
        """The order's images that were not deleted, in the order in which they appeared."""
        return [image for key in order.image_ids if not (image := self.images[key]).deleted]

    def mixed(self, order: Order, flow: Flow) -> bool:
        """True if the order has brackets of another flow, or images that are enhanced on their own."""
        others = any(bracket.flow != flow for bracket in self.brackets_of(order))
        return others or any(not image.bracket_ids for image in self.images_of(order))

    def orders_of(self, account: Account) -> Iterator[Order]:
        """One account's orders, newest first."""
        return (order for order in reversed(self.orders.values()) if order.account == account)
