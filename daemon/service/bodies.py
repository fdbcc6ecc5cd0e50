"""Streams the bodies of requests and responses."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from typing import Final

import httpx

from daemon.errors import Garbled, ServiceError
from daemon.service import failures
from daemon.service.guard import transfer_of

CHUNK: Final = 256 * 1024
"""The maximum number of bytes of a response that ``pieces`` yields at a time."""

PIECE: Final = 64 * 1024
"""Bytes written at a time on a slow connection: about as many as the slowest allowed connection sends in a minute. A
fast connection gets whole chunks, which takes a fifth less CPU time."""

FAST: Final = 0.5
"""A connection is fast if it takes a piece within this many seconds."""

LONGEST_WHOLE: Final = 16 * 1024 * 1024
"""The maximum size of a response that is kept in memory, in bytes."""

_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
"""Makes zlib accept both headers."""
_LONGEST_REFUSAL: Final = 64 * 1024


class Exactly:
    """A request body of exactly ``size`` bytes. ``complete`` is True once the last byte has been written.

    ``sent`` counts the bytes passed to the connection. ``reading`` is True while ``chunks`` produces the next chunk.

    Raises ``ValueError`` while it is sent if ``chunks`` yields more or fewer bytes. That closes the connection, so the
    server never sees a complete request.
    """

    def __init__(self, chunks: Iterable[bytes], size: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._chunks, self._clock = chunks, clock
        self._left = size
        self._fast = False
        self.sent = 0
        self.reading = False
        self.complete = False

    def __iter__(self) -> Iterator[bytes]:
        chunks = iter(self._chunks)
        while (chunk := self._read(chunks)) is not None:
            self._left -= len(chunk)
            if self._left < 0:
                raise ValueError("the file has more bytes than announced")
            begin = 0
            while begin < len(chunk):
                piece = chunk[begin:] if self._fast else chunk[begin : begin + PIECE]
                since = self._clock()
                yield piece
                self._fast = self._clock() - since < FAST
                self.sent += len(piece)
                begin += len(piece)
        if self._left:
            raise ValueError(f"the file has {self._left} fewer bytes than announced")
        self.complete = True

    def _read(self, chunks: Iterator[bytes]) -> bytes | None:
        self.reading = True
        try:
            return next(chunks, None)
        finally:
            self.reading = False


def pieces(response: httpx.Response) -> Iterator[bytes]:
    """The body, ``CHUNK`` bytes at a time. Raises ``Garbled`` if it is cut short, ``Unreachable`` if it stalls.

    bracketd never requests compression. A response that is compressed nevertheless is decompressed piece by piece,
    because a few bytes may become gigabytes; the caller decides when to stop. Raises ``Garbled`` for compressions other
    than gzip and deflate.
    """
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise Garbled(
            f"{response.url.host} returned a response with unknown compression ({packed[:40]}). bracketd will retry."
        )
    transfer = transfer_of(response)
    with failures.ours(response.url.host, answered=True):
        raw = response.iter_raw(CHUNK)
        for piece in raw if packed in ("identity", "") else _unpacked(raw, response.url.host):
            with transfer.held_up() if transfer is not None else nullcontext():
                yield piece
    if transfer is not None and transfer.rate is not None:  # aborted; without a length this looks like the end
        raise Garbled(f"The response from {response.url.host} was cut off. bracketd will retry.")


def _unpacked(raw: Iterable[bytes], host: str) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        for data in raw:
            piece = unpacking.decompress(data, CHUNK)
            while piece:
                yield piece
                piece = unpacking.decompress(unpacking.unconsumed_tail, CHUNK) if len(piece) == CHUNK else b""
    except zlib.error:
        raise Garbled(f"{host} returned a response that cannot be decompressed. bracketd will retry.") from None
    if not unpacking.eof:
        raise Garbled(f"The compressed response from {host} was cut off. bracketd will retry.")


def length(response: httpx.Response) -> int | None:
    """How many bytes ``pieces`` will yield, None if the response does not say."""
    declared = response.headers.get("content-length", "")
    return int(declared) if declared.isdecimal() and "content-encoding" not in response.headers else None


def whole(response: httpx.Response) -> bytes:
    """The whole body. Raises the errors of ``pieces``, and ``Garbled`` if it is longer than 16 MiB."""
    return joined(pieces(response), f"The response from {response.url.host}")


def joined(chunks: Iterable[bytes], what: str) -> bytes:
    """The chunks of a body in one piece. Raises ``Garbled`` about ``what`` as soon as they are longer than 16 MiB."""
    parts, size = [], 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > LONGEST_WHOLE:
            raise Garbled(f"{what} is too long. bracketd will retry.")
    return b"".join(parts)


def beginning(response: httpx.Response) -> bytes:
    """The first 64 KiB of an error response's body. Never raises, because the status is what matters."""
    body = b""
    try:
        for piece in pieces(response):
            body += piece
            if len(body) >= _LONGEST_REFUSAL:
                break
    except ServiceError:
        pass
    return body[:_LONGEST_REFUSAL]
