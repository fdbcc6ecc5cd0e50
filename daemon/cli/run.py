"""``bracketd run``: the daemon, in the foreground; a service manager puts it into the background."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import ExitStack
from pathlib import Path

import click
import structlog

from daemon.app import App
from daemon.cli.idle import until_mended, until_room
from daemon.config import ApiKey, Settings, load
from daemon.errors import StateOnNetwork
from daemon.host import logs
from daemon.host.clock import SystemClock
from daemon.host.filesystem import is_network
from daemon.host.lock import InstanceLock
from daemon.host.notify import Notifier
from daemon.host.signals import outlive_hangups


@click.command()
@click.option(
    "--idle-on-config-error",
    is_flag=True,
    help="When the settings cannot be used, say why and wait until they are mended, instead of ending with status 78. "
    "For service managers that would start it again and again, such as launchd.",
)
@click.pass_obj
def run(config: Path | None, *, idle_on_config_error: bool) -> None:
    """Watch the folders and do the work, until stopped.

    Stops cleanly on Ctrl-C and SIGTERM, and when its terminal's window is closed, within ten seconds and loses
    nothing; a second signal stops at once.
    """
    outlive_hangups()

    def read() -> tuple[Settings, ApiKey]:
        settings = load(config, os.environ)
        return settings, settings.require_api_key()

    settings, key = until_mended(read) if idle_on_config_error else read()
    logs.configure(settings.log.level, settings.log.format, sys.stderr)
    logs.redact(key.text)
    for warning in settings.warnings:
        structlog.get_logger("bracketd").warning(
            "a setting is unwise", where=warning.where, why=warning.what, remedy=warning.remedy
        )
    if is_network(settings.state_dir):
        raise StateOnNetwork(
            f"state_dir {settings.state_dir} is on a network file system, where SQLite's locks do not hold. "
            "Set state_dir to a folder on a local disk."
        )

    async def serve() -> None:
        await App(settings, lambda: read()[1], SystemClock(), Notifier.from_environ(os.environ)).run()

    with ExitStack() as stack:
        until_room(lambda: stack.enter_context(InstanceLock(settings.state_dir)))
        asyncio.run(serve())
