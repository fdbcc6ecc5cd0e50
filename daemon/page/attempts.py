"""Slows down attempts to guess the sign-in token."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from hmac import compare_digest

from daemon.config.mistake import Mistake

FREE = 5
"""Wrong tokens that a client may send at once."""

EVERY = 10.0
"""Seconds after which a client may send another one."""

CLIENTS = 1000
"""The number of clients that are remembered."""


class Attempts:
    """Compares tokens with the right one. ``right`` reads it, None if there is none; ``now`` is in seconds."""

    def __init__(self, right: Callable[[], str | None], now: Callable[[], float]) -> None:
        self._right, self._now = right, now
        self._wrong: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @property
    def is_possible(self) -> bool:
        """True if there is a token to sign in with."""
        return self._token() is not None

    @property
    def remembered(self) -> int:
        """The number of clients that sent wrong tokens lately."""
        return len(self._wrong)

    def wait(self, client: str) -> float:
        """Seconds that a client must wait before its next attempt; 0 if it need not."""
        return max(0.0, (self._count(client) - FREE + 1) * EVERY)

    def accept(self, token: str, client: str) -> bool:
        """True if a token is right. A client that must wait is refused without a comparison."""
        right = self._token()
        if right is None or self.wait(client):
            return False
        if compare_digest(token.encode("utf-8", "surrogateescape"), right.encode()):
            return True
        self._wrong[client] = (self._count(client) + 1, self._now())
        self._wrong.move_to_end(client)
        while len(self._wrong) > CLIENTS:
            self._wrong.popitem(last=False)
        return False

    def _count(self, client: str) -> float:
        """The wrong tokens of a client that are not forgiven yet: one is forgiven every ``EVERY`` seconds."""
        count, at = self._wrong.get(client, (0.0, 0.0))
        return max(0.0, count - max(0.0, self._now() - at) / EVERY)

    def _token(self) -> str | None:
        try:
            return self._right()
        except Mistake:
            return None
