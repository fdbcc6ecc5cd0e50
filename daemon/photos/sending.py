"""Decides what is sent from a settled shoot, and what a person must decide first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from daemon.errors import ConfigError
from daemon.grouping import Confidence
from daemon.grouping.division import Division, divide
from daemon.grouping.plan import Mode, PlanSettings, in_shooting_order, plan
from daemon.grouping.property import described
from daemon.grouping.wishes import Wishes
from daemon.order import Bracket, Preset
from daemon.order.naming import names_of
from daemon.order.planned import PlannedImage
from daemon.order.several import Several
from daemon.photos.choosing import Chosen
from daemon.photos.own import Own, keep_of, wishes_of
from daemon.shoot import Doubt, LeftOut
from daemon.shoot.leftout import all_of
from daemon.shoot.sets import SplitName

WAYS_OUT = "`bracketd plan` shows the sets, `bracketd approve` sends them"

SUBMIT = "`bracketd submit` the folder"
NO_WISHES: tuple[Wishes, tuple[str, ...]] = (Wishes(), ())
"""A shoot without lists: nothing is fixed, and every image is bought."""

CANCEL = "`bracketd cancel` this order and `bracketd submit` the folder"
"""How a changed bracketd.yaml is used. To submit a shoot whose late photos are held means to approve them."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What is sent from a shoot: the photos, the images that they should become, and the reasons for the other files.

    ``images`` have the paths of their photos, and how sure they are, in shooting order. ``fixed`` are the photos that
    the shoot's own file lists to be sent, ``keep`` those whose images are bought; empty for all. ``mistake`` says what
    is wrong with that file, and ``without`` which of its settings are then not used. ``twice`` is a doubt about which
    files show the same frame. ``ask_for`` are the single photos that a person must decide. ``sends_sets``: bracketd
    decides which photos become one image. ``division`` says which property each photo belongs to, None if the shoot
    looks like one.
    """

    brackets: tuple[Bracket, ...]
    left_out: tuple[LeftOut, ...]
    images: tuple[tuple[tuple[str, ...], Confidence], ...] = ()
    fixed: frozenset[str] = frozenset()
    keep: tuple[str, ...] = ()
    mistake: str | None = None
    without: str = ""
    twice: Doubt | None = None
    ask_for: tuple[str, ...] = ()
    sends_sets: bool = False
    division: Division | None = None

    def several(self, split: SplitName, *, submitted: bool = False) -> Several | None:
        """What is reported of a shoot that looks like several properties; None if nothing is.

        A person who submitted a shoot that would otherwise be held has decided.
        """
        if self.division is None or split == "never" or (split == "ask" and submitted):
            return None
        return Several(described(self.division.parts), self.division.untimed, ask=split == "ask")

    def doubt(self, part: Collection[str] | None = None, *, submitted: bool = False) -> Doubt | None:
        """What a person must decide before the photos are sent, or only the photos in ``part``.

        If a person submitted the shoot, only a mistake in its own file is left to decide.
        """
        news = frozenset(bracket.path for bracket in self.brackets) if part is None else frozenset(part)
        again = SUBMIT if part is None else CANCEL
        doubts = []
        if self.mistake is not None:
            out = f"Then {again}. `bracketd approve` sends the photos without {self.without}"
            doubts.append(Doubt(f"{self.mistake} {out}", tuple(sorted(news))))
        if not submitted and self.twice is not None and not news.isdisjoint(self.twice.files):
            doubts.append(self.twice)
        if not submitted and self.sends_sets:
            doubts += [*self._about_singles(news, again), *self._about_sets(news, again), *self._about_rests(news)]
        return all_of(doubts)

    def _about_singles(self, news: frozenset[str], again: str) -> list[Doubt]:
        paths = tuple(path for path in self.ask_for if path in news)
        if not paths:
            return []
        why = f"{len(paths)} photo(s) belong to no set and would each become a picture: {names_of(paths)}. {WAYS_OUT}"
        todo = "To leave photos out, list them under `skip` in bracketd.yaml in the shoot's folder, then"
        return [Doubt(f"{why}. {todo} {again}", paths)]

    def _about_sets(self, news: frozenset[str], again: str) -> list[Doubt]:
        unsure = [one for one, how in self.images if how is Confidence.ASK and not news.isdisjoint(one)]
        if not unsure:
            return []
        first = names_of([paths[0] for paths in unsure])
        why = f"{len(unsure)} set(s) may be wrong, those starting with {first}. {WAYS_OUT}"
        todo = "To change them, `bracketd plan FOLDER --write`, edit bracketd.yaml, then"
        return [Doubt(f"{why}. {todo} {again}", tuple(path for paths in unsure for path in paths))]

    def _about_rests(self, news: frozenset[str]) -> list[Doubt]:
        rests = tuple(path for one, _ in self.images if not news.issuperset(one) for path in one if path in news)
        if not rests:
            return []
        why = f"{len(rests)} photo(s) belong to sets that were sent without them: {names_of(rests)}"
        return [Doubt(f"{why}. `bracketd approve` sends what is there of each set as a picture of its own", rests)]


def sending(
    chosen: Chosen,
    brackets: Sequence[Bracket],
    left_out: Sequence[LeftOut],
    preset: Preset,
    own: Own | ConfigError | None,
) -> Sending:
    """Plan the chosen ``brackets`` of a shoot. ``own`` are its own settings, or what is wrong with them."""
    (wishes, keep), mistake, without = _wishes(own, chosen)
    frames = [chosen.frames[bracket.path] for bracket in brackets]
    settings = settings_of(preset)
    found = plan(frames, left_out, settings, wishes)
    sent = frozenset(found.paths)
    fixed = wishes.listed - frozenset(wishes.skip)
    asked = (one.path for one in found.singles if one.path not in fixed)
    images = in_shooting_order(found, frames)
    return Sending(
        tuple(bracket for bracket in brackets if bracket.path in sent),
        found.not_sent,
        images,
        fixed,
        keep,
        mistake,
        without,
        chosen.doubt,
        tuple(asked) if found.asks_for_singles else (),
        settings.sends_sets,
        divide([paths for paths, _ in images], found.not_sent, chosen.frames),
    )


def settings_of(preset: Preset) -> PlanSettings:
    """How the photos of an order with this preset become images."""
    mode: Mode = preset.per_image or preset.grouping
    return PlanSettings(mode, preset.prefer, preset.singles)


def planned(sending: Sending | None, brackets: Sequence[Bracket]) -> tuple[PlannedImage, ...]:
    """The images of an order with these brackets. A set that they contain only in part needs a person's approval."""
    if sending is None:
        return ()
    numbers = {bracket.path: number for number, bracket in enumerate(brackets)}
    images = []
    for paths, confidence in sending.images:
        part = tuple(numbers[path] for path in paths if path in numbers)
        images.append(PlannedImage(part, confidence if len(part) == len(paths) else Confidence.ASK))
    return tuple(image for image in images if image.brackets)


def _wishes(own: Own | ConfigError | None, chosen: Chosen) -> tuple[tuple[Wishes, tuple[str, ...]], str | None, str]:
    """What a shoot's own file fixes, the message about its mistakes, and which of its settings are then not used."""
    if own is None:
        return NO_WISHES, None, ""
    if isinstance(own, ConfigError):
        return NO_WISHES, _mistake(own), "these settings"
    try:
        return (wishes_of(own, chosen), keep_of(own, chosen)), None, ""
    except ConfigError as error:
        return NO_WISHES, _mistake(error), "its lists of photos"


def _mistake(error: ConfigError) -> str:
    return "; ".join(f"{problem.where}: {problem.what}. {problem.remedy}" for problem in error.problems)
