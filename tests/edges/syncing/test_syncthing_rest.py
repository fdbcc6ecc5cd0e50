from __future__ import annotations

import json
import logging
import os
import socketserver
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.syncing import SyncReport, SyncthingAccess
from daemon.syncing.syncthing import Syncthing
from tests.edges.service.hosts import ELSEWHERE, Exchange, Host, always

from .conftest import Hosts
from .scripted import KEY, SENDER, Answers, connected, environ, item, status

DONE = SyncReport(True, "Syncthing has downloaded all known files of 12 Oak St", foresees=True)


def test_nobody_answers(shoot: Path) -> None:
    """If Syncthing is down, the report says so with its address."""
    with Host(always(200)) as gone:
        where = gone.url.partition("://")[2]
    assert Syncthing(environ(shoot, where)).ask(str(shoot)) == SyncReport(
        None, f"Syncthing does not respond at {where}"
    )


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_silence(host: Hosts, shoot: Path, beginning: bytes) -> None:
    """A request to a Syncthing that hangs, before or during its response, times out."""
    over = threading.Event()

    def silent(exchange: Exchange) -> None:
        exchange.raw(beginning)
        over.wait(20)

    started = host(silent)
    said = Syncthing(environ(shoot, started), patience=0.2).ask(str(shoot))
    over.set()
    where = started.url.partition("://")[2]
    assert said == SyncReport(None, f"Syncthing at {where} did not respond within 0.2 seconds")


def test_a_trickle(host: Hosts, shoot: Path) -> None:
    """An endless response times out, however steadily it arrives."""

    def trickle(exchange: Exchange) -> None:
        exchange.raw(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:  # until the client hangs up
            exchange.raw(b" " * 1024)

    assert "did not respond within" in Syncthing(environ(shoot, host(trickle)), patience=0.2).ask(str(shoot)).why


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>portal</html>",
        b"",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        json.dumps({**status(), "needFiles": "0"}).encode(),
        json.dumps({**status(), "needDeletes": None}).encode(),
        json.dumps({**status(), "state": 0}).encode(),
        b'{"state": "idle"}',
    ],
)
def test_not_syncthing(host: Hosts, shoot: Path, answer: bytes) -> None:
    """A program that does not respond like Syncthing never makes a shoot done."""
    assert Syncthing(environ(shoot, host(always(200, answer)))).ask(str(shoot)).done is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["state", "needFiles", "connections", SENDER, "connected", "startedAt", "rest", "name"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    replies=st.dictionaries(
        st.sampled_from(["/rest/db/status", "/rest/db/need", "/rest/system/connections", "/rest/db/completion"]), JSON
    ),
    needed=st.booleans(),
)
def test_any_answer_at_all(tmp_path: Path, replies: Mapping[str, object], needed: bool) -> None:
    """``ask`` returns a report and never raises, whatever the response is."""
    shoot = tmp_path / "Photos" / "Shoots" / "12 Oak St"
    usual = {"/rest/db/status": status("syncing", files=1)} if needed else {}
    with Host(Answers({**usual, **replies})) as started:
        assert Syncthing(environ(shoot, started)).ask(str(shoot)).why


def test_many_at_once(host: Hosts, shoot: Path) -> None:
    """Any number of threads may call ``ask`` at once."""
    keeper = Syncthing(environ(shoot, host(Answers())))
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(keeper.ask, [str(shoot)] * 40)) == {DONE}


def test_only_questions(host: Hosts, shoot: Path) -> None:
    """Only GET requests are sent, and the key only as ``X-API-Key``."""
    started = host(Answers({"/rest/db/status": status("syncing", files=1)}, (item("a"),)))
    Syncthing(environ(shoot, started)).ask(str(shoot))
    assert {seen.method for seen in started.seen} == {"GET"}
    assert all(seen.headers.pop("x-api-key") == KEY for seen in started.seen)
    assert KEY not in repr([(seen.target, seen.headers, seen.read()) for seen in started.seen])


def test_numbers_beyond_reason(host: Hosts, shoot: Path) -> None:
    """No number is too large for a report."""
    answers = Answers(
        {"/rest/db/status": status("syncing", files=10**400)}, (item("Shoots/12 Oak St/IMG_1.JPG", 10**400),)
    )
    assert Syncthing(environ(shoot, host(answers))).ask(str(shoot)).done is False


@pytest.mark.parametrize("status_code", [200, 307, 401, 403, 404, 500])
def test_the_key_stays_out_of_words_and_logs(
    host: Hosts, shoot: Path, caplog: pytest.LogCaptureFixture, status_code: int
) -> None:
    """A refused, echoed or redirected key never appears in a report, a log record or a repr, or at another host."""
    caplog.set_level(logging.DEBUG)
    other = host(always(200, "{}"), address=ELSEWHERE)
    started = host(
        always(status_code, json.dumps(status("error", error=KEY)), location=f"{other.url}/{KEY}", x_echo=KEY)
    )
    keeper = Syncthing(environ(shoot, started))
    said = keeper.ask(str(shoot))
    assert said.done is None
    assert started.seen
    assert not other.seen
    shown = [
        said,
        keeper,
        vars(keeper),
        SyncthingAccess(started.url, KEY),
        *(each.getMessage() for each in caplog.records),
    ]
    assert KEY not in repr(shown)


def test_no_proxy_is_asked(host: Hosts, shoot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment gets no request."""
    proxy = host(always(200, "{}"))
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    assert Syncthing(environ(shoot, host(Answers()))).ask(str(shoot)) == DONE
    assert not proxy.seen


def test_its_own_certificate_and_no_other(host: Hosts, shoot: Path) -> None:
    """Over TLS the key is sent only to the certificate beside ``config.xml``."""
    authority = trustme.CA()
    shown, stranger = authority.issue_cert("nas"), authority.issue_cert("nas")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.configure_cert(context)
    started = host(Answers(), tls=context)
    known = environ(shoot, started, tls=True)
    pinned = Path(known["HOME"]) / "https-cert.pem"
    where = started.url.partition("://")[2]
    stranger.cert_chain_pems[0].write_to_path(pinned)
    keeper = Syncthing(known)
    assert keeper.ask(str(shoot)) == SyncReport(
        None, f"The program at {where} does not present Syncthing's certificate"
    )
    assert not started.seen
    shown.cert_chain_pems[0].write_to_path(pinned)
    assert keeper.ask(str(shoot)) == DONE
    pinned.unlink()
    assert keeper.ask(str(shoot)).done is None


def test_a_unix_socket(shoot: Path, tmp_path: Path) -> None:
    """A web page that listens on a Unix socket is queried through the socket."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["X-API-Key"] == KEY
            reply = status() if self.path.startswith("/rest/db/status") else connected()
            body = json.dumps(reply if known else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Log nothing."""

        def address_string(self) -> str:
            return "socket"

    path = os.path.relpath(tmp_path / "page.sock")  # such a path is short
    with socketserver.UnixStreamServer(path, Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            assert Syncthing(environ(shoot, f"unix://{path}")).ask(str(shoot)) == DONE
        finally:
            server.shutdown()
            thread.join()
