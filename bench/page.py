"""The page with many stored orders: how fast its views are, how soon a change is seen, and what open pages cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median

import httpx
import psutil

from bench.finished import store_finished
from bench.photos import make_shoot
from bench.running import Daemon, listening, running_daemon, running_service
from bench.sizes import Bench, Sizes
from bench.table import Row
from bench.usage import Memory, cpu_seconds
from daemon.order import Phase
from daemon.page import address, links

FIRST_BYTE_GOAL, SIGHT_GOAL, MEMORY_GOAL = 0.1, 0.3, 85.0
STREAMS = 64
VIEWS = ("/", "/waiting", "/shoots", "/shoots?q=street&offset=500", "/spending", "/health")


def measure(bench: Bench) -> Iterator[Row]:
    """Measure a daemon with many finished orders."""
    sizes = bench.sizes
    with running_service(bench.folder / "service") as service:
        with running_daemon(bench.folder, service) as daemon:
            state_dir, watch = daemon.state_dir, daemon.watch
        store_finished(state_dir, watch, sizes.orders)
        with running_daemon(bench.folder, service) as daemon, _browser(daemon) as browser:
            yield from _views(browser, sizes)
            yield _beside_hello(browser, sizes)
            yield _sight(bench, daemon, browser)
            yield from _wakeups(daemon, browser, sizes)
            yield from _streams(daemon, browser, sizes)


@contextmanager
def _browser(daemon: Daemon) -> Iterator[httpx.Client]:
    """A browser that is signed in."""
    found = address.published(daemon.state_dir)
    assert found is not None, "the page is not served"
    token = links.create(daemon.state_dir, time.time())
    with httpx.Client(base_url=address.url(*found), timeout=30, limits=httpx.Limits(max_connections=None)) as client:
        client.get(f"/open?token={token}").raise_for_status()
        yield client


def _views(browser: httpx.Client, sizes: Sizes) -> Iterator[Row]:
    first: dict[str, float] = {}
    whole: dict[str, float] = {}
    for view in VIEWS:
        took = [_load(browser, view) for _ in range(sizes.runs)]
        first[view], whole[view] = (median(times) for times in zip(*took, strict=True))
    for name, what, took_by_view in (("first_byte", "first byte", first), ("whole", "  whole view", whole)):
        slowest = max(took_by_view, key=lambda view: took_by_view[view])
        note = f"slowest of {len(VIEWS)} views ({slowest}), median of {sizes.runs}; {sizes.orders} orders"
        yield Row(f"page.{name}", what, took_by_view[slowest], "s", FIRST_BYTE_GOAL, note, took_by_view)


def _beside_hello(browser: httpx.Client, sizes: Sizes) -> Row:
    """The first byte of the first view compared with that of an empty page, in turns."""
    took: dict[str, list[float]] = {"the page": [], "an empty page": []}
    with listening("bench.hello") as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as other:
        for _ in range(2 * sizes.runs):
            took["the page"].append(_load(browser, "/")[0])
            took["an empty page"].append(_load(other, "/")[0])
    ours, theirs = (median(times) for times in took.values())
    note = f"{1000 * ours:.1f} ms; an empty page of Starlette and uvicorn {1000 * theirs:.1f} ms"
    return Row("page.beside_hello", "  first view", ours / theirs, "x", None, note, {"ours": ours, "theirs": theirs})


def _wakeups(daemon: Daemon, browser: httpx.Client, sizes: Sizes) -> Iterator[Row]:
    """How often the idle daemon's event loop wakes up, without an open page and with one."""
    time.sleep(sizes.calm_s)
    yield Row("page.wakeups.closed", "wake-ups, no page open", _wakes(daemon, sizes.idle_s), "a second", None)
    with browser.stream("GET", "/events") as answer:
        threading.Thread(target=_listen, args=(answer,), daemon=True).start()
        time.sleep(sizes.calm_s)
        yield Row("page.wakeups.open", "  one page open", _wakes(daemon, sizes.idle_s), "a second", None)


def _wakes(daemon: Daemon, seconds: float) -> float:
    """How often a second the main thread, which runs the event loop, begins to run after it waited."""
    process, began = psutil.Process(daemon.pid), time.monotonic()
    before = process.num_ctx_switches().voluntary
    time.sleep(seconds)
    return float((process.num_ctx_switches().voluntary - before) / (time.monotonic() - began))


def _load(browser: httpx.Client, view: str) -> tuple[float, float]:
    """Seconds until the first byte of a view, and until the whole view."""
    began = time.monotonic()
    with browser.stream("GET", view) as answer:
        answer.raise_for_status()
        first = time.monotonic() - began
        answer.read()
    return first, time.monotonic() - began


def _sight(bench: Bench, daemon: Daemon, browser: httpx.Client) -> Row:
    """From the fact that creates an order until the page shows it."""
    seen: list[float] = []
    shoot = make_shoot(bench.folder / "seen", photos=1, size_mb=1)
    with browser.stream("GET", "/events") as stream:
        lines = stream.iter_lines()
        daemon.drop(shoot)
        while not seen:
            if next(lines).startswith("event: order-") and shoot.name in browser.get("/").text:
                seen.append(time.time())
    locked = daemon.reached(shoot.name, Phase.DOWNLOADED).moment("Locked")
    return Row("page.sight", "from a fact to its sight", seen[0] - locked, "s", SIGHT_GOAL, "a new order")


def _streams(daemon: Daemon, browser: httpx.Client, sizes: Sizes) -> Iterator[Row]:
    time.sleep(sizes.calm_s)
    before = Memory.of(daemon.pid)
    yield Row("page.memory", "memory with the page", before.rss, "MB", MEMORY_GOAL, f"{before}")
    with ExitStack() as stack:
        for _ in range(STREAMS):
            answer = stack.enter_context(browser.stream("GET", "/events"))
            threading.Thread(target=_listen, args=(answer,), daemon=True).start()
        time.sleep(sizes.calm_s)
        began, taken = time.monotonic(), cpu_seconds(daemon.pid)
        time.sleep(sizes.idle_s)
        lasted, taken = time.monotonic() - began, cpu_seconds(daemon.pid) - taken
        more = max(0.0, Memory.of(daemon.pid).rss - before.rss)
    yield Row("page.streams.memory", f"  more with {STREAMS} open pages", more, "MB", None)
    yield Row("page.streams.cpu", f"  idle CPU with {STREAMS} open pages", 100 * taken / lasted, "% of a core", None)


def _listen(answer: httpx.Response) -> None:
    try:
        for _ in answer.iter_raw():
            pass
    except (httpx.HTTPError, httpx.StreamError, RuntimeError):
        return
