from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from daemon.demo.scene import NAMES, sample

SIZE = (300, 200)


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_dynamic_range(number: int) -> None:
    """Every scene spans more than eight stops, which is more than a single exposure can record."""
    scene = sample(number, SIZE)
    assert scene.radiance.shape == (200, 300, 3)
    assert scene.radiance.dtype == np.float32
    assert np.isfinite(scene.radiance).all()
    assert scene.radiance.min() >= 0
    shadows, lights = np.percentile(scene.radiance.max(axis=2), [0.5, 99.5])
    assert np.log2(lights / shadows) > 8


def test_window() -> None:
    """The view from the living room is more than two and a half stops above the wall beside it."""
    brightness = sample(0, SIZE).radiance.max(axis=2)
    view, wall = np.median(brightness[80:110, 110:180]), np.median(brightness[60:90, 63:85])
    assert np.log2(view / wall) > 2.5


def test_same_again() -> None:
    """The same numbers give the same pixels."""
    assert np.array_equal(sample(1, (150, 100)).radiance, sample(1, (150, 100)).radiance)


def test_seeds() -> None:
    """Another seed, or a repeated scene, is mirrored and has different light."""
    first = sample(0, (90, 60)).radiance
    assert not np.allclose(first, sample(0, (90, 60), seed=2).radiance, rtol=0.01)
    assert not np.allclose(first, sample(len(NAMES), (90, 60)).radiance, rtol=0.01)


@pytest.mark.parametrize("size", [(64, 96), (97, 61), (16, 16), (1700, 1100)])
def test_sizes(size: tuple[int, int]) -> None:
    """Portraits, and odd, tiny and large sizes, have the requested size."""
    assert sample(2, size).radiance.shape == (size[1], size[0], 3)


def test_light_package() -> None:
    """Importing the demo's package does not load NumPy, OpenCV or Pillow, which the daemon does not need."""
    code = "import sys, daemon.demo; sys.exit(bool({'numpy', 'cv2', 'PIL'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)
