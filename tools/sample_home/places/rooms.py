"""Shared by the rooms: walls, floors, daylight, and random variation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tools.sample_home.places.materials import OCHRE, PETROL, PLUM, SAGE, TERRACOTTA
from tools.sample_home.places.paints import planks, plastered
from tools.sample_home.raytrace.place import Opening, Place, Shell, Sun
from tools.sample_home.raytrace.surfaces import Surface, plain
from tools.sample_home.raytrace.vectors import Bundle, unit, vector
from tools.sample_home.raytrace.view import Eye

Composition = tuple[Place, Eye]
"""A place and the position of the camera."""

SUNLIGHT = vector(86000, 78000, 66000)
DAYLIGHT = 0.18
ACCENTS = (TERRACOTTA, OCHRE, PETROL, SAGE, PLUM)
WALL = vector(0.77, 0.752, 0.715)
CEILING = plain(0.82, 0.81, 0.79)


@dataclass(frozen=True, slots=True, eq=False)
class Mood:
    """Random variation: colours, and the positions of the sun and the clouds."""

    accent: Bundle
    second: Bundle
    sun_turn: float
    drift: float

    @classmethod
    def of(cls, seed: int, scene: int) -> Mood:
        """The same arguments give the same variation."""
        chance = np.random.default_rng([seed, scene])
        first = (seed + scene - 1) % len(ACCENTS)
        second = (first + 1 + int(chance.integers(len(ACCENTS) - 1))) % len(ACCENTS)
        return cls(ACCENTS[first], ACCENTS[second], float(chance.uniform(-5, 5)), float(chance.random()))

    def sun(self, turn: float, height: float) -> Sun:
        """The sun about ``turn`` degrees to the left of north and ``height`` degrees up."""
        turn, height = math.radians(turn + self.sun_turn), math.radians(height)
        toward = vector(-math.sin(turn) * math.cos(height), math.cos(turn) * math.cos(height), math.sin(height))
        return Sun(unit(toward), SUNLIGHT)


def painted(colour: Bundle) -> Surface:
    """A painted wall."""
    return Surface(colour, paint=plastered(colour))


def boards(light: Bundle, dark: Bundle, wide: float) -> Surface:
    """A varnished wooden floor."""
    return Surface((light + dark) / 2, paint=planks(light, dark, wide=wide), sheen=0.033, rough=0.1)


def room(size: tuple[float, float, float], floor: Surface, *openings: Opening, north: Surface | None = None) -> Shell:
    """An empty white room of ``size`` metres. The floor, and optionally the north wall, have their own surface."""
    wall = painted(WALL)
    return Shell(vector(0, 0, 0), vector(*size), (wall, wall, wall, north or wall, floor, CEILING), openings)
