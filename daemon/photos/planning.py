"""Plans what is sent from a folder, by its photos and the shoot's own ``bracketd.yaml``."""

from __future__ import annotations

from daemon.grouping import Frame
from daemon.grouping.plan import Plan, PlanSettings, plan
from daemon.grouping.wishes import Wishes
from daemon.photos.choosing import Chosen, choose
from daemon.photos.contents import Contents
from daemon.photos.own import Own, keep_of, wishes_of
from daemon.shoot import Listing, usable


async def plan_folder(
    contents: Contents, folder: str, found: Listing, settings: PlanSettings, own: Own | None = None
) -> tuple[Plan, Chosen]:
    """The plan for a folder's photos, and the choice that it is based on.

    Raises ConfigError for names in the shoot's own file that are not photos of it, and OSError.
    """
    good, bad = usable(found)
    settings = settings if own is None else own.over(settings)
    _, chosen = await choose(contents, folder, good, settings.prefer)
    left_out = (*bad, *chosen.left_out)
    wishes = Wishes() if own is None else wishes_of(own, chosen)
    if own is not None:
        keep_of(own, chosen)
    return plan(frames_in(chosen), left_out, settings, wishes), chosen


def frames_in(chosen: Chosen) -> tuple[Frame, ...]:
    """The frames of the files that are sent."""
    return tuple(chosen.frames[bracket.path] for bracket in chosen.brackets)
