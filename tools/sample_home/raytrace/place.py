"""A place to photograph: its walls, its things and its light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from tools.sample_home.raytrace.shapes import FAR, Shape, Thing
from tools.sample_home.raytrace.surfaces import Surface
from tools.sample_home.raytrace.vectors import Bundle, Mask, Numbers, column, vector

INWARD = np.array([[1, -1, 0, 0, 0, 0], [0, 0, 1, -1, 0, 0], [0, 0, 0, 0, 1, -1]], np.float32)
"""Unit normals of a shell's faces: west, east, south, north, floor, ceiling."""


class Outdoors(Protocol):
    """The surroundings, in cd/m², along unit directions (3, N)."""

    def seen(self, points: Bundle, ways: Bundle) -> Bundle:
        """In detail, from points (3, N)."""

    def skylight(self, ways: Bundle) -> Bundle:
        """Without detail, for the light that they give."""


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """A rectangular hole in a wall: ``wall`` is 0 west, 1 east, 2 south, 3 north.

    ``along`` is its span along the wall, ``up`` its span in height, in metres.
    """

    wall: int
    along: tuple[float, float]
    up: tuple[float, float]

    @property
    def axis(self) -> int:
        """The axis the wall stands on."""
        return self.wall // 2

    def holds(self, points: Bundle) -> Mask:
        """True for points of the wall's plane in the hole."""
        run = points[1 - self.axis]
        (left, right), (low, high) = self.along, self.up
        within: Mask = (run > left) & (run < right) & (points[2] > low) & (points[2] < high)
        return within


@dataclass(frozen=True, slots=True, eq=False)
class Shell:
    """A room's walls, floor and ceiling: a box seen from inside, its ``surfaces`` in the order of ``INWARD``.

    Its walls are ``thick`` metres.
    """

    low: Bundle
    high: Bundle
    surfaces: tuple[Surface, ...]
    openings: tuple[Opening, ...]
    thick: float = 0.26

    def meet(self, origin: Bundle, heading: Bundle) -> tuple[Bundle, Numbers]:
        """The distance along each ray to the shell, FAR through an opening, and the face."""
        origin = np.broadcast_to(origin if origin.ndim > 1 else column(origin, heading), heading.shape)
        safe = np.where(np.abs(heading) < 1e-9, np.float32(1e-9), heading)
        ways = (np.where(safe > 0, column(self.high, safe), column(self.low, safe)) - origin) / safe
        x, y, z = ways
        t = np.minimum(np.minimum(x, y), z)
        axis = np.where(t == x, np.int16(0), np.where(t == y, np.int16(1), np.int16(2)))
        ahead = np.where(axis == 0, safe[0] > 0, np.where(axis == 1, safe[1] > 0, safe[2] > 0))
        face = (2 * axis + ahead).astype(np.int16)
        for opening in self.openings:
            at = np.nonzero(face == opening.wall)[0]
            through = opening.holds(origin[:, at] + safe[:, at] * t[at])
            t[at] = np.where(through, FAR, t[at])
        return t, face

    def box(self) -> Shape:
        """The box itself."""
        return Shape((self.high + self.low) / 2, (self.high - self.low) / 2, self.surfaces[0])

    def plane(self, wall: int) -> float:
        """The position of a wall on its axis."""
        return float((self.high if wall % 2 else self.low)[wall // 2])


@dataclass(frozen=True, slots=True, eq=False)
class Sun:
    """The sun. ``toward`` is the unit direction to it, ``light`` its perpendicular illuminance in lux, as a colour."""

    toward: Bundle
    light: Bundle


@dataclass(frozen=True, slots=True, eq=False)
class Pane:
    """The outside of a window as a source of light: a rectangle by its ``corner`` and two edges.

    It faces ``cross(across, up)``.
    """

    corner: Bundle
    across: Bundle
    up: Bundle

    @property
    def area(self) -> float:
        """Square metres."""
        return float(np.linalg.norm(np.cross(self.across, self.up)))


@dataclass(frozen=True, slots=True, eq=False)
class Lamp:
    """A small round light in candela, as a colour. A shade sends most of it up and down, a spot all of it down."""

    at: Bundle
    candela: Bundle
    radius: float = 0.06
    throw: Literal["round", "shade", "spot"] = "round"


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """All visible things and all lights.

    A place without a shell is under the open sky. ``daylight`` is the share of sun and sky that gets in. Trees, eaves
    and blinds, which the camera does not see, block the rest, which gives a shallow room more contrast.
    """

    things: tuple[Thing, ...]
    outdoors: Outdoors
    shell: Shell | None = None
    sun: Sun | None = None
    lamps: tuple[Lamp, ...] = ()
    daylight: float = 1

    @property
    def panes(self) -> tuple[Pane, ...]:
        """The openings as sources of light."""
        return tuple(_pane(self.shell, opening) for opening in self.shell.openings) if self.shell else ()


def _pane(shell: Shell, opening: Opening) -> Pane:
    (left, right), (low, high) = opening.along, opening.up
    run = vector(0, 1, 0) if opening.axis == 0 else vector(1, 0, 0)
    corner = run * left + vector(0, 0, low)
    corner[opening.axis] = shell.plane(opening.wall) + (shell.thick if opening.wall % 2 else -shell.thick)
    across, rise = run * (right - left), vector(0, 0, high - low)
    if float(np.dot(np.cross(across, rise), INWARD[:, opening.wall])) < 0:
        corner, across = corner + across, -across
    return Pane(corner, across, rise)
