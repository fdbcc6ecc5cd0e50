"""Contract tests for every state: reading."""

from __future__ import annotations

import json

from daemon.order import Phase, facts
from daemon.store.notes import Noted
from tests.changed import changed
from tests.core.orders import NOW, after, merged, order, processed, reckoned, sent, uploaded
from tests.core.test_deadline import over_limit
from tests.stores.contract import keep
from tests.stores.states import State


def test_a_state_that_does_not_exist_looks_empty(kept: State) -> None:
    """A missing state is read as empty."""
    with kept.look() as reader:
        assert (reader.orders(), reader.waiting(), reader.asked(), reader.notes()) == ([], [], [], Noted())
        assert (reader.orders_in_json(""), reader.ended(), reader.purchases(0, 9), reader.journal("x")) == (
            [],
            0,
            [],
            [],
        )
        assert (reader.root_state("/in"), reader.known("/in", ["a"]), reader.known_ids(["a"])) == (None, 0, frozenset())
        assert reader.ended() == 0


def test_orders_are_found_by_name_folder_or_id(kept: State) -> None:
    """Orders are found by shoot name, folder, or the start of the id. Exact matches win."""
    other = changed(order(), id="7" * 36, folder="/in/other", shoot="12 OAK ST", created_at=NOW + 1)
    keep(kept, order(), other)
    with kept.look() as reader:
        for words in ("12 Oak St", "/in/12 Oak St", order().id, order().id[:6]):
            assert [row["id"] for row in reader.find(words)] == [order().id]
        assert [row["id"] for row in reader.find("12 oak st")] == [other.id, order().id]
        assert (reader.find("Oak"), reader.find("6f1")) == ([], [])
        assert reader.known_ids([order().id, "unknown"]) == {order().id}


def test_a_summary_has_the_sums_of_its_order(kept: State) -> None:
    """A summary counts brackets, bytes and images, and has the order's phase, health and messages."""
    keep(kept, after(order(3), *sent(0)))
    with kept.look() as reader:
        (row,) = reader.orders()
    sums = {"brackets_total": 3, "brackets_uploaded": 1, "bytes_total": 3003, "bytes_uploaded": 1000}
    images = dict.fromkeys(("images_total", "images_processed", "images_downloaded", "images_failed"), 0)
    words: dict[str, object] = {"phase": "uploading", "health": "ok", "messages": []}
    words |= {"merge": "not asked", "hold": None}
    rest = {"id": order().id, "shoot": "12 Oak St", "folder": "/in/12 Oak St", "output": "/out/12 Oak St"}
    none = {"dev_mode": 0, "supplement_of": None, "same_as": None, "created_at": NOW, "updated_at": NOW}
    assert row == sums | images | words | rest | none


def test_the_deadline_in_json(kept: State) -> None:
    """Every state gives the same deadline as the rule, for each phase and each state of the images."""
    bought = after(reckoned(True), facts.Fetched("i0", 3, "ab", "jpg"))
    mixed = after(reckoned(True, True), facts.Fetched("i0", 3, "ab", "jpg"))
    again = after(processed(False), facts.Reopened(("i0",)), now=NOW + 9)
    dismissed = after(over_limit(), facts.Dismissed())
    ways = (order(), uploaded(), merged(), bought, mixed, again, over_limit(), dismissed)
    orders = [changed(one, id=f"{number}" * 36) for number, one in enumerate(ways)]
    for one in orders:
        keep(kept, one)
    with kept.look() as reader:
        seen = {row["order_id"]: row["kept_until"] for row in map(json.loads, reader.orders_in_json(""))}
    day, later = "1970-01-13T13:46:40Z", "1970-01-13T13:46:49Z"
    assert [seen[one.id] for one in orders] == [None, None, day, None, day, later, day, None]


def test_images_are_counted_by_what_came_of_them(kept: State) -> None:
    """Failed images are counted separately."""
    keep(kept, processed(True, True, False))
    with kept.look() as reader:
        (row,) = reader.orders()
    assert [row[f"images_{name}"] for name in ("total", "processed", "downloaded", "failed")] == [3, 2, 0, 1]


def test_the_last_changed_comes_first_and_old_ends_are_left_out(kept: State) -> None:
    """Summaries are sorted by their last change. The JSON has all active orders and a limited number of ended ones."""
    phases = (Phase.DOWNLOADED, Phase.SETTLED, Phase.CANCELLED, Phase.SKIPPED)
    keep(kept, *(changed(order(), id=f"{n}", phase=phase, updated_at=NOW + n) for n, phase in enumerate(phases)))
    with kept.look() as reader:
        assert [row["id"] for row in reader.orders()] == ["3", "2", "1", "0"]
        assert reader.ended() == 3
        for ended, expected in ((-1, "3210"), (0, "1"), (2, "321")):
            found = [json.loads(text) for text in reader.orders_in_json("http://x/", ended)]
            assert "".join(one["order_id"] for one in found) == expected
        assert found[0]["url"] == "http://x/3"


def test_an_order_in_json(kept: State) -> None:
    """Every field of the JSON format has the order's value, with times in UTC."""
    keep(kept, changed(order(), phase_since=NOW + 1, shoot="\udcff"))
    with kept.look() as reader:
        (summary,) = map(json.loads, reader.orders_in_json("/"))
    assert summary == {
        "shoot": "\udcff",
        "folder": "/in/12 Oak St",
        "output": "/out/12 Oak St",
        "phase": "settled",
        "health": "ok",
        "messages": [],
        "problems": [],
        "order_id": order().id,
        "url": f"/{order().id}",
        "brackets": {"total": 3, "uploaded": 0},
        "images": {"total": 0, "processed": 0, "downloaded": 0, "failed": 0},
        "bytes": {"total": 3003, "uploaded": 0},
        "dev_mode": False,
        "supplement_of": None,
        "sheet": None,
        "kept_until": None,
        "created_at": "1970-01-12T13:46:40Z",
        "updated_at": "1970-01-12T13:46:40Z",
        "phase_since": "1970-01-12T13:46:41Z",
    }
