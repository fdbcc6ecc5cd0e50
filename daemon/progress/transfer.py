"""The progress of one order in one direction, as the daemon, the terminal and the page show it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """The direction of a transfer."""

    UPLOAD = "upload"
    DOWNLOAD = "download"


@dataclass(frozen=True, slots=True)
class Transfer:
    """The progress of an order in one direction.

    ``bytes`` are those of its complete items, and of those that are on their way. ``total`` is None until it is known,
    and an estimate as long as the sizes of some pictures are unknown. ``bytes_per_s`` is over the last ten seconds,
    ``left_s`` the time left in seconds; None if it is too early to say.
    """

    order_id: str
    way: Way
    bytes: int
    total: int | None
    bytes_per_s: float | None
    left_s: float | None
