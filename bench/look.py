"""Measures if ``daemon.previews.look`` recognises a finished picture, and how close wrong frames come.

Each scene is photographed with five brackets and cut into five overlapping views: the hardest case is another view of
the same room. The sandbox merges and finishes every view, ``bench.retouched`` changes the result, and every variant is
compared with the middle frame of every view.

BRACKETD_BENCH_SETS adds sets of your own: folders of JPEGs, separated by colons, one set in each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from bench.retouched import Pixels, variants
from bench.sizes import Bench
from bench.table import Row
from daemon.demo.camera import Sitting, biases
from daemon.demo.scene import sample
from daemon.previews.look import LOOK_HEIGHT, LOOK_WIDTH, MARGIN, Look, clearly_better, similarity
from daemon.sandbox.finish import finished
from daemon.sandbox.fuse import fused

SIZE = (1200, 800)
BRACKETS = 5
VIEWS = {
    "all": (0.0, 0.0, 1.0, 1.0),
    "left": (0.0, 0.1, 0.75, 0.85),
    "right": (0.25, 0.1, 1.0, 0.85),
    "middle": (0.15, 0.15, 0.8, 0.8),
    "far right": (0.4, 0.1, 1.0, 0.7),
}
"""Left, top, right, bottom as shares."""
SAFETY = 0.5
"""The margin may be this share of the least difference between the right frame and a wrong one."""


@dataclass
class Found:
    """The similarities of all comparisons; ``leads`` are the right frame's over the most similar wrong one.

    ``claims`` are pictures for which a wrong frame is clearly better than all other wrong ones.
    """

    right: list[float] = field(default_factory=list)
    wrong: list[float] = field(default_factory=list)
    leads: list[float] = field(default_factory=list)
    recognised: int = 0
    claims: int = 0

    def add(self, found: Sequence[float], right: int) -> None:
        """Add a finished picture's similarities to all frames."""
        others = sorted((*found[:right], *found[right + 1 :]), reverse=True)
        self.right.append(found[right])
        self.wrong += others
        self.leads.append(found[right] - others[0])
        self.recognised += clearly_better(found[right], others[0])
        self.claims += clearly_better(others[0], others[1])

    def rows(self, frames: int) -> Iterator[Row]:
        """The results; ``frames`` is the number of frames that each picture was compared with."""
        number, lead = len(self.leads), min(self.leads)
        what = f"{number} finished pictures, {frames} frames: a wrong frame is more similar"
        yield Row("look.wrong", what, 100 * float(np.mean(np.array(self.leads) <= 0)), "%", 0.0)
        right = f"least {min(self.right):.2f}, 5 % below {np.percentile(self.right, 5):.2f}"
        yield Row("look.right", "  similarity of the right frame", float(np.mean(self.right)), "", note=right)
        wrong = f"largest {max(self.wrong):.2f}, 1 % above {np.percentile(self.wrong, 99):.2f}"
        yield Row("look.others", "  similarity of wrong frames", float(np.mean(self.wrong)), "", note=wrong)
        note = f"least lead of the right frame {lead:.2f}, median {np.median(self.leads):.2f}"
        used = MARGIN / lead if lead > 0 else None
        yield Row("look.margin", "  margin, as a share of the least lead", used, "x", SAFETY, note)
        unclear = 100 - 100 * self.recognised / number
        yield Row("look.recognised", "  the right frame is not clearly better", unclear, "%")
        claimed = 100 * self.claims / number
        yield Row("look.claims", "  without the right frame: a wrong one is clearly better", claimed, "%")


def measure(bench: Bench) -> Iterator[Row]:
    """Measure the similarities of right and wrong frames."""
    chance = np.random.default_rng(7)
    frames: list[Look] = []
    pictures: list[tuple[int, Look]] = []
    for brackets in (*_rendered(bench.sizes.look_scenes, chance), *_own()):
        for view in VIEWS.values():
            seen = [_cut(bracket, view) for bracket in brackets]
            pictures += [
                (len(frames), _look(one)) for _, one in variants(finished(fused([*map(np.copy, seen)])), chance)
            ]
            frames.append(_look(seen[0]))
    found = Found()
    for right, picture in pictures:
        found.add([similarity(picture, frame) for frame in frames], right)
    yield from found.rows(len(frames))


def _rendered(scenes: int, chance: np.random.Generator) -> Iterator[list[Pixels]]:
    """The brackets of the demo's scenes, the metered exposure first. From the fifth on they are mirrored."""
    for number in range(scenes):
        sitting = Sitting.of(sample(number, SIZE))
        shots = ((sitting.shutter(bias), bias == 0) for bias in biases(BRACKETS))
        yield [np.ascontiguousarray(sitting.exposed(time, chance, steady=still)[:, :, ::-1]) for time, still in shots]


def _own() -> Iterator[list[Pixels]]:
    """The sets in the folders of BRACKETD_BENCH_SETS, each also mirrored. The first file is the middle exposure."""
    for folder in filter(None, os.environ.get("BRACKETD_BENCH_SETS", "").split(os.pathsep)):
        files = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in (".jpg", ".jpeg"))
        opened = [one for one in (cv2.imread(str(path)) for path in files) if one is not None]
        brackets = [np.asarray(cv2.resize(one, SIZE, interpolation=cv2.INTER_AREA), np.uint8) for one in opened]
        yield brackets
        yield [np.ascontiguousarray(bracket[:, ::-1]) for bracket in brackets]


def _cut(picture: Pixels, view: tuple[float, float, float, float]) -> Pixels:
    height, width = picture.shape[:2]
    left, top, right, bottom = view
    part = picture[int(top * height) : int(bottom * height), int(left * width) : int(right * width)]
    return np.ascontiguousarray(part)


def _look(picture: Pixels) -> Look:
    small = cv2.resize(picture, (LOOK_WIDTH, LOOK_HEIGHT), interpolation=cv2.INTER_AREA)
    return Look(np.ascontiguousarray(small[:, :, ::-1]).tobytes())
