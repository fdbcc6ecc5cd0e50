"""The messages between the daemon and the decoding process: a header in JSON, then bytes.

Each message begins with two big-endian 32-bit numbers: the sizes of the header and of the bytes. The daemon does not
trust the answers, because a hostile picture may have taken over the decoding process.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from daemon.previews.look import LOOK_HEIGHT, LOOK_WIDTH, Look
from daemon.previews.values import Cell, Failure, FailureKind, Strip, Thumbnail, Tone

SIZES = struct.Struct(">II")
MOST_HEADER = 16 << 20
MOST_REQUEST = 256 << 20
"""Bytes of a request. A sheet of 5000 frames has about 80 MB."""
MOST_ANSWER = 64 << 20
"""Bytes of an answer. A sheet has a few MB."""
MOST_DETAIL = 200
"""Characters of a decoder's own words."""

_LOOK = LOOK_WIDTH * LOOK_HEIGHT * 3

Message = tuple[dict[str, Any], bytes]
Answer = Thumbnail | bytes | tuple[float, ...] | Failure


@dataclass(frozen=True, slots=True)
class ThumbnailWanted:
    """A request for a thumbnail of the picture at ``path``, which is absolute."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class SheetWanted:
    """A request for a contact sheet."""

    title: str
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class SimilaritiesWanted:
    """A request to compare a finished picture with frames."""

    finished: Look
    frames: tuple[Look, ...]


Wanted = ThumbnailWanted | SheetWanted | SimilaritiesWanted


class Malformed(Exception):
    """A message that does not follow these rules."""


def packed(header: dict[str, Any], data: bytes) -> bytes:
    """A message as bytes."""
    text = json.dumps(header).encode()
    return SIZES.pack(len(text), len(data)) + text + data


def sizes(start: bytes, most: int) -> tuple[int, int]:
    """The sizes of header and bytes from a message's first eight bytes. Raises ``Malformed`` if they are too large."""
    header, data = SIZES.unpack(start)
    if header > MOST_HEADER or data > most:
        raise Malformed(f"a message of {header:,} and {data:,} bytes")
    return header, data


def header_of(text: bytes) -> dict[str, Any]:
    """The header. Raises ``Malformed``."""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("a header that is not JSON") from error
    if not isinstance(header, dict):
        raise Malformed("a header that is not an object")
    return header


def thumbnail_request(path: str, size: int) -> bytes:
    """Ask for a thumbnail. The path's bytes travel as they are, because a name need not be text."""
    return packed({"do": "thumbnail", "size": size}, os.fsencode(path))


def sheet_request(title: str, strips: Sequence[Strip]) -> bytes:
    """Ask for a contact sheet."""
    cells = [cell for strip in strips for cell in strip.cells]
    header = {
        "do": "sheet",
        "title": title,
        "strips": [
            {
                "title": strip.title,
                "mark": strip.mark,
                "tone": strip.tone,
                "detail": strip.detail,
                "quiet": strip.quiet,
                "cells": [
                    {
                        "bytes": None if cell.jpeg is None else len(cell.jpeg),
                        "caption": cell.caption,
                        "missing": cell.missing,
                    }
                    for cell in strip.cells
                ],
            }
            for strip in strips
        ],
    }
    return packed(header, b"".join(cell.jpeg or b"" for cell in cells))


def similarities_request(finished: Look, frames: Sequence[Look]) -> bytes:
    """Ask how similar a finished picture is to frames."""
    return packed({"do": "similarities"}, b"".join(look.pixels for look in (finished, *frames)))


def request_of(message: Message) -> Wanted:
    """The content of a request. Requests come from the daemon and are trusted."""
    header, data = message
    if header["do"] == "thumbnail":
        return ThumbnailWanted(os.fsdecode(data), header["size"])
    if header["do"] == "similarities":
        finished, *frames = (Look(data[at : at + _LOOK]) for at in range(0, len(data), _LOOK))
        return SimilaritiesWanted(finished, tuple(frames))
    sizes = [cell["bytes"] or 0 for strip in header["strips"] for cell in strip["cells"]]
    ends = [0]
    for size in sizes:
        ends.append(ends[-1] + size)
    pieces = (data[start:end] for start, end in pairwise(ends))
    strips = []
    for strip in header["strips"]:
        cells = []
        for cell in strip["cells"]:
            piece = next(pieces)
            cells.append(Cell(None if cell["bytes"] is None else piece, tuple(cell["caption"]), cell["missing"]))
        tone = Tone(strip["tone"])
        strips.append(Strip(strip["title"], tuple(cells), strip["mark"], tone, strip["detail"], strip["quiet"]))
    return SheetWanted(header["title"], tuple(strips))


def answered(answer: Answer, *, leaving: bool) -> bytes:
    """An answer as bytes. ``leaving``: the process ends after it."""
    header: dict[str, Any] = {"leaving": leaving}
    if isinstance(answer, Failure):
        detail = answer.detail[:MOST_DETAIL]
        return packed(header | {"failure": answer.kind, "limit": answer.limit, "detail": detail}, b"")
    if isinstance(answer, bytes):
        return packed(header, answer)
    if isinstance(answer, tuple):
        return packed(header | {"similarities": answer}, b"")
    return packed(header | {"size": [answer.width, answer.height]}, answer.look.pixels + answer.jpeg)


def answer_of(message: Message) -> tuple[Answer, bool]:
    """The answer, and True if the process ends after it. Raises ``Malformed``."""
    header, data = message
    leaving = header.get("leaving") is True
    if "failure" in header:
        return _failure(header), leaving
    if "similarities" in header:
        return _similarities(header["similarities"]), leaving
    if "size" not in header:
        return data, leaving
    match header["size"]:
        case [int(width), int(height)] if len(data) > _LOOK and width > 0 and height > 0:
            return Thumbnail(data[_LOOK:], width, height, Look(data[:_LOOK])), leaving
    raise Malformed("a thumbnail without its size or its look")


def _similarities(found: object) -> tuple[float, ...]:
    numbers = tuple(one for one in found if isinstance(one, float)) if isinstance(found, list) else ()
    if not isinstance(found, list) or len(numbers) != len(found) or not all(-2 <= one <= 2 for one in numbers):
        raise Malformed("similarities that are not numbers from -2 to 2")
    return numbers


def _failure(header: dict[str, Any]) -> Failure:
    limit, detail = header.get("limit"), header.get("detail")
    try:
        kind = FailureKind(header["failure"])
    except ValueError as error:
        raise Malformed("an unknown failure") from error
    if not (limit is None or isinstance(limit, int)) or not isinstance(detail, str):
        raise Malformed("a failure without its limit or its detail")
    printable = "".join(letter if letter.isprintable() else "?" for letter in detail[:MOST_DETAIL])
    return Failure(kind, limit, printable)
