"""Builds the watcher of one watched folder from the settings and its file system."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import structlog

from daemon.access import access_of
from daemon.config import FolderSettings, Settings
from daemon.config.policy import preset_of, quiet_of
from daemon.files.roots import Roots
from daemon.host.clock import Clock
from daemon.host.disk import Disk
from daemon.orders import Desk
from daemon.photos import Contents
from daemon.syncing import client_for
from daemon.watcher import (
    Dirty,
    Hints,
    Intake,
    NativeHints,
    NoHints,
    Presence,
    Probing,
    Supervision,
    UnknownOrders,
    WatchedFolder,
    Watcher,
    ground_of,
)

log = structlog.get_logger("bracketd")

RESCAN = 60.0
"""Seconds between full scans if the system reports changes."""

GROUND_PATIENCE = 20.0
"""Seconds that the start waits for the file-system type of a watched folder."""


@dataclass(frozen=True, slots=True)
class Common:
    """What the watchers of all folders have in common."""

    settings: Settings
    desk: Desk
    roots: Roots
    unknown: UnknownOrders
    clock: Clock


async def make_watcher(chosen: FolderSettings, common: Common, disk: Disk) -> Watcher:
    """The watcher of the folder that ``chosen`` describes. ``disk`` runs blocking calls to that folder."""
    settings, desk, clock = common.settings, common.desk, common.clock
    watch = str(chosen.watch)
    find = functools.partial(client_for, watch, sync_client=chosen.sync_client, syncthing=access_of(settings.syncthing))
    probes = Probing(find, clock)
    ground = await ground_of(watch, probes, Disk(clock, GROUND_PATIENCE))
    polling = chosen.observer == "polling" or (chosen.observer == "auto" and ground.network)
    if polling and chosen.observer == "auto":
        log.warning("network file system without change events; scanning instead", watch=watch, type=ground.type)
    folder = WatchedFolder(
        watch=watch,
        output=str(chosen.output),
        quiet=quiet_of(chosen, synced=polling or ground.synced),
        process_existing=chosen.existing == "process",
        interval=chosen.poll_interval if polling else RESCAN,
        preset=preset_of(chosen, settings.api.dev_mode),
        late_files=chosen.late_files,
        inodes=not ground.network,
    )

    def make_hints(root: str, dirty: Dirty) -> Hints:
        return NoHints() if polling else NativeHints(root, dirty)

    intake = Intake(folder, desk, Contents(disk), common.unknown, flow=settings.api.flow)
    presence = Presence(watch, desk)
    root = Supervision(watch, common.roots, presence, clock, make_hints=make_hints, blocking=disk)
    return Watcher(folder, intake, desk, root, clock=clock, probes=probes)
