"""The free previews of an order: their files, and the comparison with the planned sets."""

from daemon.gallery.cache import Cache
from daemon.gallery.gallery import Gallery

__all__ = ["Cache", "Gallery"]
