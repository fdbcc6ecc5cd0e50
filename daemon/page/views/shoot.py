"""The view of one shoot, and the buttons on it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from daemon.order import Image, Order, Verb, allowed
from daemon.order.deadline import deadline
from daemon.order.picking import pickable
from daemon.order.pictures import brackets_of
from daemon.page.guard import form
from daemon.page.verbs import offer_of, offers, spent
from daemon.page.views.common import PHASES, Common, middle, order_of, said, steps
from daemon.progress.reading import read as read_progress
from daemon.reports.details import Details, look_up
from daemon.reports.progress import in_json
from daemon.store.pages import Filter
from daemon.store.reading import Reader
from daemon.webapp import order_page


class ShootView:
    """``/shoots/ID``, and what a person asks for there."""

    def __init__(self, common: Common) -> None:
        self._common = common

    def routes(self) -> list[Route]:
        """The routes of a shoot."""
        return [
            Route("/shoots/{order_id}", self._shoot, methods=["GET"]),
            Route("/shoots/{order_id}/ask", self._ask, methods=["POST"]),
        ]

    async def _shoot(self, request: Request) -> Response:
        price = self._common.settings.price_per_image

        def read(reader: Reader) -> dict[str, Any]:
            order = order_of(reader, request)
            return {
                "details": look_up(reader, order.id),
                "summary": reader.page_of_orders(order_page(""), Filter(text=order.id), 1).orders[0],
                "transfers": [in_json(one) for one in read_progress(self._common.settings.state_dir)],
                "said": said(reader, request),
                **_shown(order, price),
            }

        values = await self._common.state.read(read)
        details: Details = values["details"]
        return self._common.templates.page(
            request,
            "shoot.html",
            phases=PHASES,
            content=_content(
                details.images, details.planned, details.brackets, details.differences, values["pickable"]
            ),
            sets=sets_of(details),
            **values,
        )

    async def _ask(self, request: Request) -> Response:
        given = form(await request.body())
        verb, names = _verb(given), tuple(given.get("image", ()))
        order = await self._common.state.read(lambda reader: order_of(reader, request))
        offer = offer_of(verb, order, None)
        # If the order no longer allows it, the daemon's answer says why.
        target = order.source.folder if offer.by_folder else order.id
        seq = await self._common.state.ask(verb, target, names if offer.picks else ())
        back = "/waiting" if given.get("back") == ["waiting"] else f"/shoots/{order.id}"
        return RedirectResponse(f"{back}?ask={seq}", 303)


def _verb(given: Mapping[str, list[str]]) -> Verb:
    """The verb of a button. Raises HTTPException (400) if there is no such verb for orders."""
    try:
        verb = Verb(given.get("verb", [""])[0])
    except ValueError:
        verb = Verb.ADOPT
    if verb in (Verb.ADOPT, Verb.SKIP):
        raise HTTPException(400, "There is no such button.")
    return verb


def _shown(order: Order, price: Decimal | None) -> dict[str, Any]:
    may = frozenset(pickable(order)) if Verb.APPROVE_ONLY in allowed(order) else frozenset()
    return {
        "steps": steps(order.phase.value, order.stage.value if order.stage is not None else None),
        "offers": offers(order, price),
        "pickable": sorted(may),
        "cost": spent(order, price),
        "titles": {image.id: _title(order, image) for image in order.images},
        "before": {image.id: middle(order, brackets_of(order, image)) for image in order.images},
        "kept_until": deadline(order),
    }


def _title(order: Order, image: Image) -> str:
    """What an image is called: its file, else its first photo, else its name at the service."""
    of = brackets_of(order, image)
    return image.file or (order.brackets[of[0]].path.rpartition("/")[2] if of else image.called)


def sets_of(details: Details) -> list[dict[str, Any]]:
    """The strips of brackets: the planned images, else the images as the service made them, else all brackets."""
    if details.planned.images:
        return [
            {"confidence": one.confidence.value, "brackets": [details.brackets[n] for n in one.brackets]}
            for one in details.planned.images
        ]
    known = [image.brackets for image in details.images if image.brackets]
    if known and sorted(n for numbers in known for n in numbers) == [one.number for one in details.sent]:
        return [{"confidence": None, "brackets": [details.brackets[n] for n in numbers]} for numbers in known]
    return [{"confidence": None, "brackets": list(details.sent)}] if details.sent else []


def _content(*parts: object) -> str:
    """A hash of what a part of the page shows, so that a part that did not change is not drawn again."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]
