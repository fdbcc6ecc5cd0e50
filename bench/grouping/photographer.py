"""A photographer with one body: takes bracketed sets and other frames, with the pauses between them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from bench.grouping.body import Body, Place, View
from bench.grouping.bracketing import Bracketing
from bench.grouping.exposure import Exposure, metered
from bench.grouping.roll import Roll
from daemon.grouping import Frame

INDOORS, OUTDOORS, DUSK = (5.0, 9.0), (12.0, 15.0), (0.0, 4.0)
"""The brightness of places, as exposure values at ISO 100."""

DARK = -9
"""8 s, in thirds of a stop: photographers raise ISO when the metered exposure is longer."""

HIGHEST_ISO = 12
"""ISO 1600, in thirds of a stop."""

SOMEWHERE = View(7.0)

DELAY = 0.04
"""The most seconds by which frames of a row are late by chance."""

SPREAD = 0.5
"""The usual spread of pauses: the standard deviation of their logarithm."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """Typical seconds between the end of a frame and the start of the next one; ``least_s`` bounds them from below.

    ``between_s`` is between sets of a room, ``walk_s`` between rooms. ``press_s`` is between the frames of a set if
    each needs a press of the shutter, None if the camera takes the whole set. ``spread`` is that of ``between_s``.
    """

    between_s: float = 12.0
    walk_s: float = 45.0
    least_s: float = 3.0
    press_s: float | None = None
    spread: float = SPREAD


@dataclass(slots=True)
class Photographer:
    """A photographer at work. ``now`` is in seconds from 1970, when the last frame was finished.

    ``by_hand`` is True if the photographer sets each exposure, so that the camera does not know of the bracket.
    ``stop`` and ``iso`` are thirds of a stop, as in ``Exposure``. ``zooms`` and ``turns`` are the probabilities that
    the focal length or the orientation changes from one view to the next.
    """

    rng: random.Random
    body: Body
    roll: Roll
    bracketing: Bracketing
    tempo: Tempo
    now: float
    by_hand: bool = False
    stop: int = 9
    iso: int = 0
    zooms: float = 0.1
    turns: float = 0.0
    place: tuple[float, float] = INDOORS
    view: View = SOMEWHERE
    room_ev: float = 7.0

    # --- where ---

    def enter(self, place: tuple[float, float] | None = None) -> None:
        """Walk to another room or place."""
        self.place = place or self.place
        self.room_ev = self.rng.uniform(*self.place)
        self.wait(self.tempo.walk_s)

    def turn(self) -> None:
        """Point the camera at another view of the room."""
        focal, orientation = self.view.focal_mm, self.view.orientation
        if self.rng.random() < self.zooms:
            focal = self.rng.choice([some for some in (16.0, 18.0, 20.0, 24.0, 28.0, 35.0) if some != focal])
        if self.rng.random() < self.turns:
            orientation = 1 if orientation != 1 else self.rng.choice((6, 8))
        metered_ev = self.room_ev if self.bracketing.manual else self.room_ev + self.rng.gauss(0, 0.7)
        self.view = View(metered_ev, focal, orientation)

    def wait(self, typical_s: float, spread: float = SPREAD, least_s: float | None = None) -> None:
        """Pause: a log-normal time, at least ``tempo.least_s``."""
        least = self.tempo.least_s if least_s is None else least_s
        self.now += max(least, self.rng.lognormvariate(math.log(typical_s), spread))

    def pause(self) -> None:
        """Pause between two sets of a room."""
        self.wait(self.tempo.between_s, self.tempo.spread)

    def walk(
        self, sets: int, act: Callable[[], object] | None = None, place: tuple[float, float] | None = None
    ) -> None:
        """Take ``sets`` views, two to five a room, each with ``act`` or else one bracket."""
        left = sets
        while left > 0:
            self.enter(place)
            views = min(left, self.rng.randint(2, 5))
            left -= views
            for _ in range(views):
                self.turn()
                (act or self.bracket)()
                self.pause()

    # --- what ---

    @property
    def metered(self) -> Exposure:
        """The metered exposure of the view, with more ISO in the dark."""
        fastest = self.body.camera.fastest
        usual = metered(self.view.brightness_ev, self.stop, self.iso, fastest)
        iso = min(self.iso + max(0, DARK - usual.shutter), max(self.iso, HIGHEST_ISO))
        return metered(self.view.brightness_ev, self.stop, iso, fastest)

    def bracket(self, stop_after: int | None = None) -> list[Frame]:
        """Take a set, or only its first ``stop_after`` frames."""
        base, offsets = self.metered, self.bracketing.offsets
        frames: list[Frame] = []
        for at, offset in enumerate(offsets[:stop_after], 1):
            place = None if self.by_hand else Place(at, len(offsets), offset)
            if frames and self.tempo.press_s is not None:
                self.wait(self.tempo.press_s, 0.3, 0.25)
            exposure = self.bracketing.exposure(base, offset, self.body.camera.fastest)
            frames.append(self.press(exposure, place))
        self.roll.belongs(frames, broken_off=len(frames) < len(offsets))
        return frames

    def single(self) -> None:
        """Take one photo."""
        self.roll.belongs([self.press(self.metered)])

    def test(self) -> None:
        """Take one to three test shots, in single or bracketing mode."""
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            self.view = self.view._replace(brightness_ev=self.view.brightness_ev + self.rng.choice((-1, 0, 0, 1)))
            if self.rng.random() < 0.3 and not self.by_hand:
                self.bracket(stop_after=1)
            else:
                self.single()
            self.wait(5)

    def redo(self) -> None:
        """Take a set twice, because somebody walked through."""
        self.bracket()
        self.wait(6)
        self.bracket()

    def abort(self) -> None:
        """Stop a set before its last frame, and take it again."""
        self.bracket(stop_after=self.rng.randint(1, self.bracketing.size - 1))
        self.wait(6)
        self.bracket()

    def series(self, frames: int, every_s: float, *, numbered: bool = True) -> None:
        """Take single photos of one exposure, ``every_s`` seconds: a burst, a focus stack, pixel shift."""
        exposure = self.metered
        for at in range(1, frames + 1):
            place = Place(at, frames, aeb=False) if numbered else None
            self.roll.belongs([self.press(exposure, place)])
            self.now += max(0.0, every_s * self.rng.uniform(0.95, 1.05) - self.body.busy_s(exposure))

    def press(self, exposure: Exposure, place: Place | None = None, *, flash: bool = False) -> Frame:
        """Take a frame when the camera is ready. ``now`` is then the time when it can take the next one."""
        begins = self.body.ready(self.now)
        manual = self.bracketing.manual or self.by_hand
        frame = self.body.frame(begins, exposure, self.view, place=place, manual=manual, flash=flash)
        self.now = begins + self.body.busy_s(exposure) + self.rng.uniform(0, DELAY)
        self.roll.add(frame)
        return frame
