"""The service as orders use it: one for each flow and mode, all with the same key, which may be renewed."""

from __future__ import annotations

from collections.abc import Callable

from daemon import __version__
from daemon.config import ApiKey, Settings
from daemon.errors import ConfigError
from daemon.order import FlowName
from daemon.service import Demand, Service


def build(settings: Settings, key: ApiKey, *, flow: FlowName, dev_mode: bool) -> Service:
    """A connection to the service, as the settings describe it. Raises ConfigError."""
    return Service(
        base_url=settings.api.base_url,
        key=key.text,
        key_source=key.source,
        flow=flow,
        dev_mode=dev_mode,
        user_agent=f"bracketd/{__version__}",
        demand=Demand(settings.transfers.least_rate),
    )


def build_usual(settings: Settings) -> Service:
    """A connection to the service as new orders get it. Raises ConfigError."""
    return build(settings, settings.require_api_key(), flow=settings.api.flow, dev_mode=settings.api.dev_mode)


class Services:
    """``find_key`` reads the settings again for the key; it may block, and raise ConfigError.

    ``of`` and ``renew`` are for one thread.
    """

    def __init__(self, settings: Settings, find_key: Callable[[], ApiKey]) -> None:
        self._settings, self._find_key = settings, find_key
        self._key = settings.require_api_key()
        self._used: dict[tuple[FlowName, bool], Service] = {}
        self._former: list[Service] = []

    def of(self, flow: FlowName, *, dev_mode: bool) -> Service:
        """The service as an order began with it, which may not be how new orders get it. Raises ConfigError."""
        if (flow, dev_mode) not in self._used:
            self._used[flow, dev_mode] = build(self._settings, self._key, flow=flow, dev_mode=dev_mode)
        return self._used[flow, dev_mode]

    def usual(self) -> Service:
        """The service as new orders get it. Raises ConfigError."""
        return self.of(self._settings.api.flow, dev_mode=self._settings.api.dev_mode)

    @property
    def now(self) -> tuple[Service, ...]:
        """Those with the key that is used now."""
        return tuple(self._used.values())

    @property
    def all(self) -> tuple[Service, ...]:
        """Every one that was ever asked for; transfers may still use one with the former key."""
        return (*self._used.values(), *self._former)

    def found(self) -> ApiKey | None:
        """The key as it is found now; None if none is. Blocks."""
        try:
            return self._find_key()
        except ConfigError:
            return None

    def renew(self, key: ApiKey) -> bool:
        """Use this key from now on; returns whether it is another one."""
        if key.text == self._key.text:
            return False
        self._key = key
        self._former += self._used.values()
        self._used = {}
        return True
