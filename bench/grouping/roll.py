"""Collects the frames of a shoot and which of them belong together."""

from __future__ import annotations

from collections.abc import Sequence

from bench.grouping.body import Body
from bench.grouping.shoot import Maker, Shoot, TrueSet
from daemon.grouping import Frame


class Roll:
    """The frames of all bodies of a shoot."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._sets: list[TrueSet] = []
        self._singles: list[str] = []
        self._derived: list[str] = []
        self._makers: dict[str, Maker] = {}

    def knows(self, body: Body) -> None:
        """Add a body's make, model and serial number."""
        self._makers[body.name] = Maker(body.camera.make, body.camera.model, body.serial)

    def add(self, frame: Frame) -> None:
        """Add a frame. It must also be given to ``belongs``."""
        self._frames.append(frame)

    def belongs(self, frames: Sequence[Frame], *, broken_off: bool = False) -> None:
        """Add a true set; one frame is a single photo."""
        if len(frames) == 1:
            self._singles.append(frames[0].path)
        else:
            self._sets.append(TrueSet(tuple(frame.path for frame in frames), is_broken_off=broken_off))

    def derives(self, frame: Frame) -> None:
        """Add a picture that the camera made from frames of the shoot."""
        self._frames.append(frame)
        self._derived.append(frame.path)

    def shoot(self) -> Shoot:
        """The shoot."""
        return Shoot(
            tuple(sorted(self._frames, key=lambda frame: frame.path)),
            tuple(self._sets),
            tuple(self._singles),
            derived=frozenset(self._derived),
            makers=self._makers,
        )
