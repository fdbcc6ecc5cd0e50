"""Creates the orders of settled shoots, and hands them to the desk."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

import structlog

from daemon.delivery import output_folder
from daemon.order import (
    Ended,
    FlowName,
    Judged,
    Order,
    OrderSource,
    Phase,
    came_late,
    facts,
    fingerprint,
    known_again,
    part_of,
)
from daemon.order.archive import Entry, unsure
from daemon.order.found import FoundElsewhere
from daemon.order.problem import Code, Trouble
from daemon.order.times import Times
from daemon.order.unsent import Unsent
from daemon.orders import Desk
from daemon.shoot import LeftOut
from daemon.store.asks import Answer, Ask
from daemon.watcher.archive import Archive
from daemon.watcher.chosen import paths
from daemon.watcher.folder import WatchedFolder
from daemon.watcher.unknown import UnknownOrders

log = structlog.get_logger("bracketd.watcher")


class NewOrders:
    """The new orders of one watched folder.

    An ``ask`` is answered in the transaction that adds the order. ``fact`` is the locked fact, ``inode`` is that of the
    shoot's folder, and ``elsewhere`` is an unknown order that seems to contain the photos: then the new one is held.
    """

    def __init__(
        self, folder: WatchedFolder, desk: Desk, unknown: UnknownOrders, archive: Archive, *, flow: FlowName
    ) -> None:
        self._folder, self._desk, self._unknown, self._archive = folder, desk, unknown, archive
        self._flow = flow

    async def skip_same(
        self,
        shoot: str,
        judged: Judged,
        before: Order,
        fact: facts.Locked,
        photos: Sequence[Entry],
        *,
        inode: int | None,
        answer: Answer | None = None,
    ) -> None:
        """Skip a shoot whose photos are in the order ``before``, or that was recognised as a skipped shoot.

        To distinguish later additions, the current files are recorded by name (``photos``), or left out with their
        reasons if they were recognised by content.
        """
        why = await self._archive.why(judged)
        log.warning("skipped", shoot=shoot, why=why)
        mark, same_as = fingerprint(fact.brackets), before.source.same_as or before.id
        by_name = judged.recognised is not None or before.phase is Phase.SKIPPED
        known = () if by_name else known_again(fact, judged, ())
        photos = photos if by_name else ()
        await self.skip(shoot, why, mark, inode, same_as=same_as, photos=photos, left_out=known, answer=answer)

    async def skip(
        self,
        shoot: str,
        why: str,
        mark: str,
        inode: int | None,
        *,
        same_as: str | None = None,
        by_person: bool = False,
        photos: Sequence[Entry] = (),
        left_out: Sequence[LeftOut] = (),
        answer: Answer | None = None,
    ) -> str:
        """Skip a shoot and return the id of its order. ``mark`` is its fingerprint; ``photos`` are recorded."""
        fact = facts.Locked((), paths(left_out), why, tuple(left_out))
        order = await self.make(shoot, fact, inode)
        order = replace(
            order,
            standing=Ended.SKIPPED_BY_PERSON if by_person else Ended.SKIPPED_BY_RULE,
            due=None,
            troubles=(Trouble(Code.SKIPPED, why),),
            source=replace(order.source, fingerprint=mark, same_as=same_as),
        )
        await self._desk.skip(order, fact, photos, answer=answer)
        return order.id

    async def supplement(
        self,
        shoot: str,
        judged: Judged,
        whole: facts.Locked,
        held: str | None,
        inode: int | None,
        *,
        orders: Sequence[Order],
        ask: Ask | None = None,
        elsewhere: FoundElsewhere | None = None,
    ) -> None:
        """Create an order of the unsent photos, for the same output folder. ``held`` is the reason to hold it, or None.

        ``whole`` is the shoot with all its photos; ``orders`` are those of its folder.
        """
        fact = part_of(whole, judged, orders)
        order = await self.late(shoot, judged, fact, inode)
        if judged.recognised is not None:
            order = unsure(order, await self._archive.why(judged))
        elif held is not None:
            order = came_late(order, held)
        await self._desk.begin(order, fact, ask, elsewhere=elsewhere)

    async def late(self, shoot: str, judged: Judged, fact: facts.Locked, inode: int | None) -> Order:
        """An order of late photos, not in the store yet. It has the output folder of the earlier order."""
        order = await self.make(shoot, fact, inode)
        if judged.before is not None:
            order = replace(
                order,
                source=replace(order.source, supplement_of=judged.before.source.supplement_of or judged.before.id),
            )
        if judged.before is not None and judged.before.source.folder == order.source.folder:
            order = replace(order, source=replace(order.source, output=judged.before.source.output))
        return order

    async def replace(
        self,
        old: Order,
        fact: facts.Locked,
        inode: int | None,
        ask: Ask | None,
        elsewhere: FoundElsewhere | None,
        *,
        part: Judged | None = None,
    ) -> None:
        """Replace an order that was skipped, or is held before its merge. The output folder of a held order is kept.

        ``part`` is set if only a part of the shoot is sent: as a supplement, unless the replaced order is held.
        """
        if part is None or old.phase is Phase.HELD:
            order = await self.make(old.source.shoot, fact, inode)
        else:
            order = await self.late(old.source.shoot, part, fact, inode)
        order = replace(
            order,
            source=replace(order.source, output=old.source.output if old.phase is Phase.HELD else order.source.output),
        )
        if elsewhere is None:
            order = replace(order, source=replace(order.source, unknown_order=old.source.unknown_order))
        await self._desk.replace(old, order, fact, ask, elsewhere=elsewhere)

    async def make(self, shoot: str, fact: facts.Locked, inode: int | None) -> Order:
        """A new order, not in the store yet."""
        now, dev_mode = self._desk.now(), self._folder.preset.dev_mode
        taken = await self._desk.store.outputs() | self._unknown.places
        return Order(
            id=str(uuid.uuid4()),
            flow=self._flow,
            source=OrderSource(
                shoot=shoot,
                folder=self._folder.path(shoot),
                output=output_folder(self._folder.output, shoot, taken, dev_mode=dev_mode),
                fingerprint=fingerprint(fact.brackets),
                inode=inode,
            ),
            times=Times(created_at=now, updated_at=now),
            preset=self._folder.preset,
            brackets=fact.brackets,
            unsent=Unsent(left_out=fact.left_out, left_out_why=fact.left_out_why),
            due=now,
        )
