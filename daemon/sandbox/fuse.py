"""Aligns a set of exposures and fuses them into one picture. Memory is bounded by the size of the result.

Alignment is by median threshold bitmaps (G. Ward, "Fast, robust image registration for compositing high dynamic range
photographs", 2003), as OpenCV implements it. Fusion weighs detail, saturation and exposedness and blends in Laplacian
pyramids (T. Mertens, J. Kautz, F. Van Reeth, "Exposure Fusion", 2007), one colour and one exposure at a time: OpenCV's
implementation holds all of them as floats, which takes three times the memory. Exposedness counts more than in the
paper, and detail less, so that windows keep their detail and noise does not count as detail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Height by width by 3: blue, green, red."""
Plane = NDArray[np.float32]
"""Height by width: one colour, or a weight."""

_DETAIL: Final = 0.3
_SATURATION: Final = 0.5
_EXPOSEDNESS: Final = 1.3
_EXPOSEDNESS_WIDTH: Final = 0.2
_CLIPPING: Final = 0.2
"""Within this distance of white, a pixel's weight falls to zero."""
_COARSEST: Final = 8
_MTB_BITS: Final = 6
_FARTHEST: Final = 0.02
"""A larger shift, as a share of the width, is an error of the alignment and is not applied."""


def fused(exposures: Sequence[Pixels]) -> Pixels:
    """One picture from exposures of the same size. Aligns them in place."""
    if len(exposures) == 1:
        return exposures[0]
    aligned = sorted(exposures, key=np.mean)
    _align(aligned)
    weights = [_weight(pixels) for pixels in aligned]
    total = np.sum(weights, axis=0)
    mix = np.empty_like(aligned[0])
    for colour in range(3):
        planes = (pixels[:, :, colour] for pixels in aligned)
        mix[:, :, colour] = _blended(zip(planes, (weight / total for weight in weights), strict=True))
    return mix


def _align(exposures: Sequence[Pixels]) -> None:
    """Align each exposure, dark to bright, with the previous one by whole pixels. In place, to save memory."""
    if min(exposures[0].shape[:2]) < 1 << (_MTB_BITS + 1):
        return
    aligner = cv2.createAlignMTB(_MTB_BITS)
    limit = _FARTHEST * exposures[0].shape[1]
    before = cv2.cvtColor(exposures[0], cv2.COLOR_BGR2GRAY)
    across = down = 0
    for pixels in exposures[1:]:
        grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
        right, below = aligner.calculateShift(before, grey)
        if max(abs(right), abs(below)) <= limit:
            across, down = across + int(right), down + int(below)
        _move(pixels, across, down)
        before = grey


def _move(pixels: Pixels, across: int, down: int) -> None:
    if across == down == 0:
        return
    height, width = pixels.shape[:2]
    matrix = np.array([[1, 0, across], [0, 1, down]], np.float32)
    moved = cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    np.copyto(pixels, moved)


def _weight(pixels: Pixels) -> Plane:
    """The weight of each pixel of an exposure, at half size."""
    small = cv2.pyrDown(pixels).astype(np.float32) / 255
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    detail = cv2.GaussianBlur(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), (0, 0), 1.5)
    off = (small - 0.5).astype(np.float32)
    exposedness = np.exp(-np.square(off).sum(axis=2) * (_EXPOSEDNESS / (2 * _EXPOSEDNESS_WIDTH**2)))
    room = np.clip((1 - small.max(axis=2)) / _CLIPPING, 0.02, 1)
    weight = room * (detail + 0.02) ** _DETAIL * (small.std(axis=2) + 0.02) ** _SATURATION * exposedness
    return np.asarray(weight + 1e-9, np.float32)


def _blended(layers: Iterable[tuple[NDArray[np.uint8], Plane]]) -> NDArray[np.uint8]:
    """One colour of all exposures, blended level by level of their pyramids. The weights are at half size."""
    blend: list[Plane] = []
    for plane, weight in layers:
        for level, band in enumerate(_bands(plane.astype(np.float32), weight)):
            if level == len(blend):
                blend.append(band)
            else:
                blend[level] += band
    mix = blend.pop()
    while blend:
        finer = blend.pop()
        mix = cv2.pyrUp(mix, dstsize=_size(finer)).astype(np.float32, copy=False) + finer
    return np.clip(mix, 0, 255).astype(np.uint8)


def _bands(plane: Plane, weight: Plane) -> Iterator[Plane]:
    """The plane's Laplacian pyramid from fine to coarse, times the weight's Gaussian pyramid."""
    share = cv2.resize(weight, _size(plane), interpolation=cv2.INTER_LINEAR)
    while min(plane.shape) > _COARSEST:
        coarse = cv2.pyrDown(plane)
        plane -= cv2.pyrUp(coarse, dstsize=_size(plane))
        plane *= share
        yield plane
        plane, share = np.asarray(coarse, np.float32), cv2.pyrDown(share)
    yield np.asarray(plane * share, np.float32)


def _size(plane: Plane) -> tuple[int, int]:
    height, width = plane.shape
    return width, height
