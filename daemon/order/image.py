"""The images of an order: what the service made of its brackets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from daemon.order.naming import LONGEST_NAME, brief
from daemon.order.preview import PreviewState


class ImageState(StrEnum):
    """The state of an image: pending at the service, processed, fetched (bought), placed under its name, or failed.

    AGAIN: it failed and is about to be reprocessed. DISMISSED: a person decided not to buy it. NOT_PICKED: a person
    picked other images; it may be bought later.
    """

    PENDING = "pending"
    AGAIN = "again"
    PROCESSED = "processed"
    FETCHED = "fetched"
    PLACED = "placed"
    FAILED = "failed"
    DISMISSED = "dismissed"
    NOT_PICKED = "not picked"


NOT_WANTED = (ImageState.DISMISSED, ImageState.NOT_PICKED)
"""States of images that are not bought, because a person decided so."""


@dataclass(frozen=True, slots=True)
class Image:
    """A merged, enhanced result. ``file`` is its name in the output folder once it is placed.

    ``brackets`` are the numbers of the brackets it was made of, if the service says so. ``fetched_at`` is when it was
    bought: the time of its first download. ``reprocessed_at`` is when its reprocessing was last requested,
    ``reprocess_heard`` is True if the service accepted that. ``failures`` counts requests for reprocessing without an
    answer, and later failed downloads. ``preview_failures`` counts failed tries to fetch its preview.
    """

    id: str
    name: str
    brackets: tuple[int, ...] = ()
    state: ImageState = ImageState.PENDING
    reason: str | None = None
    size: int | None = None
    sha256: str | None = None
    extension: str | None = None
    file: str | None = None
    fetched_at: float | None = None
    failures: int = 0
    reprocessed_at: float | None = None
    reprocess_heard: bool = False
    preview: PreviewState = PreviewState.NOT_FETCHED
    preview_failures: int = 0

    @property
    def called(self) -> str:
        """The image's name for a message."""
        return brief(self.name, LONGEST_NAME)

    @property
    def why_failed(self) -> str:
        """The service's reason for the failure, for a message."""
        return brief(self.reason or "the service gives no reason")

    @property
    def ended(self) -> bool:
        """True if the service has finished processing the image, with or without success."""
        return self.state not in (ImageState.PENDING, ImageState.AGAIN)
