"""The account as the runner sees it: what the service refuses for all orders, and who asks whether it still does."""

from __future__ import annotations


class Gate:
    """The account: open, or shut because the service refuses it; then one order at a time probes it.

    Orders that were refused while another was accepted are refused for themselves: they do not shut it again.
    """

    def __init__(self, probe_every: float) -> None:
        self._probe_every = probe_every
        self.reason: str | None = None
        self._cause = ""
        self._probe_at = 0.0
        self._refused: set[str] = set()
        self._alone: set[str] = set()

    def admits(self, others: int, now: float) -> bool:
        """Whether something may be asked of the service while ``others`` are under way: all, or one probe when due."""
        return self.reason is None or (others == 0 and now >= self._probe_at)

    def shut(self, order_id: str, cause: str, reason: str, now: float) -> bool:
        """The account was refused for an order; returns whether that is news.

        The first ``reason`` stays as long as the ``cause`` does: it names the request that was refused first.
        """
        if order_id in self._alone:
            return False
        self._refused.add(order_id)
        news = self.reason is None or cause != self._cause
        if news:
            self.reason, self._cause = reason, cause
        self._probe_at = now + self._probe_every
        return news

    def reason_for(self, order_id: str, own: str) -> str:
        """What to say of a refusal: the account's reason while it is shut, ``own`` for an order refused for itself."""
        return own if self.reason is None or order_id in self._alone else self.reason

    def open(self, order_id: str) -> frozenset[str] | None:
        """The account was accepted for an order; if that is news, returns those for which it was refused before."""
        refused, news = frozenset(self._refused), self.reason is not None
        self._alone = (self._alone | refused) - {order_id}
        self._refused.clear()
        self.reason = None
        return refused - {order_id} if news else None

    def probe_now(self) -> None:
        """A person says that it is mended."""
        self._probe_at = 0.0


class DayLimit:
    """The account's daily limit of enhancements: not reached, or reached; then one order at a time tries.

    Uploads, looks and downloads do not count against it; merges and what is processed again do.
    """

    def __init__(self, probe_every: float) -> None:
        self._probe_every = probe_every
        self.reason: str | None = None
        self._probe_at = 0.0
        self._probing: str | None = None
        self._waiting: set[str] = set()

    def admits(self, order_id: str, now: float) -> bool:
        """Whether an order may have something enhanced; when a probe is due, the first that asks is the one."""
        if self.reason is None or self._probing == order_id:
            return True
        if now < self._probe_at:
            self._waiting.add(order_id)
            return False
        self._probing, self._probe_at = order_id, now + self._probe_every
        return True

    def wait(self, now: float) -> float:
        """Seconds to the next probe."""
        return max(1.0, self._probe_at - now)

    def reached(self, order_id: str, reason: str, now: float) -> bool:
        """An order's image failed for the limit; returns whether that is news."""
        news, self.reason = self.reason is None, reason
        self._probing, self._probe_at = None, now + self._probe_every
        self._waiting.add(order_id)
        return news

    def passed(self, order_id: str) -> frozenset[str] | None:
        """Something of the probing order was enhanced; if that is news, returns the orders that waited for it."""
        if self.reason is None or self._probing != order_id:
            return None
        waiting = frozenset(self._waiting - {order_id})
        self.reason = self._probing = None
        self._waiting.clear()
        return waiting

    def probe_now(self) -> None:
        """A person says that it lets again."""
        self._probe_at = 0.0
