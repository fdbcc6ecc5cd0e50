"""The view of spending: month by month against the limit, by watched folder and shoot, and as CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from os.path import dirname
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from daemon.host.days import beginnings, next_day, span_of_month
from daemon.page.views.common import Common
from daemon.reports.costs import COLUMNS, cells
from daemon.reports.spending import amount
from daemon.store.pages import Bought
from daemon.store.reading import Reader

MONTHS = 12
EVER = (float("-inf"), float("inf"))


@dataclass(frozen=True, slots=True)
class Month:
    """What was bought in a month such as ``2026-11``."""

    name: str
    images: int
    credits: int


class SpendingView:
    """``/spending`` and ``/spending.csv``."""

    def __init__(self, common: Common) -> None:
        self._common = common

    def routes(self) -> list[Route]:
        """The routes of the view."""
        return [
            Route("/spending", self._spending, methods=["GET"]),
            Route("/spending.csv", self._csv, methods=["GET"]),
        ]

    async def _spending(self, request: Request) -> Response:
        limits, now = self._common.settings.limits, self._common.now()
        wanted = request.query_params.get("month", "")
        names = months_until(now)
        spans = [span for name in names if (span := span_of_month(name)) is not None]
        chosen, detail = wanted, span_of_month(wanted)
        if detail is None:
            chosen, detail = names[-1], spans[-1]

        def read(reader: Reader) -> dict[str, Any]:
            return {
                "bought": reader.bought(spans),
                "detail": reader.bought([detail]),
                "today": reader.bought([(beginnings(now)[0], next_day(now))]),
            }

        values = await self._common.state.read(read)
        price = self._common.settings.price_per_image
        months = [_month(name, [one for one in values["bought"] if one.span == n]) for n, name in enumerate(names)]
        detail_bought: list[Bought] = values["detail"]
        folders: Counter[str] = Counter()
        for one in detail_bought:
            folders[dirname(one.folder)] += one.images
        return self._common.templates.page(
            request,
            "spending.html",
            months=months,
            bars=bars(months, limits.images_per_month),
            limits=limits,
            chosen=chosen,
            shoots=detail_bought,
            folders=folders.most_common(),
            today=sum(one.images for one in values["today"]),
            price=lambda images: amount(price, images),
            has_price=price is not None,
        )

    async def _csv(self, request: Request) -> Response:
        month = request.query_params.get("month", "")
        span = span_of_month(month) or EVER
        price = self._common.settings.price_per_image

        def write(reader: Reader) -> str:
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows((COLUMNS, *cells(reader.purchases(*span), price)))
            return text.getvalue()

        content = await self._common.state.read(write)
        name = f"bracketd-{month}.csv" if span != EVER else "bracketd.csv"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(content.encode("utf-8", "backslashreplace"), media_type="text/csv", headers=headers)


def months_until(now: float) -> list[str]:
    """The last twelve months, such as ``2026-11``, the present one last."""
    here = datetime.fromtimestamp(now).astimezone()
    counted = here.year * 12 + here.month - 1
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(counted - MONTHS + 1, counted + 1)]


def _month(name: str, bought: list[Bought]) -> Month:
    return Month(name, sum(one.images for one in bought), sum(one.credits for one in bought))


def bars(months: list[Month], limit: int | None) -> dict[str, Any]:
    """The bars of a chart, 600 wide and 160 high above its base. ``limit``: the height of the monthly limit."""
    most = max(1, limit or 0, *(month.images for month in months))
    width = 600 / len(months)
    drawn = [
        {
            "x": round(n * width + 6, 1),
            "width": round(width - 12, 1),
            "height": round(160 * month.images / most, 1),
            "label": datetime.strptime(month.name, "%Y-%m").replace(day=1).strftime("%b"),  # noqa: DTZ007 - a month
            "month": month,
        }
        for n, month in enumerate(months)
    ]
    return {"bars": drawn, "limit": round(160 * limit / most, 1) if limit is not None else None}
