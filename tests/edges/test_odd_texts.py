"""Tests with texts that are not UTF-8. A file name may have any bytes, and messages contain file names."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from daemon.order import Bracket, Image, ImageState, Order, OrderSource, Phase, Policy, Preset, evolve, facts, steps
from daemon.order.problem import Code
from daemon.shoot import LeftOut, Shot, Why
from daemon.store.notes import Missing
from daemon.store.sqlite.reader import SqliteReader
from daemon.store.sqlite.rebuild import rebuild
from daemon.store.sqlite.store import SqliteStore
from daemon.store.waiting import Waiting
from tests.changed import changed
from tests.core.orders import NOW, in_trouble, order

T = TypeVar("T", Order, OrderSource, Bracket, Image, LeftOut, Shot, Preset)

NAMES = {"shoot", "folder", "output", "path", "file", "of"}
"""Fields with the name of a file or folder: the others are words."""

KNOWN = os.fsdecode(b"DSC\xe9.JPG")
"""A name on a disk that is not UTF-8."""

NO_NAME = "a \ud800 b"
"""A text that JSON can hold and that no file can be called."""


def odd(one: T, text: str) -> T:
    """The same with this text in each of its fields that holds a text."""
    texts = [field.name for field in dataclasses.fields(one) if field.type in ("str", "str | None")]
    assert texts
    texts_of: dict[str, Any] = {name: f"{text} {name}" for name in texts}
    return replace(one, **texts_of)


def odd_order(text: str) -> Order:
    """An order with this text in every field, in its brackets, images and reasons, too. Its id is always a UUID."""
    bracket = replace(odd(order().brackets[0], text), shot=odd(Shot(), text), stored_at=NOW)
    placed = odd(Image("i", "n", state=ImageState.PLACED, size=5, fetched_at=NOW), text)
    reason = odd(LeftOut("a", Why.VARIANT, "b", "c"), text)
    lists: dict[str, Any] = dict.fromkeys(("discards", "left_out", "late", "altered", "notes"), (text,))
    preset = replace(odd(Preset(), text), enhance={text: text})
    one = changed(order(), brackets=(bracket,), images=(placed,), left_out_why=(reason,), preset=preset)
    one = replace(odd(changed(one, **lists), text), id=one.id)
    return replace(one, source=odd(one.source, text))


def readable(one: T) -> T:
    """The same order with escaped bytes in its messages and unchanged names."""
    words = [f.name for f in dataclasses.fields(one) if f.type in ("str", "str | None") and f.name not in NAMES]
    shown: dict[str, Any] = {n: getattr(one, n).encode("utf-8", "backslashreplace").decode() for n in words}
    return replace(one, **shown)


def test_an_order_with_odd_bytes_in_every_text_is_stored(tmp_path: Path) -> None:
    """An order with bytes that are not UTF-8 in any text is stored: names exactly, words with the bytes shown."""
    before = odd_order(KNOWN)
    after = changed(before, troubles=in_trouble("words", Code.OTHER), updated_at=NOW + 1)

    async def work() -> Order:
        store = SqliteStore.open(tmp_path)
        await store.add(
            before, facts.Locked(before.brackets, before.unsent.left_out, KNOWN, before.unsent.left_out_why)
        )
        back = await store.load(before.id)
        await store.record(before, facts.Failed(None, facts.Failure.FILE, KNOWN), after, NOW)
        store.close()
        return back

    back = asyncio.run(work())
    expected = readable(before)
    assert back.brackets == tuple(map(readable, before.brackets))
    assert back.images == tuple(map(readable, before.images))
    assert back.unsent.left_out_why == before.unsent.left_out_why
    assert back.source == readable(before.source)
    assert back == replace(expected, source=back.source, brackets=back.brackets, images=back.images)
    with SqliteReader(tmp_path) as reader:
        assert reader.order(back.id).trouble == "words"
        assert reader.orders()[0]["shoot"] == before.source.shoot
        assert len(reader.journal(back.id)) == 2


@pytest.mark.parametrize("text", [KNOWN, NO_NAME])
def test_a_state_file_is_made_of_odd_orders(tmp_path: Path, text: str) -> None:
    """A recovery writes orders with any text in any field, even an impossible file name."""
    built = rebuild(tmp_path, [(odd_order(text), facts.Recovered(text))], (), {}, NOW)
    assert built.exists()
    with SqliteReader(tmp_path) as reader:
        assert len(reader.orders()) == 1


def test_an_order_goes_without_a_photo_of_any_name(tmp_path: Path) -> None:
    """A photo that becomes a folder after the lock is left out as configured, whatever bytes its name has."""
    first = replace(order(), preset=replace(order().preset, bad_files="leave_out", per_image=None))
    first = replace(first, brackets=(replace(first.brackets[0], path=KNOWN), *first.brackets[1:]))
    why = f"{KNOWN} cannot be read (Is a directory)"

    async def work() -> Order:
        store = SqliteStore.open(tmp_path)
        await store.add(first, facts.Locked(first.brackets))
        failed = facts.Failed(steps.Upload(0), facts.Failure.FILE, why, bracket=0)
        after = evolve(first, failed, now=NOW, policy=Policy())
        await store.record(first, failed, after, NOW)
        back = await store.load(first.id)
        store.close()
        return back

    back = asyncio.run(work())
    assert back.phase is not Phase.HELD
    assert (back.brackets[0].path, back.sent) == (KNOWN, (1, 2))
    assert "DSC\\udce9.JPG cannot be read" in (back.brackets[0].left_out or "")


def test_what_the_daemon_says_of_itself_may_name_any_folder(tmp_path: Path) -> None:
    """Notes about a watched folder and shoots that wait in it are kept whatever bytes their names have."""
    root = f"/in/{KNOWN}"

    async def work() -> None:
        store = SqliteStore.open(tmp_path)
        await store.note(Missing(root, f"{root} is away"))
        await store.replace_waiting(root, [Waiting(f"{root}/a", "a", f"{KNOWN} is open", 1, 1, NOW)])
        await store.note(Missing(root, f"{root} is still away"))
        store.close()

    asyncio.run(work())
    with SqliteReader(tmp_path) as reader:
        assert list(reader.notes().missing.values()) == [f"{root} is still away"]
        assert [waiting.folder for waiting in reader.waiting()] == [f"{root}/a"]
