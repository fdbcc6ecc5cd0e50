"""Rate limits and quotas: requests by address; file names, enhancements and purchases by account."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from daemon.sandbox.answers import Refused, no_credits, too_many
from daemon.sandbox.clock import Clock
from daemon.sandbox.connection import drained
from daemon.sandbox.records import Account
from daemon.sandbox.settings import Switches

_HOUR_S: Final = 3600.0
_DAY_S: Final = 86400.0


class Limits:
    """The counts, and their limits (``Switches``)."""

    def __init__(self, switches: Switches, clock: Clock) -> None:
        self.switches = switches
        self._clock = clock
        self._requests: defaultdict[str, deque[float]] = defaultdict(deque)
        self._names: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._enhanced: Counter[tuple[str, int]] = Counter()
        self._bought: Counter[str] = Counter()

    def request(self, address: str) -> None:
        """Count a request to the API. Raises ``Refused`` (429) above the limit per second."""
        limit = self.switches.rate_limit
        if limit and not _room(self._requests[address], self._clock.steady(), 1.0, limit):
            raise too_many(f"More than {limit} requests in a second")

    def name(self, account: Account, name: str) -> None:
        """Count one use of a file name. Raises ``Refused`` (429) above the limit per hour."""
        limit = self.switches.name_limit
        if limit and not _room(self._names[account.key, name], self._clock.now(), _HOUR_S, limit):
            raise too_many(f"The name {name!r} was used {limit} times in the last hour")

    def enhancement(self, account: Account) -> bool:
        """Count an image that is enhanced. Returns False above the daily limit."""
        today = (account.key, int(self._clock.now() // _DAY_S))
        if self.switches.daily_limit and self._enhanced[today] >= self.switches.daily_limit:
            return False
        self._enhanced[today] += 1
        return True

    def purchase(self, account: Account) -> None:
        """Count an image that is bought. Raises ``Refused`` (402) if no credits are left."""
        if 0 <= self.switches.credits <= self._bought[account.key]:
            raise no_credits()
        self._bought[account.key] += 1


class Limited:
    """An application with a limit on its request rate. The sandbox's own paths are not limited."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"].startswith("/v3/"):
            try:
                self._limits.request(scope["client"][0])
            except Refused as refused:
                await drained(receive)
                return await refused.response(self._limits.switches.refusal_body)(scope, receive, send)
        return await self._app(scope, receive, send)


def _room(uses: deque[float], now: float, span: float, limit: int) -> bool:
    """True if one more use fits into the last ``span`` seconds; then it is counted."""
    while uses and uses[0] <= now - span:
        uses.popleft()
    if len(uses) >= limit:
        return False
    uses.append(now)
    return True
