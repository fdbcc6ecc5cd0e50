"""Builds the application of the page from its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from daemon.config.settings import Settings
from daemon.host.disk import Disk
from daemon.page import probes
from daemon.page.api import Api
from daemon.page.attempts import Attempts
from daemon.page.broadcast import Broadcast
from daemon.page.events import Events
from daemon.page.guard import Guard
from daemon.page.reading import State
from daemon.page.render import Templates
from daemon.page.sessions import Sessions
from daemon.page.signing_in import SigningIn
from daemon.page.site import application
from daemon.page.views.common import PHASES, STATES, Common
from daemon.page.views.health import HealthView
from daemon.page.views.now import NowView
from daemon.page.views.pictures import Pictures, PicturesView
from daemon.page.views.shoot import ShootView
from daemon.page.views.shoots import ShootsView
from daemon.page.views.spending import SpendingView


@dataclass(frozen=True, slots=True)
class Parts:
    """What an application is made of. ``settings.page`` is not None. ``now`` returns epoch seconds.

    ``disk`` makes calls to disks that may hang.
    """

    settings: Settings
    state: State
    sessions: Sessions
    attempts: Attempts
    broadcast: Broadcast
    events: Events
    is_ready: Callable[[], bool]
    late: Callable[[], int]
    now: Callable[[], float]
    disk: Disk
    pictures: Pictures


def build(parts: Parts) -> ASGIApp:
    """The application, behind its guard."""
    page = parts.settings.page
    assert page is not None
    templates = Templates({"position": lambda: parts.broadcast.position, "phases": PHASES, "states": STATES})
    signing_in = SigningIn(templates, parts.sessions, parts.attempts, parts.settings.state_dir, parts.now)
    common = Common(templates, parts.state, parts.settings, parts.now)
    views = (
        NowView(common),
        ShootsView(common),
        ShootView(common),
        SpendingView(common),
        HealthView(common, parts.disk),
        PicturesView(common, parts.pictures),
        Api(common),
        signing_in,
        parts.events,
    )
    routes = [*probes.routes(parts.is_ready, parts.late), *(route for view in views for route in view.routes())]
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
