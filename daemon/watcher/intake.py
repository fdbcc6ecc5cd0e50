"""Brings settled shoots to the desk: gathers what is known of each, lets the core decide, and carries that out."""

from __future__ import annotations

from dataclasses import replace

import structlog

from daemon.files import scan
from daemon.order import (
    Again,
    FlowName,
    Judged,
    Known,
    LateRules,
    Order,
    Outcome,
    Phase,
    Refusal,
    Verb,
    facts,
    known_again,
    may_have_moved,
    meant_by,
    outcome,
)
from daemon.order.found import FoundElsewhere
from daemon.order.outcome import (
    Approve,
    Cancel,
    Leave,
    Move,
    Refuse,
    RefusedFor,
    Replace,
    Send,
    Skip,
    SkipAsSame,
    SkipLate,
    Split,
    Supplement,
)
from daemon.orders import Desk, answers
from daemon.orders.asks import carry_out, original_of
from daemon.photos.choosing import paths
from daemon.photos.contents import Contents
from daemon.shoot import Listing
from daemon.store import asks
from daemon.store.asks import Ask
from daemon.store.known import KnownBy
from daemon.watcher.archive import Archive
from daemon.watcher.comparing import Comparing
from daemon.watcher.folder import WatchedFolder
from daemon.watcher.late_photos import LatePhotos
from daemon.watcher.new_orders import NewOrders
from daemon.watcher.settled import Compared, Settled
from daemon.watcher.unknown import UnknownOrders

log = structlog.get_logger("bracketd.watcher")

SKIPPED = "already in the folder when bracketd first watched it; `bracketd submit FOLDER` sends it"
DECLINED = "skipped by a person before it was sent; `bracketd submit FOLDER` sends it"
SUBMITTED = "submitted on request"
NOTHING_SENT = (
    "its settings leave out every photo; change `singles` or the shoot's bracketd.yaml, then `bracketd submit FOLDER`"
)


class Intake:
    """Brings the shoots of one watched folder to the desk. ``unknown`` is shared by all watched folders."""

    def __init__(
        self, folder: WatchedFolder, desk: Desk, contents: Contents, unknown: UnknownOrders, *, flow: FlowName
    ) -> None:
        archive = Archive(desk.store)
        self._folder, self._desk, self._contents, self._unknown = folder, desk, contents, unknown
        self._comparing = Comparing(desk.store, contents, archive, folder.preset)
        self._orders = NewOrders(folder, desk, unknown, archive, flow=flow)
        self.late = LatePhotos(desk, contents, archive, self._comparing, late_files=folder.late_files)

    async def may_be_more(self, shoot: str) -> bool:
        """True if a folder that reappeared may have new photos: it is finished, or a skipped copy, or has no order."""
        newest = await self._desk.store.newest(self._folder.path(shoot))
        return newest is None or newest.phase is Phase.DOWNLOADED or newest.source.same_as is not None

    async def skip(self, shoot: str, found: Listing | None, inode: int | None = None) -> str:
        """Record an existing shoot as skipped. ``found`` is None if its photos could not be scanned.

        Returns the id of its order.
        """
        return await self._orders.skip(Settled(self._folder.path(shoot), found or Listing(), SKIPPED, inode=inode))

    async def lock(self, settled: Settled) -> None:
        """Create the order of a settled shoot, or the order that its comparison with earlier orders requires.

        Raises OSError and NotYet.
        """
        self._unknown.require_ready(self._folder.output)
        compare = self._comparing.of(settled)
        compared = await compare()
        sent = compared.judged.again in (Again.SAME, Again.SKIPPED)
        elsewhere = None if sent else await self._elsewhere(compared)
        async with self._desk.admission:
            compared = replace(await compare(), elsewhere=elsewhere)
            await self._decide(compared, None, None)
            fact, judged, orders = compared.fact, compared.judged, compared.orders
            if orders and (known := known_again(fact, judged, orders)):
                await self._desk.happened(orders[-1].id, facts.FoundAgain(paths(known), known))
            if orders and settled.inode is not None and judged.again is not Again.NEW:
                await self._desk.know(settled.folder, orders, settled.inode)

    async def submit(self, settled: Settled, ask: Ask | None = None) -> bool:
        """Send a shoot in its current state on a person's request, even if it was skipped or is held.

        ``ask`` is answered in the transaction that carries it out. Returns False if the shoot has no readable photo,
        and so no order, or if it is not split as requested. Raises OSError, NotYet, and Stale after a concurrent
        change of its order.
        """
        again = settled.verb is Verb.SUBMIT_AGAIN
        if not again:
            self._unknown.require_ready(self._folder.output)
        compare = self._comparing.of(settled)
        compared = await compare()
        elsewhere = None if again else await self._elsewhere(compared)
        async with self._desk.admission:
            compared = replace(await compare(), elsewhere=elsewhere)
            verb = settled.verb or Verb.SUBMIT
            decided = await self._decide(compared, meant_by(verb, compared.orders), ask)
        return decided != Refuse(RefusedFor.NO_PHOTOS) and not (
            settled.verb is Verb.SPLIT and isinstance(decided, Refuse)
        )

    async def decline(self, settled: Settled, ask: Ask) -> None:
        """Skip a waiting shoot, or waiting late photos, on a person's request.

        If an order was created meanwhile, cancel it. Raises OSError.
        """
        compare, store = self._comparing.of(settled), self._desk.store
        if await store.newest(settled.folder) is not None:
            await compare()
        async with self._desk.admission:
            newest = await store.newest(settled.folder)
            unread = Compared(settled, facts.Locked(()), Judged(Again.NEW))
            await self._decide(unread if newest is None else await compare(), newest, ask)

    async def _elsewhere(self, compared: Compared) -> FoundElsewhere | None:
        """The order missing from the state that seems to contain this shoot, or None. Raises OSError and NotYet."""
        if self._folder.preset.dev_mode:
            return None
        return await self._unknown.about(compared, await self._orders.outputs(compared), self._contents)

    async def _decide(self, compared: Compared, newest: Order | None, ask: Ask | None) -> Outcome:
        """Decide what becomes of a shoot, and carry it out. ``newest`` is the order that a request applies to."""
        preset, late_files = self._folder.preset, self._folder.late_files
        rules = LateRules(late_files, preset.dev_mode, self._desk.now())
        decided = outcome(await self._known(compared, newest), rules)
        await self._carry_out(compared, decided, ask)
        return decided

    async def _known(self, compared: Compared, newest: Order | None) -> Known:
        """All that is known of a shoot, including facts that only the store and the disk have."""
        settled, judged, original, moved = compared.settled, compared.judged, None, False
        if settled.is_submitted:
            original = await original_of(self._desk, judged.before if judged.again is Again.SAME else newest)
        elif settled.verb is None and (before := may_have_moved(judged, settled.folder)) is not None:
            moved = not await self._contents.blocking(scan.is_folder, before.source.folder)
        return Known(
            settled.folder,
            judged,
            orders=compared.orders,
            newest=newest,
            verb=settled.verb,
            has_photos=bool(compared.fact.brackets),
            moved=moved,
            original=original,
            elsewhere=compared.elsewhere is not None,
            properties=compared.division.properties if compared.division is not None else 1,
        )

    async def _carry_out(self, compared: Compared, decided: Outcome, ask: Ask | None) -> None:
        settled, judged = compared.settled, compared.judged
        match decided:
            case Send() | Replace() | Supplement() | Split():
                await self._orders.create(compared, decided, ask)
            case Move(order):
                await self._move(order, settled)
            case SkipAsSame(before, original):
                await self._orders.skip_same(compared, before, self._desk.refused(ask, answers.same_photos(original)))
            case Skip():
                text = answers.skipped(settled.shoot, settled.folder)
                settled = settled if settled.verb is not None else replace(settled, why=NOTHING_SENT)
                await self._orders.skip(settled, self._desk.done(ask, text))
            case SkipLate():
                text = answers.skipped(settled.shoot, settled.folder)
                await self._orders.skip_late(compared, self._desk.done(ask, text))
            case Approve(order) | Cancel(order):
                async with self._desk.turn(order.id) as turn:
                    if ask is None:
                        await turn.happened(facts.Approved())
                    else:
                        await carry_out(self._desk, turn, ask, self._folder.preset)
            case Refuse():
                await self._desk.answer(ask, asks.Outcome.REFUSED, _answer(decided, settled))
            case Leave():
                log.info("not sent", shoot=settled.shoot, why=judged.again.value)

    async def _move(self, order: Order, settled: Settled) -> None:
        """Record a shoot's new folder in all its orders under way: those of parts and supplements too."""
        for one in await self._desk.store.earlier(KnownBy(order.source.folder)):
            if one.due is not None and one.source.folder == order.source.folder:
                log.info("shoot renamed during processing", shoot=settled.shoot, was=one.source.shoot, order=one.id)
                await self._desk.happened(one.id, facts.Moved(settled.shoot, settled.folder))


def _answer(refused: Refuse, settled: Settled) -> str:
    """The answer to a request that is refused."""
    match refused:
        case Refuse(RefusedFor.NO_PHOTOS):
            return answers.no_photos(settled.shoot)
        case Refuse(RefusedFor.NOT_ALLOWED, Order() as order, Refusal() as why) if settled.verb is not None:
            return answers.refused(order, settled.verb, why)
        case Refuse(RefusedFor.MAYBE_SENT, Order() as order):
            return answers.may_be_delivered(order)
        case Refuse(RefusedFor.SENT_BEFORE, Order() as order):
            return answers.sent_before(order)
        case Refuse(RefusedFor.SAME_PHOTOS, original):
            return answers.same_photos(original)
        case Refuse(RefusedFor.SENT_IN_PART, other):
            return answers.sent_in_part(settled.shoot, settled.folder, other)
        case Refuse(RefusedFor.ONE_PROPERTY):
            return answers.one_property(settled.shoot, settled.folder)
        case Refuse(RefusedFor.SKIPPED_ALREADY):
            return answers.skipped_already(settled.shoot, settled.folder)
        case _:
            return answers.nothing_new(settled.shoot)
