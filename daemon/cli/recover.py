"""``bracketd doctor --recover``: what a recovery needs, and what it says."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import click

from daemon.cli.words import printable
from daemon.config import Settings
from daemon.config.policy import preset_of
from daemon.host import logs
from daemon.order import Phase
from daemon.recovery import Account, Place, Rebuilt, Recovery, Report, Source
from daemon.service import Service
from daemon.services import build_usual


def recover_state(settings: Settings, *, dry_run: bool, offline: bool) -> None:
    """Recover the state, and tell what came of it. The instance lock is the caller's. Raises StateError."""
    places = [
        Place(
            str(folder.watch),
            str(folder.output),
            preset_of(folder, settings.api.dev_mode),
            process_existing=folder.existing == "process",
        )
        for folder in settings.folders
    ]
    with ExitStack() as stack:
        account = None
        if not offline:
            service = _service(settings)
            stack.callback(service.close)
            account = Account(service, time.sleep)
            click.echo(f"asking {settings.api.base_url} for the account's orders …", err=True)
        else:
            click.echo("reading the pictures that only their order.json knows …", err=True)
        recovery = Recovery(settings.state_dir, places, account, flow=settings.api.flow, now=time.time())
        report = recovery.run(dry_run=dry_run)
    for line in told(report, dry_run=dry_run):
        click.echo(line)


def _service(settings: Settings) -> Service:
    logs.redact(settings.require_api_key().text)
    return build_usual(settings)


def told(report: Report, *, dry_run: bool) -> Iterator[str]:
    """The report in lines, for a person."""
    yield from _sources(report)
    by_source = Counter(rebuilt.source for rebuilt in report.orders)
    yield f"{'would be' if dry_run else 'rebuilt '}   {len(report.orders)} order(s){_phases(report)}"
    for source in Source:
        if by_source[source]:
            yield f"           {by_source[source]} from {source.value}"
    for rebuilt in report.orders:
        if rebuilt.why:
            yield f"{'doubtful' if rebuilt.doubtful else '  note  '}   {_named(rebuilt)}: {printable(rebuilt.why)}"
    yield from _unknown(report)
    if dry_run:
        yield "next       nothing was changed; `bracketd doctor --recover` does it"
        return
    if report.aside is not None:
        yield f"kept       what was there is in {report.aside}"
    yield "next       see `bracketd status --all`; then start bracketd again"


def _sources(report: Report) -> Iterator[str]:
    sources = report.sources
    if sources.file is None:
        yield "file       there is none"
    else:
        path, read = sources.file
        unread = f", {read.unread} more could not be read" if read.unread else ""
        yield f"file       {path}: {len(read.orders)} order(s) read{unread}"
    if sources.copy is None:
        yield "copy       there is no sound one"
    else:
        path, read = sources.copy
        yield f"copy       {path}: {len(read.orders)} order(s)"
    yield f"outputs    {len({note.order.id for note in sources.notes.found})} delivered order(s), by their order.json"
    for note, why in sources.notes.unread.items():
        yield f"  note     {printable(note)} cannot be read ({why})"
    if sources.there is not None:
        yield f"service    {len(sources.there)} order(s) of ours"
    elif sources.refused is not None:
        yield f"warning    the service was not asked: {sources.refused}"
    else:
        yield "service    was not asked (--offline)"


def _unknown(report: Report) -> Iterator[str]:
    for there in report.unmerged:
        yield f"  note     the service has {len(there.names)} photo(s) of an order it never merged ({there.id[:8]})"
    for doubt in report.doubts:
        yield f"doubtful   {printable(doubt.note.path)}: neither its pictures nor the service confirm it"
    for order in report.held:
        yield f"held       {printable(order.shoot)}: {printable(order.trouble or '')}"
    if report.skipped:
        yield f"skipped    {len(report.skipped)} shoot(s) that nobody knows; `bracketd submit FOLDER` sends one:"
        yield from (f"           {printable(order.folder)}" for order in report.skipped)
    for watch, why in report.away.items():
        yield f"  note     the watched folder {watch} {why}; what lies there is skipped when it is back"


def _named(rebuilt: Rebuilt) -> str:
    return f"{printable(rebuilt.order.shoot)} ({rebuilt.order.id[:8]})"


def _phases(report: Report) -> str:
    counts = Counter(rebuilt.order.phase for rebuilt in report.orders)
    found = [f"{counts[phase]} {phase.value}" for phase in Phase if counts[phase]]
    return f": {', '.join(found)}" if found else ""
