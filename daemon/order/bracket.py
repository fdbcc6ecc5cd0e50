"""The brackets of an order: the files that are sent."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.shoot import Shot
from daemon.shoot.shot import UNKNOWN

REREADS = 3
"""How often a bracket is read again if only its ctime changed: some file systems report another ctime each time."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """A file to upload: one exposure of a set, with its registration at the service once it has one.

    ``attempt`` counts its registrations that were replaced. Each registration has its own id, which is known before the
    request. ``service_id`` and ``url`` are the service's answer; the URL grants write access and is never logged.
    ``mark`` distinguishes its content from other files' (``daemon.files.content``), ``sha256`` is the hash of the sent
    bytes. ``left_out`` is why the order does not include it. ``ctime_ns`` is the file's ctime at the lock, or just
    before its bytes were sent; ``rereads`` counts how often it was read again because only its ctime changed.
    ``refusals`` counts the refusals in a row by the service or storage, ``refused`` is the last answer.
    ``unreadable_since`` is when the file first could not be read while others could; None if it can be read.
    ``shot`` has the file's metadata about its frame.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int
    attempt: int = 0
    service_id: str | None = None
    url: str | None = None
    content_type: str | None = None
    stored_at: float | None = None
    failures: int = 0
    mark: str = ""
    sha256: str | None = None
    left_out: str | None = None
    unreadable_since: float | None = None
    refusals: int = 0
    refused: str | None = None
    ctime_ns: int | None = None
    rereads: int = 0
    shot: Shot = UNKNOWN

    @property
    def stored(self) -> bool:
        """True if the service has the bytes."""
        return self.stored_at is not None

    @property
    def registered(self) -> bool:
        """True if there is a URL to send the bytes to."""
        return self.url is not None

    def may_be_another(self, ctime_ns: int | None) -> bool:
        """True if the file, with the same size and mtime, may have other content, because its ctime changed."""
        known = self.ctime_ns is not None and ctime_ns is not None
        return known and self.ctime_ns != ctime_ns and self.rereads < REREADS
