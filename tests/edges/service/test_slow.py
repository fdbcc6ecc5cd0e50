"""Hosts that send one byte at a time, so that a socket's timeout never expires."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from daemon import errors
from daemon.service import Bounds, Demand, Endpoint, Service, Slot

from .conftest import KEY, Hosts
from .hosts import Exchange, Script

IMPATIENT = Demand(least=1e5, over=0.5)
PICTURE = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"
BIG = 4 * 1024 * 1024
API = "http://127.0.0.1:1"


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Set at the end, so that no host keeps waiting."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def impatient() -> Iterator[Callable[..., Service]]:
    """Open services that wait for a slow transfer for two seconds at most."""
    with contextlib.ExitStack() as stack:

        def open_service(url: str, demand: Demand = IMPATIENT) -> Service:
            opened = Service(Endpoint(url, KEY, "test"), flow="images", dev_mode=False, bounds=Bounds(demand=demand))
            stack.callback(opened.close)
            return opened

        yield open_service


def trickle(over: threading.Event, whole: bytes, then: bytes) -> Script:
    """A host that sends ``whole`` at once and then one byte of ``then`` every twentieth of a second."""

    def script(exchange: Exchange) -> None:
        exchange.read()
        exchange.raw(whole)
        for byte in then:
            if over.wait(0.05):
                return
            exchange.raw(bytes([byte]))
        over.wait(30)

    return script


def fetch(service: Service) -> bytes:
    """Download an image."""
    with service.download("i", format="jpeg", quality=None, max_width=None) as download:
        return b"".join(download.chunks)


def upload(service: Service, url: str, size: int = 1) -> None:
    """Send a file to storage."""
    service.upload(Slot("b", f"{url}/put", "image/jpeg"), [bytes(size)], size)


CALLS: dict[str, tuple[bytes, bytes, Callable[[Service, str], object]]] = {
    "a picture": (PICTURE + b"Content-Length: 999999\r\n\r\n\xff\xd8", bytes(1000), lambda s, _: fetch(s)),
    "a picture of unknown length": (PICTURE + b"\r\n\xff\xd8", bytes(1000), lambda s, _: fetch(s)),
    "the head of a picture": (b"", PICTURE + b"\r\n" + bytes(1000), lambda s, _: fetch(s)),
    "where a picture is": (b"HTTP/1.1 302 Found\r\n", b"Location: " + b"x" * 1000, lambda s, _: fetch(s)),
    "thanks for an upload": (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + b"x" * 1000, upload),
    "where an order stands": (
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"a": "',
        b"x" * 1000,
        lambda s, _: s.order("o"),
    ),
    "what was refused": (b"HTTP/1.1 503 Busy\r\nX: ", b"x" * 1000, lambda s, _: s.order("o")),
}


@pytest.mark.parametrize("what", CALLS)
def test_an_answer_that_trickles_is_cut(
    host: Hosts, impatient: Callable[..., Service], over: threading.Event, what: str
) -> None:
    """A slow response is aborted, reported as too slow with its host, and may have been carried out."""
    whole, then, call = CALLS[what]
    slow = host(trickle(over, whole, then))
    with pytest.raises(errors.TooSlow, match=r"127\.0\.0\.1 averaged only .* transfers\.least_rate") as caught:
        call(impatient(slow.url), slow.url)
    assert caught.value.sent


def test_storage_that_trickles_while_it_is_sent_to(
    host: Hosts, impatient: Callable[..., Service], over: threading.Event
) -> None:
    """An upload that storage reads one byte at a time is aborted too."""

    def script(exchange: Exchange) -> None:
        exchange.conn.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        while not over.wait(0.05) and exchange.conn.recv(1):
            pass

    storage = host(script)
    with pytest.raises(errors.TooSlow):
        upload(impatient(API), storage.url, BIG)


def test_a_trickle_ends_no_other_call(host: Hosts, impatient: Callable[..., Service], over: threading.Event) -> None:
    """When one slow call is aborted, another on the same service continues, and the next uses a new connection."""
    began = threading.Event()

    def script(exchange: Exchange) -> None:
        if "slow" in exchange.target:
            trickle(over, b"", b"H" * 1000)(exchange)
            return
        exchange.raw(PICTURE + b"Content-Length: 8000000\r\n\r\n\xff\xd8")
        for _ in range(40):
            began.set()
            over.wait(0.05)
            exchange.raw(bytes(199_999))
        exchange.raw(bytes(8_000_000 - 2 - 40 * 199_999))

    api = host(script)
    opened = impatient(api.url)
    fetched: list[int] = []
    thread = threading.Thread(target=lambda: fetched.append(len(fetch(opened))))
    thread.start()
    assert began.wait(10)
    with pytest.raises(errors.TooSlow):
        opened.order("slow")
    thread.join(20)
    assert fetched == [8_000_000]
    assert len(fetch(opened)) == 8_000_000


def test_an_upload_whose_thanks_trickle_is_thanked_for(
    host: Hosts, impatient: Callable[..., Service], over: threading.Event
) -> None:
    """If storage said 200 it has the file, however long the rest of its response takes."""
    slow = host(trickle(over, b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"x" * 1000))
    upload(impatient(API), slow.url)


def test_a_glance_at_the_line_is_short(host: Hosts, impatient: Callable[..., Service], over: threading.Event) -> None:
    """``reachable`` returns in a few seconds, however slow the host is and whatever the demand is."""
    slow = host(trickle(over, b"", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000))
    assert not impatient(slow.url, Demand(1.0, 3600.0)).reachable()
