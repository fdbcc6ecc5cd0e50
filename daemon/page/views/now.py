"""The first view: what bracketd does now. And the view of everything that waits for a person."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from daemon.order import Verb
from daemon.page.guard import form
from daemon.page.verbs import Offer, offers, offers_of_arriving
from daemon.page.views.common import PHASES, Common, key_of, number, said
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
    """``/`` and ``/waiting``, and what a person asks for there."""

    def __init__(self, common: Common) -> None:
        self._common = common

    def routes(self) -> list[Route]:
        """The routes of both views."""
        return [
            Route("/", self._now, methods=["GET"]),
            Route("/waiting", self._waiting, methods=["GET"]),
            Route("/arriving/{key}/ask", self._ask, methods=["POST"]),
        ]

    async def _now(self, request: Request) -> Response:
        def read(reader: Reader) -> dict[str, Any]:
            link = order_page("")
            return {
                "report": self._report(reader),
                "work": reader.page_of_orders(link, Filter(phases=WORKING), IN_WORK),
                "asked": reader.orders_for_a_person(link, RECENT),
                "said": said(reader, request),
                "delivered": reader.page_of_orders(link, Filter(phases=("downloaded",)), RECENT),
            }

        values = await self._common.state.read(read)
        arriving = offers_of_arriving(self._common.settings.price_per_image)
        return self._common.templates.page(request, "now.html", for_arriving=arriving, key_of=key_of, **values)

    async def _ask(self, request: Request) -> Response:
        """Ask for something about a shoot that is not an order yet."""
        key, verb = str(request.path_params["key"]), form(await request.body()).get("verb", [""])[0]
        waiting = await self._common.state.read(lambda reader: reader.waiting())
        folder = next((one.folder for one in waiting if key_of(one.folder) == key), None)
        if folder is None:
            raise HTTPException(404, "This shoot no longer waits: it was sent or skipped.")
        if verb not in (Verb.SUBMIT.value, Verb.SKIP.value):
            raise HTTPException(400, "There is no such button.")
        seq = await self._common.state.ask(Verb(verb), folder)
        return RedirectResponse(f"/?ask={seq}", 303)

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
