"""Watched folders: hints from watchdog, rescans, and the intake that makes orders of settled shoots."""

from daemon.watcher.hints import Dirty, Hints, NativeHints, NoHints
from daemon.watcher.intake import Intake, WatchedFolder
from daemon.watcher.watcher import Watcher

__all__ = ["Dirty", "Hints", "Intake", "NativeHints", "NoHints", "WatchedFolder", "Watcher"]
