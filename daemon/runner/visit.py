"""One order while its steps are performed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from daemon.order import Order, steps

StepTask = asyncio.Task[None]


@dataclass(slots=True)
class Visit:
    """An order as stored, and its steps under way. ``news`` is set when the order changes."""

    order: Order
    under_way: dict[StepTask, steps.Step] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def ended(self) -> list[StepTask]:
        """Wait until a step ends or the order changes. Returns the steps that have ended."""
        news = asyncio.create_task(self.news.wait())
        try:
            await asyncio.wait({*self.under_way, news}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
        return [task for task in self.under_way if task.done()]
