"""How facts are logged."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from daemon.order import Order, facts, steps
from daemon.order.facts import Kind
from daemon.orders import Change
from daemon.orders.event_log import log_change
from tests.core.orders import after, order, processed


def logged(start: Order, fact: facts.Fact) -> list[dict[str, Any]]:
    """The log lines for a fact."""
    with capture_logs() as logs:
        log_change(Change(start, fact, after(start, fact)))
    return [dict(line) for line in logs]


@pytest.mark.parametrize(
    ("fact", "event", "keys"),
    [
        (
            facts.ImageLost("i1", "404"),
            "image not provided by the service",
            {"log_level": "warning", "image": "picture 1", "why": "404"},
        ),
        (facts.FetchLost("i0"), "downloaded file is missing", {"log_level": "warning", "image": "picture 0"}),
        (
            facts.Failed(steps.Fetch("i0"), Kind.PASSING, "no line"),
            "step failed; will retry",
            {"log_level": "warning", "step": "download a picture", "image": "picture 0", "why": "no line"},
        ),
        (
            facts.Moved("13 Oak St", "/in/13 Oak St"),
            "shoot renamed or moved",
            {"log_level": "debug", "new_shoot": "13 Oak St", "folder": "/in/13 Oak St", "shoot": "13 Oak St"},
        ),
        (facts.Placed("i0", "a.jpg"), "picture in place", {"log_level": "info", "file": "a.jpg"}),
    ],
)
def test_a_fact_is_a_phrase_and_keys(fact: facts.Fact, event: str, keys: dict[str, Any]) -> None:
    """A fact is logged as a constant phrase with plain values as keys."""
    lines = logged(processed(True, True), fact)
    (line,) = (line for line in lines if line["event"] == event)
    assert {key: line[key] for key in keys} == keys
    assert not any("(" in str(value) for value in line.values())


def test_a_bug_keeps_its_traceback_in_the_log() -> None:
    """A bug is logged with its step, its photo and its traceback."""
    bug = facts.Failed(steps.Upload(0), Kind.BUG, "a bug", detail="Traceback")
    (line,) = (line for line in logged(order(1), bug) if line["event"] == "bug")
    assert (line["step"], line["file"], line["traceback"]) == ("upload a bracket", "DCIM/IMG_0431.JPG", "Traceback")
