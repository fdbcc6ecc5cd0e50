"""A page that is open for long."""

from __future__ import annotations

import psutil
from playwright.sync_api import CDPSession, Page

from tests.whole.page.studio import Studio
from tests.whole.program import until

AN_HOUR = 240
"""Refreshes of a view: as many as an hour has if something changes every 15 s."""

LEAKED = {"Nodes": 4.0, "JSEventListeners": 0.25}
"""What a refresh leaves at most. A refresh that leaks leaves a part with dozens of nodes, or at least one
listener. Some garbage is not collected at once."""

MOST_CONNECTIONS = 7
"""A browser's connections to one address: one with events and at most five others, and one that is about to close."""

BY_THE_DAEMON = """async (count) => {
    const one = document.querySelector("[hx-trigger^='sse:']");
    for (let n = 0; n < count; n += 1) {
        const done = new Promise(resolve => one.addEventListener("htmx:afterRequest", resolve, {once: true}));
        htmx.trigger(one, one.getAttribute("hx-trigger"));
        await done;
    }
}"""


def test_an_hour_leaks_nothing(studio: Studio, page: Page) -> None:
    """A view that is open for an hour of work leaks no memory in the browser, and no connection to the daemon.

    The hour is compressed: the refreshes that changes cause follow each other at once. Going from view to view leaves
    no stream of events behind.
    """
    page.goto(studio.furnished["now"])
    session = page.context.new_cdp_session(page)
    page.evaluate(BY_THE_DAEMON, AN_HOUR // 4)
    before = _sizes(session)
    page.evaluate(BY_THE_DAEMON, AN_HOUR)
    after = _sizes(session)
    for what, most in LEAKED.items():
        assert after[what] <= before[what] + most * AN_HOUR, f"{what}: {before[what]}, then {after[what]}"
    assert after["JSHeapUsedSize"] <= before["JSHeapUsedSize"] + 1_000_000
    for _ in range(6):
        for view in ("/shoots", "/waiting", "/health", studio.furnished["delivered"], "/"):
            page.goto(view)
    until(lambda: _connections(studio) <= MOST_CONNECTIONS)
    page.close()
    until(lambda: _connections(studio) == 0)


def _sizes(session: CDPSession) -> dict[str, float]:
    """What the page holds in the browser, once garbage is collected."""
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    return {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}


def _connections(studio: Studio) -> int:
    """The connections of the daemon's page."""
    port = int(studio.base.rpartition(":")[2])
    open_ones = psutil.Process(studio.program.pid).net_connections("tcp")
    return sum(one.status == "ESTABLISHED" and one.laddr.port == port for one in open_ones)
