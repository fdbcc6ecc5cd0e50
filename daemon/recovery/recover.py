"""Rebuilds the state from all remaining sources. Never deletes, sends or buys anything.

The sources, the most trusted first: the readable part of the state file, its newest undamaged copy, the delivery notes
beside the pictures, and the service. Shoots in the watched folders that no source knows are recorded as skipped,
because they may have been sent.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from daemon.delivery import output_folder
from daemon.errors import ServiceError, StateError
from daemon.notes import with_times
from daemon.order import FlowName, Order, Phase, Policy, evolve, facts
from daemon.recovery import stranger
from daemon.recovery.atservice import Account, AtService
from daemon.recovery.confirming import Believed, Doubt, believed
from daemon.recovery.notes import Notes, find_notes
from daemon.recovery.plans import planned_again
from daemon.recovery.reconcile import Rebuilt, Source, checked, furthest, is_merged, taken_up, unchecked, unmerged
from daemon.recovery.stranger import Shoot
from daemon.recovery.watched import (
    Watched,
    WatchedSettings,
    doubted,
    held_back,
    list_shoots,
    photos_of,
    shoot_of,
    skipped,
)
from daemon.root import RootState
from daemon.store.wreck import Salvage, Wreck

SCRATCH = ".recovering-"
"""The prefix of the folder in the state directory in which the new state file is built."""

PICTURES = (".jpg", ".png", ".webp")


@dataclass(frozen=True, slots=True)
class Sources:
    """What was found. ``file`` is the state file, ``copy`` its newest undamaged copy, each with its path.

    ``there`` are bracketd's orders at the service, None if it was not asked. ``refused`` is why it could not be asked.
    """

    file: tuple[Path, Salvage] | None
    copy: tuple[Path, Salvage] | None
    notes: Notes
    there: Mapping[str, AtService] | None = None
    refused: str | None = None

    @property
    def roots(self) -> dict[str, RootState]:
        """The watched and output folders that were seen, each from the most trusted source."""
        return {root: seen for found in (self.copy, self.file) if found for root, seen in found[1].roots.items()}


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a recovery.

    ``unmerged`` are orders that only the service knows and has not merged. ``skipped`` are shoots without a known
    order. ``held`` are supplements for photos without a known order, and shoots whose delivery only an unconfirmed note
    reports. ``doubts`` are the unconfirmed notes. ``away`` has the watched folders that were not scanned, with reasons.
    ``aside`` is where the damaged file is kept, None if there was none or nothing was changed.
    """

    sources: Sources
    orders: tuple[Rebuilt, ...]
    unmerged: tuple[AtService, ...]
    skipped: tuple[Order, ...]
    held: tuple[Order, ...]
    doubts: tuple[Doubt, ...]
    away: Mapping[str, str]
    aside: Path | None = None


class Recovery:
    """One recovery of a state directory. No other process may use the directory meanwhile.

    ``account`` is None if the service must not be asked. ``flow`` is for orders that only the service knows. ``now`` is
    in epoch seconds.
    """

    def __init__(
        self, wreck: Wreck, folders: Collection[WatchedSettings], account: Account | None, *, flow: FlowName, now: float
    ) -> None:
        self._wreck, self._folders, self._account, self._flow, self._now = wreck, folders, account, flow, now

    def run(self, *, dry_run: bool) -> Report:
        """Rebuild the state. With ``dry_run``, only report the result. Raises StateError and its subclasses."""
        state_dir = self._wreck.state_dir
        try:
            for left in state_dir.glob(f"{SCRATCH}*"):  # from a recovery that was killed
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=state_dir) as scratch:
                return self._run(Path(scratch), dry_run=dry_run)
        except OSError as error:
            raise StateError(
                f"cannot rebuild the state in {state_dir}: {error}. Check the disk, then try again. No data was lost."
            ) from error

    def _run(self, scratch: Path, *, dry_run: bool) -> Report:
        sources, written_at = self._read(scratch)
        watched = list_shoots(self._folders, sources.roots)
        stored = {
            Source.FILE: sources.file[1].orders if sources.file else (),
            Source.COPY: sources.copy[1].orders if sources.copy else (),
        }
        sources = self._ask(sources, furthest(stored))
        trusted = self._believed(sources, furthest(stored))
        orders = furthest({**stored, Source.NOTE: map(_with_times, trusted.orders.values())})
        known = [self._checked(order, sources.there, written_at) for order in orders.values()]
        known = [self._doubted(rebuilt, trusted.doubts.get(rebuilt.order.id)) for rebuilt in known]
        strangers, never = self._strangers(known, sources.there or {}, watched)
        made = tuple(taken_up((*known, *strangers), self._now))
        folders = {rebuilt.order.source.folder for rebuilt in made if rebuilt.order.phase is not Phase.CANCELLED}
        asked = self._asked_about(watched, trusted, folders, {rebuilt.order.source.output for rebuilt in made})
        folders |= {order.source.folder for order in asked}
        unknown = tuple(skipped(watched, folders, flow=self._flow, now=self._now))
        held = tuple(held_back((rebuilt.order for rebuilt in made), flow=self._flow, now=self._now))
        report = Report(sources, made, never, unknown, (*held, *asked), tuple(trusted.doubts.values()), watched.away)
        return report if dry_run else replace(report, aside=self._write(scratch, report, watched))

    # --- reading ---

    def _read(self, scratch: Path) -> tuple[Sources, float]:
        """The sources on disk, and when the daemon last wrote to its state."""
        file, copy = self._wreck.remains(), self._wreck.newest_copy()
        written_at = self._wreck.written_at(file) if file is not None else self._now
        found = Sources(
            (file, self._salvaged(file, scratch / "file")) if file is not None else None,
            (copy, self._salvaged(copy, scratch / "copy")) if copy is not None else None,
            find_notes(settings.output for settings in self._folders),
        )
        return found, written_at

    def _salvaged(self, state: Path, into: Path) -> Salvage:
        into.mkdir()
        return self._wreck.salvage(state, into)

    def _ask(self, sources: Sources, orders: Mapping[str, Rebuilt]) -> Sources:
        """Add the orders at the service to the sources."""
        if self._account is None:
            return sources
        try:
            there = self._account.orders({*orders, *(note.order.id for note in sources.notes.found)})
            for order_id in (key for key, rebuilt in orders.items() if unmerged(rebuilt.order) and key not in there):
                order = self._account.order(order_id)
                if order is not None:
                    there[order_id] = order
        except ServiceError as error:
            return replace(sources, refused=str(error))
        return replace(sources, there=there)

    def _believed(self, sources: Sources, known: Mapping[str, Rebuilt]) -> Believed:
        """Check the notes of orders that are not known to be delivered."""
        delivered = {key for key, rebuilt in known.items() if rebuilt.order.phase is Phase.DOWNLOADED}
        asking = self._account if sources.there is not None else None

        def ask(order_id: str) -> AtService | None:
            with suppress(ServiceError):
                return asking.order(order_id) if asking is not None else None
            return None

        return believed(sources.notes.found, delivered, sources.there or {}, ask)

    def _doubted(self, rebuilt: Rebuilt, doubt: Doubt | None) -> Rebuilt:
        """Hold an order for a person if only an unconfirmed note reports its delivery."""
        if doubt is None:
            return rebuilt
        order = evolve(rebuilt.order, doubt.fact, now=self._now, policy=Policy())
        why = f"delivered according to {doubt.note.path}, but nothing confirms it"
        return replace(rebuilt, order=order, why=why, doubtful=True)

    def _asked_about(
        self, watched: Watched, trusted: Believed, folders: Collection[str], outputs: Collection[str]
    ) -> tuple[Order, ...]:
        """Held orders for the shoots that only an unconfirmed note knows."""
        notes = [doubt.note for doubt in trusted.doubts.values()]
        return tuple(doubted(watched, notes, folders, outputs, flow=self._flow, now=self._now))

    def _checked(self, rebuilt: Rebuilt, there: Mapping[str, AtService] | None, written_at: float) -> Rebuilt:
        if not unmerged(rebuilt.order):
            return rebuilt
        if there is None:
            return unchecked(rebuilt)
        return checked(rebuilt, there.get(rebuilt.order.id), now=self._now, written_at=written_at)

    def _strangers(
        self, known: Collection[Rebuilt], there: Mapping[str, AtService], watched: Watched
    ) -> tuple[list[Rebuilt], tuple[AtService, ...]]:
        """The orders that only the service knows: the merged ones, rebuilt, and the others."""
        mine, never = {rebuilt.order.id for rebuilt in known}, []
        taken = {
            rebuilt.order.source.output
            for rebuilt in known
            if rebuilt.order.phase not in (Phase.SKIPPED, Phase.CANCELLED)
        }
        found: list[Rebuilt] = []
        for at_service in there.values():
            if at_service.id in mine:
                continue
            order = stranger.order_of(at_service, self._shoot(at_service, watched, taken), self._flow, self._now)
            if is_merged(order, at_service.report):
                order = planned_again(order)
                found.append(stranger.rebuilt(order, at_service, _pictures(order.source.output), self._now))
                taken.add(order.source.output)
            else:
                never.append(at_service)
        return found, tuple(never)

    def _shoot(self, there: AtService, watched: Watched, taken: Collection[str]) -> Shoot:
        """The shoot in a watched folder that an order was made from. If there is none, a guess without photos."""
        alike = [shoot_of(settings, name, taken) for settings, name in watched.all() if stranger.may_be_of(there, name)]
        if alike:
            return max(alike, key=lambda shoot: len(stranger.files_of(there, shoot)))
        name, settings = stranger.guessed_name(there), next(iter(self._folders))
        output = output_folder(settings.output, name, taken, dev_mode=settings.preset.dev_mode)
        return Shoot(name, os.path.join(settings.watch, name), output, settings.preset)

    # --- writing ---

    def _write(self, scratch: Path, report: Report, watched: Watched) -> Path | None:
        sources, new = report.sources, scratch / "new"
        new.mkdir()
        outputs = {settings.output for settings in self._folders}
        roots = {root: seen for root, seen in sources.roots.items() if root in outputs} | dict(watched.states)
        histories = [found[1].file for found in (sources.file, sources.copy) if found]
        built = self._wreck.rebuild(new, _with_facts(report), histories, roots, self._now)
        aside = self._wreck.put_in_place(built, self._now)
        stamp = datetime.fromtimestamp(self._now, UTC).strftime("%Y%m%dT%H%M%SZ")
        with suppress(StateError):  # such as a full disk; the daemon reports it and makes a copy
            self._wreck.keep_copy(f"recovered-{stamp}.sqlite3")
        return aside


def _with_facts(report: Report) -> Iterator[tuple[Order, facts.Fact | None]]:
    for rebuilt in report.orders:
        as_it_was = rebuilt.source is Source.FILE and not rebuilt.why
        yield rebuilt.order, None if as_it_was else facts.Recovered(rebuilt.source.value, rebuilt.why)
    for order in (*report.skipped, *report.held):
        yield order, facts.Locked(order.brackets, why=order.trouble or "")


def _with_times(order: Order) -> Order:
    """Add the photos' times to an order whose note lacks them, if the photos still have the sizes that were sent."""
    if order.source.fingerprint:
        return order
    return with_times(order, {file.path: (file.size, file.mtime_ns) for file in photos_of(order.source.folder)})


def _pictures(output: str) -> int | None:
    """The number of pictures in an output folder. None if it cannot be listed."""
    try:
        names = os.listdir(output)
    except OSError:
        return None
    return sum(1 for name in names if name.lower().endswith(PICTURES) and not name.startswith("."))
