"""A shoot's own settings, from ``bracketd.yaml`` in its folder."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from daemon.config.document import Document, Location
from daemon.config.mistake import folded, nearest
from daemon.config.shoot import ShootSettings, read_shoot
from daemon.errors import ConfigError, Problem
from daemon.grouping.plan import Mode, PlanSettings, sent_for
from daemon.grouping.wishes import Wishes, WrongName, resolve
from daemon.order.preset import LISTS
from daemon.photos.choosing import Chosen


@dataclass(frozen=True, slots=True)
class Own:
    """A shoot's own settings, and their file, so that mistakes can be reported with their line."""

    settings: ShootSettings
    document: Document

    def over(self, settings: PlanSettings) -> PlanSettings:
        """The watched folder's settings with those that the shoot changes."""
        own = self.settings
        return replace(
            settings,
            mode=self.mode(settings.mode),
            prefer=own.prefer or settings.prefer,
            singles=own.singles or settings.singles,
        )

    def mode(self, usual: Mode) -> Mode:
        """Who groups the photos. ``usual`` is the watched folder's setting. A file that lists sets implies ``sets``."""
        lists = self.settings.sets or self.settings.single
        if self.settings.grouping is not None:
            return self.settings.grouping
        return "sets" if lists and usual not in ("sets", "folders") else usual

    def fields(self, usual: Mode) -> dict[str, object]:
        """The changes to an order's preset, the output name, and the lengths of the lists, as JSON values."""
        own, mode = self.settings, self.mode(usual)
        enhance = own.enhance.wire() if own.enhance is not None else None
        number = mode if isinstance(mode, int) else None
        by: dict[str, object] = {}
        if own.grouping is not None or mode != usual:
            by = {"grouping": "automatic" if number else mode, "per_image": number}
        named = ("prefer", "singles", "split", "name", "buy")
        changed = (("enhance", enhance), *((name, getattr(own, name)) for name in named))
        lists = {name: len(entries) for name in LISTS if (entries := getattr(own, name))}
        return {name: value for name, value in changed if value is not None} | by | lists

    @property
    def wishes(self) -> Wishes:
        """The sets, single photos and skipped photos listed in the file, with names as written."""
        return Wishes(self.settings.sets, self.settings.single, self.settings.skip)


def read_own(folder: str) -> Own | None:
    """The settings in a shoot's folder. None without a file. Raises ConfigError with every mistake, and OSError."""
    read = read_shoot(Path(folder))
    return None if read is None else Own(*read)


def own_or_mistake(folder: str) -> Own | ConfigError | None:
    """A shoot's own settings, or the mistake in them. None without a settings file. Raises OSError."""
    try:
        return read_own(folder)
    except ConfigError as error:
        return error


def wishes_of(own: Own, chosen: Chosen) -> Wishes:
    """The wishes with paths of files that are sent. Raises ConfigError with every wrong name."""
    sent = sent_for((bracket.path for bracket in chosen.brackets), chosen.left_out)
    wishes, wrong = resolve(own.wishes, sent)
    if wrong:
        raise ConfigError(tuple(_problem(own, one, sent) for one in wrong))
    return wishes


def keep_of(own: Own, chosen: Chosen) -> tuple[str, ...]:
    """The paths of the photos in ``keep``. Raises ConfigError with every wrong name and every skipped photo."""
    sent = sent_for((bracket.path for bracket in chosen.brackets), chosen.left_out)
    kept, wrong = resolve(Wishes(skip=own.settings.keep), sent)
    problems = [_problem(own, one, sent) for one in wrong]
    skipped = frozenset(wishes_of(own, chosen).skip)
    for name, path in zip(own.settings.keep, kept.skip, strict=True) if not wrong else ():
        if path in skipped:
            where = own.document.where(("keep", own.settings.keep.index(name)))
            problems.append(Problem(where, f"{name} is also under `skip`, so it is not sent", "Remove one of them."))
    if problems:
        raise ConfigError(tuple(problems))
    return kept.skip


def _problem(own: Own, wrong: WrongName, sent: Mapping[str, str]) -> Problem:
    where = own.document.where(_location(own.settings, wrong.name))
    if wrong.is_repeated:
        photo = wrong.found[0]
        return Problem(where, f"{wrong.name} is listed twice: another name also means {photo}", "Remove one of them.")
    if wrong.found:
        several = ", ".join(wrong.found[:3])
        return Problem(where, f"{wrong.name} is the name of several photos", f"Write its path: {several}.")
    meant = _meant(wrong.name, [path.rpartition("/")[2] for path in sent])
    remedy = f"Did you mean {meant}?" if meant else "Correct the name, or remove it."
    return Problem(where, f"{wrong.name} is not a photo of this shoot", remedy)


def _meant(name: str, photos: Sequence[str]) -> str | None:
    """The photo that a wrong name probably means: the only one with another extension, or with a similar name."""
    stem = folded(os.path.splitext(name)[0])
    same = {photo for photo in photos if folded(os.path.splitext(photo)[0]) == stem}
    return same.pop() if len(same) == 1 else nearest(name, photos)


def _location(settings: ShootSettings, name: str) -> Location:
    """Where a name is listed."""
    sets = ((("sets", n), one) for n, one in enumerate(settings.sets))
    lists = (*sets, (("single",), settings.single), (("skip",), settings.skip), (("keep",), settings.keep))
    return next((*place, names.index(name)) for place, names in lists if name in names)
