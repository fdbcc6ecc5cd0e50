"""Makes orders of shoots: locks a settled one, skips one that was there before us, sends what a person submits."""

from __future__ import annotations

import os
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from daemon.grouping import one_per_frame
from daemon.order import (
    LINE,
    RESTING,
    Again,
    Bracket,
    FlowName,
    MergeState,
    Order,
    Phase,
    Preset,
    compare,
    evolve,
    facts,
    fingerprint,
)
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
    """Adds the shoots of one watched folder to the store.

    ``added`` is called when an order can begin, ``tell`` when something happened to one; ``is_there`` says whether a
    folder exists.
    """

    def __init__(
        self,
        folder: WatchedFolder,
        store: Store,
        now: Callable[[], float],
        *,
        flow: FlowName,
        added: Callable[[], None],
        tell: Callable[[str, facts.Fact], None],
        is_there: Callable[[str], Awaitable[bool]],
    ) -> None:
        self._folder, self._store, self._now, self._is_there = folder, store, now, is_there
        self._flow, self._added, self._tell = flow, added, tell

    async def may_be_new(self, shoot: str) -> bool:
        """Whether a folder that came back is looked at again: a finished one's name may bear other photos now."""
        newest = await self._store.newest(self._folder.path(shoot))
        return newest is None or newest.phase is Phase.DOWNLOADED

    async def skip(self, shoot: str, found: Listing | None, why: str = SKIPPED) -> None:
        """Record a shoot without sending it. ``found`` is None when its photos could not be seen."""
        fact = _locked(found or Listing(), why)
        order = await self._order(shoot, Phase.SKIPPED, fact)
        order = replace(order, trouble=why, brackets=(), left_out=())
        await self._store.add(order, facts.Locked((), why=why))

    async def lock(self, shoot: str, found: Listing, why: str) -> None:
        """Make a settled shoot an order, unless its photos, or some of them, were sent before."""
        fact = _locked(found, why)
        folder = self._folder.path(shoot)
        earlier = await self._store.earlier(folder, fingerprint(fact.brackets))
        again, before = compare(folder, fact.brackets, earlier)
        match again:
            case Again.NEW:
                await self._add(shoot, fact)
            case Again.SAME if (
                before is not None and before.due is not None and not await self._is_there(before.folder)
            ):
                log.info("renamed while under way", shoot=shoot, was=before.shoot, order=before.id)
                self._tell(before.id, facts.Moved(shoot, folder))
            case Again.SAME if before is not None and not any(order.folder == folder for order in earlier):
                day = datetime.fromtimestamp(before.created_at).astimezone().strftime("%d %b %Y")
                sent = before.phase in LINE
                told = f"sent {day}" if sent else f"which is {before.phase.value}"
                same = f"same photos as “{before.shoot}”, {told}; `bracketd submit FOLDER` sends and buys them again"
                log.warning("skipped", shoot=shoot, why=same)
                await self.skip(shoot, found, same)
            case Again.MORE if before is not None:
                await self.look_for_late(before, found)
            case _:
                log.info("not sent", shoot=shoot, why=again.value)

    async def look_for_late(self, order: Order, found: Listing) -> None:
        """Tell of photos that came into a shoot after it was locked."""
        known = {bracket.path for bracket in order.brackets} | set(order.left_out)
        late = tuple(bracket.path for bracket in _locked(found, "").brackets if bracket.path not in known)
        if late != order.late:
            self._tell(order.id, facts.CameLate(late))

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
        if newest is None:
            await self._add(shoot, fact)
        elif newest.phase is Phase.SKIPPED or (newest.phase is Phase.HELD and newest.merge is MergeState.NOT_ASKED):
            await self._replace(newest, fact)
        elif newest.phase in RESTING:
            words.warning("submitted, but it was sent already", order=newest.id, phase=newest.phase.value)
        else:
            words.warning("submitted, but it is under way already", order=newest.id, phase=newest.phase.value)
        return True

    async def _replace(self, old: Order, fact: facts.Locked) -> None:
        """A new order in place of one that was skipped, or is held before its merge and keeps its output folder."""
        why = facts.Cancelled("submitted anew as it is now")
        order = await self._order(old.shoot, Phase.SETTLED, fact)
        order = replace(order, output=old.output if old.phase is Phase.HELD else order.output)
        ended = evolve(old, why, now=order.created_at, policy=Policy())
        await self._store.replace(old, ended, why, order, fact)
        self._begin(order, fact)

    async def _add(self, shoot: str, fact: facts.Locked) -> None:
        order = await self._order(shoot, Phase.SETTLED, fact)
        await self._store.add(order, fact)
        self._begin(order, fact)

    def _begin(self, order: Order, fact: facts.Locked) -> None:
        size = sum(bracket.size for bracket in fact.brackets)
        log.info("settled", shoot=order.shoot, order=order.id, brackets=len(fact.brackets), bytes=size, why=fact.why)
        if fact.left_out:
            log.warning("goes without some files", shoot=order.shoot, order=order.id, files=list(fact.left_out))
        self._added()

    async def _order(self, shoot: str, phase: Phase, fact: facts.Locked) -> Order:
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
            brackets=fact.brackets,
            left_out=fact.left_out,
            fingerprint=fingerprint(fact.brackets),
            due=now if phase is Phase.SETTLED else None,
        )


def _locked(found: Listing, why: str) -> facts.Locked:
    usable = [photo for photo in found.photos if photo.problem is None]
    send, twins = one_per_frame(usable)
    brackets = tuple(Bracket(file.path, file.size, file.mtime_ns, file.inode) for file in send)
    others = (*twins, *(photo for photo in found.photos if photo.problem), *found.of(FileClass.CONFLICT))
    return facts.Locked(brackets, tuple(sorted(file.path for file in others)), why)


def _free(output: str, taken: frozenset[str]) -> str:
    """An output folder of its own for every order: shoots in two watched folders may bear one name."""
    number, free = 1, output
    while free in taken:
        number += 1
        free = f"{output}-{number}"
    return free
