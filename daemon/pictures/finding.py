"""Which file shows a picture of an order, and whether it may be shown. ``identify`` blocks on the disk."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass

from daemon.files.placeholders import placeholder
from daemon.order import Order
from daemon.pictures.values import Kind, Why

VERSION = 1
"""Part of every tag: a change in how pictures are made is a new version."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file that shows a picture: the folder that it must be in, and its path below it."""

    folder: str
    path: str


@dataclass(frozen=True, slots=True)
class Identity:
    """A file as it is now. ``path`` has no links. ``online_only``: opening it would download it."""

    path: str
    size: int
    mtime_ns: int
    inode: int
    online_only: bool

    def tag(self, side: int = 0) -> str:
        """A hash that changes with the file. ``side`` is the size in pixels of what is made of it, 0 for the file."""
        values = (VERSION, side, self.size, self.mtime_ns, self.inode, self.path)
        text = "/".join(map(str, values)).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=16).hexdigest()


def place_of(order: Order, kind: Kind, number: int) -> Place | Why:
    """The file for a picture of an order. Free previews are not in the order's folders: see ``Pictures``."""
    if kind is Kind.BRACKET:
        if not 0 <= number < len(order.brackets):
            return Why.UNKNOWN
        return Place(order.source.folder, order.brackets[number].path)
    if not 1 <= number <= len(order.images):
        return Why.UNKNOWN
    file = order.images[number - 1].file
    return Why.NOT_YET if file is None else Place(order.source.output, file)


def identify(place: Place) -> Identity | Why:
    """The file as it is now, without opening it. A link is followed only inside of the folder."""
    try:
        folder = os.path.join(os.path.realpath(os.path.dirname(place.folder)), os.path.basename(place.folder))
        path = os.path.realpath(os.path.join(folder, place.path))
        if not path.startswith(f"{folder.rstrip('/')}/"):
            return Why.OUTSIDE
        status = os.stat(path, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return Why.GONE
    except (OSError, ValueError):  # ValueError: a name with a NUL from a damaged note
        return Why.UNREADABLE
    if not stat.S_ISREG(status.st_mode):
        return Why.UNREADABLE
    return Identity(path, status.st_size, status.st_mtime_ns, status.st_ino, placeholder(status))
