"""Decides what is sent of a settled shoot, and what a person must decide first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from daemon.errors import ConfigError
from daemon.grouping import Confidence, Frame
from daemon.grouping.plan import Mode, Plan, PlanSettings, plan, shooting_order
from daemon.grouping.wishes import Wishes
from daemon.order import Bracket, Preset
from daemon.order.naming import names_of
from daemon.order.planned import PlannedImage
from daemon.photos.choosing import Chosen
from daemon.photos.own import Own, wishes_of
from daemon.shoot import Doubt, LeftOut
from daemon.shoot.leftout import all_of

WAYS_OUT = "`bracketd plan` shows the sets, `bracketd approve` sends them"


@dataclass(frozen=True, slots=True)
class Sending:
    """What is sent of a shoot: the photos, the images that they should become, and the reasons for the other files.

    ``images`` have the paths of their photos, and how sure they are, in shooting order.

    ``mistake`` is what is wrong with the shoot's own file, ``doubt`` is what else a person must decide.
    """

    brackets: tuple[Bracket, ...]
    left_out: tuple[LeftOut, ...]
    images: tuple[tuple[tuple[str, ...], Confidence], ...] = ()
    mistake: Doubt | None = None
    doubt: Doubt | None = None


def sending(
    chosen: Chosen,
    brackets: Sequence[Bracket],
    left_out: Sequence[LeftOut],
    preset: Preset,
    own: Own | ConfigError | None,
) -> Sending:
    """Plan the chosen ``brackets`` of a shoot. ``own`` are its own settings, or what is wrong with them.

    Photos are left out, and singles and uncertain sets are doubted, only if bracketd sends sets.
    """
    wishes, mistake = Wishes(), None
    try:
        if isinstance(own, ConfigError):
            raise own
        if own is not None:
            wishes = wishes_of(own, chosen)
    except ConfigError as error:
        mistake = _mistake(error)
    frames = [chosen.frames[bracket.path] for bracket in brackets]
    found = plan(frames, left_out, settings_of(preset), wishes)
    sent = frozenset(found.paths)
    doubts = [] if preset.grouping == "automatic" else [*_about_singles(found), *_about_sets(found)]
    return Sending(
        tuple(bracket for bracket in brackets if bracket.path in sent),
        found.not_sent,
        _images(found, frames),
        mistake,
        all_of(doubts),
    )


def settings_of(preset: Preset) -> PlanSettings:
    """How the photos of an order with this preset become images. The service asks about no singles."""
    mode: Mode = preset.per_image or preset.grouping
    return PlanSettings(mode, preset.prefer, "send" if preset.grouping == "automatic" else preset.singles)


def planned(sending: Sending | None, brackets: Sequence[Bracket]) -> tuple[PlannedImage, ...]:
    """The images of an order with these brackets, which may be only a part of the shoot."""
    if sending is None:
        return ()
    numbers = {bracket.path: number for number, bracket in enumerate(brackets)}
    images = (
        PlannedImage(tuple(numbers[path] for path in paths if path in numbers), confidence)
        for paths, confidence in sending.images
    )
    return tuple(image for image in images if image.brackets)


def _images(found: Plan, frames: Sequence[Frame]) -> tuple[tuple[tuple[str, ...], Confidence], ...]:
    place: Mapping[str, int] = {path: number for number, path in enumerate(shooting_order(frames))}
    images = [(one.paths, one.confidence) for one in found.sets]
    images += [((one.path,), Confidence.CERTAIN) for one in found.singles]
    return tuple(sorted(images, key=lambda image: place[image[0][0]]))


def _mistake(error: ConfigError) -> Doubt:
    problems = "; ".join(f"{problem.where}: {problem.what}. {problem.remedy}" for problem in error.problems)
    return Doubt(
        f"{problems} Then `bracketd submit` the folder. `bracketd approve` sends the shoot without these settings", ()
    )


def _about_singles(found: Plan) -> list[Doubt]:
    if not found.asks_for_singles:
        return []
    paths = tuple(one.path for one in found.singles)
    why = f"{len(paths)} photo(s) belong to no set and would become a picture each: {names_of(paths)}. {WAYS_OUT}"
    return [Doubt(f"{why}. To leave photos out, list them under `skip` in bracketd.yaml in the shoot's folder", paths)]


def _about_sets(found: Plan) -> list[Doubt]:
    unsure = [one for one in found.sets if one.confidence is Confidence.ASK]
    if not unsure:
        return []
    paths = tuple(path for one in unsure for path in one.paths)
    first = names_of([one.paths[0] for one in unsure])
    why = f"{len(unsure)} set(s) may be wrong, those starting with {first}. {WAYS_OUT}"
    return [Doubt(f"{why}. To change them, `bracketd plan FOLDER --write` and edit bracketd.yaml", paths)]
