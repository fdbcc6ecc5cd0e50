"""Photos that may have changed after they were merged: their times say so, their content decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from daemon.order import Bracket, Order
from daemon.order.model import REREADS
from daemon.order.sent import key
from daemon.watcher.contents import Contents


@dataclass(slots=True)
class Allowance:
    """Bytes that one round of looks may still read, so that new shoots do not wait for it. The next round goes on."""

    left: int = 1024**3


@dataclass(frozen=True, slots=True)
class Judged:
    """What a photo was found to be when it was last read; ``rereads`` counts reads for a new ctime alone."""

    photo: Bracket
    altered: bool
    rereads: int = 0


class Altered:
    """Reads each photo once for each change of its times, and remembers what it found."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._judged: dict[tuple[str, str], Judged] = {}

    async def among(
        self, order: Order, suspects: Iterable[tuple[Bracket, Bracket]], allowance: Allowance
    ) -> tuple[tuple[str, ...], bool]:
        """The paths of photos that hold other bytes than were sent, and whether all suspects were judged.

        ``suspects`` are photos as they are now, each with the bracket that was sent. Of those that could not be read
        yet, the order says what they were before. Raises OSError.
        """
        altered, all_judged = [], True
        for photo, sent in suspects:
            judged = self._known(order, photo)
            if judged is None and allowance.left > 0:
                judged = await self._read(order, photo, sent)
                allowance.left -= photo.size
            all_judged = all_judged and judged is not None
            if photo.path in order.altered if judged is None else judged.altered:
                altered.append(photo.path)
        return tuple(altered), all_judged

    def _known(self, order: Order, photo: Bracket) -> Judged | None:
        """What is known of a photo as it is; where only its ctime changes again and again, that is not believed."""
        judged = self._judged.get((order.id, photo.path))
        if judged is None or judged.photo == photo:
            return judged
        return judged if key(judged.photo) == key(photo) and judged.rereads >= REREADS else None

    async def _read(self, order: Order, photo: Bracket, sent: Bracket) -> Judged:
        before = self._judged.get((order.id, photo.path))
        rereads = before.rereads + 1 if before is not None and key(before.photo) == key(photo) else 0
        altered = await self._contents.sha256(order.folder, photo.path) != sent.sha256
        judged = self._judged[order.id, photo.path] = Judged(photo, altered, rereads)
        return judged
