from __future__ import annotations

from typing import cast

from daemon.files.roots import Roots
from daemon.order import facts
from daemon.service import ImageSeen, ImageStatus, OrderSeen, Service
from daemon.steps import Steps
from tests.core.orders import after, order


class Shows:
    """A service that shows one order."""

    def __init__(self, *images: str) -> None:
        self._images = tuple(ImageSeen(image, image, ImageStatus.PROCESSED, None, downloaded=False) for image in images)

    def order(self, _order_id: str) -> OrderSeen:
        """The order."""
        return OrderSeen(merging=False, processing=False, images=self._images)


def test_a_registration_that_was_given_up_is_no_result() -> None:
    """Of what the service lists in the images flow, nothing that was ever registered as a bracket is an image."""
    start = order(1)
    anew = after(start, facts.SlotLost(0, 0, "no answer"))
    service = Shows(start.registration(0), anew.registration(0), "result")
    steps = Steps(cast("Service", service), cast("Roots", None), go_on=lambda: None, now=lambda: 0.0)
    seen = steps.perform(anew, facts.Look())
    assert isinstance(seen, facts.Seen)
    assert [image.id for image in seen.images] == ["result"]
