"""The view of spending: month by month against the limit, by watched folder and shoot, and as CSV."""

from __future__ import annotations

import calendar
import csv
import io
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from daemon.host.days import beginnings, next_day, span_of_month
from daemon.page.views.common import Common
from daemon.reports.costs import COLUMNS, cells
from daemon.reports.spending import Month, amount, by_folder, lines_of, months
from daemon.store.reading import Reader

MONTHS = 12
"""The number of months in the chart."""

EVER = (float("-inf"), float("inf"))


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
        settings, now = self._common.settings, self._common.now()
        wanted = request.query_params.get("month", "")

        def read(reader: Reader) -> dict[str, Any]:
            every = months(reader, now)
            chosen = next((month for month in every if month.name == wanted), next(iter(every), None))
            return {
                "months": every,
                "chosen": chosen,
                "shoots": lines_of(reader, [chosen]) if chosen is not None else [],
                "today": sum(reader.images_bought([(beginnings(now)[0], next_day(now))])),
            }

        values = await self._common.state.read(read)
        price, limits = settings.price_per_image, settings.limits
        present = next((month.images for month in values["months"] if month.since <= now < month.until), 0)
        folders = [(folder, sum(line.images for line in of)) for folder, of in by_folder(values["shoots"])]
        return self._common.templates.page(
            request,
            "spending.html",
            bars=bars(values["months"][:MONTHS][::-1], limits.images_per_month),
            limits=limits,
            folders=folders,
            present=present,
            price=lambda images: amount(price, images),
            has_price=price is not None,
            **values,
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


def bars(shown: Sequence[Month], limit: int | None) -> dict[str, Any]:
    """The bars of a chart, 600 wide and 160 high above its base. ``limit``: the height of the monthly limit."""
    most = max(1, limit or 0, *(month.images for month in shown))
    width = 600 / MONTHS
    drawn = [
        {
            "x": round((MONTHS - len(shown) + n) * width + 6, 1),
            "width": round(width - 12, 1),
            "height": round(160 * month.images / most, 1),
            "label": calendar.month_abbr[int(month.name[5:])],
            "month": month,
        }
        for n, month in enumerate(shown)
    ]
    return {"bars": drawn, "limit": round(160 * limit / most, 1) if limit is not None else None}
