"""Finds the shoots in the watched folders during a recovery, and makes orders for those that no source knows."""

from __future__ import annotations

import os
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from daemon.delivery import output_folder
from daemon.errors import StateError
from daemon.files import scan
from daemon.files.roots import Roots
from daemon.frames import shot_if_read
from daemon.grouping import one_per_frame
from daemon.order import (
    Bracket,
    Ended,
    FlowName,
    Hold,
    HoldKind,
    Order,
    OrderSource,
    Phase,
    Policy,
    Preset,
    changed_since,
    evolve,
    fingerprint,
    unknown,
    with_shots,
)
from daemon.order.found import FoundElsewhere, Note
from daemon.order.naming import names_of
from daemon.order.problem import Code, Trouble
from daemon.order.times import Times
from daemon.order.unsent import Unsent
from daemon.recovery import photos
from daemon.recovery.plans import planned_again
from daemon.recovery.stranger import Shoot
from daemon.root import RootState
from daemon.shoot import File, Listing, usable

SKIPPED = "found when the state was rebuilt; it may already have been sent. `bracketd submit FOLDER` sends it"

HELD_BACK = (
    "{} photo(s) were found when the state was rebuilt; they may already have been sent: {}. "
    "`bracketd approve` sends them as a supplement"
)

LATELY = 3 * 86400.0
"""Seconds after an order's last change for which its shoot is checked for late photos, as the daemon does."""


@dataclass(frozen=True, slots=True)
class WatchedSettings:
    """A configured watched folder, its output folder and its order settings.

    ``process_existing``: shoots already in the folder at first sight are sent. Paths are absolute, and spelled as in
    the settings.
    """

    watch: str
    output: str
    preset: Preset
    process_existing: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """The watched folders that are available. ``away`` has the others, each with the reason."""

    folders: Mapping[str, WatchedSettings]
    shoots: Mapping[str, frozenset[str]]
    states: Mapping[str, RootState]
    away: Mapping[str, str]

    def all(self) -> Iterator[tuple[WatchedSettings, str]]:
        """Every shoot in every watched folder, in the order of the settings, then by name."""
        return ((self.folders[watch], shoot) for watch, shoots in self.shoots.items() for shoot in sorted(shoots))


class _Memory(dict[str, RootState]):
    """The last known state of each root."""

    def state_of(self, root: str) -> RootState | None:
        return self.get(root)

    def remember(self, root: str, state: RootState) -> None:
        self[root] = state

    def known(self, root: str, shoots: Collection[str]) -> int:  # noqa: ARG002 - a recovery skips unknown shoots
        return len(shoots)


def list_shoots(folders: Collection[WatchedSettings], known: Mapping[str, RootState]) -> Watched:
    """List the shoots in the watched folders. ``known`` is the last known state of each.

    Raises StateError if a folder with ``existing: process`` is unavailable: all its shoots would be sent later.
    """
    roots = Roots(_Memory(known))
    shoots, states, away = {}, {}, {}
    for settings in folders:
        try:
            found = roots.check(settings.watch)
            why = found.unmounted
        except OSError as error:
            why = f"cannot be read ({error.strerror})"
        if why is None:
            shoots[settings.watch], states[settings.watch] = frozenset(found.root.shoots), found.state
        elif settings.process_existing:
            raise StateError(
                f"the watched folder {settings.watch} {why}. With `existing: process`, every shoot in it would be sent "
                "when it returns, including those sent before. Mount it, or set `existing: skip`, then run the "
                "recovery again."
            )
        else:
            away[settings.watch] = why
    return Watched({settings.watch: settings for settings in folders}, shoots, states, away)


def shoot_of(settings: WatchedSettings, name: str, taken: Collection[str]) -> Shoot:
    """A shoot with its files, starting with those that would be sent. ``taken``: other orders' output folders."""
    folder = os.path.join(settings.watch, name)
    output = output_folder(settings.output, name, taken, dev_mode=settings.preset.dev_mode)
    files = photos_of(folder)
    shots = {file.path: shot_if_read(folder, file.path) for file in files}
    send = one_per_frame(files, shots).send
    sent = frozenset(send)
    others = tuple(file for file in files if file not in sent)
    return Shoot(name, folder, output, settings.preset, (*send, *others), shots)


def photos_of(folder: str) -> tuple[File, ...]:
    """The photos in a shoot's folder. Empty if the folder cannot be read."""
    found = _listing(folder)
    return found.usable if found is not None else ()


def skipped(watched: Watched, known: Collection[str], *, flow: FlowName, now: float) -> Iterator[Order]:
    """A skipped order for every shoot with photos whose folder is not in ``known``.

    These shoots may have been sent, so only a person may send them. Folders without photos are ignored.
    """
    for settings, name in watched.all():
        folder = os.path.join(settings.watch, name)
        found = None if folder in known else _listing(folder)
        if folder in known or (found is not None and not (found.photos or found.problems)):
            continue
        files = one_per_frame(found.usable).send if found is not None else ()
        yield Order(
            id=str(uuid.uuid4()),
            flow=flow,
            source=OrderSource(
                shoot=name,
                folder=folder,
                output=output_folder(settings.output, name, (), dev_mode=settings.preset.dev_mode),
                fingerprint=fingerprint(Bracket(file.path, file.size, file.mtime_ns, file.inode) for file in files),
            ),
            times=Times(created_at=now, updated_at=now),
            preset=settings.preset,
            standing=Ended.SKIPPED_BY_RULE,
            troubles=(Trouble(Code.SKIPPED, SKIPPED),),
        )


def doubted(
    watched: Watched,
    notes: Iterable[Note],
    known: Collection[str],
    taken: Collection[str],
    *,
    flow: FlowName,
    now: float,
) -> Iterator[Order]:
    """A held order for every shoot that a note calls delivered and whose folder is not in ``known``.

    As in any other order, one file per frame is sent, and the others are left out with their reasons.
    ``notes`` are the unconfirmed ones. ``taken`` are the output folders of other orders.
    """
    by_folder = {note.order.source.folder: note for note in notes}
    for settings, name in watched.all():
        note = by_folder.get(os.path.join(settings.watch, name))
        if note is None or note.order.source.folder in known:
            continue
        found = _listing(note.order.source.folder) or Listing()
        good, bad = usable(found)
        chosen = photos.choose(note.order.source.folder, photos.read(note.order.source.folder, good))
        if not chosen.brackets:
            continue
        left_out = tuple(sorted((*bad, *chosen.left_out), key=lambda one: one.path))
        order = Order(
            id=str(uuid.uuid4()),
            flow=flow,
            source=OrderSource(
                shoot=name,
                folder=note.order.source.folder,
                output=output_folder(settings.output, name, {*taken, note.folder}, dev_mode=settings.preset.dev_mode),
                fingerprint=fingerprint(chosen.brackets),
            ),
            times=Times(created_at=now, updated_at=now),
            preset=settings.preset,
            brackets=chosen.brackets,
            unsent=Unsent(left_out=tuple(one.path for one in left_out), left_out_why=left_out),
        )
        doubt = FoundElsewhere(note.order.id, note.path, doubtful=True)
        order = evolve(planned_again(order), doubt, now=now, policy=Policy())
        doubts = () if chosen.doubt is None else (Trouble(Code.DOUBTFUL_PHOTOS, chosen.doubt.why),)
        yield replace(order, troubles=(*order.troubles, *doubts))


def held_back(orders: Iterable[Order], *, flow: FlowName, now: float) -> Iterator[Order]:
    """A held supplement for each shoot with photos that are in none of these orders.

    The photos may be late, or may have been sent in an order that is lost. Only shoots that the daemon would check for
    late photos are checked.
    """
    for folder, of_folder in _by_folder(orders).items():
        newest = max(of_folder, key=lambda order: order.times.created_at)
        if max(order.times.updated_at for order in of_folder) < now - LATELY:
            continue
        brackets = _late(folder, of_folder)
        if brackets:
            names = names_of([bracket.path for bracket in brackets])
            supplement = Order(
                id=str(uuid.uuid4()),
                flow=flow,
                source=OrderSource(
                    shoot=newest.source.shoot,
                    folder=folder,
                    output=newest.source.output,
                    fingerprint=fingerprint(brackets),
                    supplement_of=newest.id,
                ),
                times=Times(created_at=now, updated_at=now),
                preset=newest.preset,
                standing=Hold(Phase.SETTLED, HoldKind.LATE),
                brackets=brackets,
                troubles=(Trouble(Code.LATE_SUPPLEMENT, HELD_BACK.format(len(brackets), names)),),
            )
            yield planned_again(supplement)


def _late(folder: str, orders: Sequence[Order]) -> tuple[Bracket, ...]:
    """The photos of a shoot with frames that none of its orders has, one per frame."""
    files = photos_of(folder)
    there = [Bracket(file.path, file.size, file.mtime_ns, file.inode) for file in files]
    if not unknown(orders, there):
        return ()
    read = photos.read(folder, files)
    late, _changed = changed_since([with_shots(order, read) for order in orders], read)
    return photos.choose(folder, (photo for photo in read if photo.path in late)).brackets


def _by_folder(orders: Iterable[Order]) -> dict[str, list[Order]]:
    folders: dict[str, list[Order]] = {}
    for order in orders:
        if order.phase not in (Phase.SKIPPED, Phase.CANCELLED):
            folders.setdefault(order.source.folder, []).append(order)
    return folders


def _listing(folder: str) -> Listing | None:
    """The content of a shoot's folder. None if it cannot be read."""
    try:
        return scan.scan(folder)
    except (OSError, ValueError):  # a damaged row may name a folder that no disk can hold
        return None
