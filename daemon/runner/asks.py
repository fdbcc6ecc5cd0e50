"""Hands what people ask to whoever can carry it out, and answers what nobody can.

An ask that fails, for whatever reason, is answered with that, and stops neither the daemon nor the next ask.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import structlog

from daemon import answers
from daemon.errors import StateError
from daemon.order import Verb, facts
from daemon.store.asks import Answer, Ask, Outcome
from daemon.store.store import Store

log = structlog.get_logger("bracketd.runner")

Tell = Callable[[str, facts.Fact | Ask], None]
"""Brings an order, by its id, a fact or an ask."""


class Asks:
    """The dispatch of asks.

    ``tell`` brings an order an ask; ``submit`` hands one to the watcher of its folder and says whether there is one;
    ``left_alone`` are orders that nobody visits any more; ``now`` is epoch seconds.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], float],
        *,
        tell: Tell,
        submit: Callable[[Ask], bool],
        left_alone: Collection[str],
    ) -> None:
        self._store, self._now, self._tell, self._submit = store, now, tell, submit
        self._left_alone = left_alone

    async def hand_out(self) -> None:
        """Everything that was asked since the last call. Raises StateError."""
        for ask in await self._store.asks():
            try:
                answer = await self._hand_out(ask)
            except StateError:
                raise
            except Exception as error:  # noqa: BLE001 - one ask must not end the daemon
                answer = self.failed(ask, error)
            if answer is not None:
                await self.answer(answer)

    async def _hand_out(self, ask: Ask) -> Answer | None:
        """The answer, or None if somebody else carries it out and answers."""
        match next((verb for verb in Verb if verb.value == ask.verb), None):
            case Verb.SUBMIT | Verb.SUBMIT_AGAIN | Verb.SKIP:
                return None if self._submit(ask) else self.refused(ask, answers.not_watched(ask.target))
            case Verb.RETRY | Verb.APPROVE | Verb.CANCEL | Verb.DISMISS:
                return await self._of_order(ask)
            case Verb.ADOPT:
                await self._adopt(ask)
                return None
            case None:
                return self.refused(ask, answers.unknown(ask.verb))

    async def _of_order(self, ask: Ask) -> Answer | None:
        try:
            order = await self._store.load(ask.target)
        except (KeyError, UnicodeError):  # no id has other characters than ASCII's
            return self.refused(ask, answers.no_order(ask.target))
        if order.id in self._left_alone:
            return Answer(ask, Outcome.FAILED, answers.left_alone(order.shoot), self._now())
        self._tell(order.id, ask)
        return None

    async def _adopt(self, ask: Ask) -> None:
        answer = Answer(ask, Outcome.DONE, answers.adopted(ask.target), self._now())
        await self._store.forget_root(ask.target, answer)
        answers.log_answer(answer)
        for order_id in await self._store.waiting_for(ask.target):
            self._tell(order_id, facts.Resumed())

    async def answer(self, answer: Answer) -> None:
        """Answer an ask that no fact came of. Raises StateError."""
        try:
            await self._store.answer(answer)
        except StateError:
            raise
        except Exception:
            log.exception("ask could not be answered", verb=answer.ask.verb, target=answer.ask.target)
        else:
            answers.log_answer(answer)

    def refused(self, ask: Ask, text: str) -> Answer:
        """The answer to an ask that is not allowed."""
        return Answer(ask, Outcome.REFUSED, text, self._now())

    def failed(self, ask: Ask, error: Exception) -> Answer:
        """The answer to an ask that a bug of ours stopped."""
        log.error("ask failed", verb=ask.verb, target=ask.target, exc_info=error)
        return Answer(ask, Outcome.FAILED, answers.bug(error), self._now())
