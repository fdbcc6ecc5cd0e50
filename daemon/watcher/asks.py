"""Carries out asks for the shoots of one watched folder: submit a shoot now, or skip a waiting one.

An ask that fails is answered with the reason. Only temporary failures, such as an unresponsive disk, are retried first.
No ask waits longer than ``PATIENCE`` for its answer.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

import structlog

from daemon.errors import StateError
from daemon.files import scan
from daemon.host.clock import Clock
from daemon.order import Verb
from daemon.orders import Desk, Inbox, answers
from daemon.shoot import BOUNDS, DAMAGED, Listing
from daemon.store.asks import Ask, Outcome
from daemon.store.protocol import Stale
from daemon.watcher.arrivals import Arrivals
from daemon.watcher.hints import Hints
from daemon.watcher.intake import DECLINED, SUBMITTED, Intake
from daemon.watcher.presence import Blocking
from daemon.watcher.settled import Settled
from daemon.watcher.unknown import NotYet

log = structlog.get_logger("bracketd.watcher")

PATIENCE = 2 * DAMAGED
"""Seconds for which an ask is retried before it is answered with the reason.

It is longer than the time after which an unreadable photo counts as damaged, so that the shoot can still be sent
without it.
"""

AGAIN = 5.0
"""Seconds between tries."""

PASSING = frozenset(
    {
        errno.EAGAIN,
        errno.EBUSY,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.EIO,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENOTCONN,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)
"""Errors of a disk or a network mount that are often temporary."""


InodeOf = Callable[[str], int | None]


class FolderAsks:
    """The asks for the shoots of one watched folder."""

    def __init__(
        self,
        inbox: Inbox,
        intake: Intake,
        arrivals: Arrivals,
        desk: Desk,
        clock: Clock,
        *,
        blocking: Blocking,
    ) -> None:
        self._inbox, self._intake, self._arrivals = inbox, intake, arrivals
        self._desk, self._clock, self._blocking = desk, clock, blocking
        self._open: dict[int, Ask] = {}
        self._waits_since: dict[int, float] = {}
        self._waits_for: dict[int, str] = {}

    @property
    def waits(self) -> bool:
        """True while an ask waits for another try."""
        return bool(self._open)

    async def carry_out(self, hints: Hints | None, inode_of: InodeOf) -> None:
        """Carry out and answer every open ask. Those with temporary failures stay open. Raises StateError.

        ``inode_of`` returns the inode of a shoot's folder, None if it is not known.
        """
        self._open.update((ask.seq, ask) for ask in self._inbox.take())
        for ask in tuple(self._open.values()):
            try:
                answered = await self._carry_out(ask, hints, inode_of)
            except StateError:
                raise
            except Exception as error:
                log.exception("ask failed", verb=ask.verb, target=ask.target)
                answered = await self._answer(ask, Outcome.FAILED, answers.bug(error))
            if answered:
                self._close(ask)

    async def wait_for_folder(self) -> None:
        """While the watched folder is missing, answer the asks whose patience has ended. Raises StateError."""
        self._open.update((ask.seq, ask) for ask in self._inbox.take())
        for ask in tuple(self._open.values()):
            if not self._has_patience(ask, "the watched folder is missing"):
                await self._answer(ask, Outcome.FAILED, answers.folder_is_away(ask.target))
                self._close(ask)

    def _close(self, ask: Ask) -> None:
        del self._open[ask.seq]
        self._waits_since.pop(ask.seq, None)
        self._waits_for.pop(ask.seq, None)

    async def _carry_out(self, ask: Ask, hints: Hints | None, inode_of: InodeOf) -> bool:
        """Carry out an ask. Returns True once it is answered. Raises StateError, and any unexpected error."""
        shoot = os.path.basename(ask.target)
        try:
            found: Listing = await self._blocking(scan.scan, ask.target)
            if found.bound is not None:
                return await self._answer(ask, Outcome.REFUSED, answers.out_of_bounds(shoot, BOUNDS[found.bound]))
            if await self._take_in(ask, found, inode_of(shoot)):
                await self._arrivals.forget(shoot, hints)
        except Stale:
            why = "its order is being changed"
            if self._has_patience(ask, why):
                return False
            return await self._answer(ask, Outcome.FAILED, answers.waits(shoot, f"not sent yet: {why}"))
        except NotYet as wait:
            if self._has_patience(ask, str(wait)):
                return False
            return await self._answer(ask, Outcome.FAILED, answers.waits(shoot, str(wait)))
        except (FileNotFoundError, NotADirectoryError):
            return await self._answer(ask, Outcome.REFUSED, answers.gone(ask.target))
        except UnicodeError:
            return await self._answer(ask, Outcome.FAILED, answers.unusable_name(ask.target))
        except OSError as error:
            if error.errno in PASSING and self._has_patience(ask, error.strerror or str(error)):
                return False
            return await self._answer(ask, Outcome.FAILED, answers.unreadable(ask.target, error.strerror or str(error)))
        return True

    async def _take_in(self, ask: Ask, found: Listing, inode: int | None) -> bool:
        """Hand an ask to the intake. Returns True if the shoot need not be followed any longer."""
        if ask.verb == Verb.SKIP:
            await self._intake.decline(Settled(ask.target, found, DECLINED, inode=inode, verb=Verb.SKIP), ask)
            return True
        damaged = await self._arrivals.damaged(os.path.basename(ask.target), found)
        return await self._intake.submit(Settled(ask.target, found, SUBMITTED, damaged, inode, Verb(ask.verb)), ask)

    def _has_patience(self, ask: Ask, why: str) -> bool:
        """True if an ask may be retried. Logs the reason for the wait when it changes."""
        now = self._clock.monotonic()
        is_patient = now - self._waits_since.setdefault(ask.seq, now) < PATIENCE
        if is_patient and self._waits_for.get(ask.seq) != why:
            self._waits_for[ask.seq] = why
            log.warning("ask not possible yet; retrying", verb=ask.verb, shoot=os.path.basename(ask.target), why=why)
        return is_patient

    async def _answer(self, ask: Ask, outcome: Outcome, text: str) -> bool:
        await self._desk.answer(ask, outcome, text)
        return True
