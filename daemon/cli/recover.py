"""``bracketd doctor --recover``: runs a recovery and prints its report."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import click

from daemon.cli.state import wreck
from daemon.config import Settings
from daemon.config.policy import preset_of
from daemon.host import logs
from daemon.order import Phase
from daemon.recovery import Account, Rebuilt, Recovery, Report, Source, WatchedSettings
from daemon.service import Service
from daemon.services import build_usual
from daemon.text import printable


def recover_state(settings: Settings, *, dry_run: bool, offline: bool) -> None:
    """Recover the state and print the report. The caller holds the instance lock. Raises StateError."""
    places = [
        WatchedSettings(
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
            click.echo(f"fetching the account's orders from {settings.api.base_url} …", err=True)
        else:
            click.echo("checking the pictures of orders known only from their order.json …", err=True)
        recovery = Recovery(wreck(settings.state_dir), places, account, flow=settings.api.flow, now=time.time())
        report = recovery.run(dry_run=dry_run)
    for line in report_lines(report, dry_run=dry_run):
        click.echo(line)


def _service(settings: Settings) -> Service:
    logs.redact(settings.require_api_key().text)
    return build_usual(settings)


def report_lines(report: Report, *, dry_run: bool) -> Iterator[str]:
    """The lines of the report, for a person."""
    yield from _sources(report)
    by_source = Counter(rebuilt.source for rebuilt in report.orders)
    yield f"{'to rebuild' if dry_run else 'rebuilt   '} {len(report.orders)} order(s){_phases(report)}"
    for source in Source:
        if by_source[source]:
            yield f"           {by_source[source]} from {source.value}"
    for rebuilt in report.orders:
        if rebuilt.why:
            yield f"{'doubtful' if rebuilt.doubtful else '  note  '}   {_named(rebuilt)}: {printable(rebuilt.why)}"
    yield from _unknown(report)
    if dry_run:
        yield "next       nothing was changed; run `bracketd doctor --recover` to rebuild the state"
        return
    if report.aside is not None:
        yield f"kept       the previous files are in {report.aside}"
    yield "next       check `bracketd status --all`, then start bracketd again"


def _sources(report: Report) -> Iterator[str]:
    sources = report.sources
    if sources.file is None:
        yield "file       not found"
    else:
        path, read = sources.file
        unread = f", {read.unread} more could not be read" if read.unread else ""
        yield f"file       {path}: {len(read.orders)} order(s) read{unread}"
    if sources.copy is None:
        yield "copy       no intact copy found"
    else:
        path, read = sources.copy
        yield f"copy       {path}: {len(read.orders)} order(s)"
    yield f"outputs    {len({note.order.id for note in sources.notes.found})} delivered order(s) found by order.json"
    for note, why in sources.notes.unread.items():
        yield f"  note     cannot read {printable(note)} ({why})"
    if sources.there is not None:
        yield f"service    {len(sources.there)} order(s) sent by bracketd"
    elif sources.refused is not None:
        yield f"warning    could not ask the service: {sources.refused}"
    else:
        yield "service    not asked (--offline)"


def _unknown(report: Report) -> Iterator[str]:
    for there in report.unmerged:
        yield f"  note     the service has {len(there.names)} photo(s) of an unmerged order ({there.id[:8]})"
    for doubt in report.doubts:
        yield f"doubtful   {printable(doubt.note.path)}: not confirmed by its pictures or the service"
    for order in report.held:
        yield f"held       {printable(order.source.shoot)}: {printable(order.trouble or '')}"
    if report.skipped:
        yield f"skipped    {len(report.skipped)} shoot(s) that no source lists; `bracketd submit FOLDER` sends one:"
        yield from (f"           {printable(order.source.folder)}" for order in report.skipped)
    for watch, why in report.away.items():
        yield f"  note     the watched folder {watch} {why}; its shoots will be skipped when it is available again"


def _named(rebuilt: Rebuilt) -> str:
    return f"{printable(rebuilt.order.source.shoot)} ({rebuilt.order.id[:8]})"


def _phases(report: Report) -> str:
    counts = Counter(rebuilt.order.phase for rebuilt in report.orders)
    found = [f"{counts[phase]} {phase.value}" for phase in Phase if counts[phase]]
    return f": {', '.join(found)}" if found else ""
