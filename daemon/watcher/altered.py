"""Finds photos that changed after they were merged. If a photo's times changed, its content is compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from daemon.order import Bracket, Order
from daemon.order.bracket import REREADS
from daemon.order.sent import key
from daemon.photos.contents import Contents


@dataclass(slots=True)
class Allowance:
    """The number of bytes that this round of checks may still read.

    The limit keeps new shoots from waiting. The next round continues where this one stopped.
    """

    left: int = 1024**3


@dataclass(frozen=True, slots=True)
class Judged:
    """The result of the last read of a photo. ``rereads`` counts reads in a row in which only the ctime was new."""

    photo: Bracket
    altered: bool
    rereads: int = 0


class Altered:
    """Reads each photo once for each change of its times, and caches the result."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._judged: dict[tuple[str, str], Judged] = {}

    async def among(
        self, order: Order, suspects: Iterable[tuple[Bracket, Bracket]], allowance: Allowance
    ) -> tuple[tuple[str, ...], bool]:
        """The paths of photos whose bytes differ from what was sent, and True if all suspects were checked.

        ``suspects`` are photos as they are now, each with the bracket that was sent. A photo that is not read yet keeps
        the result stored in the order. Raises OSError.
        """
        altered, all_judged = [], True
        for photo, sent in suspects:
            judged = self._known(order, photo)
            if judged is None and allowance.left > 0:
                judged = await self._read(order, photo, sent)
                allowance.left -= photo.size
            all_judged = all_judged and judged is not None
            if photo.path in order.unsent.altered if judged is None else judged.altered:
                altered.append(photo.path)
        return tuple(altered), all_judged

    def _known(self, order: Order, photo: Bracket) -> Judged | None:
        """The cached result for a photo. After repeated ctime-only changes, later ctimes are ignored."""
        judged = self._judged.get((order.id, photo.path))
        if judged is None or judged.photo == photo:
            return judged
        return judged if key(judged.photo) == key(photo) and judged.rereads >= REREADS else None

    async def _read(self, order: Order, photo: Bracket, sent: Bracket) -> Judged:
        before = self._judged.get((order.id, photo.path))
        rereads = before.rereads + 1 if before is not None and key(before.photo) == key(photo) else 0
        altered = await self._contents.sha256(order.source.folder, photo.path) != sent.sha256
        judged = self._judged[order.id, photo.path] = Judged(photo, altered, rereads)
        return judged
