"""Uploads to storage over a real connection."""

from __future__ import annotations

import logging
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import trustme

from daemon import errors
from daemon.service import Slot, Timeouts

from .conftest import KEY, Hosts, Services
from .hosts import Exchange, Host, always

API = "http://127.0.0.1:1"
BIG = 16 * 1024 * 1024
"""More than the buffers of any socket hold."""


def slot(host: Host, target: str = "/put?X-Amz-Signature=s%2Fs", content_type: str = "image/x-canon-cr2") -> Slot:
    """A slot at ``host``."""
    return Slot("b", host.url + target, content_type)


def chunks(size: int, each: int = 256 * 1024) -> Iterator[bytes]:
    """``size`` bytes, ``each`` at a time."""
    for start in range(0, size, each):
        yield bytes(min(each, size - start))


def test_what_an_upload_carries(host: Hosts, service: Services) -> None:
    """The body is sent completely with its length and the signed type, without the key or other account headers."""
    storage = host(always(200))
    service(API, dev_mode=True).upload(slot(storage), iter([b"ab", b"", b"c"]), 3)
    (seen,) = storage.seen
    assert (seen.method, seen.target, seen.body) == ("PUT", "/put?X-Amz-Signature=s%2Fs", b"abc")
    assert seen.headers["content-length"] == "3"
    assert seen.headers["content-type"] == "image/x-canon-cr2"
    forbidden = {"x-api-key", "x-api-version", "x-dev-mode", "authorization", "transfer-encoding", "cookie"}
    assert not forbidden & set(seen.headers)
    assert KEY not in str(seen.headers)


def test_the_key_stays_away_even_from_the_api_s_own_storage(host: Hosts, service: Services) -> None:
    """An upload URL on the API's own origin does not get the key."""
    storage = host(always(204))
    service(storage.url).upload(slot(storage), [b"a"], 1)
    assert "x-api-key" not in storage.seen[0].headers


def test_a_portal_s_page_is_not_a_thank_you(host: Hosts, service: Services) -> None:
    """A 200 with a web page does not come from storage, so the bracket is not stored."""
    storage = host(always(200, "<!doctype html><title>Sign in to the hotel's network</title>"))
    with pytest.raises(errors.Garbled, match="returned a web page for an upload"):
        service(API).upload(slot(storage), [b"a"], 1)


@pytest.mark.parametrize("size", [0, 1, 1_000_003])
def test_sizes(host: Hosts, service: Services, size: int) -> None:
    """A file of any size arrives complete."""
    storage = host(always(200))
    service(API).upload(slot(storage), chunks(size), size)
    assert len(storage.seen[0].body) == size
    assert storage.seen[0].headers["content-length"] == str(size)


def test_a_presigned_url_means_the_same_on_the_wire(host: Hosts, service: Services) -> None:
    """Escapes and unusual characters of a presigned URL reach storage with their signed meaning."""
    target = (
        "/bucket/a%20b/IMG(1)'é%2B.jpg?X-Amz-Credential=AK%2F2025%2Feu&t=a+b/c==&x='q'~!*&content-type=image%2Fjpeg"
    )
    storage = host(always(200))
    service(API).upload(slot(storage, target), [b"a"], 1)
    assert unquote(storage.seen[0].target) == unquote(target)
    assert "%2F2025%2Feu&t=a+b/c==" in storage.seen[0].target


def test_connections_to_storage_are_used_again(host: Hosts, service: Services) -> None:
    """Successive uploads share a connection, even if storage sends a body."""
    storage = host(always(200, "<Thanks/>"))
    opened = service(API)
    for _ in range(3):
        opened.upload(slot(storage), [b"a"], 1)
    assert storage.connections == 1


def test_a_refused_slot(host: Hosts, service: Services) -> None:
    """A 403 from storage is SlotRefused with its code, and does not show the URL."""
    body = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><HostId>x</HostId></Error>"
    storage = host(always(403, body, content_type="application/xml"))
    with pytest.raises(errors.SlotRefused, match="AccessDenied: Request has expired") as caught:
        service(API).upload(slot(storage), [b"a"], 1)
    assert caught.value.said == "PUT 127.0.0.1 returned 403: AccessDenied: Request has expired"
    assert "X-Amz-Signature" not in str(caught.value)


def test_a_refusal_before_the_end_is_noticed(host: Hosts, service: Services) -> None:
    """An error from storage before it has read the file is received once storage has read the rest."""

    def script(exchange: Exchange) -> None:
        exchange.raw(b"HTTP/1.1 403 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        exchange.read()

    with pytest.raises(errors.SlotRefused):
        service(API).upload(slot(host(script)), chunks(BIG), BIG)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a reset may take the answer with it")
@pytest.mark.parametrize("over_tls", [False, True])
def test_a_refusal_with_a_reset_connection_is_noticed(
    host: Hosts,
    service: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    over_tls: bool,
) -> None:
    """If storage responds with an error and closes during the upload, the result is SlotRefused, not a broken pipe."""
    tls = None
    if over_tls:
        authority = trustme.CA()
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(tls)
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    body = b"<Error><Code>AccessDenied</Code></Error>"

    def script(exchange: Exchange) -> None:
        head = b"HTTP/1.1 403 No\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        exchange.raw(head + body)
        exchange.hang_up()

    with pytest.raises(errors.SlotRefused, match="AccessDenied"):
        service(API).upload(slot(host(script, tls=tls)), chunks(BIG), BIG)


def test_thanks_too_early_are_not_believed(host: Hosts, service: Services) -> None:
    """A 200 for a file that storage has only partly read does not count as stored."""

    def script(exchange: Exchange) -> None:
        exchange.raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        exchange.conn.shutdown(socket.SHUT_WR)
        exchange.hang_up()

    with pytest.raises(errors.Passing):
        service(API).upload(slot(host(script)), chunks(BIG), BIG)


def test_a_line_that_breaks(host: Hosts, service: Services) -> None:
    """A connection that is closed during the upload is Unreachable."""
    with pytest.raises(errors.Unreachable):
        service(API).upload(slot(host(lambda exchange: exchange.hang_up())), chunks(BIG), BIG)


def test_storage_that_stops_reading_is_given_up(host: Hosts, service: Services) -> None:
    """An upload without progress during the write timeout fails."""
    patience = Timeouts(connect=5, read=5, write=0.2)
    over = threading.Event()

    def script(exchange: Exchange) -> None:
        assert over.wait(30)
        exchange.hang_up()

    storage = host(script)
    try:
        with pytest.raises(errors.Unreachable):
            service(API, timeouts=patience).upload(slot(storage), chunks(BIG), BIG)
    finally:
        over.set()


def test_an_exception_of_the_caller_is_passed_on_and_ends_the_connection(host: Hosts, service: Services) -> None:
    """An exception in the caller's chunks is passed on. Storage sees part of the file and a closed connection."""
    storage = host(always(200))
    opened = service(API)

    def broken_off() -> Iterator[bytes]:
        yield bytes(1000)
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        opened.upload(slot(storage), broken_off(), 2000)
    opened.upload(slot(storage), [b"a"], 1)
    assert storage.connections == 2
    assert len(storage.seen[0].read()) < 2000


@pytest.mark.parametrize("size", [2, 4])
def test_another_size_than_promised(host: Hosts, service: Services, size: int) -> None:
    """A wrong number of bytes is the caller's error and never a complete upload."""
    storage = host(always(200))
    with pytest.raises(ValueError, match="bytes than announced"):
        service(API).upload(slot(storage), [b"abc"], size)
    assert all(len(seen.read()) < size for seen in storage.seen)


@pytest.mark.parametrize(
    "url", ["http://storage.example/x", "ftp://127.0.0.1/x", "//127.0.0.1/x", "https://", "no url", "http://[::1", ""]
)
def test_urls_that_nothing_is_sent_to(service: Services, url: str) -> None:
    """A slot whose URL is not https, or http on loopback, is Garbled before any byte is sent."""
    with pytest.raises(errors.Garbled):
        service(API).upload(Slot("b", url, "image/jpeg"), [b"a"], 1)


def test_a_real_service_cannot_send_us_to_loopback(host: Hosts, service: Services) -> None:
    """A remote service cannot make bracketd send files to plain http on this machine."""
    storage = host(always(200))
    with pytest.raises(errors.Garbled):
        service("https://api.example.invalid").upload(slot(storage), [b"a"], 1)
    assert storage.seen == []


def test_logs_keep_the_url_to_themselves(host: Hosts, service: Services, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the presigned URL nor the key is logged, even at DEBUG."""
    caplog.set_level(logging.DEBUG)
    storage = host(always(200))
    opened = service(storage.url)
    opened.upload(slot(storage), [b"a"], 1)
    storage.script = always(200, {"image_id": "b", "s3PutObjectUrl": "http://127.0.0.1/X-Amz-Signature"})
    opened.register("o", "b", "n", "image/jpeg")
    assert "X-Amz-Signature" not in caplog.text
    assert KEY not in caplog.text
