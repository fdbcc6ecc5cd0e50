"""Makes orders of shoots: locks a settled one, skips one that was there before us, sends what a person submits."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from daemon.grouping import one_per_frame
from daemon.order import RESTING, Bracket, FlowName, MergeState, Order, Phase, Preset, evolve, facts
from daemon.order.policy import Policy
from daemon.shoot import FileClass, Listing
from daemon.store.store import Store

log = structlog.get_logger("bracketd.watcher")

SKIPPED = "was here before the folder was watched; `bracketd submit FOLDER` sends it"


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A configured root. ``quiet``: seconds of stillness; ``interval``: seconds between scans, hints or none."""

    watch: str
    output: str
    quiet: float
    process_existing: bool
    interval: float
    preset: Preset

    def path(self, shoot: str) -> str:
        """The folder of a shoot."""
        return os.path.join(self.watch, shoot)


class Intake:
    """Adds the shoots of one watched folder to the store. ``added`` is called when an order can begin."""

    def __init__(
        self,
        folder: WatchedFolder,
        store: Store,
        now: Callable[[], float],
        *,
        flow: FlowName,
        added: Callable[[], None],
        tell: Callable[[str, facts.Fact], None],
    ) -> None:
        self._folder, self._store, self._now = folder, store, now
        self._flow, self._added, self._tell = flow, added, tell

    async def is_new(self, shoot: str) -> bool:
        """Whether a shoot that just appeared may become an order: it has none, or none that still counts.

        A folder that comes back under the name of a finished one is looked at again: it may hold other photos.
        """
        newest = await self._store.newest(self._folder.path(shoot))
        return newest is None or newest.phase in (Phase.CANCELLED, Phase.DOWNLOADED)

    async def skip(self, shoot: str) -> None:
        """Record a shoot that was there before the folder was watched, so that nobody pays for an archive."""
        order = replace(await self._order(shoot, Phase.SKIPPED), trouble=SKIPPED)
        await self._store.add(order, facts.Locked((), why="there before the folder was watched"))

    async def lock(self, shoot: str, found: Listing, why: str) -> None:
        """Make a settled shoot an order, unless it is the one that was sent from this folder before."""
        fact = _locked(found, why)
        newest = await self._store.newest(self._folder.path(shoot))
        if newest is not None and newest.phase is Phase.DOWNLOADED and _same(newest, fact):
            log.info("same photos as before, not sent again", shoot=shoot, order=newest.id)
            return
        await self._add(shoot, fact)

    async def submit(self, shoot: str, found: Listing) -> bool:
        """A person's word: send the shoot as it lies there now, also one that was skipped or is held.

        Returns whether the shoot has an order; without a single photo that can be read it gets none.
        """
        words = log.bind(shoot=shoot)
        fact = _locked(found, "submitted by a person")
        if not fact.brackets:
            words.error("submitted, but there are no photos that can be read")
            return False
        newest = await self._store.newest(self._folder.path(shoot))
        if newest is None or newest.phase is Phase.CANCELLED:
            await self._add(shoot, fact)
        elif newest.phase is Phase.SKIPPED:
            now = self._now()
            await self._store.record(newest, fact, evolve(newest, fact, now=now, policy=Policy()), now)
            self._begin(newest, fact)
        elif newest.phase is Phase.HELD and newest.merge is MergeState.NOT_ASKED:
            self._tell(newest.id, facts.Cancelled("submitted anew as it is now"))
            await self._add(shoot, fact, output=newest.output)
        elif newest.phase in RESTING:
            words.warning("submitted, but it was sent already", order=newest.id, phase=newest.phase.value)
        else:
            words.warning("submitted, but it is under way already", order=newest.id, phase=newest.phase.value)
        return True

    async def _add(self, shoot: str, fact: facts.Locked, output: str | None = None) -> None:
        """A new order; ``output`` is where the one that it replaces would have put its pictures."""
        order = await self._order(shoot, Phase.SETTLED, fact)
        order = replace(order, output=output or order.output)
        await self._store.add(order, fact)
        self._begin(order, fact)

    def _begin(self, order: Order, fact: facts.Locked) -> None:
        size = sum(bracket.size for bracket in fact.brackets)
        log.info("settled", shoot=order.shoot, order=order.id, brackets=len(fact.brackets), bytes=size, why=fact.why)
        if fact.left_out:
            log.warning("goes without some files", shoot=order.shoot, order=order.id, files=list(fact.left_out))
        self._added()

    async def _order(self, shoot: str, phase: Phase, fact: facts.Locked | None = None) -> Order:
        now = self._now()
        return Order(
            id=str(uuid.uuid4()),
            flow=self._flow,
            shoot=shoot,
            folder=self._folder.path(shoot),
            output=_free(os.path.join(self._folder.output, shoot), await self._store.outputs()),
            created_at=now,
            updated_at=now,
            preset=self._folder.preset,
            phase=phase,
            brackets=fact.brackets if fact else (),
            left_out=fact.left_out if fact else (),
            due=now if phase is Phase.SETTLED else None,
        )


def _locked(found: Listing, why: str) -> facts.Locked:
    usable = [photo for photo in found.photos if photo.problem is None]
    send, twins = one_per_frame(usable)
    brackets = tuple(Bracket(file.path, file.size, file.mtime_ns, file.inode) for file in send)
    others = (*twins, *(photo for photo in found.photos if photo.problem), *found.of(FileClass.CONFLICT))
    return facts.Locked(brackets, tuple(sorted(file.path for file in others)), why)


def _same(order: Order, fact: facts.Locked) -> bool:
    """Whether an order was made of the same photos, by path and size."""
    return {(b.path, b.size) for b in order.brackets} == {(b.path, b.size) for b in fact.brackets}


def _free(output: str, taken: frozenset[str]) -> str:
    """An output folder of its own for every order: shoots in two watched folders may bear one name."""
    number, free = 1, output
    while free in taken:
        number += 1
        free = f"{output}-{number}"
    return free
