"""Downloads with a wrong picture. The ledger does not count them as downloads."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
from starlette.responses import Response, StreamingResponse

from daemon.sandbox.decode import decode, resized

_SMALL: Final = (64, 48)
_TRAILER: Final = b"13 more bytes"
_PIECE: Final = bytes(256 * 1024)
_BOMB_PIECES: Final = 4096
_GZIP: Final = 16 + zlib.MAX_WBITS


def wrong_picture(kind: str, path: Path, media_type: str) -> Response:
    """The response instead of the picture in this file. ``kind`` is one of ``kinds.PICTURE_KINDS``."""
    data = path.read_bytes()
    match kind:
        case "small":
            pixels = decode(path)
            assert pixels is not None
            _, small = cv2.imencode(path.suffix, resized(pixels, *_SMALL))
            return Response(small.tobytes(), media_type=media_type)
        case "trailer":
            return Response(data + _TRAILER, media_type=media_type)
        case "cut":
            return Response(data[: len(data) * 7 // 10], media_type=media_type)
        case "endless":
            return StreamingResponse(_endless(data), media_type=media_type)
        case _:
            return StreamingResponse(_bomb(data), media_type=media_type, headers={"content-encoding": "gzip"})


def _endless(data: bytes) -> Iterator[bytes]:
    yield data
    while True:
        yield _PIECE


def _bomb(data: bytes) -> Iterator[bytes]:
    packing = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    yield packing.compress(data)
    for _ in range(_BOMB_PIECES):
        yield packing.compress(_PIECE)
    yield packing.flush()
