"""Makes orders of shoots: locks a settled one, skips one that was there before us, sends what a person submits."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from daemon.delivery import output_folder
from daemon.grouping import one_per_frame
from daemon.order import (
    LINE,
    Again,
    Bracket,
    FlowName,
    Judged,
    Order,
    Phase,
    Policy,
    Submitted,
    changed_since,
    compare,
    evolve,
    facts,
    fingerprint,
    is_mendable,
    known_again,
    may_follow,
    submitted,
    without_sent,
)
from daemon.order.again import REPLACED
from daemon.order.found import FoundElsewhere
from daemon.shoot import File, FileClass, Listing
from daemon.store.store import Store
from daemon.watcher.contents import Contents
from daemon.watcher.folder import WatchedFolder
from daemon.watcher.unknown import UnknownOrders

log = structlog.get_logger("bracketd.watcher")

SKIPPED = "was here before the folder was watched; `bracketd submit FOLDER` sends it"


class Intake:
    """Adds the shoots of one watched folder to the store.

    ``added`` is called when an order can begin, ``tell`` when something happened to one. ``unknown`` knows the orders
    that the state does not know; it and ``turn`` are one for all intakes: what one of them adds, the next one knows.
    """

    def __init__(
        self,
        folder: WatchedFolder,
        store: Store,
        now: Callable[[], float],
        policy: Policy,
        contents: Contents,
        *,
        flow: FlowName,
        added: Callable[[], None],
        tell: Callable[[str, facts.Fact], None],
        unknown: UnknownOrders,
        turn: asyncio.Lock,
    ) -> None:
        self._folder, self._store, self._now, self._unknown = folder, store, now, unknown
        self._policy, self._contents, self._turn = policy, contents, turn
        self._flow, self._added, self._tell = flow, added, tell
        self._unaltered: set[tuple[str, Bracket]] = set()

    async def may_be_more(self, shoot: str) -> bool:
        """Whether a folder that came back is looked at again: a finished one may bring more, a skipped copy others."""
        newest = await self._store.newest(self._folder.path(shoot))
        return newest is None or newest.phase is Phase.DOWNLOADED or newest.same_as is not None

    async def skip(self, shoot: str, found: Listing | None, inode: int | None = None) -> None:
        """Record a shoot that was there before us. ``found`` is None when its photos could not be seen."""
        await self._skip(shoot, SKIPPED, fingerprint(_plain(_usable(found or Listing())[0])), inode)

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
        self._unknown.require_ready()
        judge = self._judging(shoot, found, why, damaged, inode=inode)
        fact, judged, orders = await judge()
        sent = judged.again in (Again.SAME, Again.SKIPPED)
        elsewhere = None if sent else await self._elsewhere(shoot, fact, judged, orders)
        async with self._turn:
            fact, judged, orders = await judge()
            await self._take(shoot, fact, judged, orders, inode, elsewhere=elsewhere)
            if orders and inode is not None and judged.again is not Again.NEW:
                await self._store.know(self._folder.path(shoot), inode)

    async def _elsewhere(
        self, shoot: str, fact: facts.Locked, judged: Judged, orders: Sequence[Order]
    ) -> FoundElsewhere | None:
        """The order that seems to have sent a shoot, and that the state does not know. Raises OSError."""
        dev_mode = self._folder.preset.dev_mode
        if dev_mode:
            return None
        taken = await self._store.outputs()
        outputs = {output_folder(self._folder.output, shoot, taken, dev_mode=dev_mode)}
        outputs |= {order.output for order in orders if order is judged.before}
        return await self._unknown.about(shoot, self._folder.path(shoot), outputs, fact.brackets, self._contents)

    async def _take(
        self,
        shoot: str,
        fact: facts.Locked,
        judged: Judged,
        orders: Sequence[Order],
        inode: int | None,
        *,
        elsewhere: FoundElsewhere | None,
    ) -> None:
        """Make of a settled shoot what it was judged to be. ``orders`` are those of its folder, the newest first."""
        before = judged.before
        match judged.again:
            case Again.NEW:
                await self._add(shoot, fact, inode, elsewhere)
            case Again.SAME if before is not None and await self._was_renamed(shoot, before):
                log.info("renamed while under way", shoot=shoot, was=before.shoot, order=before.id)
                self._tell(before.id, facts.Moved(shoot, self._folder.path(shoot)))
            case Again.SAME if before is not None and before.folder != self._folder.path(shoot) and not orders:
                await self._skip_same(shoot, before, fact, inode)
            case Again.MORE if before is not None and judged.new and self._may_supplement(orders):
                here = before.folder == self._folder.path(shoot)
                dev_mode = self._folder.preset.dev_mode
                held = may_follow(judged, before, self._now(), self._folder.late_files, here=here, dev_mode=dev_mode)
                await self._supplement(shoot, judged, fact.why, held, inode, elsewhere=elsewhere)
            case _:
                log.info("not sent", shoot=shoot, why=judged.again.value)
        if orders and (copies := known_again(fact, judged, orders)):
            self._tell(orders[-1].id, facts.FoundAgain(copies))

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
    ) -> bool:
        """A person's word: send the shoot as it lies there now, also one that was skipped or is held.

        It goes without the ``damaged`` photos. ``again``: also one whose photos were sent before. Returns whether the
        shoot has an order; without a single photo that can be read it gets none. Raises OSError and NotYet, and Stale
        when somebody wrote its order meanwhile.
        """
        if not again:
            self._unknown.require_ready()
        judge = self._judging(shoot, found, "submitted by a person", damaged, inode=inode, by_person=True)
        fact, judged, orders = await judge()
        elsewhere = None if again else await self._elsewhere(shoot, fact, judged, orders)
        async with self._turn:
            words = log.bind(shoot=shoot)
            fact, judged, orders = await judge()
            if not fact.brackets:
                words.error("submitted, but there are no photos that can be read")
                return False
            newest, before = next(filter(is_mendable, orders), next(iter(orders), None)), judged.before
            match word := submitted(newest, judged, again=again, unknown=elsewhere is not None):
                case Submitted.WHOLE:
                    await self._add(shoot, fact, inode, elsewhere)
                case Submitted.ANEW if newest is not None:
                    rest = [order for order in orders if order.id != newest.id]
                    await self._replace(newest, fact if again else without_sent(fact, rest), inode, elsewhere)
                case Submitted.SUPPLEMENT:
                    await self._supplement(shoot, judged, fact.why, None, inode, elsewhere=elsewhere)
                case Submitted.APPROVED if newest is not None:
                    self._tell(newest.id, facts.Approved())
                case Submitted.SAME if before is not None and newest is None:
                    await self._skip_same(shoot, before, fact, inode)
                case _:
                    words.warning("submitted, but not sent", why=word.value)
            return True

    async def look_for_late(self, orders: Sequence[Order], found: Listing) -> bool:
        """What became of a shoot since it was locked, as its ``orders`` (newest first) know it.

        Photos that changed after their merge are told. Returns whether there are photos that no order has and that
        are to be sent: the shoot is then waited for once more. Raises OSError.
        """
        orders = [order for order in orders if order.phase is not Phase.SKIPPED]
        late, suspects = changed_since(orders, _plain(_usable(found)[0]))
        named = not self._may_supplement(orders)
        for order in orders:
            altered = tuple([p.path for p, sent in suspects[order.id] if await self._is_altered(order, p, sent)])
            unsent = late if named and order is orders[-1] else ()
            if (unsent, altered) != (order.late, order.altered):
                self._tell(order.id, facts.CameLate(unsent, altered))
        return bool(late) and not named

    async def _is_altered(self, order: Order, photo: Bracket, sent: str) -> bool:
        """Whether a photo that was touched since it was sent is another one; read once for each touch."""
        if (order.id, photo) in self._unaltered:
            return False
        altered = photo.path in order.altered or await self._contents.sha256(order.folder, photo.path) != sent
        if not altered:
            self._unaltered.add((order.id, photo))
        return altered

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
        real order, unless a person submits it.
        """
        folder = self._folder.path(shoot)
        send, others = _usable(found, damaged)
        plain = _plain(send)
        mine = await self._store.earlier(folder, "")
        if not by_person and (same := next((o for o in mine if o.fingerprint == fingerprint(plain)), None)):
            return facts.Locked(plain, others, why), Judged(Again.SAME, same, known=len(plain)), mine
        brackets, copies = await contents.brackets(folder, send)
        earlier = await self._store.earlier(folder, fingerprint(plain), (bracket.mark for bracket in brackets))
        if by_person and not self._folder.preset.dev_mode:
            earlier = [order for order in earlier if not order.preset.dev_mode]
        brackets = await contents.told_apart(folder, brackets, earlier)
        fact = facts.Locked(brackets, tuple(sorted({*others, *copies})), why)
        return fact, compare(folder, brackets, earlier, inode), mine

    async def _was_renamed(self, shoot: str, before: Order) -> bool:
        if before.due is None or before.folder == self._folder.path(shoot):
            return False
        return not await self._contents.blocking(os.path.isdir, before.folder)

    async def _skip_same(self, shoot: str, before: Order, fact: facts.Locked, inode: int | None) -> None:
        same = f"same photos as “{before.shoot}”, {_when(before)}; `bracketd submit --again` sends and buys them again"
        log.warning("skipped", shoot=shoot, why=same)
        await self._skip(shoot, same, fingerprint(fact.brackets), inode, same_as=before.same_as or before.id)

    async def _skip(self, shoot: str, why: str, mark: str, inode: int | None, *, same_as: str | None = None) -> None:
        fact = facts.Locked((), why=why)
        order = await self._order(shoot, fact, inode)
        order = replace(order, phase=Phase.SKIPPED, due=None, trouble=why, fingerprint=mark, same_as=same_as)
        await self._store.add(order, fact)

    async def _supplement(
        self,
        shoot: str,
        judged: Judged,
        why: str,
        held: str | None,
        inode: int | None,
        *,
        elsewhere: FoundElsewhere | None,
    ) -> None:
        """An order of the photos that no order has, into the same output folder; ``held`` is why it waits."""
        fact = facts.Locked(judged.new, why=why)
        order = await self._order(shoot, fact, inode)
        if judged.before is not None:
            order = replace(order, supplement_of=judged.before.supplement_of or judged.before.id)
        if judged.before is not None and judged.before.folder == order.folder:
            order = replace(order, output=judged.before.output)
        if held is not None and elsewhere is None:
            order = replace(order, phase=Phase.HELD, held_in=Phase.SETTLED, due=None, trouble=held)
        await self._begin(order, fact, elsewhere)

    async def _replace(
        self, old: Order, fact: facts.Locked, inode: int | None, elsewhere: FoundElsewhere | None
    ) -> None:
        """A new order in place of one that was skipped, or is held before its merge and keeps its output folder."""
        why = facts.Cancelled(REPLACED)
        order = await self._order(old.shoot, fact, inode)
        order = replace(order, output=old.output if old.phase is Phase.HELD else order.output)
        if elsewhere is None:
            order = replace(order, unknown_order=old.unknown_order)
        order = self._limited(order, fact, elsewhere)
        ended = evolve(old, why, now=order.created_at, policy=self._policy)
        await self._store.replace(old, ended, why, order, fact)
        self._tell_begun(order, fact)

    async def _add(self, shoot: str, fact: facts.Locked, inode: int | None, elsewhere: FoundElsewhere | None) -> None:
        await self._begin(await self._order(shoot, fact, inode), fact, elsewhere)

    async def _begin(self, order: Order, fact: facts.Locked, elsewhere: FoundElsewhere | None) -> None:
        order = self._limited(order, fact, elsewhere)
        await self._store.add(order, fact)
        self._tell_begun(order, fact)

    def _limited(self, order: Order, fact: facts.Locked, elsewhere: FoundElsewhere | None) -> Order:
        """The order, or held: for a limit, or for another order that seems to have sent its photos."""
        return evolve(order, elsewhere or fact, now=order.created_at, policy=self._policy)

    def _tell_begun(self, order: Order, fact: facts.Locked) -> None:
        words = log.bind(shoot=order.shoot, order=order.id)
        if order.phase is Phase.HELD:
            words.warning("held", why=order.trouble)
        else:
            size = sum(bracket.size for bracket in fact.brackets)
            more = {"supplement_of": order.supplement_of} if order.supplement_of else {}
            words.info("settled", brackets=len(fact.brackets), bytes=size, why=fact.why, **more)
        if fact.left_out:
            words.warning("goes without some files", files=list(fact.left_out))
        self._added()

    async def _order(self, shoot: str, fact: facts.Locked, inode: int | None) -> Order:
        now, dev_mode = self._now(), self._folder.preset.dev_mode
        taken = await self._store.outputs() | self._unknown.places
        return Order(
            id=str(uuid.uuid4()),
            flow=self._flow,
            shoot=shoot,
            folder=self._folder.path(shoot),
            output=output_folder(self._folder.output, shoot, taken, dev_mode=dev_mode),
            created_at=now,
            updated_at=now,
            preset=self._folder.preset,
            brackets=fact.brackets,
            left_out=fact.left_out,
            fingerprint=fingerprint(fact.brackets),
            due=now,
            inode=inode,
        )


def _usable(found: Listing, damaged: frozenset[str] = frozenset()) -> tuple[tuple[File, ...], tuple[str, ...]]:
    """The photos to send, one a frame, and the paths of those that are not sent."""
    good = [photo for photo in found.usable if photo.path not in damaged]
    send, twins = one_per_frame(good)
    taken = frozenset(good)
    bad = (photo for photo in found.photos if photo not in taken)
    others = (*twins, *bad, *found.of(FileClass.CONFLICT))
    return send, tuple(file.path for file in others)


def _plain(photos: Sequence[File]) -> tuple[Bracket, ...]:
    """Photos as brackets of which nothing was read."""
    return tuple(Bracket(photo.path, photo.size, photo.mtime_ns, photo.inode) for photo in photos)


def _when(order: Order) -> str:
    day = datetime.fromtimestamp(order.created_at).astimezone().strftime("%d %b %Y").lstrip("0")
    return f"sent {day}" if order.phase in LINE else f"which is {order.phase.value}"
