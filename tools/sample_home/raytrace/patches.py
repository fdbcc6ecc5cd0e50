"""The surfaces of a place cut into patches, a hand or two wide, for light that bounces."""

from __future__ import annotations

import numpy as np

from tools.sample_home.raytrace.obstacles import SHELL
from tools.sample_home.raytrace.place import Shell
from tools.sample_home.raytrace.shapes import Shape, box
from tools.sample_home.raytrace.surfaces import BLACK, plain
from tools.sample_home.raytrace.vectors import Bundle, Indices, dot

EDGE = 0.28
"""Edge of a patch, metres."""
MOST = 24
"""Largest number of patches along one edge of a face."""
NOWHERE = box((-1, 1), (-1, 1), (-1, 1), plain(0, 0, 0))


class Patches:
    """The patches of the shell (number 0) and the shapes (from 1), six faces each.

    ``points``, ``normals``, ``tones`` and ``glows`` are (3, number of patches).
    """

    def __init__(self, shell: Shell | None, shapes: list[Shape]) -> None:
        frames = [shell.box() if shell else NOWHERE, *shapes]
        self._into = np.stack([frame.axes / frame.half[:, None] for frame in frames])
        self._centres = np.stack([frame.centre for frame in frames])
        sizes = np.repeat(np.stack([2 * frame.half for frame in frames]), 6, axis=0)
        counts = np.clip(np.round(sizes / EDGE), 1, MOST).astype(np.intp)
        axis = np.arange(len(counts)) % 6 // 2
        self._rows = counts[np.arange(len(counts)), (axis + 1) % 3]
        self._columns = counts[np.arange(len(counts)), (axis + 2) % 3]
        self._first = np.concatenate([[0], np.cumsum(self._rows * self._columns)[:-1]])
        faces = [
            self._face(shell if number == SHELL else None, frame, 6 * number + face, face)
            for number, frame in enumerate(frames)
            for face in range(6)
        ]
        self.points, self.normals, self.tones, self.glows = (
            np.concatenate(parts, axis=1) for parts in zip(*faces, strict=True)
        )

    def _face(self, shell: Shell | None, frame: Shape, number: int, face: int) -> tuple[Bundle, Bundle, Bundle, Bundle]:
        m, n, axis = int(self._rows[number]), int(self._columns[number]), face // 2
        i, j = (a.ravel() for a in np.meshgrid(np.arange(m), np.arange(n), indexing="ij"))
        cube = np.empty((3, m * n), np.float32)
        cube[axis] = 1 if face % 2 else -1
        cube[(axis + 1) % 3], cube[(axis + 2) % 3] = (2 * i + 1) / m - 1, (2 * j + 1) / n - 1
        points = frame.skin(cube)
        surface = shell.surfaces[face] if shell else frame.surface
        inside_out = -1 if shell else 1
        tone, glow = (np.repeat(a[:, None], m * n, axis=1) for a in (surface.tone, BLACK if shell else surface.glow))
        return points, frame.normal(points) * inside_out, tone, glow

    def at(self, points: Bundle, what: Indices) -> Indices:
        """The patch at each point of the surface of shape number ``what``."""
        into, away = self._into[what], points - self._centres[what].T
        x, y, z = (dot(into[:, row].T, away) for row in range(3))
        across, along, up = np.abs(x), np.abs(y), np.abs(z)
        level, side = (up >= across) & (up >= along), across >= along
        upright = np.where(side, self._cell(what, 0, x, y, z), self._cell(what, 1, y, z, x))
        return np.where(level, self._cell(what, 2, z, x, y), upright)

    def _cell(self, what: Indices, axis: int, out: Bundle, across: Bundle, up: Bundle) -> Indices:
        face = 6 * what + 2 * axis + (out > 0)
        m, n = self._rows[face], self._columns[face]
        i = np.clip(((across + 1) / 2 * m).astype(np.intp), 0, m - 1)
        j = np.clip(((up + 1) / 2 * n).astype(np.intp), 0, n - 1)
        return np.asarray(self._first[face] + i * n + j, np.intp)
