"""Bodies of requests and answers, a piece at a time."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

import httpx

from daemon.errors import Garbled, ServiceError
from daemon.service import failures

CHUNK: Final = 256 * 1024
"""Bytes of an answer handed out at a time."""

_LONGEST_ANSWER: Final = 16 * 1024 * 1024
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
"""Tells zlib to take either header."""
_LONGEST_REFUSAL: Final = 64 * 1024


class Exactly:
    """A request body of ``size`` bytes; ``complete`` once the last of them has been written.

    Raises ``ValueError`` while it is sent if ``chunks`` gives more or fewer, which ends the connection: without its
    last byte no request is complete.
    """

    def __init__(self, chunks: Iterable[bytes], size: int) -> None:
        self._chunks = chunks
        self._left = size
        self.complete = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._left -= len(chunk)
            if self._left < 0:
                raise ValueError("more bytes to upload than were promised")
            yield chunk
        if self._left:
            raise ValueError(f"{self._left} bytes fewer to upload than were promised")
        self.complete = True


def pieces(response: httpx.Response) -> Iterator[bytes]:
    """The body, ``CHUNK`` bytes at a time. Raises ``Garbled`` if it is cut short, ``Unreachable`` if it stalls.

    Nothing is asked for compressed. What comes so all the same is unpacked a piece at a time: a few bytes may become
    gigabytes, and the caller says when it is enough. Raises ``Garbled`` for compressions other than gzip and deflate.
    """
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise Garbled(f"{response.url.host} compressed its answer ({packed[:40]}) unasked. It is asked again.")
    with failures.ours(response.url.host, answered=True):
        raw = response.iter_raw(CHUNK)
        yield from raw if packed in ("identity", "") else _unpacked(raw, response.url.host)


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
