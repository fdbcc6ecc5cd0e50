"""Bodies of requests and answers, a piece at a time."""

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
"""Bytes of an answer handed out at a time."""

PIECE: Final = 64 * 1024
"""Bytes of a request that a slow line gets at a time: about as many as the slowest one takes in a minute. A fast one
gets whole chunks, which takes a fifth less CPU time."""

FAST: Final = 0.5
"""Seconds within which a fast line takes a piece."""

_LONGEST_ANSWER: Final = 16 * 1024 * 1024
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
"""Tells zlib to take either header."""
_LONGEST_REFUSAL: Final = 64 * 1024


class Exactly:
    """A request body of ``size`` bytes; ``complete`` once the last of them has been written.

    ``sent`` counts what was handed to the line; ``reading`` is whether ``chunks`` is at work on more.

    Raises ``ValueError`` while it is sent if ``chunks`` gives more or fewer, which ends the connection: without its
    last byte no request is complete.
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
                raise ValueError("more bytes to upload than were promised")
            begin = 0
            while begin < len(chunk):
                piece = chunk[begin:] if self._fast else chunk[begin : begin + PIECE]
                since = self._clock()
                yield piece
                self._fast = self._clock() - since < FAST
                self.sent += len(piece)
                begin += len(piece)
        if self._left:
            raise ValueError(f"{self._left} bytes fewer to upload than were promised")
        self.complete = True

    def _read(self, chunks: Iterator[bytes]) -> bytes | None:
        self.reading = True
        try:
            return next(chunks, None)
        finally:
            self.reading = False


def pieces(response: httpx.Response) -> Iterator[bytes]:
    """The body, ``CHUNK`` bytes at a time. Raises ``Garbled`` if it is cut short, ``Unreachable`` if it stalls.

    Nothing is asked for compressed. What comes so all the same is unpacked a piece at a time: a few bytes may become
    gigabytes, and the caller says when it is enough. Raises ``Garbled`` for compressions other than gzip and deflate.
    """
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise Garbled(f"{response.url.host} compressed its answer ({packed[:40]}) unasked. It is asked again.")
    transfer = transfer_of(response)
    with failures.ours(response.url.host, answered=True):
        raw = response.iter_raw(CHUNK)
        for piece in raw if packed in ("identity", "") else _unpacked(raw, response.url.host):
            with transfer.held_up() if transfer is not None else nullcontext():
                yield piece
    if transfer is not None and transfer.rate is not None:  # without a length, the cut looks like the end
        raise Garbled(f"The answer of {response.url.host} was cut. It is asked again.")


def _unpacked(raw: Iterable[bytes], host: str) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        for data in raw:
            piece = unpacking.decompress(data, CHUNK)
            while piece:
                yield piece
                piece = unpacking.decompress(unpacking.unconsumed_tail, CHUNK) if len(piece) == CHUNK else b""
    except zlib.error:
        raise Garbled(f"{host} sent an answer that cannot be unpacked. It is asked again.") from None
    if not unpacking.eof:
        raise Garbled(f"The compressed answer of {host} broke off. It is asked again.")


def length(response: httpx.Response) -> int | None:
    """How many bytes ``pieces`` will give, if the answer tells."""
    told = response.headers.get("content-length", "")
    return int(told) if told.isdecimal() and "content-encoding" not in response.headers else None


def whole(response: httpx.Response) -> bytes:
    """The whole body. Raises as ``pieces``, and ``Garbled`` if it is absurdly long."""
    parts, size = [], 0
    for piece in pieces(response):
        parts.append(piece)
        size += len(piece)
        if size > _LONGEST_ANSWER:
            raise Garbled(f"{response.url.host} does not stop answering. It is asked again.")
    return b"".join(parts)


def beginning(response: httpx.Response) -> bytes:
    """As much of a refusal's body as is worth reading; raises nothing, as the status has already said what counts."""
    body = b""
    try:
        for piece in pieces(response):
            body += piece
            if len(body) >= _LONGEST_REFUSAL:
                break
    except ServiceError:
        pass
    return body[:_LONGEST_REFUSAL]
