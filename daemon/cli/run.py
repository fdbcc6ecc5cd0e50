"""``bracketd run``: runs the daemon in the foreground. A service manager can run it in the background."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import ExitStack
from pathlib import Path

import click
import structlog

from daemon.app import App
from daemon.cli.idle import until_room, until_valid
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
    help="If the settings are invalid, print the problems and wait until they are fixed, instead of exiting with "
    "status 78. For service managers that would restart it in a loop, such as launchd.",
)
@click.pass_obj
def run(config: Path | None, *, idle_on_config_error: bool) -> None:
    """Run the daemon: watch the folders and process shoots until stopped.

    Ctrl-C, SIGTERM or closing the terminal stops it cleanly within ten seconds. A second signal stops it immediately.
    Nothing is lost.
    """
    outlive_hangups()

    def read() -> tuple[Settings, ApiKey]:
        settings = load(config, os.environ)
        return settings, settings.require_api_key()

    settings, key = until_valid(read) if idle_on_config_error else read()
    logs.configure(settings.log.level, settings.log.format, sys.stderr)
    logs.log_uncaught()
    logs.redact(key.text)
    for warning in settings.warnings:
        structlog.get_logger("bracketd").warning(
            "settings warning", where=warning.where, why=warning.what, remedy=warning.remedy
        )
    if is_network(settings.state_dir):
        raise StateOnNetwork(
            f"state_dir {settings.state_dir} is on a network file system, where SQLite's locks do not work. "
            "Set state_dir to a folder on a local disk."
        )

    async def serve() -> None:
        logs.log_uncaught_in(asyncio.get_running_loop())
        await App(settings, lambda: read()[1], SystemClock(), Notifier.from_environ(os.environ)).run()

    with ExitStack() as stack:
        until_room(lambda: stack.enter_context(InstanceLock(settings.state_dir)))
        asyncio.run(serve())
