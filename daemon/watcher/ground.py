"""Detects the file system and the sync client of a watched folder at the start."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from daemon.host.filesystem import filesystem_type, is_network_type
from daemon.watcher.presence import Blocking
from daemon.watcher.probes import Probes

log = structlog.get_logger("bracketd.watcher")


@dataclass(frozen=True, slots=True)
class Ground:
    """A folder's file-system type if known; True if it is a network file system; True if a client syncs it."""

    type: str | None
    network: bool
    synced: bool


async def ground_of(watch: str, probes: Probes, disk: Blocking) -> Ground:
    """Detect what a watched folder is on. An unresponsive folder counts as a network folder until the next start."""

    def look() -> Ground:
        kind = filesystem_type(watch)
        return Ground(kind, network=kind is not None and is_network_type(kind), synced=probes.synced)

    try:
        ground: Ground = await disk(look)
    except OSError as error:
        log.warning("watched folder not responding; treated as a network folder", watch=watch, why=error.strerror)
        return Ground(None, network=True, synced=True)
    return ground
