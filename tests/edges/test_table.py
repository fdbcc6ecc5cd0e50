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
    """An order as in ``status --json``."""
    return {
        "shoot": shoot,
        "folder": f"/in/{shoot}",
        "order_id": f"{next(NUMBERS):08}-6a3c-4d59-9d0a-3a3c9b8f4a11",
        "created_at": "2023-11-14T22:12:20Z",
        "phase": phase,
        "health": health,
        "messages": list(messages),
        "problems": [{"code": "other", "text": text, "next": None} for text in messages],
        "brackets": {"total": 4, "uploaded": 2},
        "images": {"total": 2, "processed": 1, "downloaded": 1, "failed": 1},
        "bytes": {"total": 400, "uploaded": 200},
        "updated_at": "2023-11-14T22:12:20Z",
        "phase_since": "2023-11-14T22:12:20Z",
    }


def shown(*orders: dict[str, Any], width: int = 100, running: bool = True, hidden: int = 0, **report: Any) -> list[str]:
    """The lines that a terminal of this width shows."""
    daemon = {"running": running, "pid": 7, "version": "1", "messages": report.pop("messages", [])}
    out = io.StringIO()
    view = StatusView({"daemon": daemon, "orders": orders, "waiting": [], **report}, hidden=hidden, now=NOW)
    Console(file=out, width=width, highlight=False).print(view)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [20, 30, 40, 50, 60, 72, 100, 200])
@pytest.mark.parametrize("name", ["12 Oak St", "x" * 300, "家" * 80, "a\nb\x1b[31m"])
def test_every_line_fits_its_terminal(width: int, name: str) -> None:
    """No shoot's name makes a line wider than the terminal or moves the cursor."""
    lines = shown(order(name, "held", "attention", "why " * 60), width=width)
    assert all(cell_len(line) <= width and line.isprintable() for line in lines)


@pytest.mark.parametrize("width", [31, 40, 52, 60, 70, 71, 80])
@pytest.mark.parametrize("name", ["12 Oak St", "12 Old Mill Road, Garden House"])
def test_the_time_is_there_in_whatever_width(width: int, name: str) -> None:
    """In a narrow terminal the progress bar goes first; phase and time stay, with as much of the rest as fits.

    The name stays readable, too.
    """
    line = next(line for line in shown(order(name, "uploading"), width=width) if line.startswith(name[:7]))
    assert line.endswith(" 1 min")
    assert " uploading " in line
    assert ("2/4" in line) == (width >= 40)
    assert ("1/2, 1 failed" in line) == (width >= 60)
    assert ("━" in line) == (width >= 71)


def test_large_numbers_are_not_cut() -> None:
    """Counts of a large shoot are never cut, and blanks separate the columns."""
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
    """Dev-mode orders and supplements are marked beside the name, or below it if the line is full."""
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
    assert len(shown(order(name), width=width)) == 3, "an ordinary order has a line and nothing below it"


def test_progress_and_reasons_are_there() -> None:
    """An order's line shows phase, brackets and pictures; its messages are below it."""
    text = "\n".join(shown(order("Oak", "uploading", "retrying", "no connection")))
    assert "━━━━━━╌╌╌╌╌╌ 2/4" in text
    assert "1/2, 1 failed" in text
    assert "\n  no connection" in text
    assert "1 min" in text


def test_what_is_under_way_comes_first_and_the_past_is_short() -> None:
    """Active orders are on top, followed by only the most recent ended ones."""
    lines = shown(*(order(f"old {n}") for n in range(RECENT)), order("now", "merging"), hidden=5)
    assert lines[2].startswith("now")
    assert lines[-1] == "and 5 more ended shoots (--all shows them)"


def test_a_daemon_that_does_not_run_is_reported() -> None:
    """Without a daemon the first line says that nothing is sent."""
    assert "not running" in shown(running=False)[0]
    assert "No shoots yet" in shown()[1]


HERE = "already in the folder when bracketd first watched it; `bracketd submit FOLDER` sends it"
SAME = "same photos as “12 Oak St”, sent 3 Nov 2026; `bracketd submit --again FOLDER` sends and buys them again"


def test_skipped_shoots_say_how_to_be_sent() -> None:
    """The reason that most skipped shoots share, with the command that sends them, is shown once at the end."""
    lines = shown(order("a", "skipped", "ok", HERE), order("b", "skipped", "ok", HERE))
    assert lines[-1] == f"skipped: {HERE}"
    assert sum("bracketd submit FOLDER" in line for line in lines) == 1


def test_a_shoot_that_was_skipped_for_another_reason_says_its_own() -> None:
    """A shoot that was skipped for another reason than most shows its own reason."""
    archive = [order(name, "skipped", "ok", HERE) for name in ("a", "b")]
    lines = shown(archive[0], order("copy", "skipped", "ok", SAME), archive[1], width=120)
    place = next(number for number, line in enumerate(lines) if line.startswith("copy"))
    assert lines[place + 1] == f"  {SAME}"
    assert lines[-1] == f"skipped: {HERE}"
    alone = shown(order("copy", "skipped", "ok", SAME), width=120)
    assert not any("already in the folder" in line for line in alone)
    assert f"  {SAME}" in alone


def test_orders_of_one_name_are_distinguished() -> None:
    """If several orders have the same name, each has its short ID beside it."""
    first, second, other = order("Oak"), {**order("Oak"), "supplement_of": "another's id"}, order("Elm")
    lines = shown(first, second, other)
    assert any(line.startswith(f"Oak · {first['order_id'][:8]} ") for line in lines)
    assert any(line.startswith(f"Oak · supplement · {second['order_id'][:8]} ") for line in lines)
    assert any(line.startswith("Elm  ") for line in lines)


def test_a_replaced_order_is_shown_once() -> None:
    """A replaced order is shown only if the order in its place is not."""
    replaced = order("Oak", "cancelled", "ok", REPLACED)
    replaced["problems"] = [{"code": "replaced", "text": REPLACED, "next": None}]
    newer = {**order("Oak", "uploading"), "created_at": "2023-11-14T22:13:20Z"}
    assert [line.split()[:2] for line in shown(replaced, newer)[2:]] == [["Oak", "uploading"]]
    assert shown(replaced, order("Elm"))[2].startswith("Oak")
    by_hand = order("Oak", "cancelled", "ok", "cancelled by a person")
    assert len(shown(by_hand, newer)) == 5


@pytest.mark.parametrize("width", range(72, 90))
def test_no_line_ends_in_blanks(width: int) -> None:
    """A wrapped message has no blanks at line ends."""
    long = "why it waits, and what to do then, " * 9
    held, waiting = order("Oak", "held", "attention", long), {"shoot": "Elm", "reason": long, "files": 2}
    lines = shown(held, width=width, messages=[long], waiting=[waiting | {"since": "2023-11-14T22:12:20Z"}])
    assert [line for line in lines if line != line.rstrip()] == []
    assert sum("why it waits" in line for line in lines) >= 9


def moving(of: dict[str, Any], **figures: Any) -> dict[str, Any]:
    """A transfer of an order as in ``status --json``."""
    usual = {"direction": "upload", "bytes": 300_000_000, "total": 400_000_000, "bytes_per_s": 3_200_000, "left_s": 31}
    return {"order_id": of["order_id"], **usual, **figures}


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        ({}, "300 of 400 MB sent, 3.2 MB/s, about 31 s left"),
        ({"left_s": 200}, "300 of 400 MB sent, 3.2 MB/s, about 3 min left"),
        ({"left_s": 20_000}, "300 of 400 MB sent, 3.2 MB/s, about 6 h left"),
        ({"bytes_per_s": 0, "left_s": None}, "300 of 400 MB sent, no data is moving"),
        ({"bytes": 450_000, "bytes_per_s": None, "left_s": None}, "0.5 of 400 MB sent"),
        ({"direction": "download", "total": None, "left_s": None}, "300 MB received, 3.2 MB/s"),
        ({"bytes": 400_000_000, "left_s": 0}, "400 of 400 MB sent, 3.2 MB/s"),
    ],
)
def test_a_transfer_is_shown_below_its_order(figures: dict[str, Any], text: str) -> None:
    """The bytes, the speed and the time left are below the order, and the bar follows the bytes."""
    one = order("12 Oak St", "uploading")
    lines = shown(one, transfers=[moving(one, **figures)])
    assert lines[3].strip() == text


def test_the_bar_follows_the_bytes_that_are_sent() -> None:
    """The bar counts the bytes on their way, not only complete files; without a transfer it counts what is stored."""
    one = order("12 Oak St", "uploading")
    assert shown(one, transfers=[moving(one)])[2].count("━") == 9
    assert shown(one)[2].count("━") == 6
    assert shown(one, transfers=[moving(one, direction="download")])[2].count("━") == 6


def test_a_transfer_of_an_order_that_went_on_is_not_shown() -> None:
    """Figures that are some seconds old are not shown for an order that is already processed or ended."""
    for phase in ("processing", "downloaded", "held"):
        one = order("12 Oak St", phase)
        assert len(shown(one, transfers=[moving(one)])) == 3
