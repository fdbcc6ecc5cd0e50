"""Fills the templates. Everything shown is escaped, on one line, and without characters that change its direction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from daemon import __version__
from daemon.page import shown
from daemon.page.hosts import is_loopback
from daemon.page.sessions import Session
from daemon.text import printable

HERE = Path(__file__).parent
STATIC = HERE / "static"


class Templates:
    """The templates of the page. ``common`` has values for all of them."""

    def __init__(self, common: Mapping[str, Any]) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_harmless,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(shown.FILTERS)
        self._environment.globals.update(common, version=__version__, static=_versions())

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """The response with a filled template."""
        session: Session | None = request.state.session
        filled = self._environment.get_template(template).render(
            path=request.url.path,
            query=request.url.query,
            csrf=session.csrf if session is not None else "",
            may_act=session is not None and session.id is not None,
            unencrypted=_is_unencrypted(request),
            **values,
        )
        return HTMLResponse(filled, status)


def _harmless(value: object) -> object:
    """Text without control and bidirectional characters, which could make a name look like another one."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _is_unencrypted(request: Request) -> bool:
    """True if the request came from another machine and without TLS."""
    return request.url.scheme != "https" and not is_loopback(request.client.host if request.client else None)


def _versions() -> dict[str, str]:
    """The URL of each static file, with a part that changes with its content."""
    files = (file for file in STATIC.rglob("*") if file.suffix in (".css", ".js", ".svg"))
    return {
        file.name: f"/static/{file.relative_to(STATIC)}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
        for file in files
    }
