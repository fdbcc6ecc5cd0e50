"""The Autoenhance API as plain calls: each asks once and returns a value or raises from ``daemon.errors``.

Nothing here waits for a better time, remembers an order or tries again; that is for those who call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Final
from urllib.parse import quote, urlencode

import httpx

from daemon.errors import ConfigError, Garbled, NotFound, Problem
from daemon.service import bodies, wire
from daemon.service.flows import FLOWS, Call, FlowName
from daemon.service.line import TIMEOUTS, Line, Timeouts
from daemon.service.origins import allowed
from daemon.service.pacing import Pace
from daemon.service.rate import DEMAND, Demand
from daemon.service.wire import BracketSeen, OrderListed, OrderSeen, Slot
from daemon.service.words import words_of

_NO_IMAGE: Final = (b"<", b"{", b"[")
"""What a page, XML or JSON begins with, and no picture does."""

_PER_PAGE: Final = 15
"""Orders a page: as many as the API gives at once."""

_MOST_PAGES: Final = 10_000
"""Pages after which a list of orders has no end."""


@dataclass(frozen=True, slots=True)
class Download:
    """An image on its way: ``length`` in bytes if told; ``chunks`` of at most 256 KiB, to be read once."""

    content_type: str
    length: int | None
    chunks: Iterator[bytes]


class Service:
    """The API for one account, through one flow. Thread-safe: calls may run in any threads, many at once.

    ``base_url`` is https, or http on loopback; ``dev_mode`` is free and watermarked; ``demand`` says how slow a
    transfer may be before it is cut; ``key_source`` says where the key is from, in words. Raises ``ConfigError`` for an
    invalid base URL or key, and for certificate or proxy settings in the environment that cannot be used; a loopback
    service is never asked through a proxy.

    Every call raises ``Unreachable`` and its kind ``TooSlow``, ``Unavailable``, ``TooManyRequests``, ``Garbled``,
    ``Mismatched``, ``NotReady``, ``KeyRefused``, ``NoCredits`` and ``RequestRefused``; what else, each call says.
    """

    def __init__(
        self,
        *,
        base_url: str,
        key: str,
        key_source: str = "",
        flow: FlowName,
        dev_mode: bool,
        user_agent: str,
        timeouts: Timeouts = TIMEOUTS,
        demand: Demand = DEMAND,
        pace: Pace | None = None,
    ) -> None:
        self.flow = FLOWS[flow]
        account = {"x-api-version": self.flow.api_version}
        if dev_mode:
            account["x-dev-mode"] = "true"
        self._line = Line(
            base=_base(base_url),
            key=_key(key),
            key_source=key_source,
            account=account,
            user_agent=user_agent,
            timeouts=timeouts,
            demand=demand,
            pace=pace or Pace(),
        )

    def ping(self) -> None:
        """Ask for the newest order: shows that base URL, line and key are good."""
        wire.check_orders(self._line.ask(Call("GET", "/v3/orders/?per_page=1")))

    def reachable(self) -> bool:
        """Whether the API's host answers at all. Raises nothing; takes a few seconds at most."""
        return self._line.reachable()

    def create(self, order_id: str, name: str) -> None:
        """Create the order; nothing to do in a flow whose ``creates_order`` is false. Raises ``AlreadyExists``."""
        call = self.flow.create(order_id, name)
        if call is not None:
            wire.require_order(self._line.ask(call), order_id)

    def register(self, order_id: str, bracket_id: str, name: str, content_type: str) -> Slot:
        """Announce one bracket and get its slot. Raises ``AlreadyExists``, ``NotFound``.

        ``Slot.id`` is the service's id; in the images flow ``bracket_id`` is asked for as that id.
        """
        answer = self._line.ask(self.flow.register(order_id, bracket_id, name, content_type))
        wire.require_order(answer, order_id, what="a bracket of order")
        return self.flow.slot(answer, content_type)

    def discard(self, registration_id: str) -> None:
        """Take a registration back, if the flow can. An unknown one is as good as taken back."""
        call = self.flow.discard(registration_id)
        if call is None:
            return
        try:
            self._line.ask(call)
        except NotFound:
            return

    def upload(self, slot: Slot, chunks: Iterable[bytes], size: int) -> None:
        """PUT exactly ``size`` bytes into the slot, streamed as ``chunks`` gives them.

        What ``chunks`` raises comes out as it is and ends the connection, so that storage keeps nothing. Raises
        ``SlotRefused`` for an expired or forged URL or another Content-Type, ``ValueError`` for more or fewer bytes.
        """
        self._line.put(slot.url, slot.content_type, chunks, size)

    def brackets(self, order_id: str) -> tuple[BracketSeen, ...]:
        """The order's registered brackets. Raises ``NotFound``."""
        answer = self._line.ask(Call("GET", f"/v3/orders/{quote(order_id, safe='')}/brackets"))
        return self.flow.brackets_seen(answer, order_id)

    def merge(
        self,
        order_id: str,
        *,
        per_image: int | None,
        enhance: Mapping[str, object],
        sets: Sequence[Sequence[str]] | None = None,
    ) -> None:
        """Have the order's brackets grouped, merged and enhanced with the preferences ``enhance``.

        Groups of ``per_image`` brackets, or the given ``sets`` of ``Slot.id`` (where ``flow.takes_sets``), or with
        neither the service's own. What a second merge does is not documented: look at the order first. Raises
        ``NotFound``, ``AlreadyExists``, and ``ValueError`` for sets the flow cannot send.
        """
        answer = self._line.ask(self.flow.merge(order_id, per_image=per_image, enhance=enhance, sets=sets))
        wire.require_order(answer, order_id)

    def order(self, order_id: str) -> OrderSeen:
        """Where the order stands. Raises ``NotFound``.

        ``images`` is as the service lists it. The images flow registers each bracket as an image, which may be listed
        too: one whose id is the ``Slot.id`` of the order's own bracket is no output, and callers leave it out.
        """
        return wire.order_seen(self._line.ask(Call("GET", f"/v3/orders/{quote(order_id, safe='')}")), order_id)

    def orders(self, most_pages: int = _MOST_PAGES) -> Iterator[OrderListed]:
        """Every order of the account, in the service's order; asked for page by page as they are taken.

        Raises ``Garbled`` for a list that goes in circles or has more than ``most_pages``.
        """
        offsets: list[str] = []
        while True:
            asked = {"offset": offsets[-1], "per_page": _PER_PAGE} if offsets else {"per_page": _PER_PAGE}
            page = wire.orders_page(self._line.ask(Call("GET", f"/v3/orders/?{urlencode(asked)}")))
            yield from page.orders
            if page.next_offset is None:
                return
            if page.next_offset in offsets or len(offsets) + 1 == most_pages:
                raise Garbled("The service's list of orders does not come to an end. It is asked again.")
            offsets.append(page.next_offset)

    def reprocess(self, image_id: str) -> None:
        """Have an image enhanced again, with the preferences that it has. Raises ``NotFound``.

        Asked for after an error; an image that is never downloaded costs nothing, however often it was enhanced.
        """
        answer = self._line.ask(Call("POST", f"/v3/images/{quote(image_id, safe='')}/process", {}))
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
        """The enhanced image in full size, which buys it the first time.

        ``format`` is jpeg, png or webp, ``quality`` 1 to 90, ``max_width`` in pixels; None leaves it to the service.
        Reading ``chunks`` raises ``Garbled`` if fewer bytes come than were told. Raises ``NotFound``.
        """
        wishes = {"preview": "false", "format": format, "quality": quality, "max_width": max_width}
        query = urlencode({name: wish for name, wish in wishes.items() if wish is not None})
        with self._line.fetch(f"/v3/images/{quote(image_id, safe='')}/enhanced?{query}") as response:
            rest = bodies.pieces(response)
            first = next(rest, b"")
            if not first or first[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_NO_IMAGE):
                said = words_of(self._line.without_key(first)) or "an empty answer"
                raise Garbled(f"{response.url.host} gave no image ({said}). It is asked again.")
            yield Download(response.headers.get("content-type", ""), bodies.length(response), chain((first,), rest))

    def stop(self) -> None:
        """Cut every transfer and refuse every further call: who waits in one gets a ``Passing`` error at once."""
        self._line.cut()

    def close(self) -> None:
        """Let go of all connections; to be called when no call is under way."""
        self._line.close()


def _base(base_url: str) -> httpx.URL:
    try:
        base = httpx.URL(base_url)
        allowed(base, base=base)
        plain = not (base.userinfo or base.query or base.fragment)
    except (httpx.InvalidURL, Garbled):
        plain = False
    if not plain:
        problem = Problem("api.base_url", f"{base_url!r} is not a plain https URL", "Correct it or leave it out")
        raise ConfigError((problem,))
    return base


def _key(key: str) -> str:
    if not key or not all("!" <= char <= "~" for char in key):
        problem = Problem("api.key", "it is empty or has characters that no key has", "Copy it again from the web app")
        raise ConfigError((problem,))
    return key
