"""Syncthing, asked over its REST API; ``verdict`` has what may be concluded, and from what."""

from daemon.syncing.syncthing.client import Syncthing
from daemon.syncing.syncthing.settings import Access

__all__ = ["Access", "Syncthing"]
