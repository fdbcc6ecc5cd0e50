"""Connections to the service: one for each flow and mode, all with the same key, which can be renewed."""

from __future__ import annotations

from collections.abc import Callable

from daemon import __version__
from daemon.config import ApiKey, Settings
from daemon.errors import ConfigError
from daemon.order import FlowName
from daemon.service import Bounds, Demand, Endpoint, Service


def build(settings: Settings, key: ApiKey, *, flow: FlowName, dev_mode: bool) -> Service:
    """Create a connection to the service from the settings. Raises ConfigError."""
    endpoint = Endpoint(settings.api.base_url, key.text, f"bracketd/{__version__}", key.source)
    bounds = Bounds(demand=Demand(settings.transfers.least_rate))
    return Service(endpoint, flow=flow, dev_mode=dev_mode, bounds=bounds)


def build_usual(settings: Settings) -> Service:
    """Create a connection for new orders. Raises ConfigError."""
    return build(settings, settings.require_api_key(), flow=settings.api.flow, dev_mode=settings.api.dev_mode)


class Services:
    """Creates connections when they are first used, and replaces them when the key changes.

    ``find_key`` reads the key again from the settings; it may block and raise ConfigError. Call ``of`` and ``renew``
    from one thread only.
    """

    def __init__(self, settings: Settings, find_key: Callable[[], ApiKey]) -> None:
        self._settings, self._find_key = settings, find_key
        self._key = settings.require_api_key()
        self._used: dict[tuple[FlowName, bool], Service] = {}
        self._former: list[Service] = []

    def of(self, flow: FlowName, *, dev_mode: bool) -> Service:
        """The connection for an order's flow and mode, which may differ from the settings. Raises ConfigError."""
        if (flow, dev_mode) not in self._used:
            self._used[flow, dev_mode] = build(self._settings, self._key, flow=flow, dev_mode=dev_mode)
        return self._used[flow, dev_mode]

    def usual(self) -> Service:
        """The connection for new orders. Raises ConfigError."""
        return self.of(self._settings.api.flow, dev_mode=self._settings.api.dev_mode)

    @property
    def now(self) -> tuple[Service, ...]:
        """The connections with the current key."""
        return tuple(self._used.values())

    @property
    def all(self) -> tuple[Service, ...]:
        """All connections, including those with former keys, because transfers may still use them."""
        return (*self._used.values(), *self._former)

    def found(self) -> ApiKey | None:
        """Read the key again. None if there is none. Blocks."""
        try:
            return self._find_key()
        except ConfigError:
            return None

    def renew(self, key: ApiKey) -> bool:
        """Use this key from now on. Returns True if it differs from the current key."""
        if key.text == self._key.text:
            return False
        self._key = key
        self._former += self._used.values()
        self._used = {}
        return True
