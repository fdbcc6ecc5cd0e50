"""The reader for a state in memory."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from daemon.order import HoldKind, ImageState, Order
from daemon.order.allowed import next_command
from daemon.order.deadline import deadline
from daemon.root import RootState
from daemon.store.asks import Outcome
from daemon.store.notes import Noted, noted
from daemon.store.pages import Bought, Choices, Filter, OrdersPage
from daemon.store.reading import Reader, matching
from daemon.store.waiting import Waiting
from tests.stores import pages
from tests.stores.memory import RESTING
from tests.stores.shelf import Shelf


class MemoryReader(Reader):
    """Reads a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def close(self) -> None:
        """Do nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _changed_last(self) -> list[Order]:
        return sorted(self._shelf.orders.values(), key=lambda order: order.times.updated_at)[::-1]

    def orders(self) -> list[dict[str, Any]]:
        return [_summary(order) for order in self._changed_last()]

    def orders_in_json(self, page: str, ended: int = -1) -> list[str]:
        orders, left = self._changed_last(), ended
        shown = []
        for order in orders:
            left -= order.phase in RESTING
            if ended < 0 or left >= 0 or order.phase not in RESTING:
                shown.append(json.dumps(_in_json(order, page)))
        return shown

    def ended(self) -> int:
        return sum(order.phase in RESTING for order in self._shelf.orders.values())

    def order(self, order_id: str) -> Order:
        return self._shelf.orders[order_id]

    def find(self, words: str) -> list[dict[str, Any]]:
        return matching(self.orders(), words)

    def known_ids(self, ids: Iterable[str]) -> frozenset[str]:
        return self._shelf.ids(ids)

    def journal(self, order_id: str) -> list[dict[str, Any]]:
        mine = (entry for entry in self._shelf.journal if entry.order_id == order_id)
        return [{"at": entry.at, "fact": entry.fact, "detail": entry.detail} for entry in mine]

    def purchases(self, since: float, until: float) -> list[dict[str, Any]]:
        found = ((one.at, one.order_id, image_id) for image_id, one in self._shelf.purchases.items())
        return [self._purchase(*one) for one in sorted(found) if since <= one[0] < until]

    def _purchase(self, at: float, order_id: str, image_id: str) -> dict[str, Any]:
        order = self._shelf.orders[order_id]
        file = next((image.file for image in order.images if image.id == image_id), None)
        ids = {"at": at, "credits": 1, "order_id": order_id, "image_id": image_id, "file": file}
        return {
            **ids,
            "shoot": order.source.shoot,
            "folder": order.source.folder,
            "supplement_of": order.source.supplement_of,
        }

    def page_of_orders(self, link: str, wanted: Filter, limit: int, offset: int = 0) -> OrdersPage:
        found = pages.latest([order for order in self._shelf.orders.values() if pages.finds(wanted, order)])
        return _page(found, link, limit, offset)

    def orders_for_a_person(self, link: str, limit: int, offset: int = 0) -> OrdersPage:
        return _page(pages.for_a_person(self._shelf), link, limit, offset)

    def choices(self) -> Choices:
        return pages.choices(self._shelf)

    def images_bought(self, spans: Sequence[tuple[float, float]]) -> list[int]:
        times = [one.at for one in self._shelf.purchases.values()]
        return [sum(since <= at < until for at in times) for since, until in spans]

    def bought(self, spans: Sequence[tuple[float, float]]) -> list[Bought]:
        return pages.bought(self._shelf, spans)

    def time_of_purchases(self) -> tuple[float, float] | None:
        times = [one.at for one in self._shelf.purchases.values()]
        return (min(times), max(times)) if times else None

    def waiting(self) -> list[Waiting]:
        return sorted(self._shelf.waiting.values(), key=lambda one: one.since)

    def notes(self) -> Noted:
        return noted(self._shelf.notes)

    def root_state(self, root: str) -> RootState | None:
        return self._shelf.roots.get(root)

    def known(self, root: str, shoots: Collection[str]) -> int:
        return self._shelf.known(root, shoots)

    def asked(self) -> list[tuple[str, str]]:
        return [(ask.verb, ask.target) for ask in self._shelf.open_asks()]

    def answer(self, seq: int) -> tuple[Outcome, str] | None:
        asked = self._shelf.asks.get(seq)
        return (asked.outcome, asked.words) if asked is not None and asked.outcome is not None else None


def _page(found: list[Order], link: str, limit: int, offset: int) -> OrdersPage:
    return OrdersPage(tuple(_in_json(order, link) for order in found[offset : offset + limit]), len(found))


def _sums(order: Order) -> dict[str, int]:
    sent = [order.brackets[number] for number in order.sent]
    stored = [bracket for bracket in sent if bracket.stored]
    failed = [image for image in order.images if image.state is ImageState.FAILED]
    return {
        "brackets_total": len(sent),
        "brackets_uploaded": len(stored),
        "images_total": len(order.images),
        "images_processed": sum(image.ended for image in order.images) - len(failed),
        "images_downloaded": sum(image.state is ImageState.PLACED for image in order.images),
        "images_failed": len(failed),
        "bytes_total": sum(bracket.size for bracket in sent),
        "bytes_uploaded": sum(bracket.size for bracket in stored),
    }


def _summary(order: Order) -> dict[str, Any]:
    names = ("shoot", "folder", "output", "supplement_of", "same_as")
    texts = {"id": order.id, **{name: getattr(order.source, name) for name in names}}
    values: dict[str, Any] = {
        "phase": order.phase.value,
        "merge": order.merge.state.value,
        "health": order.health.value,
    }
    values |= {"hold": _hold(order), "dev_mode": int(order.preset.dev_mode)}
    times = {"created_at": order.times.created_at, "updated_at": order.times.updated_at}
    return {**texts, **values, **times, **_sums(order), "messages": list(order.messages)}


def _hold(order: Order) -> str | None:
    kind = order.hold_kind
    return None if kind in (None, HoldKind.PROBLEM) else str(kind)


def _in_json(order: Order, page: str) -> dict[str, Any]:
    row, sums = _summary(order), _sums(order)
    summary = {
        name: row[name] for name in ("shoot", "folder", "output", "phase", "health", "messages", "supplement_of")
    }
    drawn = order.inspection is not None and order.inspection.sheet
    summary["sheet"] = f"previews/{order.id}/contact-sheet.jpg" if drawn else None
    summary["problems"] = [
        {"code": one.code, "text": one.text, "next": next_command(order, one.code)} for one in order.problems
    ]
    for group in ("brackets", "images", "bytes"):
        summary[group] = {key.partition("_")[2]: count for key, count in sums.items() if key.startswith(f"{group}_")}
    since = order.times.updated_at if order.times.phase_since is None else order.times.phase_since
    times = {"created_at": order.times.created_at, "updated_at": order.times.updated_at, "phase_since": since}
    summary |= {name: datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for name, at in times.items()}
    until = deadline(order)
    kept = None if until is None else datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    summary["kept_until"] = kept
    return {**summary, "order_id": order.id, "url": f"{page}{order.id}", "dev_mode": order.preset.dev_mode}
