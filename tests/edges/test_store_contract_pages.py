"""Contract tests for every state: orders a page at a time, and purchases summed by order."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from daemon.order import Hold, HoldKind, Image, ImageState, Order, Phase
from daemon.store.pages import Bought, Choices, Filter, OrdersPage
from tests.changed import changed
from tests.core.orders import order
from tests.stores.contract import keep
from tests.stores.states import State


def at(words: str) -> float:
    """Epoch seconds of an ISO 8601 time in UTC."""
    return datetime.fromisoformat(words).replace(tzinfo=UTC).timestamp()


@pytest.fixture
def _in_auckland() -> Iterator[None]:
    """Set the time zone to Auckland, which is 13 hours ahead of UTC in November."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Pacific/Auckland"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def shoot(number: int, name: str, root: str = "/in", **more: Any) -> Order:
    """An order of a shoot in a watched folder. Orders with higher numbers changed later."""
    order_id = f"{number:08}-0000-4000-8000-000000000000"
    made = {"created_at": 1000.0 + number, "updated_at": 2000.0 + number}
    return changed(order(), id=order_id, shoot=name, folder=f"{root}/{name}", **{**made, **more})


def found(state: State, limit: int = 50, offset: int = 0, **wanted: Any) -> tuple[list[int], int]:
    """The numbers of the orders on a page, and the total."""
    with state.look() as reader:
        page = reader.page_of_orders("", Filter(**wanted), limit, offset)
    return [int(one["order_id"][:8]) for one in page.orders], page.total


def test_a_missing_state_has_no_pages(kept: State) -> None:
    """Without a state every page is empty."""
    with kept.look() as reader:
        assert reader.page_of_orders("", Filter(), 50) == reader.orders_for_a_person("", 50) == OrdersPage()
        assert reader.images_bought([(0.0, 9.0)]) == [0]
        assert (reader.choices(), reader.bought([(0.0, 9.0)]), reader.time_of_purchases()) == (Choices(), [], None)


def test_a_page_has_the_orders_of_the_status_document(kept: State) -> None:
    """Orders on a page have the same form as in ``status --json``."""
    keep(kept, shoot(1, "Oak"), shoot(2, "\udcff"))
    with kept.look() as reader:
        page = reader.page_of_orders("http://x/", Filter(), 50)
    assert page.orders[0]["shoot"] == "\udcff"
    assert page.orders[1]["url"] == f"http://x/{shoot(1, 'Oak').id}"
    assert set(page.orders[0]) >= {"phase", "health", "messages", "problems", "brackets", "images", "bytes"}


def test_pages_follow_each_other_without_gaps(kept: State) -> None:
    """Pages have the most recently changed order first, each order once, also if orders changed at the same time."""
    keep(kept, *(shoot(n, f"{n}", updated_at=3000.0 + n // 4) for n in range(10)))
    pages = [found(kept, 3, offset) for offset in (0, 3, 6, 9, 12)]
    assert [total for _, total in pages] == [10] * 5
    assert [number for numbers, _ in pages for number in numbers] == [8, 9, 4, 5, 6, 7, 0, 1, 2, 3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("OAK", [3, 1]),
        ("st oak", [1]),
        ("  élysée ", [4]),
        ("E\u0301LYSE\u0301E", [4]),
        ("00000002", [2]),
        ("000", []),
        ("oak elm", []),
        ("\ufffd", [5]),
        ("a \udcff", [5]),
        ("%", []),
        ("\udcff0000000", []),
    ],
)
def test_a_search_finds_words_in_names_and_beginnings_of_ids(kept: State, text: str, expected: list[int]) -> None:
    """Every word must be in the shoot's name, in any case and Unicode form, or the text begins the order's id."""
    names = ("12 Oak St", "1 Elm St", "Oak Lane", "Rue de l'\u00c9lys\u00e9e", "a \udcff b")
    keep(kept, *(shoot(number, name) for number, name in enumerate(names, 1)))
    assert found(kept, text=text) == (expected, len(expected))


def test_a_filter_combines_phase_health_folder_and_time(kept: State) -> None:
    """Each part of a filter excludes orders, and an order must meet all of them."""
    keep(
        kept,
        shoot(1, "a", phase=Phase.DOWNLOADED),
        shoot(2, "b", standing=Hold(Phase.SETTLED, HoldKind.DOUBT)),
        shoot(3, "c", "/in/deep"),
        shoot(4, "d", "/inside"),
        shoot(5, "e", "/\udcfe", phase=Phase.DOWNLOADED),
        shoot(6, "\udcfd", "/in"),
        shoot(7, "f", "/Häuser"),
        shoot(8, "\udcfd", "/Häuser"),
    )
    assert found(kept, phases=["downloaded", "held"])[0] == [5, 2, 1]
    assert found(kept, phases=["downloaded"], folder="/in")[0] == [1]
    assert found(kept, healths=["attention"])[0] == [2]
    assert found(kept, folder="/in/")[0] == [6, 3, 2, 1]
    assert found(kept, folder="/\udcfe")[0] == [5]
    assert found(kept, folder="/Häuser")[0] == [8, 7]
    assert found(kept, folder="/")[1] == 8
    assert found(kept, since=1002.0, until=1004.0)[0] == [3, 2]


@pytest.mark.usefixtures("_in_auckland")
def test_the_choices_of_a_filter_are_counted(kept: State) -> None:
    """Folders, months by this machine's time zone, phases and healths are listed with their numbers of orders."""
    keep(
        kept,
        shoot(1, "a", created_at=at("2026-10-31 10:59:59"), phase=Phase.DOWNLOADED),
        shoot(2, "b", created_at=at("2026-10-31 11:00:00")),
        shoot(3, "\udcff", "/\udcfe/x", created_at=at("2025-01-15 00:00:00")),
        shoot(4, "c", "", created_at=at("2025-01-16 00:00:00"), standing=Hold(Phase.SETTLED, HoldKind.DOUBT)),
    )
    with kept.look() as reader:
        choices = reader.choices()
    assert list(choices.folders.items()) == [("/", 1), ("/in", 2), ("/\udcfe/x", 1)]
    assert list(choices.months.items()) == [("2026-11", 1), ("2026-10", 1), ("2025-01", 2)]
    assert choices.phases == {"downloaded": 1, "held": 1, "settled": 2}
    assert choices.healths == {"ok": 3, "attention": 1}


def test_what_waits_for_a_person_is_listed_with_held_orders_first(kept: State) -> None:
    """Held orders come first, then others that need attention; the latest change first in both."""
    failed = (Image("a", "a", state=ImageState.FAILED),)
    held = Hold(Phase.SETTLED, HoldKind.DOUBT)
    keep(
        kept,
        shoot(1, "a", standing=held),
        shoot(2, "b", standing=held),
        shoot(3, "c", phase=Phase.DOWNLOADED, images=failed),
        shoot(4, "d", phase=Phase.DOWNLOADED),
        shoot(5, "e", phase=Phase.DOWNLOADED, images=failed),
    )
    with kept.look() as reader:
        first, second = reader.orders_for_a_person("", 3), reader.orders_for_a_person("", 3, 3)
    assert [one["order_id"][7] for one in (*first.orders, *second.orders)] == ["2", "1", "5", "3"]
    assert first.total == second.total == 4


def test_purchases_are_summed_by_order_and_span(kept: State) -> None:
    """Each span has a sum for each order that bought in it, with the first purchase; a span ends before its end."""
    first = shoot(1, "Oak", images=_bought(1, 10.0, 19.0, 20.0), phase=Phase.DOWNLOADED)
    late = shoot(2, "\udcff", images=_bought(2, 5.0), phase=Phase.DOWNLOADED, supplement_of=first.id)
    keep(kept, first, late)
    with kept.look() as reader:
        assert reader.time_of_purchases() == (5.0, 20.0)
        sums = reader.bought([(5.0, 20.0), (20.0, 30.0), (30.0, 40.0)])
        assert reader.images_bought([(5.0, 20.0), (20.0, 30.0), (30.0, 40.0)]) == [3, 1, 0]
        assert reader.bought([]) == []
        assert reader.images_bought([]) == []
    assert sums == [
        Bought(0, 5.0, late.id, "\udcff", late.source.folder, first.id, 1, 1),
        Bought(0, 10.0, first.id, "Oak", first.source.folder, None, 2, 2),
        Bought(1, 20.0, first.id, "Oak", first.source.folder, None, 1, 1),
    ]


def _bought(number: int, *times: float) -> tuple[Image, ...]:
    placed = enumerate(times)
    return tuple(Image(f"{number}-{n}", "x", state=ImageState.PLACED, fetched_at=moment) for n, moment in placed)
