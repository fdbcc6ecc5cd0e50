"""Counts of a test run, printed at its end. No test depends on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from daemon.sandbox.kinds import MOMENTS
from tests.sandbox_process import Sandbox
from tests.whole.kills.mortal import Mortal

PROPERTY = "kills"
"""The key of a test's figures in pytest's reports."""


@dataclass
class Figures:
    """Numbers of kills, orders and images, times in seconds, and faults by kind."""

    kills: int = 0
    orders: int = 0
    images: int = 0
    charged: int = 0
    killed_in: dict[str, int] = field(default_factory=dict)
    resumed: list[float] = field(default_factory=list)
    moments: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)

    def count_lives(self, program: Mortal, sandbox: Sandbox) -> None:
        """Add the results of a program's orders, over all its runs."""
        report = sandbox.report()["orders"]
        ours = [report[order["order_id"]] for order in program.peek()["orders"]]
        images = [image for order in ours for image in order["images"]]
        self.kills += program.kills
        self.killed_in = dict(Counter(self.killed_in) + program.killed_in)
        self.orders += len(ours)
        self.images += sum(image["status"] == "processed" for image in images)
        self.charged += sum(image["charged"] for image in images)
        self.resumed += program.resumed

    def count_faults(self, sandbox: Sandbox) -> None:
        """Add the counts of the sandbox's rules. Must be called before they are replaced."""
        for rule in sandbox.report()["faults"]:
            if rule["happened"]:
                kind = f"{rule['where']} {rule['kind']}" if rule["where"] in MOMENTS else rule["kind"]
                self.faults[kind] = self.faults.get(kind, 0) + rule["happened"]


def lines(values: Iterable[Mapping[str, Any]]) -> list[str]:
    """The summary of several tests' figures, as text."""
    tests = list(values)
    total = {name: sum(test[name] for test in tests) for name in ("kills", "orders", "images", "charged")}
    resumed = sorted(seconds for test in tests for seconds in test["resumed"])
    said = [f"{total['kills']} kills in {total['orders']} orders; {total['images']} images, {total['charged']} charges"]
    said += [f"moments by name: {number}, {walk}" for test in tests for walk, number in test["moments"].items()]
    if resumed:
        said += [f"work resumed in {len(resumed)} lives: {median(resumed):.2f} s (median), {max(resumed):.2f} s (most)"]
    said += [f"orders then {_counted(test['killed_in'] for test in tests)}"]
    said += [f"faults {_counted(test['faults'] for test in tests)}"]
    return said


def _counted(counts: Iterable[Mapping[str, int]]) -> str:
    """The total, and the count of each name, the most frequent first."""
    every: Counter[str] = Counter()
    for count in counts:
        every.update(count)
    return f"{every.total()}: {', '.join(f'{name} {number}' for name, number in every.most_common())}"
