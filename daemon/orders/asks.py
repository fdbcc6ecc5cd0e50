"""Reads new asks, carries out those about orders, and hands those about shoots to the watched folders.

Every ask gets an answer. If an ask fails, its answer gives the reason and the next ask is carried out.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from contextlib import suppress
from os.path import dirname

import structlog

from daemon.errors import StateError
from daemon.order import Order, Preset, Refusal, Verb, fact_of, facts, refusal
from daemon.order.picking import pick
from daemon.order.regrouping import regrouping
from daemon.orders import answers
from daemon.orders.desk import Desk, Turn
from daemon.store.asks import Ask, Outcome
from daemon.store.protocol import Stale

log = structlog.get_logger("bracketd.asks")

PATIENCE = 1200.0
"""Seconds for which a dismissal, or a choice of images, waits for the steps of its order that are in progress."""

EVERY = 1.0
"""Seconds between two checks for new asks: the longest that an ask waits."""


class Asks:
    """The asks of one state directory. ``presets`` holds the current preset of each watched folder.

    Set ``came`` to have a new ask heard at once.
    """

    def __init__(
        self,
        desk: Desk,
        presets: Mapping[str, Preset],
        *,
        every: float = EVERY,
        came: asyncio.Event | None = None,
    ) -> None:
        self._desk, self._presets, self._every = desk, presets, every
        self._came = came or asyncio.Event()
        self._postponed: list[Ask] = []
        self._since: dict[int, float] = {}

    async def run(self) -> None:
        """Check for asks until cancelled. Raises StateError."""
        while True:
            if self._desk.store.pause.why is None:
                await self.hear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._came.wait(), self._every)
            self._came.clear()

    async def hear(self) -> None:
        """Carry out or hand over all asks that arrived since the last call. Raises StateError."""
        postponed, self._postponed = self._postponed, []
        for ask in (*postponed, *await self._desk.store.asks()):
            try:
                await self._hand_over(ask)
            except StateError:
                raise
            except Exception as error:
                log.exception("ask failed", verb=ask.verb, target=ask.target)
                await self._answer_failed(ask, error)
            if ask not in self._postponed:
                self._since.pop(ask.seq, None)

    async def _hand_over(self, ask: Ask) -> None:
        match next((verb for verb in Verb if verb.value == ask.verb), None):
            case Verb.SUBMIT | Verb.SUBMIT_AGAIN | Verb.SPLIT | Verb.SKIP:
                if not self._desk.deliver(ask):
                    await self._desk.answer(ask, Outcome.REFUSED, answers.not_watched(ask.target))
            case Verb.RETRY | Verb.APPROVE | Verb.APPROVE_ONLY | Verb.CANCEL | Verb.DISMISS:
                await self._of_order(ask)
            case Verb.REGROUP:
                await self._regroup(ask)
            case Verb.ADOPT:
                await self._adopt(ask)
            case None:
                await self._desk.answer(ask, Outcome.REFUSED, answers.unknown(ask.verb))

    async def _of_order(self, ask: Ask) -> None:
        """Carry out an ask about an order. An ask that may reject an image waits until no step can be buying it."""
        try:
            order = await self._desk.load(ask.target)
        except (KeyError, UnicodeError):  # an order's id is ASCII
            await self._desk.answer(ask, Outcome.REFUSED, answers.no_order(ask.target))
            return
        if order.id in self._desk.left_alone:
            await self._desk.answer(ask, Outcome.FAILED, answers.left_alone(order.source.shoot))
            return
        async with self._desk.turn(order.id) as turn:
            if ask.verb in (Verb.DISMISS, Verb.APPROVE_ONLY) and turn.is_under_way:
                await self._postpone(ask, order)
                return
            await carry_out(self._desk, turn, ask, self._presets.get(dirname(order.source.folder)))

    async def _regroup(self, ask: Ask) -> None:
        """Send the wrong scenes of an order again, as a new order with the planned sets."""
        async with self._desk.admission:
            while True:
                try:
                    order = await self._desk.load(ask.target)
                except (KeyError, UnicodeError):  # an order's id is ASCII
                    await self._desk.answer(ask, Outcome.REFUSED, answers.no_order(ask.target))
                    return
                if (why := refusal(order, Verb.REGROUP)) is not None:
                    await self._desk.answer(ask, Outcome.REFUSED, answers.refused(order, Verb.REGROUP, why))
                    return
                new, fact = regrouping(order, str(uuid.uuid4()), self._desk.now())
                with suppress(Stale):
                    await self._desk.regroup(order, fact, new, ask)
                    return

    async def _postpone(self, ask: Ask, order: Order) -> None:
        """Try an ask again later, or answer it if it has waited too long: the step may use a disk that hangs."""
        now = asyncio.get_running_loop().time()
        if now - self._since.setdefault(ask.seq, now) < PATIENCE:
            self._postponed.append(ask)
        else:
            await self._desk.answer(ask, Outcome.FAILED, answers.step_hangs(order.source.shoot, Verb(ask.verb)))

    async def _adopt(self, ask: Ask) -> None:
        answer = self._desk.done(ask, answers.adopted(ask.target))
        await self._desk.store.forget_root(ask.target, answer)
        if answer is not None:
            answers.log_answer(answer)
        for order_id in await self._desk.store.waiting_for(ask.target):
            await self._desk.happened(order_id, facts.Resumed())

    async def _answer_failed(self, ask: Ask, error: Exception) -> None:
        try:
            await self._desk.answer(ask, Outcome.FAILED, answers.bug(error))
        except StateError:
            raise
        except Exception:
            log.exception("could not answer ask", verb=ask.verb, target=ask.target)


async def carry_out(desk: Desk, turn: Turn, ask: Ask, preset: Preset | None) -> None:
    """Carry out an ask about an order if it is allowed, and answer it. ``preset``: the folder's current preset, if any.

    Raises StateError.
    """
    verb = Verb(ask.verb)
    while True:
        order = turn.order
        why = refusal(order, verb)
        if why is Refusal.HEALTHY and (desk.account or desk.day_limit):
            why = None  # the order is fine, but the account is not: a retry asks the service again
        if why is not None:
            text = answers.refused(order, verb, why, await original_of(desk, order))
            await desk.answer(ask, Outcome.REFUSED, text)
            return
        picked = pick(order, ask.names)
        if verb is Verb.APPROVE_ONLY and (picked.mistakes or not picked.images):
            await desk.answer(ask, Outcome.REFUSED, answers.not_picked(order, picked))
            return
        with suppress(Stale):
            await turn.happened(fact_of(order, verb, preset, picked.images), ask)
            return


async def original_of(desk: Desk, order: Order | None) -> Order | None:
    """The order with the same photos as a skipped ``order``, otherwise ``order`` itself. None if it is not stored."""
    if order is None or order.source.same_as is None:
        return order
    with suppress(KeyError):
        return await desk.load(order.source.same_as)
    return None
