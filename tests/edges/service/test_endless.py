"""Endless responses, and small responses that decompress to gigabytes."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from daemon import errors
from daemon.service import Service

from .conftest import Hosts, Services
from .hosts import Exchange, Host, always

MOST_MEMORY = 24 << 20
"""Twice the largest number of bytes that is read, and some more."""


def bomb(begin: bytes, megabytes: int = 150, wbits: int = 31) -> bytes:
    """Compressed data: ``begin`` and many million zeros, created without holding them in memory."""
    packing = zlib.compressobj(9, zlib.DEFLATED, wbits)
    parts = [packing.compress(begin), *(packing.compress(bytes(1_000_000)) for _ in range(megabytes)), packing.flush()]
    return b"".join(parts)


def endless(begin: bytes, **headers: str) -> Callable[[Exchange], None]:
    """A response with a known beginning that continues until the client disconnects."""

    def script(exchange: Exchange) -> None:
        lines = "".join(f"{key.replace('_', '-')}: {value}\r\n" for key, value in headers.items())
        exchange.read()
        exchange.raw(
            f"HTTP/1.1 {headers.pop('status', '200')} Word\r\n{lines}Connection: close\r\n\r\n".encode() + begin
        )
        for _ in range(400):
            exchange.raw(b" " * 1_000_000)

    return script


@contextmanager
def little_memory() -> Iterator[None]:
    """The code inside never needs more than ``MOST_MEMORY``."""
    tracemalloc.start()
    try:
        yield
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MOST_MEMORY


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_picture_that_is_a_bomb(host: Hosts, service: Services, encoding: str) -> None:
    """A compressed picture comes in small pieces, however large it becomes, so that the reader can stop."""
    data = bomb(b"\xff\xd8\xff\xe0", wbits=31 if encoding == "gzip" else 15)
    api = host(always(200, data, content_type="image/jpeg", content_encoding=encoding))
    with (
        little_memory(),
        service(api.url).download("i", format="jpeg", quality=None, max_width=None) as download,
    ):
        size = 0
        for piece in download.chunks:
            assert len(piece) <= 256 * 1024
            size += len(piece)
    assert size == 150_000_004


CALLS: dict[str, Callable[[Service], object]] = {
    "a look": lambda service: service.order("o"),
    "a list": lambda service: service.ping(),
    "a registration": lambda service: service.register("o", "b", "n", "image/jpeg"),
    "a merge": lambda service: service.merge("o", per_image=None, enhance={}),
    "a picture as JSON": lambda service: service.download("i", format="jpeg", quality=None, max_width=None).__enter__(),
}


@pytest.mark.parametrize("name", sorted(CALLS))
@pytest.mark.parametrize("kind", ["bomb", "endless"])
def test_json_without_end(host: Hosts, service: Services, name: str, kind: str) -> None:
    """Reading endless JSON stops after a bounded number of bytes."""
    script = (
        always(200, bomb(b'{"a": "'), content_type="application/json", content_encoding="gzip")
        if kind == "bomb"
        else endless(b'{"a": "', content_type="application/json")
    )
    opened = service(host(script).url)
    with little_memory(), pytest.raises(errors.Garbled, match="is too long"):
        CALLS[name](opened)


@pytest.mark.parametrize("kind", ["bomb", "endless"])
def test_a_refusal_without_end(host: Hosts, service: Services, kind: str) -> None:
    """Only the beginning of an error response is read; its status counts."""
    script = (
        always(422, bomb(b"no", wbits=31), content_encoding="gzip") if kind == "bomb" else endless(b"no", status="422")
    )
    opened = service(host(script).url)
    with little_memory(), pytest.raises(errors.RequestRefused):
        opened.order("o")


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("br", b"\x0b\x02\x80{}\x03"),
        ("zstd", b"\x28\xb5\x2f\xfd"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0)),
        ("gzip", b"not packed at all"),
        ("gzip", gzip.compress(b'{"orders": []}', mtime=0)[:-9]),
    ],
)
def test_what_cannot_be_unpacked(host: Hosts, service: Services, encoding: str, data: bytes) -> None:
    """Other, multiple, damaged or truncated compressions are Garbled."""
    with pytest.raises(errors.Garbled):
        service(host(always(200, data, content_encoding=encoding)).url).ping()


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "identity", ""])
def test_what_is_packed_unasked_is_read(host: Hosts, service: Services, encoding: str) -> None:
    """A response with an unrequested compression is still read."""
    body = b'{"orders": []}'
    data = {"gzip": gzip.compress(body), "x-gzip": gzip.compress(body), "deflate": zlib.compress(body)}
    service(host(always(200, data.get(encoding, body), content_encoding=encoding)).url).ping()


def test_a_list_of_orders_without_end(host: Hosts, service: Services) -> None:
    """A list in which every page has another next page is Garbled."""
    pages = iter(range(1, 100_000))
    api: Host = host(lambda it: it.answer(200, {"orders": [], "pagination": {"next_offset": next(pages)}}))
    with pytest.raises(errors.Garbled, match="never ends"):
        list(service(api.url).orders(most_pages=30))
    assert len(api.seen) == 30
