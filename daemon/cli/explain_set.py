"""The part of ``bracketd explain`` that says which set a photo is in, and why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from daemon.config import FolderSettings
from daemon.config.policy import plan_settings
from daemon.errors import ConfigError
from daemon.files.scan import scan
from daemon.grouping.plan import Plan
from daemon.photos import Contents
from daemon.photos.own import read_own
from daemon.photos.planning import plan_folder
from daemon.reports.leftout import why_left_out


def set_of(shoot: Path, path: str, settings: FolderSettings) -> str | None:
    """The photo's set in the shoot's current plan, or the reason why it has none.

    None if the photo is not in the plan. Reads the head of every photo in the shoot, except online-only placeholders.
    """
    rules = plan_settings(settings)
    try:
        own = read_own(str(shoot))
        planned, _ = asyncio.run(plan_folder(Contents(_at_once), str(shoot), scan(str(shoot)), rules, own))
    except ConfigError as error:
        problem = error.problems[0]
        return f"not known, because of a mistake. {problem.where}: {problem.what}. {problem.remedy}"
    except OSError as error:
        return f"not known: the shoot cannot be read ({error.strerror})"
    text = _in_plan(planned, path)
    mode = rules.mode if own is None else own.over(rules).mode
    if text is None or mode in ("sets", "folders"):
        return text
    return f"{text}. The service decides, because `grouping` is {mode}"


def _in_plan(planned: Plan, path: str) -> str | None:
    for number, one in enumerate(planned.sets, 1):
        if path in one.paths:
            place = f"photo {one.paths.index(path) + 1} of {len(one.paths)} in set {number}"
            lacking = f"; {one.lacking} photo(s) seem to be missing" if one.lacking else ""
            others = ", ".join(other.rpartition("/")[2] for other in one.paths if other != path)
            return f"{place}, with {others} ({one.confidence.value}: {', '.join(one.reasons)}{lacking})"
    if single := next((one for one in planned.singles if one.path == path), None):
        return f"in no set: {single.why}" + ("; waits for your approval" if planned.asks_for_singles else "")
    if left := next((one for one in planned.not_sent if one.path == path), None):
        return f"not sent: {why_left_out(left)}"
    return None


async def _at_once(function: Callable[..., Any], *values: Any) -> Any:
    return function(*values)
