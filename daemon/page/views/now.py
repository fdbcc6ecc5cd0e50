"""The first view: what bracketd does now. And the view of everything that waits for a person."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from daemon.page.verbs import Offer, offers
from daemon.page.views.common import PHASES, Common, number, said
from daemon.reports.status import ENDED, document
from daemon.store.pages import Filter, OrdersPage
from daemon.store.reading import Reader
from daemon.webapp import order_page

RECENT = 8
"""The number of delivered shoots on the first view."""

IN_WORK = 60
"""The number of orders in work that the first view lists."""

A_PAGE = 20
"""The number of orders on one page of those that wait for a person."""

WORKING = tuple(phase for phase in PHASES if phase not in (*ENDED, "held"))


@dataclass(frozen=True, slots=True)
class Asked:
    """An order that waits for a person, with its buttons."""

    order: dict[str, Any]
    offers: list[Offer]


class NowView:
    """``/`` and ``/waiting``."""

    def __init__(self, common: Common) -> None:
        self._common = common

    def routes(self) -> list[Route]:
        """The routes of both views."""
        return [Route("/", self._now, methods=["GET"]), Route("/waiting", self._waiting, methods=["GET"])]

    async def _now(self, request: Request) -> Response:
        def read(reader: Reader) -> dict[str, Any]:
            link = order_page("")
            return {
                "report": self._report(reader),
                "work": reader.page_of_orders(link, Filter(phases=WORKING), IN_WORK),
                "asked": reader.orders_for_a_person(link, RECENT),
                "delivered": reader.page_of_orders(link, Filter(phases=("downloaded",)), RECENT),
            }

        values = await self._common.state.read(read)
        return self._common.templates.page(request, "now.html", **values)

    async def _waiting(self, request: Request) -> Response:
        offset = number(request.query_params, "offset")

        def read(reader: Reader) -> dict[str, Any]:
            page: OrdersPage = reader.orders_for_a_person(order_page(""), A_PAGE, offset)
            return {
                "report": self._report(reader),
                "asked": [self._asked(reader, order) for order in page.orders],
                "total": page.total,
                "said": said(reader, request),
            }

        values = await self._common.state.read(read)
        return self._common.templates.page(request, "waiting.html", offset=offset, a_page=A_PAGE, **values)

    def _asked(self, reader: Reader, order: dict[str, Any]) -> Asked:
        buttons = offers(reader.order(order["order_id"]), self._common.settings.price_per_image)
        return Asked(order, [offer for offer in buttons if not offer.picks])

    def _report(self, reader: Reader) -> dict[str, Any]:
        """The document of ``status --json`` without the orders that ended."""
        report: dict[str, Any] = document(reader, self._common.settings.state_dir, os.getpid(), ended=0)
        return report
