"""Fetches a free preview. Its failures are facts of their own, because they never hold an order."""

from __future__ import annotations

from daemon import errors
from daemon.gallery import Gallery
from daemon.order import Order, facts
from daemon.service import Service

WIDTH = 1000
"""Pixels across: enough to choose pictures by, and small enough to fetch 50 of them in seconds."""

NO_PLACE = "this program has no place for previews"


def preview(
    order: Order, image_id: str, service: Service, gallery: Gallery | None
) -> facts.Previewed | facts.PreviewFailed:
    """Download an image's free preview to the cache.

    Raises Unreachable and KeyRefused, which concern every request; all other errors are about this preview.
    """
    if gallery is None:
        return facts.PreviewFailed(image_id, NO_PLACE, lasting=True)
    try:
        gallery.cache.keep(order.id, image_id, service.preview(image_id, max_width=WIDTH))
    except (errors.Unreachable, errors.KeyRefused):
        raise
    except (errors.ServiceError, errors.OutputError) as error:
        retry_after = error.retry_after if isinstance(error, errors.Passing) else None
        return facts.PreviewFailed(image_id, str(error), retry_after)
    return facts.Previewed(image_id)
