"""Are these bytes a whole picture? Judged by the format's own first and last bytes.

Sources: JPEG, ITU-T T.81 (SOI FFD8, EOI FFD9); PNG, RFC 2083 and W3C PNG (signature, IEND chunk); WebP, RFC 9649
(RIFF size).
"""

from __future__ import annotations

HEAD = 16
TAIL = 64

_PNG = b"\x89PNG\r\n\x1a\n"
_IEND = b"IEND\xaeB`\x82"


def extension_of(head: bytes) -> str | None:
    """The file extension that the first HEAD bytes call for, or None when they are no picture we know."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(_PNG):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return None


def is_whole(head: bytes, tail: bytes, size: int) -> bool:
    """Whether a picture of ``size`` bytes ends as its format says; ``tail`` is its last TAIL bytes or fewer.

    Zero bytes after a JPEG's end marker are padding that encoders write.
    """
    match extension_of(head):
        case "jpg":
            return tail.rstrip(b"\0").endswith(b"\xff\xd9")
        case "png":
            return tail.endswith(_IEND)
        case "webp":
            return int.from_bytes(head[4:8], "little") + 8 <= size
        case _:
            return False
