"""Syncthing, queried over its REST API. ``verdict`` documents what can be concluded from its responses."""

from daemon.syncing.syncthing.client import Syncthing
from daemon.syncing.syncthing.settings import Access

__all__ = ["Access", "Syncthing"]
