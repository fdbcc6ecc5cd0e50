"""``bracketd check``: checks the set-up and lists every problem with its fix."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import click

from daemon.cli.state import checkup, look
from daemon.config import Settings, load
from daemon.config.page import split
from daemon.config.policy import plan_settings
from daemon.config.settings import LimitSettings
from daemon.errors import AccountRefused, ConfigError, NotFound, Passing, Problem, ServiceError, StateError, Unreachable
from daemon.files import room
from daemon.files.roots import not_yet
from daemon.files.scan import look_at_root
from daemon.host.filesystem import filesystem_type, is_network
from daemon.host.lock import running_pid
from daemon.order import Policy
from daemon.order.policy import probed
from daemon.page import address
from daemon.page.listening import bind
from daemon.reports.attention import message
from daemon.reports.away import away
from daemon.reports.daemon import wrong_with_daemon
from daemon.reports.unknown import unknown_orders
from daemon.services import build_usual
from daemon.store.attention import Attention, Heed
from daemon.store.notes import Subject
from daemon.text import printable

NOT_WITH_IMAGES = (
    "`grouping: {}` with `flow: images`: the service is asked for these sets only if all are certain and of one size; "
    "otherwise it decides itself. Set `flow: brackets` under `api`, which sends the sets"
)
"""The note about a grouping that the flow may not be able to send."""

ROOM = 1e9
"""Bytes that should be free in an output folder."""


@click.command()
@click.pass_obj
def check(config: Path | None) -> None:
    """Check the settings, the key, the folders and the service, and list every problem with its fix."""
    settings = load(config, os.environ)
    click.echo(f"settings   {settings.config_file}")
    for warning in settings.warnings:
        click.echo(f"  note     {warning}")
    click.echo(f"limits     {_limits(settings.limits)}")
    pid = running_pid(settings.state_dir)
    problems = [
        *_folders(settings),
        *_state(settings, pid),
        *_page(settings, pid),
        *_unknown(settings),
        *_service(settings),
    ]
    for problem in problems:
        click.echo(f"problem    {printable(str(problem))}", err=True)
    if problems:
        sys.exit(1)
    click.echo(f"no problems found; {'the daemon is running' if pid else 'start the daemon with `bracketd run`'}")


def _limits(limits: LimitSettings) -> str:
    most = (
        (limits.images_per_order, "per order"),
        (limits.images_per_day, "per day"),
        (limits.images_per_month, "per month"),
    )
    listed = ", ".join(f"{images} {of}" for images, of in most if images is not None)
    if not listed:
        return "none; bracketd buys every image"
    return f"images: at most {listed}; an order above a limit waits for `bracketd approve`"


def _folders(settings: Settings) -> Iterator[Problem | str]:
    gone = _away(settings)
    for number, folder in enumerate(settings.folders):
        where = f"folders[{number}]"
        if folder.watch.is_dir() and (why := _unreadable(folder.watch)):
            yield Problem(f"{where}.watch", f"{folder.watch} cannot be read ({why})", "Give this user read permission")
        elif folder.watch in gone:
            yield gone[folder.watch]
        if folder.output in gone:
            yield gone[folder.output]
        else:
            yield from _writable(f"{where}.output", folder.output)
        polled = folder.observer == "polling" or (folder.observer == "auto" and is_network(folder.watch))
        how = f"scanned every {folder.poll_interval:.0f} s" if polled else "watched"
        kind = filesystem_type(folder.watch)
        click.echo(f"folder     {folder.watch} ({kind or 'file system unknown'}, {how}) -> {folder.output}")
        if settings.api.flow == "images" and plan_settings(folder).sends_sets:
            click.echo(f"  note     {NOT_WITH_IMAGES.format(folder.grouping)}")
        for one in _attention(settings, folder.watch):
            click.echo(f"  note     {printable(message(one))}")
        if not folder.watch.is_dir() and folder.watch not in gone:
            click.echo(f"  note     {not_yet(str(folder.watch))}")


def _attention(settings: Settings, watch: Path) -> list[Attention]:
    """A watched folder's attention list: what the daemon noted, and the photos that are directly in it now."""
    try:
        with look(settings.state_dir) as reader:
            noted = [one for one in reader.notes().attention if watch in (Path(one.folder), Path(one.folder).parent)]
    except (StateError, OSError):
        noted = []
    noted = [one for one in noted if one.kind is not Heed.LOOSE]
    try:
        root = look_at_root(str(watch))
    except OSError:
        return noted
    loose = [Attention(Heed.LOOSE, str(watch), root.loose, root.named)] if root.loose else []
    return [*loose, *noted]


def _away(settings: Settings) -> dict[Path, str]:
    """A message for each folder that is not as the daemon saw it; empty if the state cannot be read."""
    try:
        with look(settings.state_dir) as reader:
            return away(reader, settings.folders)
    except (StateError, OSError):
        return {}


def _writable(where: str, folder: Path, *, picture: bool = True) -> Iterator[Problem]:
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if (why := _unwritable(there)) is not None:
        remedy = f"Give this user write permission for {there}"
        yield Problem(where, f"{folder} cannot be written ({why})", remedy)
    elif picture and (free := shutil.disk_usage(there).free) < ROOM:
        what = f"only {room.most(free)} are free in {there}; at least {room.least(ROOM)} are recommended"
        yield Problem(where, what, "Free up space there")


def _unreadable(folder: Path) -> str | None:
    """Why a folder or its entries cannot be read; None if they can. Reads them, since access(2) can be wrong."""
    try:
        for entry in folder.iterdir():
            entry.lstat()
            break
    except FileNotFoundError:  # the entry was removed after it was listed
        return None
    except OSError as error:
        return error.strerror
    return None


def _unwritable(folder: Path) -> str | None:
    """Why no file can be created in a folder; None if one can. Tries it with a temporary file.

    A full disk counts as writable: the check of free space reports it.
    """
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return None if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror


def _state(settings: Settings, pid: int | None) -> Iterator[Problem | str]:
    if is_network(settings.state_dir):
        remedy = "Set it to a folder on a local disk; SQLite's locks do not work on network file systems"
        yield Problem("state_dir", f"{settings.state_dir} is on a network file system", remedy)
    yield from _writable("state_dir", settings.state_dir, picture=False)
    try:
        checkup.check(settings.state_dir)
    except StateError as error:
        yield str(error)
    except OSError as error:
        remedy = "Give this user read permission"
        yield Problem("state_dir", f"{settings.state_dir} cannot be read ({error.strerror})", remedy)
    click.echo(f"state      {settings.state_dir} ({f'daemon running, pid {pid}' if pid else 'no daemon running'})")
    yield from wrong_with_daemon(settings.state_dir, pid)


def _page(settings: Settings, pid: int | None) -> Iterator[Problem | str]:
    """The page's address; a problem if it cannot be served."""
    if settings.page is None:
        click.echo("page       off")
        return
    found = address.published(settings.state_dir) if pid is not None else None
    shown = address.url(*(found or split(settings.page.listen)))
    click.echo(f"page       {shown}{'' if found else ', not served now'}; `bracketd open` opens it")
    if pid is not None:
        with suppress(StateError, OSError), look(settings.state_dir) as reader:
            yield from filter(None, [reader.notes().alerts.get(Subject.PAGE)])
        return
    try:
        bind(*split(settings.page.listen)).close()
    except OSError as error:
        remedy = "Choose another address, or end the program that uses it. bracketd works without its page"
        yield Problem("page.listen", f"{settings.page.listen} cannot be used ({error.strerror})", remedy)


def _unknown(settings: Settings) -> Iterator[str]:
    """Messages about bracketd's orders that are missing from the state."""
    try:
        with look(settings.state_dir) as reader:
            yield from unknown_orders(reader, [folder.output for folder in settings.folders])
    except (StateError, OSError):  # reported by _state
        return


def _service(settings: Settings) -> Iterator[Problem | str]:
    api = settings.api
    try:
        service = build_usual(settings)
    except ConfigError as error:
        yield from error.problems
        return
    try:
        service.ping()
        click.echo(f"service    {api.base_url} responds and accepts the key ({api.flow} flow)")
        if api.dev_mode:
            click.echo("  note     dev_mode is on: pictures are free and watermarked")
    except AccountRefused as error:
        yield f"api.key: {probed(str(error), Policy())} Then run `bracketd check` again."
    except NotFound as error:
        remedy = "Check the address of the Autoenhance API, then run `bracketd check` again"
        yield Problem("api.base_url", f"{api.base_url} is not the Autoenhance API: {error.answer}", remedy)
    except Unreachable as error:
        what = f"{_address(api.base_url)} {'did not respond' if error.sent else 'cannot be reached'}"
        cause = f" ({error.__cause__})" if error.__cause__ is not None else ""
        remedy = "Check the network and this address. The daemon would wait and retry"
        yield Problem("api.base_url", what + cause, remedy)
    except Passing as error:
        remedy = "The daemon would wait and retry. Run `bracketd check` again later"
        yield Problem("api.base_url", str(error).rstrip("."), remedy)
    except ServiceError as error:
        yield Problem("api.base_url", str(error).rstrip("."), "Check that this is the address of the Autoenhance API")
    finally:
        service.close()


def _address(url: str) -> str:
    """Host and port of a URL."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or {'http': 80}.get(parts.scheme, 443)}"
