"""The view of all shoots: search, filters, and pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from daemon.host.days import span_of_month
from daemon.page.views.common import HEALTHS, PHASES, Common, number
from daemon.store.pages import Choices, Filter
from daemon.store.reading import Reader
from daemon.webapp import order_page

A_PAGE = 50
LONGEST_SEARCH = 200
FRESH = 5.0
"""Seconds for which the values of the filters are shown again."""


class ShootsView:
    """``/shoots``."""

    def __init__(self, common: Common) -> None:
        self._common = common
        self._choices: tuple[float, Choices] | None = None

    def routes(self) -> list[Route]:
        """The route of the view."""
        return [Route("/shoots", self._shoots, methods=["GET"])]

    async def _shoots(self, request: Request) -> Response:
        chosen = {name: request.query_params.get(name, "") for name in ("q", "phase", "health", "folder", "month")}
        offset = number(request.query_params, "offset")

        def read(reader: Reader) -> dict[str, Any]:
            return {
                "page": reader.page_of_orders(order_page(""), filter_of(chosen), A_PAGE, offset),
                "choices": self._known_choices(reader),
            }

        values = await self._common.state.read(read)

        def address(at: int) -> str:
            given = {name: value for name, value in {**chosen, "offset": str(at) if at else ""}.items() if value}
            return f"/shoots?{urlencode(given, errors='surrogateescape')}" if given else "/shoots"

        return self._common.templates.page(
            request,
            "shoots.html",
            chosen=chosen,
            offset=offset,
            a_page=A_PAGE,
            address=address,
            phases=PHASES,
            healths=HEALTHS,
            **values,
        )

    def _known_choices(self, reader: Reader) -> Choices:
        """The values of the filters. Counting them takes long with many orders, so they may be some seconds old."""
        now = self._common.now()
        if self._choices is None or not 0 <= now - self._choices[0] < FRESH:
            self._choices = (now, reader.choices())
        return self._choices[1]


def filter_of(chosen: dict[str, str]) -> Filter:
    """The filter that the fields of the search mean. A value that is not possible is ignored."""
    since, until = span_of_month(chosen.get("month", "")) or (None, None)
    return Filter(
        text=chosen.get("q", "")[:LONGEST_SEARCH],
        phases=(chosen["phase"],) if chosen.get("phase") in PHASES else (),
        healths=(chosen["health"],) if chosen.get("health") in HEALTHS else (),
        folder=chosen.get("folder") or None,
        since=since,
        until=until,
    )
