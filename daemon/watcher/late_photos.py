"""Finds and records photos that were added to, or changed in, a shoot after it was locked or skipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from daemon.order import Again, Bracket, Order, Phase, changed_since, facts, kept_out, may_supplement, unknown
from daemon.order.sent import Sent, taken
from daemon.orders import Desk
from daemon.photos.choosing import one_a_frame, plain
from daemon.photos.contents import Contents
from daemon.shoot import Listing
from daemon.shoot.shot import Shots, stem_of
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
        late = await self._unsent(orders, news, photos) if named else ()
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

        A folder with a different ``inode`` is a different shoot with the same name. ``Arrivals`` handles it.
        """
        order = await self._desk.load(order_id)
        if None not in (inode, order.source.inode) and inode != order.source.inode:
            return
        if order.phase is Phase.SKIPPED:
            new = await self._of_other_frames(
                order, await self._archive.strangers(order_id, found), plain(found.usable)
            )
        else:
            compared = await self._comparing.of(Settled(order.source.folder, found, "", inode=inode))()
            judged = compared.judged
            photos = () if judged.again is Again.SAME else judged.new or compared.fact.brackets
            new = await self._late(compared.orders, photos, plain(found.usable)) if photos else ()
        if new != order.unsent.late:
            await self._desk.happened(order_id, facts.CameLate(new))

    async def _unsent(
        self, orders: Sequence[Order], news: Sequence[Bracket], photos: Sequence[Bracket]
    ) -> tuple[str, ...]:
        """Read new photos and return the paths of those with unsent frames, one file per frame.

        ``photos`` are all photos of the shoot.
        """
        if not orders or not news:
            return ()
        read = one_a_frame(await self._contents.shots(orders[0].source.folder, news))
        return await self._late(orders, read, photos)

    async def _late(
        self, orders: Sequence[Order], news: Sequence[Bracket], photos: Sequence[Bracket]
    ) -> tuple[str, ...]:
        """The paths of new photos whose frames were neither sent nor left out on request, and that copy no photo."""
        if not orders or not news:
            return ()
        folder, unwanted = orders[0].source.folder, kept_out(orders)
        left_out = await self._contents.shots(folder, [photo for photo in photos if photo.path in unwanted])
        late = changed_since(orders, news, left_out)[0]
        copied = await self._copies(folder, orders, [photo for photo in news if photo.path in late], left_out)
        return tuple(path for path in late if path not in copied)

    async def _copies(
        self, folder: str, orders: Sequence[Order], news: Sequence[Bracket], left_out: Sequence[Bracket]
    ) -> frozenset[str]:
        """The new photos with the content of a photo that was sent or left out. Empty if a photo cannot be read."""
        try:
            marks = await self._contents.marks(folder, [photo.path for photo in (*news, *left_out)])
            marked = [replace(photo, mark=marks[photo.path]) for photo in news]
            hashed = await self._contents.with_hashes(folder, marked, orders)
            copied = {photo.path for photo in hashed if any(Sent(order).with_content(photo) for order in orders)}
            for photo in (one for one in marked if one.path not in copied):
                alike = [other for other in left_out if marks[other.path] == photo.mark]
                sums = [await self._contents.sha256(folder, one.path) for one in (photo, *alike)] if alike else [""]
                if sums[0] in sums[1:]:
                    copied.add(photo.path)
        except OSError:
            return frozenset()
        return frozenset(copied)

    async def _of_other_frames(self, order: Order, new: tuple[str, ...], photos: Sequence[Bracket]) -> tuple[str, ...]:
        """The new photos of a skipped shoot that show other frames than its known photos of the same names.

        Only photos of the same names are read, because an archive may have thousands.
        """
        stems = {stem_of(path) for path in new}
        known = [photo for photo in photos if photo.path not in new and stem_of(photo.path) in stems]
        if not known:
            return new
        folder = order.source.folder
        there = Shots(map(taken, await self._contents.shots(folder, known)))
        read = await self._contents.shots(folder, [photo for photo in photos if photo.path in new])
        return tuple(sorted(photo.path for photo in read if there.find(taken(photo)) is None))
