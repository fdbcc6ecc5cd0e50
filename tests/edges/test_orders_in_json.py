from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.order import Image, ImageState, Order, Preset, facts
from daemon.order.preview import Inspection
from daemon.order.problem import Code
from daemon.store.sqlite.reader import SqliteReader
from daemon.store.sqlite.store import SqliteStore
from tests.changed import changed
from tests.core.orders import in_trouble, processed

MADE = 1_765_432_100.25


def summaries(state: Path, *orders: Order) -> list[object]:
    """The orders as a reader returns them."""

    async def work() -> None:
        store = SqliteStore.open(state)
        for order in orders:
            await store.add(order, facts.Locked(order.brackets))
        store.close()

    asyncio.run(work())
    with SqliteReader(state) as reader:
        return [json.loads(text) for text in reader.orders_in_json("https://web.example/")]


def test_an_order_in_json(tmp_path: Path) -> None:
    """Every documented field has the order's value, counts cover all brackets and images, times are in UTC."""
    base = processed(True, False, True)
    images = (
        Image("a", "a", state=ImageState.PLACED, file="a.jpg"),
        Image("b", "b", state=ImageState.FAILED, reason='too dark, "they" say\n'),
        Image("c", "c"),
    )
    order = changed(
        replace(base, merge=replace(base.merge, asked_at=MADE)),
        images=images,
        inspection=Inspection(sheet=True),
        troubles=in_trouble("wait", Code.SERVICE),
        created_at=MADE,
        updated_at=MADE + 3600,
        phase_since=None,
    )
    assert summaries(tmp_path, order) == [
        {
            "shoot": order.source.shoot,
            "folder": order.source.folder,
            "output": order.source.output,
            "phase": order.phase.value,
            "health": "attention",
            "messages": ["wait", 'b failed: too dark, "they" say\n'],
            "problems": [
                {"code": "service", "text": "wait", "next": None},
                {"code": "image-failed", "text": 'b failed: too dark, "they" say\n', "next": "bracketd retry"},
            ],
            "order_id": order.id,
            "url": f"https://web.example/{order.id}",
            "brackets": {"total": len(order.brackets), "uploaded": len(order.brackets)},
            "images": {"total": 3, "processed": 1, "downloaded": 1, "failed": 1},
            "bytes": {"total": sum(b.size for b in order.brackets), "uploaded": sum(b.size for b in order.brackets)},
            "dev_mode": False,
            "supplement_of": None,
            "sheet": f"previews/{order.id}/contact-sheet.jpg",
            "kept_until": "2025-12-12T05:48:20Z",
            "created_at": "2025-12-11T05:48:20Z",
            "updated_at": "2025-12-11T06:48:20Z",
            "phase_since": "2025-12-11T06:48:20Z",
        }
    ]


def test_the_time_in_the_phase_in_json(tmp_path: Path) -> None:
    """``phase_since`` is when the order entered its phase, not when it was last stored."""
    order = changed(processed(True), created_at=MADE, updated_at=MADE + 3600, phase_since=MADE + 60)
    (seen,) = summaries(tmp_path, order)
    assert isinstance(seen, dict)
    assert (seen["phase_since"], seen["updated_at"]) == ("2025-12-11T05:49:20Z", "2025-12-11T06:48:20Z")


def test_a_supplement_in_dev_mode_in_json(tmp_path: Path) -> None:
    """A supplement's first order and dev mode are in the document."""
    order = changed(processed(True), preset=Preset(dev_mode=True), supplement_of="an order's id")
    (seen,) = summaries(tmp_path, order)
    assert isinstance(seen, dict)
    assert (seen["dev_mode"], seen["supplement_of"]) == (True, "an order's id")


@pytest.mark.parametrize("name", [os.fsdecode(b"caf\xe9"), 'a "b" \\ c', "two\nlines\x00", "🏡 Küche 廚房", "{}", "1"])
def test_names_in_json(tmp_path: Path, name: str) -> None:
    """A name round-trips to Python's string; bytes that are not UTF-8 become lone surrogates."""
    order = changed(processed(True), shoot=name, folder=f"/in/{name}", output=f"/out/{name}")
    (seen,) = summaries(tmp_path, order)
    assert isinstance(seen, dict)
    assert (seen["shoot"], seen["folder"], seen["output"]) == (name, f"/in/{name}", f"/out/{name}")


def test_the_last_change_comes_first(tmp_path: Path) -> None:
    """Orders are sorted by their last change, the newest first; without a state file there are none."""
    one = processed(True)
    times = (5.0, 7.0, 6.0)
    ids = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(3)]
    orders = [changed(one, id=id_, updated_at=moment) for id_, moment in zip(ids, times, strict=True)]
    seen = summaries(tmp_path, *orders)
    assert [order["order_id"] for order in seen if isinstance(order, dict)] == [ids[1], ids[2], ids[0]]
    with SqliteReader(tmp_path / "nowhere") as reader:
        assert reader.orders_in_json("") == []
