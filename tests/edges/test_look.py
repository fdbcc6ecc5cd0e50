from __future__ import annotations

from typing import cast

import pytest

from daemon.files.roots import Roots
from daemon.order import facts, steps
from daemon.service import ImageReport, ImageStatus, OrderReport, Service
from daemon.steps import Run, Steps
from tests.core.orders import after, order


class Shows:
    """A service that shows one order."""

    def __init__(self, *images: str) -> None:
        self.shown = tuple(ImageReport(image, image, ImageStatus.PROCESSED, None, downloaded=False) for image in images)

    def order(self, _order_id: str) -> OrderReport:
        """The order."""
        return OrderReport(merging=False, processing=False, images=self.shown)


def test_an_abandoned_registration_is_not_a_result() -> None:
    """In the images flow, listed items that were registered as brackets do not count as images."""
    start = order(1)
    again = after(start, facts.SlotLost(0, 0, "no answer"))
    service = Shows(start.registration(0), again.registration(0), "result")
    performing = Steps(cast("Service", service), cast("Roots", None), Run(lambda: None, lambda: 0.0))
    seen = performing.perform(again, steps.Poll())
    assert isinstance(seen, facts.Polled)
    assert [image.id for image in seen.images] == ["result"]


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("x" * 3000, "x" * 299 + "…"),
        ("too\ndark,\x1b[2J they say", "too dark, [2J they say"),
        ("see https://s.example/a?X-Amz-Signature=secret now", "see https://s.example/a?… now"),
        ("too dark", "too dark"),
        (" ", ""),
    ],
)
def test_why_an_image_failed_fits_a_message(reason: str, why: str) -> None:
    """The service's reason becomes one line of limited length."""
    service = Shows("one")
    service.shown = (ImageReport("i", "one", ImageStatus.FAILED, reason, downloaded=False),)
    performing = Steps(cast("Service", service), cast("Roots", None), Run(lambda: None, lambda: 0.0))
    seen = performing.perform(order(1), steps.Poll())
    assert isinstance(seen, facts.Polled)
    assert seen.images[0].reason == why


def test_the_daily_limit_is_known_by_the_whole_reason() -> None:
    """If a long reason mentions the daily limit at its end, the image still counts as stopped by the limit."""
    service = Shows("one")
    reason = f"{'x' * 3000} daily limit reached"
    service.shown = (ImageReport("i", "one", ImageStatus.FAILED, reason, downloaded=False),)
    performing = Steps(cast("Service", service), cast("Roots", None), Run(lambda: None, lambda: 0.0))
    seen = performing.perform(order(1), steps.Poll())
    assert isinstance(seen, facts.Polled)
    assert seen.images[0].limited
