"""Builds the application of the page from its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from daemon.config.settings import Settings
from daemon.page import probes
from daemon.page.attempts import Attempts
from daemon.page.broadcast import Broadcast
from daemon.page.events import Events
from daemon.page.guard import Guard
from daemon.page.reading import State
from daemon.page.render import Templates
from daemon.page.sessions import Sessions
from daemon.page.signing_in import SigningIn
from daemon.page.site import application


@dataclass(frozen=True, slots=True)
class Parts:
    """What an application is made of. ``settings.page`` is not None. ``now`` returns epoch seconds."""

    settings: Settings
    state: State
    sessions: Sessions
    attempts: Attempts
    broadcast: Broadcast
    events: Events
    is_ready: Callable[[], bool]
    late: Callable[[], int]
    now: Callable[[], float]


def build(parts: Parts) -> ASGIApp:
    """The application, behind its guard."""
    page = parts.settings.page
    assert page is not None
    templates = Templates({"position": lambda: parts.broadcast.position})
    signing_in = SigningIn(templates, parts.sessions, parts.attempts, parts.settings.state_dir, parts.now)
    routes = [
        *probes.routes(parts.is_ready, parts.late),
        *signing_in.routes(),
        *parts.events.routes(),
    ]
    guard = Guard(
        application(routes, templates),
        parts.sessions,
        allowed_hosts=page.allowed_hosts,
        bearer=parts.attempts.accept,
        open_reading=page.open_reading,
    )
    if page.trusted_proxy is None:
        return guard
    return ProxyHeadersMiddleware(guard, page.trusted_proxy)  # type: ignore[arg-type, return-value]  # the same protocol
