"""The pictures of orders for a person to look at: thumbnails, large previews, and finished pictures in full size.

A room of its own: ``previews`` decodes any file and knows no orders; this room knows which file of an order is meant,
whether it may be shown, and keeps what was made. ``Pictures`` answers by the order's id and a number, never by a path.
"""

from daemon.pictures.cache import Cache
from daemon.pictures.full_size import FullSize
from daemon.pictures.pictures import Pictures, showing
from daemon.pictures.values import MEANINGS, Kind, Shown, Side, Unavailable, Why

__all__ = ["MEANINGS", "Cache", "FullSize", "Kind", "Pictures", "Shown", "Side", "Unavailable", "Why", "showing"]
