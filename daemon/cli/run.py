"""``bracketd run``: the daemon, in the foreground; a service manager puts it into the background."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click


@click.command()
@click.pass_obj
def run(config: Path | None) -> None:
    """Watch the folders and do the work, until stopped.

    Stops cleanly on Ctrl-C and SIGTERM within ten seconds and loses nothing; a second signal stops at once.
    """
    from daemon.app import App  # noqa: PLC0415 - only this verb needs the daemon
    from daemon.config import load  # noqa: PLC0415
    from daemon.host import logs  # noqa: PLC0415
    from daemon.host.clock import SystemClock  # noqa: PLC0415
    from daemon.host.filesystem import is_network  # noqa: PLC0415
    from daemon.host.lock import InstanceLock  # noqa: PLC0415
    from daemon.host.notify import Notifier  # noqa: PLC0415

    settings = load(config, os.environ)
    key = settings.require_key()
    logs.configure(settings.log.level, settings.log.format, sys.stderr)
    logs.redact(key)
    from daemon.errors import StateOnNetwork  # noqa: PLC0415

    if is_network(settings.state_dir):
        raise StateOnNetwork(
            f"state_dir {settings.state_dir} is on a network file system, where SQLite's locks do not hold. "
            "Set state_dir to a folder on a local disk."
        )

    async def serve() -> None:
        await App(settings, SystemClock(), Notifier.from_environ(os.environ)).run()

    with InstanceLock(settings.state_dir):
        asyncio.run(serve())
