"""What a watched folder lies on, found out at the start."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from daemon.host.filesystem import filesystem_type, is_network_type
from daemon.watcher.presence import Blocking
from daemon.watcher.probes import Probes

log = structlog.get_logger("bracketd.watcher")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a watched folder lies on: its file system's type if known, if that is a network's, if a client keeps it."""

    type: str | None
    network: bool
    synced: bool


async def ground_of(watch: str, probes: Probes, disk: Blocking) -> Ground:
    """What a watched folder lies on. One that does not answer is taken for a network's, until the next start."""

    def look() -> Ground:
        kind = filesystem_type(watch)
        return Ground(kind, network=kind is not None and is_network_type(kind), synced=probes.synced)

    try:
        ground: Ground = await disk(look)
    except OSError as error:
        log.warning("a watched folder does not answer; it is taken for a network's", watch=watch, why=error.strerror)
        return Ground(None, network=True, synced=True)
    return ground
