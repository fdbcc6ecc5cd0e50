"""Says why frames are in no set: single photos, test shots, bursts, repeated exposures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from daemon.grouping.clock import Clock
from daemon.grouping.cuts import looks_differ
from daemon.grouping.frame import Frame
from daemon.grouping.ladder import REPEATED

PLAIN = "single photo"
TEST = "test shot"
BURST = "burst"
STACK = "focus stack or burst"
AGAIN = "repeated exposure"
LEFT_OVER = "bracket without its set"

QUICK, SOON = 0.35, 3.0
"""The maximum number of seconds between frames of a burst, or of another series with equal exposures."""

BEFORE = 20.0
"""The maximum number of seconds between a test shot and the next one or the set."""

LIKE_SET = 1.0
"""The maximum difference in EV between a test shot and the middle exposure of its set."""

MANY = 3
"""The minimum number of frames in a burst."""


def why_single(stream: Sequence[Frame], sets: Sequence[int | None], clock: Clock) -> dict[str, str]:
    """Why each single frame of a stream is single, by path. ``sets`` numbers the set of each frame, None for none."""
    why: dict[str, str] = {}
    series: list[Frame] = []
    for frame, of in zip(stream, sets, strict=True):
        if series and (of is not None or not _repeats(series[-1], frame, clock)):
            why |= _of_series(series, clock)
            series = []
        if of is None:
            series.append(frame)
    why |= _of_series(series, clock)
    return why | _tests(stream, sets, clock, why)


def _of_series(series: Sequence[Frame], clock: Clock) -> dict[str, str]:
    """Why frames with equal exposures in close succession are single."""
    if len(series) < 2:
        return {frame.path: LEFT_OVER if frame.is_marked else PLAIN for frame in series}
    if len(series) < MANY:
        return dict.fromkeys((frame.path for frame in series), AGAIN)
    gaps = [clock.idle(before, after) for before, after in pairwise(series)]
    quick = all(gap is not None and gap <= QUICK for gap in gaps) and max(frame.resolution_s for frame in series) < 1
    return dict.fromkeys((frame.path for frame in series), BURST if quick else STACK)


def _tests(stream: Sequence[Frame], sets: Sequence[int | None], clock: Clock, why: dict[str, str]) -> dict[str, str]:
    """The test shots: unmarked single photos, soon before a set, with its scene and about its exposure."""
    found: dict[str, str] = {}
    scenes: dict[int, list[Frame]] = defaultdict(list)
    for frame, of in zip(stream, sets, strict=True):
        if of is not None:
            scenes[of].append(frame)
    scene: list[Frame] = []
    for at in reversed(range(len(stream))):
        frame, of = stream[at], sets[at]
        if of is not None:
            scene = scenes[of]
        elif scene and why[frame.path] in (PLAIN, AGAIN) and _is_test(frame, stream[at + 1], scene, clock):
            found[frame.path] = TEST
        else:
            scene = []
    return found


def _is_test(frame: Frame, after: Frame, scene: Sequence[Frame], clock: Clock) -> bool:
    idle = clock.idle(frame, after)
    if frame.is_marked or idle is None or idle > BEFORE or looks_differ(frame, scene[0]):
        return False
    middle = sorted(one.ev for one in scene)[len(scene) // 2]
    return frame.exposure_s is not None and abs(frame.ev - middle) <= LIKE_SET


def _repeats(before: Frame, after: Frame, clock: Clock) -> bool:
    """True if a frame repeats the exposure of the one before, of the same scene and soon after it."""
    idle = clock.idle(before, after)
    equal = before.exposure_s is not None and after.exposure_s is not None and abs(before.ev - after.ev) < REPEATED
    return equal and idle is not None and idle <= SOON and not looks_differ(before, after)
