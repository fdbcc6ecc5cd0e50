"""Watched folders: hints from watchdog, rescans, and the intake that creates orders for settled shoots."""

from daemon.watcher.folder import WatchedFolder
from daemon.watcher.ground import Ground, ground_of
from daemon.watcher.hints import Dirty, Hints, NativeHints, NoHints
from daemon.watcher.intake import Intake
from daemon.watcher.presence import OutputWatch, Presence
from daemon.watcher.probes import Probes, Probing
from daemon.watcher.supervision import Supervision
from daemon.watcher.unknown import UnknownOrders
from daemon.watcher.watcher import Watcher

__all__ = [
    "Dirty",
    "Ground",
    "Hints",
    "Intake",
    "NativeHints",
    "NoHints",
    "OutputWatch",
    "Presence",
    "Probes",
    "Probing",
    "Supervision",
    "UnknownOrders",
    "WatchedFolder",
    "Watcher",
    "ground_of",
]
