"""Finds and records photos that were added to, or changed in, a shoot after it was locked or skipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.order import Again, Bracket, Order, Phase, changed_since, facts, may_supplement, unknown
from daemon.orders import Desk
from daemon.photos.choosing import one_a_frame, plain
from daemon.photos.contents import Contents
from daemon.shoot import Listing
from daemon.watcher.altered import Allowance, Altered
from daemon.watcher.archive import Archive
from daemon.watcher.comparing import Comparing
from daemon.watcher.folder import LateFiles
from daemon.watcher.settled import Settled


@dataclass(frozen=True, slots=True)
class Recheck:
    """The result of rechecking a locked shoot.

    ``more``: True if there are unsent photos to send, so the shoot must be followed again. ``complete``: True if all
    suspected changes were checked; otherwise the next recheck continues.
    """

    more: bool
    complete: bool


class LatePhotos:
    """The late photos of one watched folder, with its setting ``late_files``. All methods raise OSError."""

    def __init__(
        self, desk: Desk, contents: Contents, archive: Archive, comparing: Comparing, *, late_files: LateFiles
    ) -> None:
        self._desk, self._contents, self._archive, self._comparing = desk, contents, archive, comparing
        self._altered, self._late_files = Altered(contents), late_files

    async def of_locked(self, orders: Sequence[Order], found: Listing, allowance: Allowance) -> Recheck:
        """Find photos added or changed since a shoot was locked, and record them.

        ``orders`` are the shoot's, newest first.
        """
        orders = [order for order in orders if order.phase is not Phase.SKIPPED or order.source.same_as is not None]
        photos, named = plain(found.usable), not may_supplement(orders, self._late_files)
        news = unknown(orders, photos)
        late = await self._unsent(orders, news) if named else ()
        suspects, complete = changed_since(orders, photos)[1], True
        for order in orders:
            altered, all_judged = await self._altered.among(order, suspects[order.id], allowance)
            unsent = late if order is orders[-1] else ()
            if (unsent, altered) != (order.unsent.late, order.unsent.altered):
                await self._desk.happened(order.id, facts.CameLate(unsent, altered))
            complete = complete and all_judged
        return Recheck(more=bool(news) and not named, complete=complete)

    async def of_skipped(self, order_id: str, found: Listing, inode: int | None) -> None:
        """Record photos that were added to a skipped or cancelled shoot. They are not sent.

        A folder with a different ``inode`` is a different shoot with the same name, and is left to the arrivals.
        """
        order = await self._desk.load(order_id)
        if None not in (inode, order.source.inode) and inode != order.source.inode:
            return
        if order.phase is Phase.SKIPPED:
            new = await self._archive.strangers(order_id, found)
        else:
            compared = await self._comparing.of(Settled(order.source.folder, found, "", inode=inode))()
            judged = compared.judged
            photos = () if judged.again is Again.SAME else judged.new or compared.fact.brackets
            new = changed_since(compared.orders, photos)[0]
        if new != order.unsent.late:
            await self._desk.happened(order_id, facts.CameLate(new))

    async def _unsent(self, orders: Sequence[Order], news: Sequence[Bracket]) -> tuple[str, ...]:
        """Read new photos and return the paths of those with unsent frames, one file per frame."""
        if not orders or not news:
            return ()
        return changed_since(orders, one_a_frame(await self._contents.shots(orders[0].source.folder, news)))[0]
