"""The protocol through which programs other than the daemon read a state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from daemon.store.asks import Outcome
from daemon.store.notes import Noted
from daemon.store.pages import Bought, Choices, Filter, OrdersPage
from daemon.store.waiting import Waiting

if TYPE_CHECKING:
    from daemon.order import Order
    from daemon.root import RootState

LEAST = 4
"""The minimum number of characters that identify an order by the start of its id."""


class Reader(Protocol):
    """Reads a state, while a daemon may write to it. A state that does not exist is read as empty.

    Times are in epoch seconds. Every method raises StateError and its subclasses.
    """

    def close(self) -> None:
        """Close the state."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def orders(self) -> list[dict[str, Any]]:
        """A summary of every order, the most recently changed first.

        Keys: id, shoot, folder, output, phase, merge, health, messages (a list), dev_mode, supplement_of, same_as,
        hold, brackets_total, brackets_uploaded, images_total, images_processed, images_downloaded, images_failed,
        bytes_total, bytes_uploaded, created_at, updated_at.
        """

    def orders_in_json(self, page: str, ended: int = -1) -> list[str]:
        """A summary of every order as JSON text, the most recently changed first, for ``status --json``.

        Times are ISO 8601 UTC. ``page`` followed by the order's id is the URL of its web page. Only the last ``ended``
        of the ended orders are returned, or all if it is negative.
        """

    def ended(self) -> int:
        """The number of orders that are downloaded, skipped or cancelled."""

    def order(self, order_id: str) -> Order:
        """An order with its brackets and images. Raises KeyError if there is none."""

    def find(self, words: str) -> list[dict[str, Any]]:
        """Summaries of orders by shoot name in any case, folder, or the first 4 or more characters of an id.

        The newest order is first. Exact matches exclude the others.
        """

    def known_ids(self, ids: Iterable[str]) -> frozenset[str]:
        """The given ids that belong to orders, in any phase."""

    def journal(self, order_id: str) -> list[dict[str, Any]]:
        """Every fact of an order, the oldest first. Keys: at, fact (its name), detail (its fields)."""

    def purchases(self, since: float, until: float) -> list[dict[str, Any]]:
        """Every image bought from ``since`` until before ``until``, the oldest purchase first.

        Keys: at, credits, order_id, image_id, file (its name in the output folder, None before it has one), shoot,
        folder, supplement_of.
        """

    def page_of_orders(self, link: str, wanted: Filter, limit: int, offset: int = 0) -> OrdersPage:
        """The orders that a filter finds, the most recently changed first: at most ``limit``, after ``offset`` others.

        ``link`` followed by the order's id is the URL of its web page.
        """

    def orders_for_a_person(self, link: str, limit: int, offset: int = 0) -> OrdersPage:
        """The orders that are held or need attention: the held ones first, then the most recently changed.

        The arguments are those of ``page_of_orders``.
        """

    def choices(self) -> Choices:
        """The values that a filter can have."""

    def images_bought(self, spans: Sequence[tuple[float, float]]) -> list[int]:
        """The number of images bought in each span, from its first time until before its second."""

    def bought(self, spans: Sequence[tuple[float, float]]) -> list[Bought]:
        """What each order bought in each span.

        In the order of the spans, in each the earliest purchase first.
        """

    def time_of_purchases(self) -> tuple[float, float] | None:
        """When the first and the last image were bought. None before the first purchase."""

    def waiting(self) -> list[Waiting]:
        """The shoots that are not settled, the longest waiting first."""

    def notes(self) -> Noted:
        """The daemon's notes about itself."""

    def root_state(self, root: str) -> RootState | None:
        """The last known state of a watched or output folder. None if the daemon never saw it."""

    def known(self, root: str, shoots: Collection[str]) -> int:
        """The number of these shoots in a watched folder that have an order that counts."""

    def asked(self) -> list[tuple[str, str]]:
        """Verb and target of every open ask, the oldest first."""

    def answer(self, seq: int) -> tuple[Outcome, str] | None:
        """The outcome and the text of an answer. None while the ask is open."""


def matching(summaries: Iterable[dict[str, Any]], words: str) -> list[dict[str, Any]]:
    """The summaries that match a search (see ``Reader.find``)."""
    rows = sorted(summaries, key=lambda row: float(row["created_at"]), reverse=True)
    exact = [row for row in rows if words in (row["shoot"], row["folder"], row["id"])]
    alike = exact or [row for row in rows if row["shoot"].casefold() == words.casefold()]
    return alike or [row for row in rows if len(words) >= LEAST and row["id"].startswith(words)]
