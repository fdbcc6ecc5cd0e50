"""The account's gate and its daily limit: what the service refuses for all orders, and which order probes it."""

from __future__ import annotations


class Gate:
    """Open while the service accepts the account, shut while it refuses it. Then one order at a time probes it.

    If one order is refused while another is accepted, the cause is the order and not the account. Such an order does
    not shut the gate again.
    """

    def __init__(self, probe_every: float) -> None:
        self._probe_every = probe_every
        self.reason: str | None = None
        self._cause = ""
        self._probe_at = 0.0
        self._refused: set[str] = set()
        self._alone: set[str] = set()

    def admits(self, others: int, now: float) -> bool:
        """True if a step may begin while ``others`` are under way. While the gate is shut: one probe, when due."""
        return self.reason is None or (others == 0 and now >= self._probe_at)

    def shut(self, order_id: str, cause: str, reason: str, now: float) -> bool:
        """Record that the account was refused for an order. Returns True if that is new.

        ``reason`` names the request that was refused first. It stays the same until ``cause`` changes.
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
        """The reason to show for a refusal: the account's, or ``own`` if only this order is refused."""
        return own if self.reason is None or order_id in self._alone else self.reason

    def open(self, order_id: str) -> frozenset[str] | None:
        """Record that the account was accepted for an order. If the gate was shut, returns the other refused orders."""
        refused, news = frozenset(self._refused), self.reason is not None
        self._alone = (self._alone | refused) - {order_id}
        self._refused.clear()
        self.reason = None
        return refused - {order_id} if news else None

    def probe_now(self) -> None:
        """Allow a probe immediately: a person says that the problem is fixed."""
        self._probe_at = 0.0


class DayLimit:
    """The account's daily limit of enhancements. While it is reached, one order at a time probes it.

    Merges and reprocessing count against the limit; uploads, polls and downloads do not.
    """

    def __init__(self, probe_every: float) -> None:
        self._probe_every = probe_every
        self.reason: str | None = None
        self._probe_at = 0.0
        self._probing: str | None = None
        self._waiting: set[str] = set()

    def admits(self, order_id: str, now: float) -> bool:
        """True if an order may request an enhancement. When a probe is due, the first order to ask is the probe."""
        if self.reason is None or self._probing == order_id:
            return True
        if now < self._probe_at:
            self._waiting.add(order_id)
            return False
        self._probing, self._probe_at = order_id, now + self._probe_every
        return True

    def wait(self, now: float) -> float:
        """Seconds until the next probe, at least 1."""
        return max(1.0, self._probe_at - now)

    def reached(self, order_id: str, reason: str, now: float) -> bool:
        """Record that an order's image failed because of the limit. Returns True if that is new."""
        news, self.reason = self.reason is None, reason
        self._probing, self._probe_at = None, now + self._probe_every
        self._waiting.add(order_id)
        return news

    def passed(self, order_id: str) -> frozenset[str] | None:
        """Record that an order's image was enhanced. If the order was the probe, returns the orders that waited."""
        if self.reason is None or self._probing != order_id:
            return None
        waiting = frozenset(self._waiting - {order_id})
        self.reason = self._probing = None
        self._waiting.clear()
        return waiting

    def probe_now(self) -> None:
        """Allow a probe immediately: a person says that the limit no longer applies."""
        self._probe_at = 0.0
