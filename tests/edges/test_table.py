from __future__ import annotations

import io
from itertools import count
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from daemon.cli.table import RECENT, StatusView
from daemon.order.again import REPLACED

NOW = 1_700_000_000.0
NUMBERS = count()


def order(shoot: str, phase: str = "downloaded", health: str = "ok", *messages: str) -> dict[str, Any]:
    """An order as ``status --json`` tells it."""
    return {
        "shoot": shoot,
        "folder": f"/in/{shoot}",
        "order_id": f"{next(NUMBERS):08}-6a3c-4d59-9d0a-3a3c9b8f4a11",
        "created_at": "2023-11-14T22:12:20Z",
        "phase": phase,
        "health": health,
        "messages": list(messages),
        "brackets": {"total": 4, "uploaded": 2},
        "images": {"total": 2, "processed": 1, "downloaded": 1, "failed": 1},
        "bytes": {"total": 400, "uploaded": 200},
        "updated_at": "2023-11-14T22:12:20Z",
        "phase_since": "2023-11-14T22:12:20Z",
    }


def shown(*orders: dict[str, Any], width: int = 100, running: bool = True, hidden: int = 0, **report: Any) -> list[str]:
    """The lines a terminal of this width shows."""
    daemon = {"running": running, "pid": 7, "version": "1", "messages": report.pop("told", [])}
    out = io.StringIO()
    view = StatusView({"daemon": daemon, "orders": orders, "waiting": [], **report}, hidden=hidden, now=NOW)
    Console(file=out, width=width, highlight=False).print(view)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [20, 30, 40, 50, 60, 72, 100, 200])
@pytest.mark.parametrize("name", ["12 Oak St", "x" * 300, "家" * 80, "a\nb\x1b[31m"])
def test_every_line_fits_its_terminal(width: int, name: str) -> None:
    """Whatever a shoot is called, a line is never wider than the terminal and never moves its cursor."""
    lines = shown(order(name, "held", "attention", "why " * 60), width=width)
    assert all(cell_len(line) <= width and line.isprintable() for line in lines)


@pytest.mark.parametrize("width", [31, 40, 52, 60, 70, 71, 80])
@pytest.mark.parametrize("name", ["12 Oak St", "12 Old Mill Road, Garden House"])
def test_the_time_is_there_in_whatever_width(width: int, name: str) -> None:
    """In a narrow terminal the progress bar goes first; phase and time stay, with as much of the rest as there is room.

    The name stays readable, too.
    """
    line = next(line for line in shown(order(name, "uploading"), width=width) if line.startswith(name[:7]))
    assert line.endswith(" 1 min")
    assert " uploading " in line
    assert ("2/4" in line) == (width >= 40)
    assert ("1/2, 1 failed" in line) == (width >= 60)
    assert ("━" in line) == (width >= 71)


def test_large_numbers_are_not_cut() -> None:
    """Counts of a large shoot are whole in every width that shows them, and blanks stand between the columns."""
    large = {
        **order("12 Oak St", "downloading"),
        "brackets": {"total": 1500, "uploaded": 1500},
        "images": {"total": 300, "processed": 300, "downloaded": 280, "failed": 10},
    }
    for width in range(40, 120):
        line = next(line for line in shown(large, width=width) if line.startswith("12 Oak"))
        words = line.partition("downloading")[2].split()
        assert words[-2:] == ["1", "min"]
        assert words[:-2] in (["1500/1500", "280/300,", "10", "failed"], ["1500/1500"], [])


@pytest.mark.parametrize("width", [72, 80, 100])
@pytest.mark.parametrize("name", ["12 Oak St", "x" * 300])
def test_what_an_order_is_besides_its_shoots(width: int, name: str) -> None:
    """Orders in dev mode and supplements are marked beside the name, or below it where the line is full."""
    both = {**order(name), "dev_mode": True, "supplement_of": "another's id"}
    lines = [
        line
        for one in ({**both, "supplement_of": None}, {**both, "dev_mode": False}, both)
        for line in shown(one, width=width)
    ]
    assert all(cell_len(line) <= width for line in lines)
    for mark in ("dev mode", "supplement", "supplement · dev mode"):
        below = any(line.rstrip() == f"  {mark}" for line in lines)
        assert below != any(line.startswith(f"{name} · {mark} ") for line in lines)
    assert len(shown(order(name), width=width)) == 3, "an order like any other has a line and nothing below it"


def test_progress_and_reasons_are_there() -> None:
    """An order's line tells phase, brackets and pictures; its messages stand below it."""
    text = "\n".join(shown(order("Oak", "uploading", "retrying", "no connection")))
    assert "━━━━━━╌╌╌╌╌╌ 2/4" in text
    assert "1/2, 1 failed" in text
    assert "\n  no connection" in text
    assert "1 min" in text


def test_what_is_under_way_comes_first_and_the_past_is_short() -> None:
    """Orders under way are on top, and of those that ended only the last few are shown."""
    lines = shown(*(order(f"old {n}") for n in range(RECENT)), order("now", "merging"), hidden=5)
    assert lines[2].startswith("now")
    assert lines[-1] == "and 5 more ended shoots (--all shows them)"


def test_a_daemon_that_does_not_run_is_told() -> None:
    """Nobody waits in vain: without a daemon the first line says that nothing is sent."""
    assert "not running" in shown(running=False)[0]
    assert "No shoots yet" in shown()[1]


HERE = "was here before the folder was watched; `bracketd submit FOLDER` sends it"
SAME = "same photos as “12 Oak St”, sent 3 Nov 2026; `bracketd submit --again FOLDER` sends and buys them again"


def test_skipped_shoots_say_how_to_be_sent() -> None:
    """Why most shoots were skipped, and what sends them, is told once below all."""
    lines = shown(order("a", "skipped", "ok", HERE), order("b", "skipped", "ok", HERE))
    assert lines[-1] == f"skipped: {HERE}"
    assert sum("bracketd submit FOLDER" in line for line in lines) == 1


def test_a_shoot_that_was_skipped_for_another_reason_says_its_own() -> None:
    """Below a duplicate stands that it is one, and of what, not what the shoots of an archive were skipped for."""
    archive = [order(name, "skipped", "ok", HERE) for name in ("a", "b")]
    lines = shown(archive[0], order("copy", "skipped", "ok", SAME), archive[1], width=120)
    place = next(number for number, line in enumerate(lines) if line.startswith("copy"))
    assert lines[place + 1] == f"  {SAME}"
    assert lines[-1] == f"skipped: {HERE}"
    alone = shown(order("copy", "skipped", "ok", SAME), width=120)
    assert not any("was here before" in line for line in alone)
    assert f"  {SAME}" in alone


def test_orders_of_one_name_are_told_apart() -> None:
    """Where a name is there more than once each order has its short id beside it, as ``show`` takes it."""
    first, second, other = order("Oak"), {**order("Oak"), "supplement_of": "another's id"}, order("Elm")
    lines = shown(first, second, other)
    assert any(line.startswith(f"Oak · {first['order_id'][:8]} ") for line in lines)
    assert any(line.startswith(f"Oak · supplement · {second['order_id'][:8]} ") for line in lines)
    assert any(line.startswith("Elm  ") for line in lines)


def test_what_was_submitted_anew_is_shown_once() -> None:
    """An order that a person's word replaced is shown only where the one in its place is not."""
    replaced = order("Oak", "cancelled", "ok", REPLACED)
    anew = {**order("Oak", "uploading"), "created_at": "2023-11-14T22:13:20Z"}
    assert [line.split()[:2] for line in shown(replaced, anew)[2:]] == [["Oak", "uploading"]]
    assert shown(replaced, order("Elm"))[2].startswith("Oak")
    by_hand = order("Oak", "cancelled", "ok", "cancelled by a person")
    assert len(shown(by_hand, anew)) == 5


@pytest.mark.parametrize("width", range(72, 90))
def test_no_line_ends_in_blanks(width: int) -> None:
    """However a message is broken into lines, none of them is filled up with blanks."""
    long = "why it waits, and what to do then, " * 9
    held, waiting = order("Oak", "held", "attention", long), {"shoot": "Elm", "reason": long, "files": 2}
    lines = shown(held, width=width, told=[long], waiting=[waiting | {"since": "2023-11-14T22:12:20Z"}])
    assert [line for line in lines if line != line.rstrip()] == []
    assert sum("why it waits" in line for line in lines) >= 9
