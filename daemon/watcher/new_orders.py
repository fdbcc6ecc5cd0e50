"""Creates the orders of settled shoots, and hands them to the desk."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import structlog

from daemon.delivery import output_folder
from daemon.grouping.division import Division
from daemon.order import (
    Ended,
    FlowName,
    Judged,
    Order,
    OrderSource,
    Phase,
    Preset,
    Times,
    came_late,
    facts,
    fingerprint,
    is_mendable,
    known_again,
    part_of,
)
from daemon.order.allowed import CANCELLED
from daemon.order.archive import Entry, unsure
from daemon.order.outcome import Replace, Send, Split, Supplement
from daemon.order.parts import part_of_photos
from daemon.order.problem import Code, Trouble
from daemon.order.source import ShootPart, part_name
from daemon.order.unsent import Unsent
from daemon.orders import Desk
from daemon.photos.choosing import by_name, paths
from daemon.photos.sending import Sending, planned
from daemon.shoot import LeftOut
from daemon.store.asks import Answer, Ask
from daemon.watcher.archive import Archive, entries
from daemon.watcher.folder import WatchedFolder
from daemon.watcher.settled import Compared, Settled
from daemon.watcher.unknown import UnknownOrders

log = structlog.get_logger("bracketd.watcher")


@dataclass(frozen=True, slots=True)
class _Record:
    """What is stored about a skipped shoot: its ``fingerprint``, and its files.

    The files are stored by name (``photos``) or by content (``left_out``).

    ``same_as`` is the id of the order that has its photos.
    """

    fingerprint: str
    photos: Sequence[Entry] = ()
    left_out: tuple[LeftOut, ...] = ()
    same_as: str | None = None


class NewOrders:
    """The new orders of one watched folder. An ``ask`` is answered in the transaction that adds the order."""

    def __init__(
        self, folder: WatchedFolder, desk: Desk, unknown: UnknownOrders, archive: Archive, *, flow: FlowName
    ) -> None:
        self._folder, self._desk, self._unknown, self._archive = folder, desk, unknown, archive
        self._flow = flow

    async def create(self, compared: Compared, new: Send | Replace | Supplement | Split, ask: Ask | None) -> None:
        """Create the orders that an outcome requires."""
        match new:
            case Send():
                await self.send(compared, new, ask)
            case Replace():
                await self.replace(compared, new, ask)
            case Supplement():
                await self.supplement(compared, new, ask)
            case Split():
                await self.split(compared, new, ask)

    async def send(self, compared: Compared, new: Send, ask: Ask | None) -> None:
        """Create the order of a whole shoot."""
        fact, shoot = compared.fact, compared.settled.shoot
        if fact.several is not None:
            log.warning(
                "shoot looks like several properties", shoot=shoot, properties=fact.several.found, held=fact.several.ask
            )
        order = await self._make(compared.settled, fact, compared)
        if new.unsure:
            order = unsure(order, await self._archive.why(compared.judged))
        await self._desk.begin(order, fact, ask, elsewhere=compared.elsewhere)

    async def supplement(self, compared: Compared, new: Supplement, ask: Ask | None) -> None:
        """Create an order of a shoot's unsent photos, for the same output folder."""
        fact = _part_of(compared, new.part, compared.orders)
        order = await self._late(compared, new.part, fact)
        if new.part.recognised is not None:
            order = unsure(order, await self._archive.why(new.part))
        elif new.held is not None:
            order = came_late(order, new.held)
        await self._desk.begin(order, fact, ask, elsewhere=compared.elsewhere)

    async def replace(self, compared: Compared, new: Replace, ask: Ask | None) -> None:
        """Replace an order that was skipped or cancelled, or is held before its merge.

        The output folder of a held order is kept, unless the shoot's own file now gives another name. A part of the
        shoot is sent as a supplement, unless the replaced order is held.
        """
        old, fact = new.old, compared.fact
        if new.part is not None:
            fact = _part_of(compared, new.part, [order for order in compared.orders if order.id != old.id])
        if new.part is None or old.phase is Phase.HELD:
            order = await self._make(compared.settled, fact, compared)
        else:
            order = await self._late(compared, new.part, fact)
        source = order.source
        if old.source.part is not None and new.part is not None and old.phase is Phase.HELD:
            source = replace(source, shoot=old.source.shoot, part=old.source.part)
        is_same = source.part == old.source.part and _own_name(old.preset) == _own_name(order.preset)
        if old.phase is Phase.HELD and is_same:
            source = replace(source, output=old.source.output)
        if compared.elsewhere is None:
            source = replace(source, unknown_order=old.source.unknown_order)
        order = replace(order, source=source)
        await self._desk.replace(old, order, fact, ask, elsewhere=compared.elsewhere)

    async def split(self, compared: Compared, new: Split, ask: Ask | None) -> None:
        """Create an order of each property of the shoot. Every photo and every left-out file is in exactly one."""
        division, sending = compared.division, compared.sending
        if division is None or sending is None:
            raise ValueError("only a shoot with several properties is split")
        parts, outputs = [], set[str]()
        for number in range(division.properties):
            fact = _property(compared.fact, sending, division, number)
            part = ShootPart(number + 1, division.properties)
            order = await self._make(compared.settled, fact, compared, part=part, outputs=outputs)
            outputs.add(order.source.output)
            parts.append((order, fact))
        log.info("shoot split", shoot=compared.settled.shoot, orders=[order.id for order, _ in parts])
        await self._desk.split(new.old, parts, ask, elsewhere=compared.elsewhere)

    async def skip(self, settled: Settled, answer: Answer | None = None) -> str:
        """Skip a shoot, and record its photos by name. Returns the id of its order."""
        return await self._skip(settled, _Record(by_name(settled.found), entries(settled.found)), answer)

    async def skip_same(self, compared: Compared, before: Order, answer: Answer | None) -> None:
        """Skip a shoot whose photos are in the order ``before``, or that was recognised as a skipped shoot.

        The current files are recorded so that later additions are noticed: by name, or as left out with their reasons
        if they were recognised by content.
        """
        settled, fact, judged = compared.settled, compared.fact, compared.judged
        why = await self._archive.why(judged)
        log.warning("skipped", shoot=settled.shoot, why=why)
        mark, same_as = fingerprint(fact.brackets), before.source.same_as or before.id
        if judged.recognised is not None or before.phase is Phase.SKIPPED:
            record = _Record(mark, entries(settled.found), same_as=same_as)
        else:
            record = _Record(mark, left_out=known_again(fact, judged, ()), same_as=same_as)
        await self._skip(replace(settled, why=why, verb=None), record, answer)

    async def skip_late(self, compared: Compared, answer: Answer | None) -> None:
        """Record late photos that a person skips as a cancelled supplement, so that they are recognised later."""
        fact = facts.Locked(compared.judged.new, why=compared.settled.why)
        order = await self._late(compared, compared.judged, fact)
        await self._desk.decline(order, facts.Cancelled(CANCELLED, by_person=True), answer)

    async def outputs(self, compared: Compared) -> set[str]:
        """The output folders that may have the pictures of a shoot.

        They are that of a new order, and those of the orders that it continues.
        """
        taken, before = await self._desk.store.outputs(), compared.judged.before
        preset = compared.preset or self._folder.preset
        name = _own_name(preset) or compared.settled.shoot
        new = output_folder(self._folder.output, name, taken, dev_mode=preset.dev_mode)
        continued = (o for o in compared.orders if is_mendable(o) or (before is not None and o.id == before.id))
        return {new, *(order.source.output for order in continued)}

    async def _skip(self, settled: Settled, record: _Record, answer: Answer | None) -> str:
        fact = facts.Locked((), paths(record.left_out), settled.why, record.left_out)
        order = await self._make(settled, fact)
        order = replace(
            order,
            standing=Ended.SKIPPED_BY_RULE if settled.verb is None else Ended.SKIPPED_BY_PERSON,
            due=None,
            troubles=(Trouble(Code.SKIPPED, settled.why),),
            source=replace(order.source, fingerprint=record.fingerprint, same_as=record.same_as),
        )
        await self._desk.skip(order, fact, record.photos, answer=answer)
        return order.id

    async def _late(self, compared: Compared, part: Judged, fact: facts.Locked) -> Order:
        """An order of late photos, not in the store yet. It has the output folder of the earlier order."""
        order = await self._make(compared.settled, fact, compared)
        source, before = order.source, part.before
        if before is not None and before.source.part is not None:
            before = part_of_photos(compared.orders, fact.brackets) or before
        if before is not None:
            source = replace(source, supplement_of=before.source.supplement_of or before.id)
        if before is not None and before.source.folder == source.folder:
            theirs = before.source
            source = replace(source, output=theirs.output, shoot=part_name(source.shoot, theirs.part), part=theirs.part)
        return replace(order, source=source)

    async def _make(
        self,
        settled: Settled,
        fact: facts.Locked,
        compared: Compared | None = None,
        *,
        part: ShootPart | None = None,
        outputs: Collection[str] = (),
    ) -> Order:
        """A new order, not in the store yet. Without ``compared`` it has no plan, and the folder's settings.

        ``part`` is the property of the shoot; ``outputs`` are the output folders of its other new orders.
        """
        now, preset = self._desk.now(), (compared and compared.preset) or self._folder.preset
        name = part_name(_own_name(preset) or settled.shoot, part)
        taken = await self._desk.store.outputs() | self._unknown.places | frozenset(outputs)
        return Order(
            id=str(uuid.uuid4()),
            flow=self._flow,
            source=OrderSource(
                shoot=part_name(settled.shoot, part),
                part=part,
                folder=settled.folder,
                output=output_folder(self._folder.output, name, taken, dev_mode=preset.dev_mode),
                fingerprint=fingerprint(fact.brackets),
                inode=settled.inode,
            ),
            times=Times(created_at=now, updated_at=now),
            preset=preset,
            brackets=fact.brackets,
            plan=planned(compared.sending if compared else None, fact.brackets),
            unsent=Unsent(left_out=fact.left_out, left_out_why=fact.left_out_why),
            due=now,
        )


def _own_name(preset: Preset) -> str | None:
    """The output name in a shoot's own file; None if it has none."""
    name = preset.own.get("name")
    return name if isinstance(name, str) else None


def _property(whole: facts.Locked, sending: Sending, division: Division, number: int) -> facts.Locked:
    """A shoot with only the photos and left-out files of one property, and what a person must decide about those."""
    brackets = tuple(bracket for bracket in whole.brackets if division.property_of(bracket.path) == number)
    left_out = tuple(one for one in whole.left_out_why if division.property_of(one.path) == number)
    doubt = sending.doubt([bracket.path for bracket in brackets])
    return facts.Locked(brackets, paths(left_out), whole.why, left_out, doubt)


def _part_of(compared: Compared, part: Judged, orders: Sequence[Order]) -> facts.Locked:
    """A shoot with only its new photos, and what a person must decide about those. ``orders``: its other orders."""
    fact = part_of(compared.fact, part, orders)
    if compared.sending is None:
        return fact
    news = [bracket.path for bracket in fact.brackets]
    return replace(fact, doubt=compared.sending.doubt(news, submitted=compared.settled.is_submitted))
