"""What a program other than the daemon can read of a state."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from daemon.store.asks import Outcome
from daemon.store.notes import Noted
from daemon.store.waiting import Waiting

if TYPE_CHECKING:
    from daemon.order import Order
    from daemon.root import Seen

LEAST = 4
"""Characters of an order's id that are enough to mean it."""


class Reader(Protocol):
    """A read-only look at a state, which a daemon may write meanwhile. A state that does not exist looks empty.

    Times are epoch seconds. Every method raises StateError and its kinds.
    """

    def close(self) -> None:
        """End the look."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def orders(self) -> list[dict[str, Any]]:
        """A summary of every order, the last changed first.

        Keys: id, shoot, folder, output, phase, merge, health, messages (a list), dev_mode, supplement_of, same_as,
        hold, brackets_total, brackets_uploaded, images_total, images_processed, images_downloaded, images_failed,
        bytes_total, bytes_uploaded, created_at, updated_at.
        """

    def orders_in_json(self, page: str, ended: int = -1) -> list[str]:
        """A summary of every order, the last changed first, each as the text of a JSON object; for ``status --json``.

        Times are ISO 8601 UTC. ``page`` and the order's id make the URL of its page. Of the orders that ended only the
        last ``ended`` are given; negative: all.
        """

    def ended(self) -> int:
        """How many orders are downloaded, skipped or cancelled."""

    def order(self, order_id: str) -> Order:
        """An order with its brackets and images. Raises KeyError if there is none."""

    def find(self, words: str) -> list[dict[str, Any]]:
        """Summaries of orders by shoot name in any case, folder, or the first 4 or more characters of an id.

        The newest order is first. Exact matches exclude the others.
        """

    def known_ids(self, ids: Iterable[str]) -> frozenset[str]:
        """The ids among these that orders have, in whatever phase."""

    def journal(self, order_id: str) -> list[dict[str, Any]]:
        """Every fact of an order, the oldest first. Keys: at, fact (its name), detail (its fields)."""

    def purchases(self, since: float, until: float) -> list[dict[str, Any]]:
        """Every image bought from ``since`` until before ``until``, the oldest purchase first.

        Keys: at, credits, order_id, image_id, file (its name in the output folder, None before it has one), shoot,
        folder, supplement_of.
        """

    def waiting(self) -> list[Waiting]:
        """Shoots that are not settled, the longest waiting first."""

    def notes(self) -> Noted:
        """What the daemon noted of itself."""

    def seen(self, root: str) -> Seen | None:
        """How a watched or output folder looked when the daemon last saw it. None if it never did."""

    def known(self, root: str, shoots: Collection[str]) -> int:
        """How many of these shoots in a watched folder have an order that counts."""

    def asked(self) -> list[tuple[str, str]]:
        """Verb and target of every ask that is not answered, the oldest first."""

    def answer(self, seq: int) -> tuple[Outcome, str] | None:
        """The outcome of an ask and the words for it. None while it is not answered."""


def matching(summaries: Iterable[dict[str, Any]], words: str) -> list[dict[str, Any]]:
    """The summaries of orders that a person means by some words; see ``Reader.find``."""
    rows = sorted(summaries, key=lambda row: float(row["created_at"]), reverse=True)
    exact = [row for row in rows if words in (row["shoot"], row["folder"], row["id"])]
    alike = exact or [row for row in rows if row["shoot"].casefold() == words.casefold()]
    return alike or [row for row in rows if len(words) >= LEAST and row["id"].startswith(words)]
