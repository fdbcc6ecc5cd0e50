"""The Autoenhance API as plain calls. Each makes one request and returns a value or raises from ``daemon.errors``.

Nothing here waits, keeps state about orders or retries. That is up to the callers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Final
from urllib.parse import quote, urlencode

from daemon.errors import Garbled, NotFound
from daemon.service import bodies, wire
from daemon.service.endpoint import Endpoint
from daemon.service.flows import FLOWS, Call, FlowName
from daemon.service.line import BOUNDS, Bounds, Line
from daemon.service.pacing import Pace
from daemon.service.wire import BracketReport, OrderListed, OrderReport, Slot
from daemon.service.words import words_of

_NO_IMAGE: Final = (b"<", b"{", b"[")
"""The first bytes of HTML, XML and JSON. No picture starts with them."""

_PER_PAGE: Final = 15
"""Orders per page: the most that the API returns."""

_MOST_PAGES: Final = 10_000
"""A list of orders with more pages than this counts as endless."""


@dataclass(frozen=True, slots=True)
class Download:
    """An image being downloaded. ``length`` is in bytes, None if unknown. Read ``chunks`` (up to 256 KiB each) once."""

    content_type: str
    length: int | None
    chunks: Iterator[bytes]


class Service:
    """The API for one account, through one flow. Thread-safe: any number of threads may make calls at once.

    ``dev_mode`` is free and watermarked. Raises ``ConfigError`` for an invalid base URL or key, and for invalid
    certificate or proxy settings in the environment. A service on loopback is never reached through a proxy.

    Every call raises ``Unreachable`` and its subclass ``TooSlow``, ``Unavailable``, ``TooManyRequests``, ``Garbled``,
    ``Mismatched``, ``NotReady``, ``KeyRefused``, ``NoCredits`` and ``RequestRefused``. Calls list their other errors.
    """

    def __init__(
        self, endpoint: Endpoint, *, flow: FlowName, dev_mode: bool, bounds: Bounds = BOUNDS, pace: Pace | None = None
    ) -> None:
        self.flow = FLOWS[flow]
        account = {"x-api-version": self.flow.api_version}
        if dev_mode:
            account["x-dev-mode"] = "true"
        self._line = Line(endpoint, account, bounds, pace or Pace())

    def ping(self) -> None:
        """Request the newest order, to verify base URL, connection and key."""
        wire.check_orders(self._line.ask(Call("GET", "/v3/orders/?per_page=1")))

    def reachable(self) -> bool:
        """True if the API's host responds at all. Never raises; takes a few seconds at most."""
        return self._line.reachable()

    def create(self, order_id: str, name: str) -> None:
        """Create the order. Does nothing if the flow's ``creates_order`` is False. Raises ``AlreadyExists``."""
        call = self.flow.create(order_id, name)
        if call is not None:
            wire.require_order(self._line.ask(call), order_id)

    def register(self, order_id: str, bracket_id: str, name: str, content_type: str) -> Slot:
        """Register one bracket and return its slot. Raises ``AlreadyExists``, ``NotFound``.

        ``Slot.id`` is the service's ID. In the images flow bracketd requests ``bracket_id`` as that ID.
        """
        answer = self._line.ask(self.flow.register(order_id, bracket_id, name, content_type))
        wire.require_order(answer, order_id, what="a bracket of order")
        return self.flow.slot(answer, content_type)

    def discard(self, registration_id: str) -> None:
        """Delete a registration, if the flow supports that. An unknown registration counts as deleted."""
        call = self.flow.discard(registration_id)
        if call is None:
            return
        try:
            self._line.ask(call)
        except NotFound:
            return

    def upload(self, slot: Slot, chunks: Iterable[bytes], size: int) -> None:
        """PUT exactly ``size`` bytes into the slot, streamed from ``chunks``.

        An error raised by ``chunks`` is passed on and closes the connection, so that storage keeps nothing. Raises
        ``SlotRefused`` for an expired or forged URL or a wrong Content-Type, ``ValueError`` for a wrong byte count.
        """
        self._line.put(slot.url, slot.content_type, chunks, size)

    def brackets(self, order_id: str) -> tuple[BracketReport, ...]:
        """The order's registered brackets. Raises ``NotFound``."""
        answer = self._line.ask(Call("GET", f"/v3/orders/{quote(order_id, safe='')}/brackets"))
        return self.flow.bracket_reports(answer, order_id)

    def merge(
        self,
        order_id: str,
        *,
        per_image: int | None,
        enhance: Mapping[str, object],
        sets: Sequence[Sequence[str]] | None = None,
    ) -> None:
        """Start grouping, merging and enhancing the order's brackets with the preferences ``enhance``.

        Brackets are grouped by ``per_image``, or as the given ``sets`` of ``Slot.id`` (if ``flow.takes_sets``), or with
        neither by the service. The effect of a second merge is not documented, so check the order first. Raises
        ``NotFound``, ``AlreadyExists``, and ``ValueError`` for sets that the flow cannot send.
        """
        answer = self._line.ask(self.flow.merge(order_id, per_image=per_image, enhance=enhance, sets=sets))
        wire.require_order(answer, order_id)

    def order(self, order_id: str) -> OrderReport:
        """The order's state at the service. Raises ``NotFound``.

        ``images`` is the service's list. The images flow registers each bracket as an image, so the list may contain
        brackets too. Callers must ignore images whose ID is the ``Slot.id`` of one of the order's brackets.
        """
        return wire.order_report(self._line.ask(Call("GET", f"/v3/orders/{quote(order_id, safe='')}")), order_id)

    def orders(self, most_pages: int = _MOST_PAGES) -> Iterator[OrderListed]:
        """Iterate over all orders of the account, in the service's order. Pages are requested as needed.

        Raises ``Garbled`` for a list that loops or has more than ``most_pages`` pages.
        """
        offsets: list[str] = []
        while True:
            asked = {"offset": offsets[-1], "per_page": _PER_PAGE} if offsets else {"per_page": _PER_PAGE}
            page = wire.orders_page(self._line.ask(Call("GET", f"/v3/orders/?{urlencode(asked)}")))
            yield from page.orders
            if page.next_offset is None:
                return
            if page.next_offset in offsets or len(offsets) + 1 == most_pages:
                raise Garbled("The service's list of orders never ends. bracketd will retry.")
            offsets.append(page.next_offset)

    def reprocess(self, image_id: str, enhance: Mapping[str, object] | None = None) -> None:
        """Start enhancing an image again, after an error or with other preferences. Raises ``NotFound``.

        Preferences that are not in ``enhance`` keep their values. The image is processing until it is processed again.
        This is free: an image costs nothing until it is downloaded, however often it is enhanced. It is not documented
        whether an image that was bought before must be bought again.
        """
        answer = self._line.ask(Call("POST", f"/v3/images/{quote(image_id, safe='')}/process", dict(enhance or {})))
        wire.require_image(answer, image_id)

    @contextmanager
    def download(
        self,
        image_id: str,
        *,
        format: str,  # noqa: A002 - the API's own word
        quality: int | None,
        max_width: int | None,
    ) -> Iterator[Download]:
        """Download the enhanced image in full size. The first download buys it.

        ``format`` is jpeg, png or webp, ``quality`` 1 to 90, ``max_width`` in pixels; None leaves it to the service.
        Reading ``chunks`` raises ``Garbled`` if the body is shorter than announced. An unknown image is ``NotReady``.
        """
        wishes = {"preview": "false", "format": format, "quality": quality, "max_width": max_width}
        with self._enhanced(image_id, wishes) as download:
            yield download

    def preview(self, image_id: str, *, max_width: int | None = None) -> bytes:
        """Download the free preview of an enhanced image: a JPEG of lower quality and smaller size. No purchase.

        ``max_width`` is in pixels; None leaves it to the service. The caller checks if the picture is complete. Raises
        ``Garbled`` for more than 16 MiB. An unknown image, or one that is being enhanced, is ``NotReady``.
        """
        with self._enhanced(image_id, {"preview": "true", "format": "jpeg", "max_width": max_width}) as download:
            return bodies.joined(download.chunks, f"The preview of image {image_id}")

    @contextmanager
    def _enhanced(self, image_id: str, wishes: Mapping[str, object]) -> Iterator[Download]:
        """Request the enhanced image. ``wishes`` are the query's parameters; None leaves one out."""
        query = urlencode({name: wish for name, wish in wishes.items() if wish is not None})
        with self._line.fetch(f"/v3/images/{quote(image_id, safe='')}/enhanced?{query}") as response:
            rest = bodies.pieces(response)
            first = next(rest, b"")
            if not first or first[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_NO_IMAGE):
                said = words_of(self._line.without_key(first)) or "an empty response"
                raise Garbled(f"{response.url.host} did not return an image ({said}). bracketd will retry.")
            yield Download(response.headers.get("content-type", ""), bodies.length(response), chain((first,), rest))

    def stop(self) -> None:
        """Abort every transfer and reject further calls. Calls in progress raise a ``Passing`` error immediately."""
        self._line.cut()

    def close(self) -> None:
        """Close all connections. No call may be in progress."""
        self._line.close()
