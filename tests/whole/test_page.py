"""The page of a running daemon."""

from __future__ import annotations

import re
import socket
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from daemon.host import pulse
from tests.edges.sandbox.shots import shoot
from tests.whole.program import Bracketd, until

OAK = "12 Oak St"
CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')
MODULES = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps({"event": "modules", "names": sorted(sys.modules)}), file=sys.stderr))
sys.argv[0] = "bracketd"
from daemon.cli import main
main()
"""
LIBRARIES = {"starlette", "uvicorn", "jinja2", "itsdangerous", "segno", "daemon.page.page"}


@pytest.fixture
def page(program: Bracketd) -> Bracketd:
    """The program with its page on a free port."""
    program.settings["page"] = {"listen": "127.0.0.1:0"}
    return program


@pytest.fixture
def browser(page: Bracketd) -> Iterator[httpx.Client]:
    """A browser that is signed in to the running daemon's page."""
    page.start()
    link = page.run("open", "--print").stdout.strip()
    with httpx.Client(base_url=link.partition("/open")[0], timeout=10) as client:
        assert client.get(link).status_code == 200
        yield client


def test_a_shoot_is_followed_to_its_delivery(page: Bracketd, browser: httpx.Client) -> None:
    """A shoot that is dropped appears on the page, and its delivery is seen there. The daemon is healthy and ready."""
    assert (browser.get("/healthz").text, browser.get("/readyz").text) == ("ok\n", "ready\n")
    page.drop(OAK, shoot(1))
    order = page.reach(OAK, "downloaded")
    text = browser.get(f"/shoots/{order['order_id']}").text
    assert "1 picture bought." in text
    assert OAK in browser.get("/").text
    assert browser.get("/api/v1/status").json()["orders"] == page.status()["orders"]


def test_a_held_order_is_approved_on_the_page(page: Bracketd, browser: httpx.Client) -> None:
    """A button does what the command does, and the answer of the daemon is shown at once."""
    page.settings["limits"] = {"images_per_order": 1}
    page.stop()
    page.start()
    link = page.run("open", "--print").stdout.strip()
    base = link.partition("/open")[0]
    browser.get(link)
    page.drop(OAK, shoot(2))
    order = page.reach(OAK, "held")
    address = f"{base}/shoots/{order['order_id']}"
    found = CSRF.search(browser.get(address).text)
    assert found is not None
    begun = time.monotonic()
    answer = browser.post(
        f"{address}/ask", data={"csrf": found[1], "verb": "approve"}, headers={"origin": base}, follow_redirects=True
    )
    assert f"{OAK} is approved; limits no longer apply to it." in answer.text
    assert time.monotonic() - begun < 2
    page.reach(OAK, "downloaded")


def test_a_change_is_told_at_once(page: Bracketd, browser: httpx.Client) -> None:
    """A page that is open is told of a new shoot, and the daemon stops in time while it is open."""
    with browser.stream("GET", "/events") as stream:
        lines = stream.iter_lines()
        page.drop(OAK, shoot(1))
        assert next(line for line in lines if line.startswith("event: order-"))
        page.stop()


def test_reading_leaves_the_pulse(page: Bracketd, browser: httpx.Client) -> None:
    """Looking at the page does not make the daemon look dead to other programs."""
    for _ in range(20):
        assert browser.get("/health").status_code == 200
        assert pulse.look(page.state) is not None


def test_a_session_outlives_a_restart(page: Bracketd, browser: httpx.Client) -> None:
    """After a restart the browser is still signed in."""
    page.stop()
    page.start()
    base = page.run("open", "--print").stdout.partition("/open")[0]
    assert browser.get(f"{base}/shoots").status_code == 200


def test_a_taken_port_is_no_reason_to_stop(program: Bracketd) -> None:
    """If the port is taken, shoots are processed, and ``status``, ``check`` and ``open`` say that the page is off."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        program.settings["page"] = {"listen": listen}
        program.start()
        (message,) = until(lambda: program.peek()["daemon"]["messages"])
        assert message.startswith(f"the page is off, because {listen} cannot be used")
        assert message in program.run("check").stderr
        assert "does not serve the page" in program.run("open").stderr
        assert program.logged("page off")
        program.drop(OAK, shoot(1))
        program.reach(OAK, "downloaded")
        program.stop()
        assert f"{listen} cannot be used" in program.run("check").stderr


def test_an_off_page_loads_nothing(program: Bracketd) -> None:
    """With ``page: off`` the daemon loads none of the page's libraries, and ``open`` says how to turn it on."""
    program.start(sys.executable, "-c", MODULES)
    assert "Remove `page: off`" in program.run("open").stderr
    program.stop()
    (event,) = until(lambda: program.logged("modules"))
    assert LIBRARIES & set(event["names"]) == set()


def test_a_page_that_is_on_loads_them(page: Bracketd) -> None:
    """The libraries that the other test looks for are those that a page loads."""
    page.start(sys.executable, "-c", MODULES)
    page.stop()
    (event,) = until(lambda: page.logged("modules"))
    assert LIBRARIES - {"segno"} <= set(event["names"])


def test_no_page_without_a_daemon(page: Bracketd) -> None:
    """Without a running daemon ``open`` says so."""
    page.write_config()
    assert "the daemon is not running" in page.run("open").stderr


def test_a_code_needs_an_address_outside(page: Bracketd) -> None:
    """``open --qr`` prints a code if other machines can reach the page, and otherwise says what to change."""
    page.start()
    assert "listens only on 127.0.0.1:0" in page.run("open", "--qr").stderr
    page.stop()
    page.settings["page"] = {"listen": "0.0.0.0:0"}
    page.start()
    done = page.run("open", "--qr")
    if done.returncode == 0:  # this machine has a network
        assert "\u2588" in done.stdout
        assert "/open?token=" in done.stdout
        assert "0.0.0.0" not in done.stdout
    else:
        assert "cannot reach" in done.stderr
