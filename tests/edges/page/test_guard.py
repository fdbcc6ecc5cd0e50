from __future__ import annotations

import asyncio

import httpx
import pytest

from daemon.page import hosts
from daemon.page.guard import LARGEST_BODY
from tests.edges.page.browser import HOST, TOKEN, Browser, Site, named
from tests.edges.page.conftest import Sites

VIEWS = ("/", "/waiting", "/shoots", "/spending", "/spending.csv", "/health", "/events", "/api/v1/status")
OPEN = ("/healthz", "/readyz", "/sign-in")


@pytest.mark.parametrize("path", VIEWS)
def test_every_view_needs_a_session(stranger: Browser, path: str) -> None:
    """Without a session no view shows anything: a browser is sent to the sign-in, a program gets 401."""
    answer = stranger.get(path)
    if path.startswith("/api/") or path == "/events":
        assert answer.status_code == 401
    else:
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")
    assert "/state" not in answer.text


@pytest.mark.parametrize("path", OPEN)
def test_open_without_a_session(stranger: Browser, path: str) -> None:
    """The probes and the sign-in need no session."""
    assert stranger.get(path).status_code == 200


def test_nothing_that_acts_is_open(site: Site, stranger: Browser) -> None:
    """No form is accepted without a session, whatever else is right."""
    site.add(named("Oak"))
    for path in ("/shoots/6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11/ask", "/sign-out", "/nowhere"):
        assert stranger.post(path, {"verb": "cancel", "csrf": "x"}).status_code == 401
    assert site.asked == []


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "a b", "x@localhost"]
)
def test_an_unknown_host_is_refused(browser: Browser, host: str) -> None:
    """A request for a host that is not bracketd's is refused, even with a session: a name may change its address."""
    for path in ("/", "/healthz", "/sign-in"):
        answer = browser.get(path, host=host)
        assert (answer.status_code, "allowed_hosts" in answer.text) == (403, True)


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8642", "127.0.0.1:1", "[::1]:8642", "LOCALHOST", "nas.local", "nas.local:80"]
)
def test_a_known_host_is_accepted(sites: Sites, host: str) -> None:
    """Names of this machine and those in ``allowed_hosts`` are accepted, with any port."""
    assert Browser(sites(allowed_hosts=("nas.local",))).get("/healthz", host=host).status_code == 200


def test_the_address_that_was_connected_to_is_accepted() -> None:
    """If the page listens on every interface, the address that a browser connected to is known; others are not."""
    assert hosts.is_known("192.168.1.5:8642", (), "192.168.1.5")
    assert not hosts.is_known("192.168.1.6:8642", (), "192.168.1.5")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "file://"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_another_page_cannot_act(site: Site, browser: Browser, headers: dict[str, str]) -> None:
    """A form from another page is refused, even with the session's cookie and the right token."""
    site.add(named("Oak"))
    page = "/shoots/6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11"
    fields = {"csrf": browser.csrf(page), "verb": "cancel"}
    assert browser.post(f"{page}/ask", fields, **headers).status_code == 403
    assert site.asked == []


@pytest.mark.parametrize("token", [None, "", "0" * 64])
def test_a_form_without_its_token_is_refused(site: Site, browser: Browser, token: str | None) -> None:
    """A form needs the token of its session, even from the right origin."""
    site.add(named("Oak"))
    fields = {"verb": "cancel"} | ({"csrf": token} if token is not None else {})
    answer = browser.post("/shoots/6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11/ask", fields)
    assert (answer.status_code, site.asked) == (403, [])


def test_a_token_belongs_to_one_session(site: Site, browser: Browser) -> None:
    """The token of another session is refused."""
    site.add(named("Oak"))
    other = Browser(site).sign_in().csrf()
    answer = browser.post("/shoots/6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11/ask", {"verb": "cancel", "csrf": other})
    assert (answer.status_code, site.asked) == (403, [])


@pytest.mark.parametrize("path", [*VIEWS[:-2], *OPEN, "/nowhere", "/static/page.css", "/open?token=x", "/shoots/none"])
def test_every_response_is_safe(browser: Browser, path: str) -> None:
    """Every response forbids inline code, framing and guessing of types, and says where it may be stored."""
    headers = browser.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["frame-ancestors"], policy["base-uri"]) == ("'none'",) * 3
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert headers["cache-control"] == ("private, max-age=86400" if "/static/" in path else "no-store")


@pytest.mark.parametrize("path", VIEWS[:6])
def test_no_view_has_inline_code(browser: Browser, path: str) -> None:
    """No view contains what the policy forbids, or loads anything from elsewhere."""
    text = browser.get(path).text
    assert " style=" not in text
    assert "<style" not in text
    assert "<script>" not in text
    assert " onclick" not in text
    assert 'src="http' not in text
    assert 'href="http' not in text


def test_a_large_body_is_refused(site: Site, browser: Browser) -> None:
    """A body above the limit is refused, whether its size is announced or not."""
    site.add(named("Oak"))
    page = "/shoots/6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11"
    fields = {"csrf": browser.csrf(page), "verb": "cancel", "more": "x" * LARGEST_BODY}
    assert browser.post(f"{page}/ask", fields).status_code == 413

    async def pieces() -> object:
        for _ in range(LARGEST_BODY // 1000 + 1):
            yield b"x" * 1000

    answer = browser.ask("POST", f"{page}/ask", {"origin": f"http://{HOST}"}, content=pieces())
    assert (answer.status_code, site.asked) == (413, [])


def test_a_body_that_does_not_come_is_given_up(site: Site) -> None:
    """A client that announces a body and sends nothing does not hold a request for ever."""
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/sign-in",
        "raw_path": b"/sign-in",
        "query_string": b"",
        "headers": [(b"host", HOST.encode()), (b"content-length", b"9")],
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8642),
    }

    async def work() -> None:
        loop = asyncio.get_running_loop()
        asking = asyncio.ensure_future(site.app(scope, receive, send))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        begun = loop.time()
        loop.time = lambda: begun + 60  # type: ignore[method-assign]  # the test's own loop jumps ahead
        try:
            await asking
        finally:
            del loop.time

    site.runner.run(work())
    assert sent[0]["status"] == 408


def test_a_bug_is_one_plain_response(site: Site, browser: Browser) -> None:
    """A bug in a view gives a plain 500 without details, and the page goes on."""
    (site.state_dir / "page").mkdir(exist_ok=True)
    site.state.read = None  # type: ignore[method-assign, assignment]  # the bug
    answer = browser.get("/")
    assert (answer.status_code, "Traceback" in answer.text, answer.text.startswith("A bug")) == (500, False, True)
    assert browser.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("headers", "client", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({}, "::1", 200),
        ({}, "192.168.1.9", 303),
        ({"x_forwarded_for": "203.0.113.9"}, "127.0.0.1", 303),
        ({"forwarded": "for=203.0.113.9"}, "127.0.0.1", 303),
    ],
)
def test_open_reading_is_for_this_machine(sites: Sites, headers: dict[str, str], client: str, status: int) -> None:
    """With ``open_reading`` this machine reads without a session. Others do not, nor anybody behind a proxy."""
    reader = Browser(sites(open_reading=True), (client, 1))
    assert reader.get("/shoots", **headers).status_code == status


def test_open_reading_never_acts(sites: Sites) -> None:
    """With ``open_reading`` an action still needs a session, and the view has no buttons."""
    site = sites(open_reading=True)
    site.add(named("Oak"))
    reader = Browser(site)
    page = "/shoots/6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11"
    assert "<button" not in reader.get(page).text
    assert reader.post(f"{page}/ask", {"verb": "cancel", "csrf": ""}).status_code == 401
    assert site.asked == []


def test_a_program_uses_the_token(site: Site) -> None:
    """A program reads and acts through the API with the token, and only there."""
    site.add(named("Oak"))
    program = Browser(site)
    bearer = {"authorization": f"Bearer {TOKEN}"}
    assert program.ask("GET", "/api/v1/status", bearer).status_code == 200
    asks = "/api/v1/orders/6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11/asks"
    assert program.ask("POST", asks, bearer, json={"verb": "cancel"}).json()["ask"] == 1
    assert program.ask("GET", "/", bearer).status_code == 303
    assert program.ask("GET", "/api/v1/status", {"authorization": "Bearer wrong"}).status_code == 401


def test_the_api_needs_the_token_of_the_session(site: Site, browser: Browser) -> None:
    """With a cookie, an ask through the API needs the session's token in a header, so that no form can forge it."""
    site.add(named("Oak"))
    asks = "/api/v1/orders/6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11/asks"
    assert browser.ask("POST", asks, json={"verb": "cancel"}).status_code == 403
    assert browser.ask("POST", asks, {"x-csrf-token": browser.csrf()}, json={"verb": "cancel"}).status_code == 200


def test_a_trusted_proxy_is_believed(sites: Sites) -> None:
    """What a trusted proxy says about the browser counts: its address, and that it uses TLS."""
    site = sites(trusted_proxy="10.0.0.2", open_reading=True, allowed_hosts=("page.example",))
    far = {"x_forwarded_for": "203.0.113.9", "x_forwarded_proto": "https", "host": "page.example"}
    assert Browser(site, ("10.0.0.2", 1)).get("/sign-in", **far).status_code == 200
    assert "not encrypted" not in Browser(site, ("10.0.0.2", 1)).get("/sign-in", **far).text
    assert "not encrypted" in Browser(site, ("10.0.0.3", 1)).get("/sign-in", **far).text


@pytest.mark.parametrize(
    "path",
    [
        "/static/../render.py",
        "/static/%2e%2e/render.py",
        "/static/..%2f..%2fconfig/settings.py",
        "/static//etc/passwd",
        "/static/vendor/../../templates/base.html",
        "/shoots/..%2f..%2fetc%2fpasswd",
        "/shoots/%00",
        "/shoots/%ed%b2%80",
    ],
)
def test_no_path_leads_out(browser: Browser, path: str) -> None:
    """A path with dots, slashes or odd bytes finds nothing outside of the static files and the orders."""
    url = httpx.URL(f"http://{HOST}/").copy_with(raw_path=path.encode())
    assert browser.ask("GET", str(url)).status_code == 404
