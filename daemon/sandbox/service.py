"""The state that the three listeners share, and access to its records."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request

from daemon.sandbox.answers import no_key, not_found
from daemon.sandbox.clock import Clock
from daemon.sandbox.faults import Faults
from daemon.sandbox.ledger import Ledger
from daemon.sandbox.limits import Limits
from daemon.sandbox.records import Account, Bracket, Catalogue, Image, Order
from daemon.sandbox.settings import Settings, Switches
from daemon.sandbox.slots import Signer
from daemon.sandbox.studio import Studio
from daemon.sandbox.vault import Vault

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Hosts:
    """The base URL of each listener."""

    api: str
    storage: str
    assets: str


@dataclass
class Service:
    """The stand-in behind its listeners. ``tasks`` runs the processing of orders."""

    settings: Settings
    hosts: Hosts
    faults: Faults
    tasks: asyncio.TaskGroup
    catalogue: Catalogue = field(default_factory=Catalogue)
    ledger: Ledger = field(default_factory=Ledger)
    signer: Signer = field(default_factory=Signer)

    def __post_init__(self) -> None:
        self.clock = Clock(self.settings.speed)
        self.vault = Vault(self.settings.directory)
        self.studio = Studio(self.vault, self.settings.long_side)
        self.limits = Limits(self.switches, self.clock)
        self._courses: set[asyncio.Task[None]] = set()

    @property
    def switches(self) -> Switches:
        """The chosen switches."""
        return self.settings.switches

    def account(self, request: Request) -> Account:
        """The account of the request's key. Raises ``Refused`` (401) for an unknown key."""
        key = request.headers.get("x-api-key", "")
        if key not in self.settings.keys:
            raise no_key()
        return Account(key)

    def version(self, request: Request, wanted: str = "") -> str:
        """The API version: ``wanted``, the request's header, or the default. Ignores a value that is not a date."""
        pinned = wanted or request.headers.get("x-api-version", "")
        return pinned if _DATE.fullmatch(pinned) else self.switches.default_version

    def order(self, request: Request, account: Account | None = None) -> Order:
        """The order in the path. Raises ``Refused`` (404) if it does not exist or is another account's."""
        order = self.catalogue.orders.get(request.path_params["id"])
        if order is None or (account is not None and order.account != account):
            raise not_found("Order")
        return order

    def image(self, request: Request, account: Account | None = None) -> Image | Bracket:
        """The image, or the bracket of the images flow, in the path. Raises ``Refused`` (404) as ``order`` does."""
        record_id = request.path_params["id"]
        bracket = self.catalogue.brackets.get(record_id)
        found = bracket if bracket is not None and bracket.flow == "images" else self.catalogue.images.get(record_id)
        if found is None or found.deleted or (account is not None and found.account != account):
            raise not_found("Image")
        return found

    def begin(self, course: Coroutine[None, None, None]) -> None:
        """Run the processing of an order in the background."""
        task = self.tasks.create_task(course)
        self._courses.add(task)
        task.add_done_callback(self._courses.discard)

    def close(self) -> None:
        """Cancel all processing, and stop the work on pictures."""
        for task in self._courses:
            task.cancel()
        self.studio.close()

    def broken(self, rule: str, *, order_id: str | None = None, record_id: str | None = None, detail: str = "") -> None:
        """Record a violation with the present time."""
        self.ledger.broken(rule, self.clock.now(), order_id=order_id, record_id=record_id, detail=detail)
