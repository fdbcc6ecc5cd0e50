"""The files of previews, in the folder ``previews`` of the state directory: one folder an order, one file an image.

They are never in an output folder. They can be deleted at any time: what needs a preview continues without it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection
from contextlib import suppress

from daemon.errors import Garbled
from daemon.files.incoming import write_file
from daemon.files.pictures import Judge
from daemon.host import paths

LARGEST = 4 << 20
"""The maximum size of a preview in bytes. One of 1000 pixels has about 100 KB."""

KEPT_FOR = 14 * 86400.0
"""Seconds for which the previews of an order that ended are kept after the last one was written."""


class Cache:
    """The previews below a state directory."""

    def __init__(self, state_dir: str) -> None:
        self._state_dir = state_dir

    def folder(self, order_id: str) -> str:
        """The folder of an order's previews, which need not exist."""
        return paths.previews_of(self._state_dir, _plain(order_id))

    def path(self, order_id: str, image_id: str) -> str:
        """The path of an image's preview, which need not exist."""
        return os.path.join(self.folder(order_id), _file(image_id))

    def keep(self, order_id: str, image_id: str, data: bytes) -> None:
        """Write a preview, and flush it to disk. Raises Garbled if it is not a whole picture, and OutputError."""
        judge = Judge()
        judge.feed(data)
        if len(data) > LARGEST or judge.extension is None or not judge.whole:
            raise Garbled(f"The preview of image {image_id} is not a whole picture of at most {LARGEST >> 20} MiB.")
        write_file(self.folder(order_id), _file(image_id), data)

    def sheet(self, order_id: str) -> str:
        """The path of an order's contact sheet, which need not exist."""
        return paths.contact_sheet_of(self._state_dir, _plain(order_id))

    def keep_sheet(self, order_id: str, data: bytes) -> None:
        """Write an order's contact sheet. Raises OutputError."""
        write_file(*os.path.split(self.sheet(order_id)), data)

    def prune(self, keep: Collection[str], now: float) -> list[str]:
        """Remove the folders of orders that ended some time ago, and return their names.

        ``keep`` are the ids of the orders that have not ended, ``now`` is in epoch seconds. Raises nothing: a folder
        that cannot be removed is tried again next time.
        """
        names = frozenset(map(_plain, keep))
        removed = []
        with suppress(OSError), os.scandir(os.path.join(self._state_dir, paths.PREVIEWS)) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.name not in names and now - entry.stat(follow_symlinks=False).st_mtime > KEPT_FOR:
                        shutil.rmtree(entry.path)
                        removed.append(entry.name)
        return removed


def _plain(name: str) -> str:
    """A name for a file or folder. Ids of orders are our own, but those of an old state may be anything."""
    usable = 0 < len(name) <= 64 and name.isascii() and all(c.isalnum() or c == "-" for c in name)
    return name if usable else _hash(name)


def _file(image_id: str) -> str:
    """The name of an image's preview. The service chooses the ids of images, so they are hashed."""
    return f"{_hash(image_id)}.jpg"


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]
