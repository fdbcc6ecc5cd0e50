"""``bracketd doctor``: checks the state and its copies for damage. With ``--recover``: rebuilds the state."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click

from daemon.cli.state import checkup, look
from daemon.config import Settings, load
from daemon.errors import AlreadyRunning, StateError
from daemon.host.lock import InstanceLock, running_pid
from daemon.reports.away import away
from daemon.reports.daemon import wrong_with_daemon
from daemon.text import printable

OVERDUE = 2 * 86400.0
"""The age in seconds at which a running daemon's newest copy is too old."""


@click.command()
@click.option(
    "--recover", is_flag=True, help="Rebuild a damaged or lost state from its copies, delivery notes and the service."
)
@click.option("--dry-run", is_flag=True, help="With --recover: only show what would be done.")
@click.option("--offline", is_flag=True, help="With --recover: do not contact the service.")
@click.pass_obj
def doctor(config: Path | None, recover: bool, dry_run: bool, offline: bool) -> None:
    """Check the state and its copies for damage, or rebuild the state.

    --recover keeps the damaged file and rebuilds the state from the readable part of the file, the newest copy, the
    order.json files of delivered shoots, and the service. It sends and buys nothing.
    """
    if (dry_run or offline) and not recover:
        raise click.UsageError("--dry-run and --offline can only be used with --recover.")
    settings = load(config, os.environ)
    if recover:
        _recover(settings, dry_run=dry_run, offline=offline)
        return
    pid = running_pid(settings.state_dir)
    problems = [*_state(settings), *_unknown(settings), *_copies(settings), *wrong_with_daemon(settings.state_dir, pid)]
    _set_aside(settings)
    for problem in problems:
        click.echo(f"problem    {problem}", err=True)
    if problems:
        sys.exit(1)
    click.echo("no problems found")


def _recover(settings: Settings, *, dry_run: bool, offline: bool) -> None:
    from daemon.cli.recover import recover_state  # noqa: PLC0415 - a check does not need the service

    with ExitStack() as stack:
        try:
            stack.enter_context(InstanceLock(settings.state_dir))
        except AlreadyRunning as error:
            who = f"pid {error.pid}" if error.pid else "pid unknown"
            raise StateError(f"bracketd is running on {settings.state_dir} ({who}). Stop it first.") from error
        recover_state(settings, dry_run=dry_run, offline=offline)


def _state(settings: Settings) -> Iterator[str]:
    try:
        found = checkup.check(settings.state_dir)
    except StateError as error:
        yield str(error)
        return
    if found is None:
        click.echo(f"state      no state yet in {settings.state_dir}")
        return
    size = f"{found.size / 1e6:.1f} MB, {found.orders} order(s)"
    click.echo(f"state      {found.file}: OK, version {found.version}, {size}")
    with look(settings.state_dir) as reader:
        gone = away(reader, settings.folders)
    for output in dict.fromkeys(folder.output for folder in settings.folders):
        if output in gone:
            yield printable(gone[output])
            continue
        left = list(_left_over(output, found.images_to_come))
        click.echo(f"output     {output}: {f'{len(left)} unneeded part file(s)' if left else 'no leftover part files'}")
        for path in left:
            click.echo(f"  note     {printable(path)}")


def _unknown(settings: Settings) -> Iterator[str]:
    """Messages about bracketd's orders that are missing from the state."""
    from daemon.reports.unknown import unknown_orders  # noqa: PLC0415 - a recovery does not need it

    try:
        with look(settings.state_dir) as reader:
            yield from map(printable, unknown_orders(reader, [folder.output for folder in settings.folders]))
    except StateError:  # reported by _state
        return


def _left_over(output: Path, images: frozenset[str]) -> Iterator[str]:
    """Part files below an output folder that do not belong to these images."""
    from daemon.files.incoming import part_name  # noqa: PLC0415 - only for outputs
    from daemon.files.leftovers import OURS  # noqa: PLC0415

    wanted = {part_name(image) for image in images}
    for folder, _, names in os.walk(output):
        yield from (os.path.join(folder, name) for name in names if OURS.fullmatch(name) and name not in wanted)


def _copies(settings: Settings) -> Iterator[str]:
    found, now = checkup.copies_of(settings.state_dir), time.time()
    sound = [copy for copy in found if copy.sound]
    if not sound:
        click.echo("copies     none yet; the daemon makes one at startup and one a day")
    else:
        age = f"{len(sound)} in {sound[0].file.parent}, the newest is {age_text(now - sound[0].made_at)} old"
        click.echo(f"copies     {age} ({sound[0].file.name})")
    for copy in found:
        if not copy.sound:
            yield f"the copy {copy.file} is damaged and cannot be used. Check the disk, then delete the copy"
    if sound and running_pid(settings.state_dir) and now - sound[0].made_at > OVERDUE:
        yield "the daemon is running, but its newest copy is over two days old. `bracketd status` shows why"


def _set_aside(settings: Settings) -> None:
    for folder in checkup.set_aside(settings.state_dir):
        click.echo(f"  note     {folder} holds files that a recovery moved aside; delete it when you do not need them")


def age_text(seconds: float) -> str:
    """An age in the largest unit that fits, such as ``2 day(s)``."""
    for unit, length in (("day(s)", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"
