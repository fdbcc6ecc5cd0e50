from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from tools.sample_home.raytrace.light import Light, averaged, cosine_ways, repeated, spread
from tools.sample_home.raytrace.obstacles import OUTDOORS, SHELL, Obstacles
from tools.sample_home.raytrace.place import Lamp, Opening, Place, Shell, Sun
from tools.sample_home.raytrace.radiosity import Radiosity
from tools.sample_home.raytrace.shapes import FAR, Blob, Cone, Shape, Thing, blob, box, cone, placed
from tools.sample_home.raytrace.surfaces import plain
from tools.sample_home.raytrace.vectors import Bundle, Mask, basis, cross, dot, largest, rotation, turned, unit, vector

GREY = plain(0.5, 0.5, 0.5)
SPANS = ((-0.4, 0.4), (-0.3, 0.3), (-0.6, 0.6))
SHAPES = {
    "box": box(*SPANS, GREY),
    "cone": cone(*SPANS, GREY, foot=0.6),
    "disc": cone((-1, 1), (-1, 1), (-0.01, 0.01), GREY),
    "ball": blob(*SPANS, GREY),
    "pillow": blob(*SPANS, GREY, wide=4, tall=2),
    "cushion": blob(*SPANS, GREY, wide=8, tall=4),
    "drum": blob(*SPANS, GREY, wide=2, tall=8),
}


@dataclass(frozen=True)
class Even:
    """A sky with uniform brightness."""

    cd: float = 1000

    def seen(self, points: Bundle, ways: Bundle) -> Bundle:  # noqa: ARG002  the form of what is outdoors
        """See Outdoors."""
        return np.full(ways.shape, self.cd, np.float32)

    def skylight(self, ways: Bundle) -> Bundle:
        """See Outdoors."""
        return np.full(ways.shape, self.cd, np.float32)


def points(*xyz: tuple[float, float, float]) -> Bundle:
    """Some vectors as a bundle."""
    return np.array(xyz, np.float32).T


def inside(shape: Shape, at: Bundle) -> Mask:
    """True for points inside a shape, by its bounds and, if round, by its level."""
    cube = shape.local(at - shape.centre[:, None]) / shape.half[:, None]
    within: Mask = largest(np.abs(cube)) < 1
    return within & (shape.level(cube) < 0) if isinstance(shape, Cone | Blob) else within


@pytest.mark.parametrize("name", SHAPES)
def test_meeting(name: str) -> None:
    """The hit of a ray is the first point inside the shape when stepping along the ray, for any turn of the shape."""
    (shape,) = placed((SHAPES[name],), (0.3, -0.2, 0.1), turn=33, tilt=-21)
    chance = np.random.default_rng(1)
    origin = unit(chance.standard_normal((3, 400)).astype(np.float32)) * np.float32(3)
    ways = unit(chance.uniform(-0.8, 0.8, (3, 400)).astype(np.float32) - origin)
    met = shape.meet(origin, ways)
    steps = np.arange(0, 6, 0.004, dtype=np.float32)
    marched = np.stack([inside(shape, origin + ways * t) for t in steps])
    first = np.where(marched.any(axis=0), steps[marched.argmax(axis=0)], FAR)
    thick = marched.sum(axis=0) > 5
    assert thick.sum() > 20
    assert np.all(np.abs(met[thick] - first[thick]) < 0.03)
    assert np.mean((met < FAR)[~marched.any(axis=0)]) < 0.03


@pytest.mark.parametrize("name", SHAPES)
def test_normals(name: str) -> None:
    """Normals have length one and point against the rays that hit the shape."""
    (shape,) = placed((SHAPES[name],), turn=20, tilt=40)
    chance = np.random.default_rng(2)
    origin = unit(chance.standard_normal((3, 300)).astype(np.float32)) * np.float32(3)
    ways = unit(chance.uniform(-0.3, 0.3, (3, 300)).astype(np.float32) - origin)
    met = shape.meet(origin, ways)
    hit = met < FAR
    normals = shape.normal(origin[:, hit] + ways[:, hit] * met[hit])
    assert hit.sum() > 50
    assert np.allclose(dot(normals, normals), 1, atol=1e-4)
    assert np.mean(dot(normals, ways[:, hit]) < 0.05) > 0.97


def test_from_inside() -> None:
    """A ray that starts inside a shape does not hit it, so a surface never shades itself."""
    start, ways = points((0, 0, 0), (0.1, 0.05, -0.2)), points((1, 0, 0), (0, 0, 1))
    for shape in SHAPES.values():
        if shape.half[2] > 0.1:
            assert np.all(shape.meet(start, ways) == FAR)


def test_frames() -> None:
    """Turning a thing about the vertical moves its far corner correctly."""
    (shape,) = placed((box((1, 2), (-0.1, 0.1), (0, 1), GREY),), (10, 0, 0), turn=90)
    assert np.allclose(shape.centre, [10, 1.5, 0.5], atol=1e-5)
    assert np.allclose(turned(rotation(90).T, points((1, 0, 0))), points((0, 1, 0)), atol=1e-6)


def test_basis() -> None:
    """The three axes are perpendicular, also around straight down."""
    normals = unit(np.random.default_rng(3).standard_normal((3, 100)).astype(np.float32))
    normals[:, 0] = (0, 0, -1)
    first, second = basis(normals)
    assert np.allclose(cross(first, second), normals, atol=1e-4)


def room(
    *openings: Opening, things: tuple[Thing, ...] = (), sun: Sun | None = None, lamps: tuple[Lamp, ...] = ()
) -> Place:
    """An empty grey room, 6 by 5 by 3 metres."""
    surfaces = (GREY,) * 6
    shell = Shell(vector(0, 0, 0), vector(6, 5, 3), surfaces, openings)
    return Place(things, Even(), shell, sun, lamps)


def test_shell() -> None:
    """From inside, rays hit the wall ahead, or pass through its opening."""
    place = room(Opening(3, (2, 4), (1, 2)))
    start = points((3, 2, 1.5), (3, 2, 1.5), (3, 2, 1.5), (3, 2, 1.5))
    ways = points((0, 1, 0), (0, 1, 0.3), (-1, 0, 0), (0, 0, 1))
    t, what = Obstacles(place).nearest(start, ways)
    assert what.tolist() == [OUTDOORS, SHELL, SHELL, SHELL]
    assert t[1:].tolist() == pytest.approx([3, 3, 1.5])


def test_nearest() -> None:
    """A ray hits the nearest of several things, and is clear only up to it."""
    near, far = (box((2, 2.2), (-1, 1), (-1, 1), GREY),), (box((4, 4.2), (-1, 1), (-1, 1), GREY),)
    obstacles = Obstacles(Place((far, near), Even()))
    start, ways = points((0, 0, 0), (0, 0, 0)), points((1, 0, 0), (0, 1, 0))
    t, what = obstacles.nearest(start, ways)
    assert t[0] == pytest.approx(2)
    assert what.tolist() == [2, OUTDOORS]
    assert obstacles.clear(start, ways, 1.9).tolist() == [True, True]
    assert obstacles.clear(start, ways, 2.1).tolist() == [False, True]


def test_lamp() -> None:
    """A lamp of I candela gives I / distance², and nothing behind an obstacle."""
    lamp = Lamp(vector(3, 2, 2.5), vector(100, 100, 100), radius=0.001)
    floor, up = points((3, 2, 0.5)), points((0, 0, 1))
    order = np.zeros(1, np.float32)
    place = room(lamps=(lamp,))
    assert Light(place, Obstacles(place)).fallen(floor, up, order, 8)[0, 0] == pytest.approx(25, rel=0.01)
    shaded = room(lamps=(lamp,), things=((box((2, 4), (1, 3), (1, 1.1), GREY),),))
    assert Light(shaded, Obstacles(shaded)).fallen(floor, up, order, 8)[0, 0] == 0


def test_window_light() -> None:
    """A window lights the opposite wall by the form factor of a rectangle.

    Source: four times the factor of a rectangle for a small parallel area in front of its corner, by symmetry.
    """
    place = room(Opening(3, (2, 4), (0.5, 2.5)))
    assert place.shell is not None
    off = 5 + place.shell.thick - 1
    a = 1 / off
    factor = 4 / (2 * np.pi) * 2 * a / np.sqrt(1 + a * a) * np.arctan(a / np.sqrt(1 + a * a))
    order = np.arange(64, dtype=np.float32)
    at, facing = np.repeat(points((3, 1, 1.5)), 64, axis=1), np.repeat(points((0, 1, 0)), 64, axis=1)
    lux = Light(place, Obstacles(place)).fallen(at, facing, order, 16).mean()
    assert lux == pytest.approx(np.pi * 1000 * factor, rel=0.02)


def test_sunlight() -> None:
    """The sun lights only points that see it through an opening, in proportion to the cosine."""
    sun = Sun(unit(vector(0, 1, 1)), vector(1000, 1000, 1000))
    place = room(Opening(3, (2, 4), (1, 2)), sun=sun)
    at = points((3, 3.5, 0), (3, 4.5, 0), (1, 3.5, 0), (3, 3.5, 3))
    facing = points((0, 0, 1), (0, 0, 1), (0, 0, 1), (0, 0, -1))
    lux = Light(place, Obstacles(place)).sunlight(at, facing, facing)[0]
    assert lux.tolist() == pytest.approx([1000 / np.sqrt(2), 0, 0, 0], rel=1e-3)


def test_open_sky() -> None:
    """Open ground under a uniform sky of L cd/m² gets pi L lux, and reflects its share."""
    place = Place(((box((-50, 50), (-50, 50), (-1, 0), plain(0.4, 0.4, 0.4)),),), Even())
    obstacles = Obstacles(place)
    radiosity = Radiosity(place, obstacles, Light(place, obstacles))
    start = points((0, 0, 2), (0, 0, 2))
    down, up = radiosity.around(start, unit(points((0.1, 0.2, -1), (0.1, 0.2, 1)))).T
    assert up.tolist() == pytest.approx([1000] * 3)
    assert down.tolist() == pytest.approx([400] * 3, rel=0.02)


def test_bounces() -> None:
    """Bounced light brightens areas that the lamp does not reach. Paler walls give more of it."""
    lamp = Lamp(vector(3, 2.5, 1.5), vector(100, 100, 100))
    lid: Thing = (box((2.5, 3.5), (2, 3), (1.7, 1.75), GREY),)
    seen = []
    for tone in (0.2, 0.7):
        shell = Shell(vector(0, 0, 0), vector(6, 5, 3), (plain(tone, tone, tone),) * 6, ())
        place = Place((lid,), Even(), shell, lamps=(lamp,))
        obstacles = Obstacles(place)
        light = Light(place, obstacles)
        ceiling, down = points((3, 2.5, 3)), points((0, 0, -1))
        order = np.zeros(1, np.float32)
        assert light.fallen(ceiling, down, order, 4).max() == 0
        ways = cosine_ways(np.repeat(down, 256, axis=1), np.arange(256, dtype=np.float32), 1)
        around = Radiosity(place, obstacles, light).around(repeated(ceiling - down * -0.01, 256), ways)
        seen.append(float(averaged(around, 256).mean()))
    assert 0 < seen[0] * 3 < seen[1]


def test_spread() -> None:
    """The samples of neighbours fill the unit square evenly: every sixteenth has a sixteenth of them."""
    u, v = spread(np.arange(64, dtype=np.float32), 16)
    counts, *_ = np.histogram2d(u.ravel(), v.ravel(), bins=4, range=((0, 1), (0, 1)))
    assert counts.min() > 0.85 * 64
    assert counts.max() < 1.15 * 64
