"""Plans what is sent of a folder: its photos, and the shoot's own ``bracketd.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from daemon.config.document import Document, Location
from daemon.config.mistake import nearest
from daemon.config.shoot import ShootSettings
from daemon.errors import ConfigError, Problem
from daemon.grouping import Frame
from daemon.grouping.plan import Plan, PlanSettings, plan, sent_for
from daemon.grouping.wishes import Wishes, WrongName, resolve
from daemon.photos.choosing import Chosen, choose
from daemon.photos.contents import Contents
from daemon.shoot import Listing, usable


@dataclass(frozen=True, slots=True)
class Own:
    """A shoot's own settings, and the file they come from, for the lines of mistakes."""

    settings: ShootSettings
    document: Document

    def over(self, settings: PlanSettings) -> PlanSettings:
        """The watched folder's settings with those that the shoot changes."""
        own = self.settings
        return replace(
            settings,
            mode=settings.mode if own.grouping is None else own.grouping,
            prefer=own.prefer or settings.prefer,
            singles=own.singles or settings.singles,
        )

    @property
    def wishes(self) -> Wishes:
        """The sets, singles and skipped photos that it lists, by the names as written."""
        return Wishes(self.settings.sets, self.settings.single, self.settings.skip)


async def plan_folder(
    contents: Contents, folder: str, found: Listing, settings: PlanSettings, own: Own | None = None
) -> tuple[Plan, Chosen]:
    """The plan for a folder's photos, and the choice that it is made of.

    Raises ConfigError for names in the shoot's own file that are not photos of it, and OSError.
    """
    good, bad = usable(found)
    settings = settings if own is None else own.over(settings)
    _, chosen = await choose(contents, folder, good, settings.prefer)
    left_out = (*bad, *chosen.left_out)
    wishes = Wishes() if own is None else wishes_of(own, chosen)
    return plan(frames_in(chosen), left_out, settings, wishes), chosen


def wishes_of(own: Own, chosen: Chosen) -> Wishes:
    """The wishes with paths of files that are sent. Raises ConfigError with every wrong name."""
    sent = sent_for((bracket.path for bracket in chosen.brackets), chosen.left_out)
    wishes, wrong = resolve(own.wishes, sent)
    if wrong:
        raise ConfigError(tuple(_problem(own, one, sent) for one in wrong))
    return wishes


def _problem(own: Own, wrong: WrongName, sent: Mapping[str, str]) -> Problem:
    where = own.document.where(_location(own.settings, wrong.name))
    if wrong.found:
        several = ", ".join(wrong.found[:3])
        return Problem(where, f"{wrong.name} is the name of several photos", f"Write its path: {several}.")
    meant = nearest(wrong.name, (path.rpartition("/")[2] for path in sent))
    remedy = f"Did you mean {meant}?" if meant else "Correct the name, or remove it."
    return Problem(where, f"{wrong.name} is not a photo of this shoot", remedy)


def _location(settings: ShootSettings, name: str) -> Location:
    """Where a name is listed."""
    sets = ((("sets", n), one) for n, one in enumerate(settings.sets))
    lists = (*sets, (("single",), settings.single), (("skip",), settings.skip))
    return next((*place, names.index(name)) for place, names in lists if name in names)


def frames_in(chosen: Chosen) -> tuple[Frame, ...]:
    """The frames of the files that are sent."""
    return tuple(chosen.frames[bracket.path] for bracket in chosen.brackets)
