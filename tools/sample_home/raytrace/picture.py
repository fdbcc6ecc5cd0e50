"""A place as a picture: radiance of every pixel, in cd/m²."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tools.sample_home.raytrace.gather import Gathered
from tools.sample_home.raytrace.place import Place
from tools.sample_home.raytrace.threads import each
from tools.sample_home.raytrace.vectors import Bundle, Indices, Mask, Numbers, column, dot, largest, unit
from tools.sample_home.raytrace.view import SKY, Eye, Sight, Size, View

BAND = 64
"""Rows at a time, so that their data stays in the processor's cache."""
STEP, STEP_WITHIN = 0.15, 0.6
"""Difference to a neighbour in stops above which a pixel is sampled four more times: at the edge of a surface, and
within one."""
AGAIN = ((0.125, 0.625), (0.375, 0.125), (0.625, 0.875), (0.875, 0.375))
BATCH = 24576
"""Pixels that are sampled again at a time."""
RELIEF = 0.9
"""How much a normal that relief turns towards the camera brightens a pixel: rooms are lit from the camera's side."""


def taken(place: Place, eye: Eye, size: Size) -> Bundle:
    """The picture, shape (height, width, 3), linear Rec. 709."""
    width, height = size
    view = View(place, eye, size)
    gathered = Gathered(view)
    picture = np.empty((height, width, 3), np.float32)
    what = np.empty((height, width), np.int16)

    def first_look(top: int) -> None:
        x, y = _middles(0, width), _middles(top, min(top + BAND, height))
        sight = view.grid(x, y)
        xs, ys = np.meshgrid(x, y)
        picture[top : top + BAND] = _shaded(view, gathered, sight, xs.ravel(), ys.ravel()).T.reshape(-1, width, 3)
        what[top : top + BAND] = sight.what.reshape(-1, width)

    def second_look(pixels: tuple[Indices, Indices]) -> None:
        row, at = pixels
        x = np.concatenate([at + np.float32(dx) for dx, _ in AGAIN]).astype(np.float32)
        y = np.concatenate([row + np.float32(dy) for _, dy in AGAIN]).astype(np.float32)
        colours = _shaded(view, gathered, view.points(x, y), x, y)
        picture[row, at] = colours.reshape(3, len(AGAIN), -1).mean(axis=1).T

    each(first_look, range(0, height, BAND))
    each(second_look, _batches(_edges(picture, what)))
    return picture


def _middles(begin: int, end: int) -> Bundle:
    return np.arange(begin, end, dtype=np.float32) + np.float32(0.5)


def _batches(edges: Mask) -> Iterator[tuple[Indices, Indices]]:
    rows, columns = np.nonzero(edges)
    for begin in range(0, rows.size, BATCH):
        yield rows[begin : begin + BATCH], columns[begin : begin + BATCH]


def _edges(picture: Bundle, what: Numbers) -> Mask:
    brightness = np.log2(largest(np.moveaxis(picture, 2, 0)) + np.float32(0.05))
    edges = np.zeros(brightness.shape, np.bool_)
    for one, other in (((slice(None), slice(1, None)), (slice(None), slice(-1))), ((slice(1, None),), (slice(-1),))):
        step = np.abs(brightness[one] - brightness[other])
        differ = step > np.where(what[one] == what[other], np.float32(STEP_WITHIN), np.float32(STEP))
        edges[one] |= differ
        edges[other] |= differ
    return edges


def _shaded(view: View, gathered: Gathered, sight: Sight, x: Bundle, y: Bundle) -> Bundle:
    """Radiance along each direction of sight, (3, N)."""
    detail = view.described(sight)
    look = unit(sight.ways)
    lux, mirror = gathered.at(x, y, detail.points, detail.flat)
    lux *= np.clip(1 + RELIEF * dot(detail.flat - detail.normals, look), 0.4, 1.6)
    lux += gathered.light.sunlight(detail.points, detail.flat, detail.normals)
    glancing = np.clip(1 + dot(detail.flat, look), 0, 1)
    glancing *= glancing * glancing * glancing * glancing * np.clip(1 - detail.rough * 2, 0, 1)
    sheen = np.where(detail.sheen > 0, detail.sheen + (1 - detail.sheen) * glancing, np.float32(0))
    radiance = detail.albedo * lux * ((1 - sheen) / np.float32(np.pi)) + mirror * sheen + detail.glow
    sky = np.nonzero(sight.what == SKY)[0]
    radiance[:, sky] = view.place.outdoors.seen(np.broadcast_to(column(view.eye.at, look), (3, sky.size)), look[:, sky])
    return radiance
