"""Makes orders of shoots: locks a settled one, skips one that was there before us, sends what a person submits."""

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

SKIPPED = "was here before the folder was watched; `bracketd submit FOLDER` sends it"
DECLINED = "skipped by a person before it was sent; `bracketd submit FOLDER` sends it"


@dataclass(frozen=True, slots=True)
class LateLook:
    """What a look at a locked shoot found.

    ``more``: photos that no order has and that are to be sent, so the shoot is waited for once more. ``complete``: all
    photos that may have changed were judged; if not, the next look goes on.
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
        """Whether a folder that came back is looked at again: a finished one may bring more, a skipped copy others."""
        newest = await self._store.newest(self._folder.path(shoot))
        return newest is None or newest.phase is Phase.DOWNLOADED or newest.same_as is not None

    async def skip(self, shoot: str, found: Listing | None, inode: int | None = None) -> str:
        """Record a shoot that was there before us. ``found`` is None when its photos could not be seen.

        Returns the id of its order.
        """
        found = found or Listing()
        return await self._orders.skip(shoot, SKIPPED, by_name(found), inode, photos=entries(found))

    async def look_for_strangers(self, order_id: str, found: Listing, inode: int | None) -> None:
        """Tell of photos that came to a skipped or cancelled shoot. They are not sent. Raises OSError.

        A folder with another ``inode`` is another shoot under its name, which is sent.
        """
        order = await self._store.load(order_id)
        if None not in (inode, order.inode) and inode != order.inode:
            return
        if order.phase is Phase.SKIPPED:
            new = await self._archive.strangers(order_id, found)
        else:
            fact, judged, orders = await self._judging(order.shoot, found, "", inode=inode)()
            photos = () if judged.again is Again.SAME else judged.new or fact.brackets
            new = changed_since(orders, photos)[0]
        if new != order.late:
            await self._desk.happened(order_id, facts.CameLate(new))

    async def lock(
        self,
        shoot: str,
        found: Listing,
        why: str,
        damaged: frozenset[str] = frozenset(),
        inode: int | None = None,
    ) -> None:
        """Make a settled shoot an order, unless its photos, or some of them, were sent before.

        It goes without the ``damaged`` ones; ``inode`` is that of its folder. Raises OSError and NotYet.
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
        """The order that seems to have sent a shoot, and that the state does not know. Raises OSError."""
        dev_mode = self._folder.preset.dev_mode
        if dev_mode:
            return None
        taken = await self._store.outputs()
        outputs = {output_folder(self._folder.output, shoot, taken, dev_mode=dev_mode)}
        before = judged.before
        outputs |= {o.output for o in orders if is_mendable(o) or (before is not None and o.id == before.id)}
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
        """Make of a settled shoot what it was judged to be. ``orders`` are those of its folder, the newest first.

        ``photos`` are all that lie there, as they are recorded if it is skipped.
        """
        before = judged.before
        match judged.again:
            case Again.NEW:
                await self._desk.begin(await self._orders.make(shoot, fact, inode), fact, elsewhere=elsewhere)
            case Again.SAME if before is not None and not judged.by_frame and await self._was_renamed(shoot, before):
                log.info("renamed while under way", shoot=shoot, was=before.shoot, order=before.id)
                await self._desk.happened(before.id, facts.Moved(shoot, self._folder.path(shoot)))
            case Again.SAME if before is not None and before.folder != self._folder.path(shoot) and not orders:
                await self._orders.skip_same(shoot, judged, before, fact, photos, inode=inode)
            case Again.UNSURE:
                order = unsure(await self._orders.make(shoot, fact, inode), await self._archive.why(judged))
                await self._desk.begin(order, fact, elsewhere=elsewhere)
            case Again.MORE if before is not None and judged.new and self._may_supplement(orders):
                here = before.folder == self._folder.path(shoot)
                dev_mode = self._folder.preset.dev_mode
                now, late = self._desk.now(), self._folder.late_files
                held = may_follow(judged, before, now, late, here=here, dev_mode=dev_mode)
                await self._orders.supplement(shoot, judged, fact, held, inode, orders=orders, elsewhere=elsewhere)
            case _:
                log.info("not sent", shoot=shoot, why=judged.again.value)
        if orders and (known := known_again(fact, judged, orders)):
            await self._desk.happened(orders[-1].id, facts.FoundAgain(paths(known), known))

    def _may_supplement(self, orders: Sequence[Order]) -> bool:
        """Whether late photos of a folder become an order at all; ``orders`` are those of the folder."""
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
        """A person's word: send the shoot as it lies there now, also one that was skipped or is held.

        It goes without the ``damaged`` photos. ``again``: also one whose photos were sent before. ``ask`` is answered
        in the transaction that carries it out. Returns whether the shoot has an order; without a single photo that can
        be read it gets none. Raises OSError and NotYet, and Stale when somebody wrote its order meanwhile.
        """
        if not again:
            self._unknown.require_ready(self._folder.output)
        judge = self._judging(shoot, found, "submitted by a person", damaged, inode=inode, by_person=True)
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
                case Submitted.ANEW if newest is not None:
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
        """A person's word: do not send a shoot that waits, or photos that came late and wait.

        Of an order that was made meanwhile it is a word to cancel it. Returns True: there is nothing more to follow.
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
        """Late photos that a person does not want sent are a cancelled supplement: so they are known from then on."""
        fact = facts.Locked(judged.new, why=DECLINED)
        order = await self._orders.late(shoot, judged, fact, inode)
        answer = self._desk.done(ask, answers.skipped(shoot, order.folder))
        await self._desk.decline(order, facts.Cancelled(CANCELLED, by_person=True), answer)

    async def _approve(self, order: Order, ask: Ask | None) -> None:
        """A person sends a supplement that is held."""
        async with self._desk.turn(order.id) as turn:
            if ask is None:
                await turn.happened(facts.Approved())
            else:
                await carry_out(self._desk, turn, ask, self._folder.preset)

    async def look_for_late(self, orders: Sequence[Order], found: Listing, allowance: Allowance) -> LateLook:
        """What became of a shoot since it was locked, as its ``orders`` (newest first) know it.

        Photos that changed after their merge are told. Raises OSError.
        """
        orders = [order for order in orders if order.phase is not Phase.SKIPPED or order.same_as is not None]
        photos, named = plain(found.usable), not self._may_supplement(orders)
        news = unknown(orders, photos)
        late = await self._late(orders, news) if named else ()
        suspects, complete = changed_since(orders, photos)[1], True
        for order in orders:
            altered, all_judged = await self._altered.among(order, suspects[order.id], allowance)
            unsent = late if order is orders[-1] else ()
            if (unsent, altered) != (order.late, order.altered):
                await self._desk.happened(order.id, facts.CameLate(unsent, altered))
            complete = complete and all_judged
        return LateLook(more=bool(news) and not named, complete=complete)

    async def _late(self, orders: Sequence[Order], news: Sequence[Bracket]) -> tuple[str, ...]:
        """The photos that show frames which none of the orders has sent, one file a frame, after reading them."""
        if not orders or not news:
            return ()
        return changed_since(orders, one_a_frame(await self._contents.shots(orders[0].folder, news)))[0]

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
        """Judges a shoot, again with every call, and reads its photos only once.

        So they are read while nobody waits for the turn, however long that takes, and judged by what is known in it.
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
        """A shoot's brackets with what they are known by, what they are next to earlier orders, and its folder's own.

        A shoot that lies there as an order of its folder knows it is not read. What was sent in dev mode counts for a
        real order, unless a person submits it. An order that a person's word replaces does not count.
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
        brackets = await contents.told_apart(folder, brackets, earlier)
        earlier, mine = ([with_shots(o, read) if o.folder == folder else o for o in some] for some in (earlier, mine))
        judged = compare(folder, brackets, earlier, inode, names)
        if not by_person:
            judged = await self._archive.judge(folder, judged, brackets, earlier, contents)
        left_out = tuple(sorted((*bad, *chosen.left_out, *judged.made), key=lambda one: one.path))
        made = frozenset(paths(judged.made))
        brackets = tuple(bracket for bracket in brackets if bracket.path not in made)
        doubt = None if by_person else chosen.doubt
        return facts.Locked(brackets, paths(left_out), why, left_out, doubt), judged, mine

    async def _was_renamed(self, shoot: str, before: Order) -> bool:
        if before.due is None or before.folder == self._folder.path(shoot):
            return False
        return not await self._contents.blocking(scan.is_folder, before.folder)
