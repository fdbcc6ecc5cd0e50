from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from daemon.service import Bounds, Endpoint, FlowName, Service, Timeouts

from .hosts import Host, Script

KEY = "k3y-that-must-stay-home"

Hosts = Callable[..., Host]
Services = Callable[..., Service]


@pytest.fixture
def host() -> Iterator[Hosts]:
    """Start hosts with ``host(script, address=…)``. They are stopped after the test."""
    with ExitStack() as stack:

        def start(script: Script, **settings: object) -> Host:
            return stack.enter_context(Host(script, **settings))  # type: ignore[arg-type]

        yield start


@pytest.fixture
def service() -> Iterator[Services]:
    """Open services with ``service(base_url, flow=…)``. They are closed after the test."""
    with ExitStack() as stack:

        def open_service(
            base_url: str, *, flow: FlowName = "images", dev_mode: bool = False, timeouts: Timeouts | None = None
        ) -> Service:
            patience = timeouts or Timeouts(connect=5, read=5, write=5)
            endpoint = Endpoint(base_url, KEY, "bracketd/test")
            opened = Service(endpoint, flow=flow, dev_mode=dev_mode, bounds=Bounds(patience))
            stack.callback(opened.close)
            return opened

        yield open_service
