"""Answers to what people ask of shoots, as far as they concern no order that is under way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from daemon import answers
from daemon.order import Order
from daemon.store.asks import Answer, Ask, Outcome
from daemon.store.store import Store


class Replies:
    """Makes answers, and records those that come without an order. Where nobody asked there is no answer."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store, self._now = store, now

    def done(self, ask: Ask | None, text: str) -> Answer | None:
        """The answer to an ask that is carried out; whoever carries it out records it."""
        return None if ask is None else Answer(ask, Outcome.DONE, text, self._now())

    def refused(self, ask: Ask | None, text: str) -> Answer | None:
        """The answer to an ask that is not carried out."""
        return None if ask is None else Answer(ask, Outcome.REFUSED, text, self._now())

    async def refuse(self, ask: Ask | None, text: str) -> None:
        """Record and log that an ask is not carried out."""
        answer = self.refused(ask, text)
        if answer is not None:
            await self._store.answer(answer)
            self.log(answer)

    def log(self, answer: Answer | None) -> None:
        """Log an answer that was recorded."""
        if answer is not None:
            answers.log_answer(answer)

    async def original(self, order: Order | None) -> Order | None:
        """The order that a skipped copy was skipped for, or the order itself; None if that is not known any more."""
        if order is None or order.same_as is None:
            return order
        with suppress(KeyError):
            return await self._store.load(order.same_as)
        return None
