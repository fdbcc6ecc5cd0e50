"""Stopping while calls are in progress."""

from __future__ import annotations

import queue
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from daemon import errors
from daemon.service import Service, Slot, Timeouts

from .conftest import Hosts, Services
from .hosts import Exchange

FOREVER = Timeouts(connect=600, read=600, write=600)


def fetch(service: Service) -> None:
    """Download an image."""
    with service.download("i", format="jpeg", quality=None, max_width=None) as download:
        for _ in download.chunks:
            pass


def endless() -> Iterator[bytes]:
    """Endless bytes."""
    while True:
        yield bytes(1 << 16)


@pytest.mark.parametrize("over_tls", [False, True])
@pytest.mark.parametrize("kind", ["call", "upload", "download"])
def test_stop_ends_every_wait(
    host: Hosts, service: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, *, over_tls: bool
) -> None:
    """A call to a silent service raises a Passing error as soon as the service is stopped, long before any timeout."""
    tls = None
    if over_tls:
        authority = trustme.CA()
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(tls)
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    arrived = threading.Event()
    go = threading.Event()

    def script(exchange: Exchange) -> None:
        if kind == "download":
            exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 99\r\n\r\n\xff\xd8")
        arrived.set()
        assert go.wait(30)

    silent = host(script, tls=tls)
    opened = service(silent.url, timeouts=FOREVER)
    calls: dict[str, Callable[[], None]] = {
        "call": opened.ping,
        "upload": lambda: opened.upload(Slot("b", silent.url + "/put", "image/jpeg"), endless(), 1 << 40),
        "download": lambda: fetch(opened),
    }
    raised: queue.Queue[Exception] = queue.Queue()

    def work() -> None:
        try:
            calls[kind]()
        except errors.ServiceError as error:
            raised.put(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert arrived.wait(10)
        opened.stop()
        assert isinstance(raised.get(timeout=10), errors.Passing)
    finally:
        go.set()
        thread.join(10)


def test_nothing_starts_after_stop(host: Hosts, service: Services) -> None:
    """After ``stop`` every call fails here as not sent."""
    api = host(lambda exchange: exchange.answer(200, {"orders": []}))
    opened = service(api.url)
    opened.ping()
    opened.stop()
    calls: list[Callable[[], None]] = [
        opened.ping,
        lambda: opened.upload(Slot("b", api.url, "image/jpeg"), [b"a"], 1),
        lambda: fetch(opened),
    ]
    for call in calls:
        with pytest.raises(errors.Unreachable) as caught:
            call()
        assert not caught.value.sent
    assert len(api.seen) == 1


def test_stop_and_close_may_come_twice(service: Services) -> None:
    """A second ``stop`` or ``close`` changes nothing."""
    opened = service("https://api.example.invalid")
    opened.stop()
    opened.stop()
    opened.close()
    opened.close()
