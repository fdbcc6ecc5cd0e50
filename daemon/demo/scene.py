"""The sample scenes: rendered property photos in cd/m², far beyond what one exposure can hold."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.demo.places.bedroom import bedroom
from daemon.demo.places.house import house
from daemon.demo.places.kitchen import kitchen
from daemon.demo.places.living_room import living_room
from daemon.demo.places.rooms import Mood
from daemon.demo.raytrace.picture import taken
from daemon.demo.raytrace.vectors import Bundle
from daemon.demo.raytrace.view import Size

COMPOSITIONS = (living_room, kitchen, bedroom, house)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One scene as light: ``radiance`` is (height, width, 3) float32, linear Rec. 709, in cd/m².

    ``focal_mm`` is the focal length it was seen with, on full frame; ``indoors`` tells whether a room is in it.
    """

    radiance: Bundle
    focal_mm: float
    indoors: bool


def rendered(number: int, size: Size, *, seed: int = 1) -> Scene:
    """Scene ``number`` (from 0; the four compositions come round with other colours and weather) in ``size`` pixels.

    The same numbers give the same pixels.
    """
    place, eye = COMPOSITIONS[number % len(COMPOSITIONS)](Mood.of(seed, number))
    return Scene(taken(place, eye, size), round(eye.focal * 1000, 1), place.shell is not None)
