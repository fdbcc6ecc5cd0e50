"""Creates orders: locks settled shoots, skips existing shoots, and sends what a person submits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from daemon.delivery import output_folder
from daemon.files import scan
from daemon.order import (
    Again,
    Bracket,
    FlowName,
    Judged,
    Order,
    Phase,
    Submitted,
    Verb,
    allowed,
    changed_since,
    compare,
    facts,
    fingerprint,
    is_mendable,
    known_again,
    may_follow,
    part_of,
    refusal,
    submitted,
    submitted_order,
    the_rest,
    unknown,
    with_shots,
)
from daemon.order.again import not_wanted, was_sent
from daemon.order.allowed import CANCELLED
from daemon.order.archive import Entry, unsure
from daemon.order.found import FoundElsewhere
from daemon.orders import Desk, answers
from daemon.orders.asks import carry_out, original_of
from daemon.shoot import Listing, usable
from daemon.store.asks import Ask, Outcome
from daemon.store.known import KnownBy
from daemon.watcher.altered import Allowance, Altered
from daemon.watcher.archive import Archive, entries
from daemon.watcher.chosen import by_name, choose, is_known, one_a_frame, paths, plain
from daemon.watcher.contents import Contents
from daemon.watcher.folder import WatchedFolder
from daemon.watcher.new_orders import NewOrders
from daemon.watcher.unknown import UnknownOrders

log = structlog.get_logger("bracketd.watcher")

SKIPPED = "already in the folder when bracketd first watched it; `bracketd submit FOLDER` sends it"
DECLINED = "skipped by a person before it was sent; `bracketd submit FOLDER` sends it"


@dataclass(frozen=True, slots=True)
class LateLook:
    """The result of rechecking a locked shoot.

    ``more``: True if there are unsent photos to send, so the shoot must be followed again. ``complete``: True if all
    suspected changes were checked; otherwise the next recheck continues.
    """

    more: bool
    complete: bool


class Intake:
    """Brings the shoots of one watched folder to the desk. ``unknown`` is shared by all watched folders."""

    def __init__(
        self, folder: WatchedFolder, desk: Desk, contents: Contents, unknown: UnknownOrders, *, flow: FlowName
    ) -> None:
        self._folder, self._desk, self._contents, self._unknown = folder, desk, contents, unknown
        self._store, self._archive, self._altered = desk.store, Archive(desk.store), Altered(contents)
        self._orders = NewOrders(folder, desk, unknown, self._archive, flow=flow)

    async def may_be_more(self, shoot: str) -> bool:
        """True if a folder that reappeared may have new photos: it is finished, or a skipped copy, or has no order."""
        newest = await self._store.newest(self._folder.path(shoot))
        return newest is None or newest.phase is Phase.DOWNLOADED or newest.source.same_as is not None

    async def skip(self, shoot: str, found: Listing | None, inode: int | None = None) -> str:
        """Record an existing shoot as skipped. ``found`` is None if its photos could not be scanned.

        Returns the id of its order.
        """
        found = found or Listing()
        return await self._orders.skip(shoot, SKIPPED, by_name(found), inode, photos=entries(found))

    async def look_for_strangers(self, order_id: str, found: Listing, inode: int | None) -> None:
        """Record photos that were added to a skipped or cancelled shoot. They are not sent. Raises OSError.

        A folder with a different ``inode`` is a different shoot with the same name, and is left to the arrivals.
        """
        order = await self._store.load(order_id)
        if None not in (inode, order.source.inode) and inode != order.source.inode:
            return
        if order.phase is Phase.SKIPPED:
            new = await self._archive.strangers(order_id, found)
        else:
            fact, judged, orders = await self._judging(order.source.shoot, found, "", inode=inode)()
            photos = () if judged.again is Again.SAME else judged.new or fact.brackets
            new = changed_since(orders, photos)[0]
        if new != order.unsent.late:
            await self._desk.happened(order_id, facts.CameLate(new))

    async def lock(
        self,
        shoot: str,
        found: Listing,
        why: str,
        damaged: frozenset[str] = frozenset(),
        inode: int | None = None,
    ) -> None:
        """Create the order of a settled shoot, or the order that its comparison with earlier orders requires.

        ``damaged`` photos are left out; ``inode`` is that of the shoot's folder. Raises OSError and NotYet.
        """
        self._unknown.require_ready(self._folder.output)
        judge = self._judging(shoot, found, why, damaged, inode=inode)
        fact, judged, orders = await judge()
        sent = judged.again in (Again.SAME, Again.SKIPPED)
        elsewhere = None if sent else await self._elsewhere(shoot, fact, judged, orders)
        async with self._desk.admission:
            fact, judged, orders = await judge()
            await self._take(shoot, fact, judged, orders, inode, photos=entries(found), elsewhere=elsewhere)
            if orders and inode is not None and judged.again is not Again.NEW:
                await self._desk.know(self._folder.path(shoot), orders, inode)

    async def _elsewhere(
        self, shoot: str, fact: facts.Locked, judged: Judged, orders: Sequence[Order]
    ) -> FoundElsewhere | None:
        """The order missing from the state that seems to contain this shoot, or None. Raises OSError."""
        dev_mode = self._folder.preset.dev_mode
        if dev_mode:
            return None
        taken = await self._store.outputs()
        outputs = {output_folder(self._folder.output, shoot, taken, dev_mode=dev_mode)}
        before = judged.before
        outputs |= {o.source.output for o in orders if is_mendable(o) or (before is not None and o.id == before.id)}
        return await self._unknown.about(shoot, self._folder.path(shoot), outputs, fact.brackets, self._contents)

    async def _take(
        self,
        shoot: str,
        fact: facts.Locked,
        judged: Judged,
        orders: Sequence[Order],
        inode: int | None,
        *,
        photos: Sequence[Entry],
        elsewhere: FoundElsewhere | None,
    ) -> None:
        """Carry out the judgement about a settled shoot. ``orders`` are those of its folder, newest first.

        ``photos`` are the record entries of all its photos, for a shoot that is skipped.
        """
        before = judged.before
        match judged.again:
            case Again.NEW:
                await self._desk.begin(await self._orders.make(shoot, fact, inode), fact, elsewhere=elsewhere)
            case Again.SAME if before is not None and not judged.by_frame and await self._was_renamed(shoot, before):
                log.info("shoot renamed during processing", shoot=shoot, was=before.source.shoot, order=before.id)
                await self._desk.happened(before.id, facts.Moved(shoot, self._folder.path(shoot)))
            case Again.SAME if before is not None and before.source.folder != self._folder.path(shoot) and not orders:
                await self._orders.skip_same(shoot, judged, before, fact, photos, inode=inode)
            case Again.UNSURE:
                order = unsure(await self._orders.make(shoot, fact, inode), await self._archive.why(judged))
                await self._desk.begin(order, fact, elsewhere=elsewhere)
            case Again.MORE if before is not None and judged.new and self._may_supplement(orders):
                here = before.source.folder == self._folder.path(shoot)
                dev_mode = self._folder.preset.dev_mode
                now, late = self._desk.now(), self._folder.late_files
                held = may_follow(judged, before, now, late, here=here, dev_mode=dev_mode)
                await self._orders.supplement(shoot, judged, fact, held, inode, orders=orders, elsewhere=elsewhere)
            case _:
                log.info("not sent", shoot=shoot, why=judged.again.value)
        if orders and (known := known_again(fact, judged, orders)):
            await self._desk.happened(orders[-1].id, facts.FoundAgain(paths(known), known))

    def _may_supplement(self, orders: Sequence[Order]) -> bool:
        """True if late photos of a folder may become an order. ``orders`` are those of the folder."""
        return not orders or not (self._folder.late_files == "ignore" or any(map(is_mendable, orders)))

    async def submit(
        self,
        shoot: str,
        found: Listing,
        damaged: frozenset[str] = frozenset(),
        *,
        again: bool = False,
        inode: int | None = None,
        ask: Ask | None = None,
    ) -> bool:
        """Send a shoot in its current state on a person's request, even if it was skipped or is held.

        ``damaged`` photos are left out. ``again``: send it even if its photos were sent before. ``ask`` is answered in
        the transaction that carries it out. Returns False if the shoot has no readable photo, and so no order.
        Raises OSError, NotYet, and Stale after a concurrent change of its order.
        """
        if not again:
            self._unknown.require_ready(self._folder.output)
        judge = self._judging(shoot, found, "submitted on request", damaged, inode=inode, by_person=True)
        fact, judged, orders = await judge()
        elsewhere = None if again else await self._elsewhere(shoot, fact, judged, orders)
        async with self._desk.admission:
            fact, judged, orders = await judge()
            newest, verb = submitted_order(orders), Verb.SUBMIT_AGAIN if again else Verb.SUBMIT
            if not fact.brackets:
                await self._desk.answer(ask, Outcome.REFUSED, answers.no_photos(shoot))
                return False
            if newest is not None and (why := refusal(newest, verb)) is not None:
                await self._desk.answer(ask, Outcome.REFUSED, answers.refused(newest, verb, why))
                return True
            original = await original_of(self._desk, judged.before if judged.again is Again.SAME else newest)
            free = original is not None and not was_sent(original) and not judged.unsent
            part = None if again else the_rest(judged)
            match submitted(newest, judged, again=again or free, unknown=elsewhere is not None):
                case Submitted.WHOLE:
                    await self._desk.begin(await self._orders.make(shoot, fact, inode), fact, ask, elsewhere=elsewhere)
                case Submitted.REPLACES if newest is not None:
                    others = [order for order in orders if order.id != newest.id]
                    sent = fact if part is None else part_of(fact, part, others)
                    await self._orders.replace(newest, sent, inode, ask, elsewhere, part=part)
                case Submitted.SUPPLEMENT if part is not None:
                    await self._orders.supplement(
                        shoot, part, fact, None, inode, orders=orders, ask=ask, elsewhere=elsewhere
                    )
                case Submitted.UNKNOWN if newest is not None:
                    await self._desk.answer(ask, Outcome.REFUSED, answers.may_be_delivered(newest))
                case Submitted.APPROVED if newest is not None:
                    await self._approve(newest, ask)
                case Submitted.SAME if judged.before is not None and newest is None:
                    answer = self._desk.refused(ask, answers.same_photos(original))
                    await self._orders.skip_same(
                        shoot, judged, judged.before, fact, entries(found), inode=inode, answer=answer
                    )
                case Submitted.SAME:
                    await self._desk.answer(ask, Outcome.REFUSED, answers.same_photos(original))
                case _ if newest is not None:
                    await self._desk.answer(ask, Outcome.REFUSED, answers.sent_before(newest))
            return True

    async def decline(self, shoot: str, found: Listing, ask: Ask, *, inode: int | None = None) -> bool:
        """Skip a waiting shoot, or waiting late photos, on a person's request.

        If an order was created meanwhile, cancel it. Returns True: the shoot need not be followed any longer.
        Raises OSError.
        """
        folder, judge = self._folder.path(shoot), self._judging(shoot, found, DECLINED, inode=inode)
        if await self._store.newest(folder) is not None:
            await judge()
        async with self._desk.admission:
            newest = await self._store.newest(folder)
            judged = Judged(Again.NEW) if newest is None else (await judge())[1]
            if newest is not None and Verb.CANCEL in allowed(newest):
                async with self._desk.turn(newest.id) as turn:
                    await carry_out(self._desk, turn, ask, self._folder.preset)
            elif judged.again is Again.NEW:
                answer = self._desk.done(ask, answers.skipped(shoot, folder))
                photos = entries(found)
                await self._orders.skip(
                    shoot, DECLINED, by_name(found), inode, by_person=True, photos=photos, answer=answer
                )
            elif judged.again is Again.MORE and judged.new:
                await self._decline_late(shoot, judged, inode, ask)
            elif newest is not None and not_wanted(newest):
                await self._desk.answer(ask, Outcome.REFUSED, answers.skipped_already(shoot, folder))
            else:
                await self._desk.answer(ask, Outcome.REFUSED, answers.nothing_new(shoot))
            return True

    async def _decline_late(self, shoot: str, judged: Judged, inode: int | None, ask: Ask) -> None:
        """Record late photos that a person skips as a cancelled supplement, so that they are recognised later."""
        fact = facts.Locked(judged.new, why=DECLINED)
        order = await self._orders.late(shoot, judged, fact, inode)
        answer = self._desk.done(ask, answers.skipped(shoot, order.source.folder))
        await self._desk.decline(order, facts.Cancelled(CANCELLED, by_person=True), answer)

    async def _approve(self, order: Order, ask: Ask | None) -> None:
        """Approve a held supplement on a person's request."""
        async with self._desk.turn(order.id) as turn:
            if ask is None:
                await turn.happened(facts.Approved())
            else:
                await carry_out(self._desk, turn, ask, self._folder.preset)

    async def look_for_late(self, orders: Sequence[Order], found: Listing, allowance: Allowance) -> LateLook:
        """Find photos added or changed since a shoot was locked, and record them. Raises OSError.

        ``orders`` are the shoot's, newest first.
        """
        orders = [order for order in orders if order.phase is not Phase.SKIPPED or order.source.same_as is not None]
        photos, named = plain(found.usable), not self._may_supplement(orders)
        news = unknown(orders, photos)
        late = await self._late(orders, news) if named else ()
        suspects, complete = changed_since(orders, photos)[1], True
        for order in orders:
            altered, all_judged = await self._altered.among(order, suspects[order.id], allowance)
            unsent = late if order is orders[-1] else ()
            if (unsent, altered) != (order.unsent.late, order.unsent.altered):
                await self._desk.happened(order.id, facts.CameLate(unsent, altered))
            complete = complete and all_judged
        return LateLook(more=bool(news) and not named, complete=complete)

    async def _late(self, orders: Sequence[Order], news: Sequence[Bracket]) -> tuple[str, ...]:
        """Read new photos and return the paths of those with unsent frames, one file per frame."""
        if not orders or not news:
            return ()
        return changed_since(orders, one_a_frame(await self._contents.shots(orders[0].source.folder, news)))[0]

    def _judging(
        self,
        shoot: str,
        found: Listing,
        why: str,
        damaged: frozenset[str] = frozenset(),
        *,
        inode: int | None,
        by_person: bool = False,
    ) -> Callable[[], Awaitable[tuple[facts.Locked, Judged, Sequence[Order]]]]:
        """A function that judges a shoot on each call, but reads its photos only once.

        The first call reads the photos before the lock is taken. The second, under the lock, sees the current orders.
        """
        contents = self._contents.remembering()
        return lambda: self._judge(shoot, found, why, damaged, contents, inode=inode, by_person=by_person)

    async def _judge(
        self,
        shoot: str,
        found: Listing,
        why: str,
        damaged: frozenset[str],
        contents: Contents,
        *,
        inode: int | None,
        by_person: bool,
    ) -> tuple[facts.Locked, Judged, Sequence[Order]]:
        """Read a shoot and compare it with earlier orders.

        Returns the locked fact, the judgement, and the folder's own orders. A shoot that is unchanged since an order of
        its folder is not read. Photos sent in dev mode count as sent, unless a person submits the shoot. An order that
        the submit replaces does not count.
        """
        folder = self._folder.path(shoot)
        good, bad = usable(found, damaged)
        photos, names = plain(good), by_name(found, damaged)
        mine = await self._store.earlier(KnownBy(folder))
        if not by_person and (same := next((o for o in mine if is_known(o, photos, names)), None)):
            return facts.Locked(photos, paths(bad), why, bad), Judged(Again.SAME, same, known=len(photos)), mine
        if not by_person and (known := await self._archive.at_a_glance(photos, mine)):
            return facts.Locked(photos, paths(bad), why, bad), known, mine
        read, chosen = await choose(contents, folder, good)
        brackets = chosen.brackets
        known_by = KnownBy(folder, fingerprint(brackets), chosen.marks, chosen.seconds, names)
        earlier = await self._store.earlier(known_by)
        if by_person:
            replaced = submitted_order(mine)
            earlier = [o for o in earlier if replaced is None or o.id != replaced.id or not is_mendable(o)]
        if by_person and not self._folder.preset.dev_mode:
            earlier = [order for order in earlier if not order.preset.dev_mode]
        brackets = await contents.with_hashes(folder, brackets, earlier)
        earlier, mine = (
            [with_shots(o, read) if o.source.folder == folder else o for o in some] for some in (earlier, mine)
        )
        judged = compare(folder, brackets, earlier, inode, names)
        if not by_person:
            judged = await self._archive.judge(folder, judged, brackets, earlier, contents)
        left_out = tuple(sorted((*bad, *chosen.left_out, *judged.made), key=lambda one: one.path))
        made = frozenset(paths(judged.made))
        brackets = tuple(bracket for bracket in brackets if bracket.path not in made)
        doubt = None if by_person else chosen.doubt
        return facts.Locked(brackets, paths(left_out), why, left_out, doubt), judged, mine

    async def _was_renamed(self, shoot: str, before: Order) -> bool:
        if before.due is None or before.source.folder == self._folder.path(shoot):
            return False
        return not await self._contents.blocking(scan.is_folder, before.source.folder)
