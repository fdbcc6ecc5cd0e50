"""What the service knows of an account's orders, and an order made of nothing but that."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from daemon.errors import NotFound, Passing
from daemon.service import BracketSeen, OrderListed, OrderSeen, Service

T = TypeVar("T")

WAITS = (1.0, 3.0, 10.0)
"""Seconds before each further try of a request that failed for a passing reason."""


@dataclass(frozen=True, slots=True)
class AtService:
    """One order of ours as the service has it. ``names`` are its brackets' and images', by the brackets' numbers."""

    id: str
    name: str
    created_at: float | None
    seen: OrderSeen
    brackets: tuple[BracketSeen, ...] = ()

    @property
    def names(self) -> dict[int, str]:
        """What the service calls each bracket, as far as it tells."""
        told = (*(image.name for image in self.seen.images), *(bracket.name for bracket in self.brackets))
        numbered = ((self.number(name), name) for name in told)
        return {number: name for number, name in numbered if number is not None}

    @property
    def untagged(self) -> frozenset[str]:
        """The same without the tags, as ``name_at_service`` makes them for an empty tag."""
        return frozenset(name.replace(f"{self.id[:8]}-{number + 1}", "", 1) for number, name in self.names.items())

    def number(self, name: str) -> int | None:
        """The number of the bracket that bears this name, or gave it to an image; None if it is none of ours."""
        tag = re.search(rf"\b{re.escape(self.id[:8])}-(\d{{1,5}})(?:\.\w{{1,8}})?$", name)
        number = int(tag[1]) - 1 if tag else -1
        return number if number >= 0 else None


class Account:
    """The account's orders, asked for with some patience. ``sleep`` waits so many seconds."""

    def __init__(self, service: Service, sleep: Callable[[float], None]) -> None:
        self._service, self._sleep = service, sleep

    def orders(self, known: Iterable[str]) -> dict[str, AtService]:
        """The orders that are ours: those with these ids, and those whose names bear our tag. Raises ServiceError."""
        known = set(known)
        found: dict[str, AtService] = {}
        for listed in self._patiently(lambda: list(self._service.orders())):
            order = AtService(listed.id, listed.name, listed.created_at, listed.seen)
            if listed.id in known:
                found[listed.id] = order
            elif order.names or not listed.seen.images:
                order = replace(order, brackets=self._brackets(listed))
                if order.names:
                    found[listed.id] = order
        return found

    def order(self, order_id: str) -> AtService | None:
        """One order, None if the service does not know it. Raises ServiceError."""
        try:
            return AtService(order_id, "", None, self._patiently(lambda: self._service.order(order_id)))
        except NotFound:
            return None

    def _brackets(self, listed: OrderListed) -> tuple[BracketSeen, ...]:
        try:
            return self._patiently(lambda: self._service.brackets(listed.id))
        except NotFound:
            return ()

    def _patiently(self, call: Callable[[], T]) -> T:
        for wait in WAITS:
            try:
                return call()
            except Passing as error:
                self._sleep(max(wait, min(error.retry_after or 0.0, 60.0)))
        return call()
