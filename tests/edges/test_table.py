from __future__ import annotations

import io
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from daemon.cli.table import RECENT, StatusView

NOW = 1_700_000_000.0


def order(shoot: str, phase: str = "downloaded", health: str = "ok", *messages: str) -> dict[str, Any]:
    """An order as ``status --json`` tells it."""
    return {
        "shoot": shoot,
        "phase": phase,
        "health": health,
        "messages": list(messages),
        "brackets": {"total": 4, "uploaded": 2},
        "images": {"total": 2, "processed": 1, "downloaded": 1, "failed": 1},
        "bytes": {"total": 400, "uploaded": 200},
        "updated_at": "2023-11-14T22:12:20Z",
    }


def shown(*orders: dict[str, Any], width: int = 100, running: bool = True, hidden: int = 0, **report: Any) -> list[str]:
    """The lines a terminal of this width shows."""
    daemon = {"running": running, "pid": 7, "version": "1", "messages": report.pop("told", [])}
    out = io.StringIO()
    view = StatusView({"daemon": daemon, "orders": orders, "waiting": [], **report}, hidden=hidden, now=NOW)
    Console(file=out, width=width, highlight=False).print(view)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [60, 72, 100, 200])
@pytest.mark.parametrize("name", ["12 Oak St", "x" * 300, "家" * 80, "a\nb\x1b[31m"])
def test_every_line_fits_its_terminal(width: int, name: str) -> None:
    """Whatever a shoot is called, a line is never wider than the terminal and never moves its cursor."""
    lines = shown(order(name, "held", "attention", "why " * 60), width=max(width, 72))
    assert all(cell_len(line) <= max(width, 72) and line.isprintable() for line in lines)


@pytest.mark.parametrize("width", [72, 80, 100])
@pytest.mark.parametrize("name", ["12 Oak St", "x" * 300])
def test_what_an_order_is_besides_its_shoots(width: int, name: str) -> None:
    """Orders in dev mode and supplements are marked beside the name, or below it where the line is full."""
    both = {**order(name), "dev_mode": True, "supplement_of": "another's id"}
    lines = shown({**both, "supplement_of": None}, {**both, "dev_mode": False}, both, width=width)
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
    assert lines[-1] == "and 5 more that ended (--all shows them)"


def test_a_daemon_that_does_not_run_is_told() -> None:
    """Nobody waits in vain: without a daemon the first line says that nothing is sent."""
    assert "not running" in shown(running=False)[0]
    assert "No shoots yet" in shown()[1]


def test_skipped_shoots_say_how_to_be_sent() -> None:
    """One line tells how skipped shoots are sent, however many there are."""
    lines = shown(order("a", "skipped", "ok", "was here"), order("b", "skipped", "ok", "was here"))
    assert sum("bracketd submit FOLDER" in line for line in lines) == 1
