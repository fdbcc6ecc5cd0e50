"""The four scenes of the sample home, rendered as light in cd/m²."""

from __future__ import annotations

from dataclasses import dataclass

from tools.sample_home.places.bedroom import bedroom
from tools.sample_home.places.house import house
from tools.sample_home.places.kitchen import kitchen
from tools.sample_home.places.living_room import living_room
from tools.sample_home.places.rooms import Mood
from tools.sample_home.raytrace.picture import taken
from tools.sample_home.raytrace.vectors import Bundle
from tools.sample_home.raytrace.view import Size

COMPOSITIONS = {"living-room": living_room, "kitchen": kitchen, "bedroom": bedroom, "house": house}


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One scene as light: ``radiance`` is (height, width, 3) float32, linear Rec. 709, in cd/m².

    ``focal_mm`` is the focal length on full frame. ``indoors`` is true for a room.
    """

    radiance: Bundle
    focal_mm: float
    indoors: bool


def rendered(name: str, size: Size, *, seed: int = 1) -> Scene:
    """A scene of COMPOSITIONS, ``size`` pixels wide and high. The same arguments give the same pixels."""
    number = list(COMPOSITIONS).index(name)
    place, eye = COMPOSITIONS[name](Mood.of(seed, number))
    return Scene(taken(place, eye, size), round(eye.focal * 1000, 1), place.shell is not None)
