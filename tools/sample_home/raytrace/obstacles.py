"""Finds what rays hit, for shadows and for bounced light."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tools.sample_home.raytrace.place import Place
from tools.sample_home.raytrace.shapes import FAR, NEAR, Shape
from tools.sample_home.raytrace.threads import each
from tools.sample_home.raytrace.vectors import Bundle, Indices, Mask, largest, smallest

OUTDOORS = -1
SHELL = 0
CHUNK = 32768
"""Rays at a time, so that their data stays in the processor's cache."""


class Obstacles:
    """The shapes of a place that cast shadows, grouped into things whose bounds are tested first.

    Shapes are numbered from 1 in ``shapes`` order; ``SHELL`` and ``OUTDOORS`` are 0 and -1.
    """

    def __init__(self, place: Place) -> None:
        self.shell = place.shell
        self.shapes: list[Shape] = []
        self._things: list[tuple[Bundle, Bundle, list[int]]] = []
        for thing in place.things:
            members = [shape for shape in thing if shape.casts]
            if members:
                numbers = [len(self.shapes) + 1 + i for i in range(len(members))]
                corners = np.concatenate([shape.corners() for shape in members], axis=1)
                self._things.append((corners.min(axis=1) - NEAR, corners.max(axis=1) + NEAR, numbers))
                self.shapes += members

    def nearest(self, origin: Bundle, heading: Bundle) -> tuple[Bundle, Indices]:
        """The distance of the first hit of each ray, in lengths of ``heading``, and the number of the shape."""
        t = np.empty(heading.shape[1], np.float32)
        what = np.empty(heading.shape[1], np.intp)

        def look(part: slice) -> None:
            t[part], what[part] = self._nearest(origin[:, part], heading[:, part])

        each(look, _chunks(heading.shape[1]))
        return t, what

    def _nearest(self, origin: Bundle, heading: Bundle) -> tuple[Bundle, Indices]:
        what = np.full(heading.shape[1], OUTDOORS, np.intp)
        t = np.full(heading.shape[1], FAR, np.float32)
        if self.shell:
            t, _ = self.shell.meet(origin, heading)
            what[t < FAR] = SHELL
        inverse = _inverse(heading)
        for low, high, members in self._things:
            near = np.nonzero(_crosses(low, high, origin, inverse, t))[0]
            if not near.size:
                continue
            start, way = origin[:, near], heading[:, near]
            for number in members:
                met = self.shapes[number - 1].meet(start, way)
                closer = np.nonzero(met < t[near])[0]
                t[near[closer]] = met[closer]
                what[near[closer]] = number
        return t, what

    def clear(self, origin: Bundle, heading: Bundle, reach: float = 1) -> Mask:
        """True for rays that hit no shape within ``reach`` lengths of ``heading``. The shell does not count."""
        free = np.empty(heading.shape[1], np.bool_)

        def look(part: slice) -> None:
            free[part] = self._clear(origin[:, part], heading[:, part], np.float32(reach))

        each(look, _chunks(heading.shape[1]))
        return free

    def _clear(self, origin: Bundle, heading: Bundle, reach: np.float32) -> Mask:
        free = np.ones(heading.shape[1], np.bool_)
        inverse = _inverse(heading)
        for low, high, members in self._things:
            near = np.nonzero(_crosses(low, high, origin, inverse, reach) & free)[0]
            for number in members:
                if not near.size:
                    break
                met = self.shapes[number - 1].meet(origin[:, near], heading[:, near]) < reach
                free[near[met]] = False
                near = near[~met]
        return free


def _chunks(count: int) -> Iterator[slice]:
    for begin in range(0, count, CHUNK):
        yield slice(begin, min(begin + CHUNK, count))


def _inverse(heading: Bundle) -> Bundle:
    return 1 / np.where(np.abs(heading) < 1e-9, np.float32(1e-9), heading)


def _crosses(low: Bundle, high: Bundle, origin: Bundle, inverse: Bundle, reach: Bundle | np.float32) -> Mask:
    a = (low[:, None] - origin) * inverse
    b = (high[:, None] - origin) * inverse
    enter = largest(np.minimum(a, b))
    leave = smallest(np.maximum(a, b))
    return (enter < leave) & (leave > NEAR) & (enter < reach)
