"""A place as a picture: radiance of every pixel, in cd/m²."""

from __future__ import annotations

import numpy as np

from daemon.demo.raytrace.gather import Gathered
from daemon.demo.raytrace.place import Place
from daemon.demo.raytrace.vectors import Bundle, Indices, Mask, column, dot, unit
from daemon.demo.raytrace.view import SKY, Eye, Sight, View

BAND = 128
"""Rows at a time."""
STEP, STEP_WITHIN = 0.15, 0.6
"""A pixel that differs from a neighbour by more than so many stops is looked at again, four times: the first where
another surface begins, the second within one."""
AGAIN = ((0.125, 0.625), (0.375, 0.125), (0.625, 0.875), (0.875, 0.375))


def taken(place: Place, eye: Eye, size: tuple[int, int]) -> Bundle:
    """The picture, shape (height, width, 3), linear Rec. 709."""
    width, height = size
    view = View(place, eye, size)
    gathered = Gathered(view)
    picture = np.empty((height, width, 3), np.float32)
    what = np.empty((height, width), np.int16)
    x = np.arange(width, dtype=np.float32) + 0.5
    for top in range(0, height, BAND):
        y = np.arange(top, min(top + BAND, height), dtype=np.float32) + 0.5
        xs, ys = (a.ravel() for a in np.meshgrid(x, y))
        sight = view.grid(x, y)
        picture[top : top + BAND] = _shaded(view, gathered, sight, xs, ys).T.reshape(-1, width, 3)
        what[top : top + BAND] = sight.what.reshape(-1, width)
    rows, columns = np.nonzero(_edges(picture, what)); print("edges", rows.size/width/height)
    for begin in range(0, rows.size, 65536):
        row, at = rows[begin : begin + 65536], columns[begin : begin + 65536]
        xs = np.concatenate([at + np.float32(dx) for dx, _ in AGAIN]).astype(np.float32)
        ys = np.concatenate([row + np.float32(dy) for _, dy in AGAIN]).astype(np.float32)
        colours = _shaded(view, gathered, view.points(xs, ys), xs, ys)
        picture[row, at] = colours.reshape(3, len(AGAIN), -1).mean(axis=1).T
    return picture


def _edges(picture: Bundle, what: Indices) -> Mask:
    brightness = np.log2(np.maximum(np.maximum(picture[:, :, 0], picture[:, :, 1]), picture[:, :, 2]) + np.float32(0.05))
    edges = np.zeros(brightness.shape, np.bool_)
    for one, other in (((slice(None), slice(1, None)), (slice(None), slice(-1))), ((slice(1, None),), (slice(-1),))):
        step = np.abs(brightness[one] - brightness[other])
        differ = step > np.where(what[one] == what[other], np.float32(STEP_WITHIN), np.float32(STEP))
        edges[one] |= differ
        edges[other] |= differ
    return edges


def _shaded(view: View, gathered: Gathered, sight: Sight, x: Bundle, y: Bundle) -> Bundle:
    """Radiance along each direction of sight, (3, N)."""
    place = view.place
    detail = view.described(sight)
    radiance = np.zeros(sight.ways.shape, np.float32)
    sky = np.nonzero(sight.what == SKY)[0]
    if sky.size:
        eye = np.broadcast_to(column(view.eye.at, radiance), (3, sky.size))
        radiance[:, sky] = place.backdrop(eye, unit(sight.ways[:, sky]))
    solid = np.nonzero(sight.what != SKY)[0]
    points, flat, normals = detail.points[:, solid], detail.flat[:, solid], detail.normals[:, solid]
    lux, mirror = gathered.at(x[solid], y[solid], points, flat)
    look = -unit(sight.ways[:, solid])
    bent = np.clip(1 + 0.9 * (dot(normals, look) - dot(flat, look)), 0.4, 1.6)
    lux = lux * bent + gathered.light.sunlight(points, flat, normals)
    open_air = np.nonzero(detail.outdoors[solid])[0]
    if open_air.size and place.sun:
        n = normals[:, open_air]
        sun = np.maximum(dot(column(place.sun.toward, n), n), 0) * column(place.sun.light, n)
        lux[:, open_air] = sun + np.pi * place.skylight(points[:, open_air], unit(n + np.array([[0], [0], [0.8]], np.float32))) * np.float32(0.7)
    diffuse = detail.albedo[:, solid] * lux / np.float32(np.pi)
    sheen = detail.sheen[solid]
    glancing = np.clip(1 - dot(flat, look), 0, 1) ** 5
    fresnel = np.where(sheen > 0, sheen + (1 - sheen) * glancing * np.clip(1 - detail.rough[solid] * 2, 0, 1), 0)
    radiance[:, solid] = diffuse * (1 - fresnel) + mirror * fresnel + detail.glow[:, solid]
    return radiance
