"""Reads the account's orders from the service."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from daemon.errors import NotFound, Passing
from daemon.service import BracketReport, OrderListed, OrderReport, Service

T = TypeVar("T")

WAITS = (1.0, 3.0, 10.0)
"""Seconds before each retry of a request that failed temporarily."""


@dataclass(frozen=True, slots=True)
class AtService:
    """One of bracketd's orders as the service shows it."""

    id: str
    name: str
    created_at: float | None
    report: OrderReport
    brackets: tuple[BracketReport, ...] = ()

    @property
    def names(self) -> dict[int, str]:
        """The names of brackets and images at the service, by bracket number. Brackets without a name are missing."""
        shown = (*(image.name for image in self.report.images), *(bracket.name for bracket in self.brackets))
        numbered = ((self.number(name), name) for name in shown)
        return {number: name for number, name in numbered if number is not None}

    @property
    def untagged(self) -> frozenset[str]:
        """``names`` without their tags, equal to the result of ``name_at_service`` for an empty tag."""
        return frozenset(name.replace(f"{self.id[:8]}-{number + 1}", "", 1) for number, name in self.names.items())

    def number(self, name: str) -> int | None:
        """The bracket number in the name of a bracket or image. None if the name has no tag of this order."""
        tag = re.search(rf"\b{re.escape(self.id[:8])}-(\d{{1,5}})(?:\.\w{{1,8}})?$", name)
        number = int(tag[1]) - 1 if tag else -1
        return number if number >= 0 else None


class Account:
    """Requests the account's orders and retries temporary errors. ``sleep`` waits a number of seconds."""

    def __init__(self, service: Service, sleep: Callable[[float], None]) -> None:
        self._service, self._sleep = service, sleep

    def orders(self, known: Iterable[str]) -> dict[str, AtService]:
        """The orders with these ids, and those whose names have bracketd's tag, by id. Raises ServiceError."""
        known = set(known)
        found: dict[str, AtService] = {}
        for listed in self._patiently(lambda: list(self._service.orders())):
            order = AtService(listed.id, listed.name, listed.created_at, listed.report)
            if listed.id in known:
                found[listed.id] = order
            elif order.names or not listed.report.images:
                order = replace(order, brackets=self._brackets(listed))
                if order.names:
                    found[listed.id] = order
        return found

    def order(self, order_id: str) -> AtService | None:
        """An order of this id. None if the service does not know it. Raises ServiceError."""
        try:
            return AtService(order_id, "", None, self._patiently(lambda: self._service.order(order_id)))
        except NotFound:
            return None

    def _brackets(self, listed: OrderListed) -> tuple[BracketReport, ...]:
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
