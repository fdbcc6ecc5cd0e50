from __future__ import annotations

import numpy as np
import pytest

from daemon.demo.scene import FOCAL_MM, NAMES, OUTDOORS, sample
from tools.sample_home.scenes import COMPOSITIONS, rendered

SIZE = (300, 200)


def test_the_demo_ships_what_the_tool_renders() -> None:
    """The demo has the tool's scenes, with the same names and in the same order."""
    assert tuple(COMPOSITIONS) == NAMES


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_a_shipped_scene_is_the_rendered_one(number: int) -> None:
    """The demo's scenes match the tool's renderings: most pixels agree within a fifth of a stop."""
    shipped, fresh = sample(number, SIZE), rendered(NAMES[number], SIZE)
    assert (fresh.focal_mm, fresh.indoors) == (FOCAL_MM[number], NAMES[number] not in OUTDOORS)
    stops = np.abs(np.log2(shipped.radiance + 0.01) - np.log2(fresh.radiance + 0.01))
    assert np.median(stops) < 0.2


def test_rendering_repeats() -> None:
    """The same arguments render the same pixels, on any number of threads."""
    assert np.array_equal(rendered("kitchen", SIZE).radiance, rendered("kitchen", SIZE).radiance)
