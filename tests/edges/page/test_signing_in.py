from __future__ import annotations

import stat
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from daemon.page import links
from daemon.page.attempts import CLIENTS, EVERY, FREE
from daemon.page.sessions import LASTS, RENEW, SECRET, secret_of
from tests.edges.page.browser import HOST, TOKEN, Browser, Site
from tests.edges.page.conftest import Sites


def link(site: Site) -> str:
    """A new sign-in link."""
    return f"/open?token={links.create(site.state_dir, site.time)}"


def test_a_link_signs_in(site: Site, stranger: Browser) -> None:
    """A link starts a session and leads to the first view."""
    answer = stranger.get(link(site))
    assert (answer.status_code, 'content="0; url=/"' in answer.text) == (200, True)
    assert stranger.get("/").status_code == 200


def test_a_link_works_once(site: Site, stranger: Browser) -> None:
    """A link that was used signs nobody else in."""
    once = link(site)
    assert stranger.get(once).status_code == 200
    other = Browser(site)
    assert other.get(once).status_code == 403
    assert other.get("/").status_code == 303


@pytest.mark.parametrize(("age", "works"), [(0, True), (59, True), (61, False), (-5, False)])
def test_a_link_lasts_a_minute(site: Site, stranger: Browser, age: float, works: bool) -> None:
    """A link works for one minute, and not before it was made."""
    late = link(site)
    site.time += age
    assert stranger.get(late).status_code == (200 if works else 403)


def test_a_look_does_not_use_a_link_up(site: Site, stranger: Browser) -> None:
    """A browser that loads a page in advance, or asks for headers only, does not use a link up."""
    once = link(site)
    assert stranger.get(once, sec_purpose="prefetch;prerender").status_code == 403
    assert stranger.ask("HEAD", once).status_code == 403
    assert stranger.get(once).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "../secret", "%00", "%ff" * 9, "a" * 5000])
def test_a_made_up_token_is_refused(stranger: Browser, token: str) -> None:
    """A token that nobody made is refused."""
    assert stranger.get(f"/open?token={token}").status_code == 403


def test_a_link_is_not_in_its_file(site: Site) -> None:
    """Reading the state directory does not help to sign in: only a hash of the token is there, in a private folder."""
    token = links.create(site.state_dir, site.time)
    folder = site.state_dir / "page" / "links"
    (file,) = folder.iterdir()
    assert token not in file.name + file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_expired_links_are_removed(site: Site) -> None:
    """Making a link removes the files of links that expired."""
    links.create(site.state_dir, site.time - 100)
    links.create(site.state_dir, site.time)
    assert len(list((site.state_dir / "page" / "links").iterdir())) == 1


def test_no_token_is_logged(site: Site, stranger: Browser) -> None:
    """Neither a link's token nor the sign-in token ever reaches the log."""
    structlog.reset_defaults()
    with capture_logs() as logged:
        once = link(site)
        stranger.get(once)
        stranger.get(once)
        stranger.post("/sign-in", {"token": TOKEN})
        stranger.post("/sign-in", {"token": "wrong-secret"})
    assert not [event for event in logged if TOKEN in str(event) or once[12:] in str(event) or "wrong" in str(event)]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_cookie_is_out_of_reach(sites: Sites, scheme: str) -> None:
    """The cookie is hidden from scripts, never sent from other pages, and sent over TLS only if it came that way."""
    site = sites()
    answer = Browser(site, base=f"{scheme}://{HOST}").get(link(site))
    cookie = SimpleCookie(answer.headers["set-cookie"])["bracketd"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "strict", "/")
    assert bool(cookie["secure"]) is (scheme == "https")
    assert int(cookie["max-age"]) == LASTS


def test_a_session_lasts_while_it_is_used(site: Site, browser: Browser) -> None:
    """A session ends a month after its last use; using it renews it."""
    site.time += RENEW + 10
    assert "set-cookie" in browser.get("/").headers
    site.time += LASTS - 10
    assert browser.get("/").status_code == 200
    site.time += LASTS + 10
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    "change", [lambda c: c[:-1] + ("A" if c[-1] != "A" else "B"), lambda c: f"x{c}", lambda _: "a.b.c"]
)
def test_a_forged_cookie_is_refused(site: Site, change: object) -> None:
    """A cookie that was not signed with this state's secret starts no session."""
    forger = Browser(site)
    forger.cookies.set("bracketd", change(site.sessions.begin()))  # type: ignore[operator]
    assert forger.get("/").status_code == 303


def test_the_secret_is_private_and_stays(tmp_path: Path) -> None:
    """The secret is random, readable by its owner only, and the same after a restart."""
    first = secret_of(tmp_path)
    file = tmp_path / "page" / "secret"
    assert (len(first), secret_of(tmp_path), stat.S_IMODE(file.stat().st_mode)) == (SECRET, first, 0o600)
    file.write_bytes(b"short")
    assert len(secret_of(tmp_path)) == SECRET
    assert secret_of(tmp_path) != first


def test_signing_out_ends_the_session(browser: Browser) -> None:
    """Signing out removes the cookie."""
    answer = browser.post("/sign-out", {"csrf": browser.csrf()})
    assert (answer.status_code, browser.get("/").status_code) == (303, 303)


def test_the_token_signs_in(stranger: Browser) -> None:
    """The token from the file starts a session and leads to the page that was asked for."""
    answer = stranger.post("/sign-in", {"token": f" {TOKEN} ", "next": "/shoots"})
    assert (answer.status_code, "url=/shoots" in answer.text) == (200, True)
    assert stranger.get("/shoots").status_code == 200


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\nb"])
def test_a_sign_in_leads_nowhere_else(stranger: Browser, target: str) -> None:
    """After signing in, the browser stays on the page, whatever the address says."""
    answer = stranger.post("/sign-in", {"token": TOKEN, "next": target})
    assert ("evil" in answer.text, "url=/" in answer.text) == (False, True)


def test_guessing_is_slow(site: Site, stranger: Browser) -> None:
    """After some wrong tokens a client must wait, even with the right one. Others are not hindered."""
    answers = [stranger.post("/sign-in", {"token": f"guess {n}"}).status_code for n in range(FREE + 3)]
    assert answers == [403] * FREE + [429] * 3
    assert stranger.post("/sign-in", {"token": TOKEN}).status_code == 429
    assert Browser(site, ("10.0.0.9", 1)).post("/sign-in", {"token": TOKEN}).status_code == 200
    site.time += EVERY + 1
    assert stranger.post("/sign-in", {"token": TOKEN}).status_code == 200


def test_guessing_through_the_api_is_slow_too(site: Site) -> None:
    """Wrong tokens of a program count as well."""
    program = Browser(site)
    for n in range(FREE):
        program.ask("GET", "/api/v1/status", {"authorization": f"Bearer guess-{n}"})
    assert program.ask("GET", "/api/v1/status", {"authorization": f"Bearer {TOKEN}"}).status_code == 401


def test_many_clients_take_no_more_memory(site: Site) -> None:
    """Only a bounded number of clients is remembered."""
    for n in range(CLIENTS + 50):
        site.attempts.accept("wrong", f"10.0.{n // 250}.{n % 250}")
    assert site.attempts.remembered == CLIENTS
