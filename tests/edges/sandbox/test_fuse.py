from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from daemon.sandbox.decode import decode
from daemon.sandbox.finish import NEUTRAL, finished
from daemon.sandbox.fuse import Pixels, fused
from daemon.sandbox.pictures import Wish, merge, render


def scene(stops: float, *, across: int = 0, size: tuple[int, int] = (320, 480)) -> Pixels:
    """A textured scene of eight stops, exposed ``stops`` above the middle and shifted to the right."""
    height, width = size
    texture = np.random.default_rng(1).uniform(0.7, 1.3, (height // 4, width // 4 + 40, 3))
    light = (texture * 2.0 ** np.linspace(-6, 2, texture.shape[1])[None, :, None]).repeat(4, 0).repeat(4, 1)
    seen = light[:height, 80 - across : 80 - across + width]
    return np.asarray(np.clip(255 * (seen * 2.0**stops) ** (1 / 2.2), 0, 255), np.uint8)


def test_single_exposure() -> None:
    """A single exposure stays unchanged."""
    assert np.array_equal(fused([scene(0)]), scene(0))


def test_detail_of_all() -> None:
    """The fused picture shows texture where single exposures are black or white."""
    mix = fused([scene(-2), scene(1), scene(4)])
    for columns in (slice(0, 60), slice(420, 480)):
        assert mix[:, columns].std() > min(scene(-2)[:, columns].std(), scene(4)[:, columns].std())
        assert 20 < mix[:, columns].mean() < 235


def test_equal_exposures() -> None:
    """Fusing a picture with itself gives that picture."""
    assert np.abs(fused([scene(0)] * 3).astype(int) - scene(0)).max() <= 2


def test_odd_sizes() -> None:
    """Any size can be fused, also odd and tiny ones."""
    for height, width in ((1, 1), (7, 300), (161, 241)):
        pixels = scene(0, size=(320, 480))[:height, :width].copy()
        assert fused([pixels, pixels // 2]).shape == (height, width, 3)


def test_alignment() -> None:
    """A shifted exposure is aligned: the result is as sharp as from a tripod."""
    steady = fused([scene(0), scene(1)])
    moved = fused([scene(0), scene(1, across=4)])
    inner = (slice(40, -40), slice(40, -40))
    blurred = cv2.addWeighted(scene(0), 0.5, scene(1, across=4), 0.5, 0)
    apart = np.abs(moved[inner].astype(int) - steady[inner]).mean()
    assert apart < 0.2 * np.abs(np.asarray(blurred)[inner].astype(int) - steady[inner]).mean()


def test_finish_is_mild() -> None:
    """Finishing brightens a dark picture, and keeps its size and its order of light and dark."""
    ramp = np.repeat(np.linspace(5, 200, 480).astype(np.uint8)[None, :, None], 320, 0).repeat(3, 2)
    done = finished(np.ascontiguousarray(ramp))
    assert done.shape == ramp.shape
    assert done.mean() > ramp.mean()
    columns = done[:, ::40].mean(axis=(0, 2))
    assert np.all(np.diff(columns) > 0)


def test_grey_stays_grey() -> None:
    """Finishing keeps a neutral picture neutral."""
    grey = np.repeat(scene(0)[:, :, :1], 3, 2)
    done = finished(np.ascontiguousarray(grey)).astype(int)
    assert np.abs(done - done.mean(axis=2, keepdims=True)).max() <= 3


def test_decoded_no_larger_than_asked(tmp_path: Path) -> None:
    """A picture is decoded at most at the requested size, and never enlarged."""
    path = tmp_path / "a.jpg"
    path.write_bytes(_jpeg(scene(0)))
    for bound, wide in ((1000, 480), (240, 240), (100, 100), (60, 60)):
        pixels = decode(path, bound)
        assert pixels is not None
        assert pixels.shape[1] == wide


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0" + bytes(5000), b"GIF89a" + bytes(2000)])
def test_undecodable(tmp_path: Path, data: bytes) -> None:
    """A file without a picture decodes to None, whatever its type claims."""
    path = tmp_path / "a.nef"
    path.write_bytes(data)
    assert decode(path) is None


def test_largest_embedded(tmp_path: Path) -> None:
    """The picture of a RAW file is its largest embedded JPEG."""
    path = tmp_path / "a.orf"
    small, large = _jpeg(scene(0, size=(40, 60))), _jpeg(scene(0))
    path.write_bytes(b"IIRO" + bytes(100) + small + bytes(100) + large + bytes(100))
    pixels = decode(path)
    assert pixels is not None
    assert pixels.shape == (320, 480, 3)


def test_merge_without_enhancement(tmp_path: Path) -> None:
    """With ``enhance`` off the result is the merged picture itself."""
    source, original, enhanced = (tmp_path / name for name in ("a.jpg", "original.jpg", "enhanced.jpg"))
    source.write_bytes(_jpeg(scene(0)))
    assert merge([source], "a", 2400, look=None, original=original, enhanced=enhanced)
    assert original.read_bytes() == enhanced.read_bytes()
    assert merge([source], "a", 2400, look=NEUTRAL, original=original, enhanced=enhanced)
    assert original.read_bytes() != enhanced.read_bytes()


def test_render_without_source(tmp_path: Path) -> None:
    """Rendering a file that is not a picture fails and leaves no file."""
    source = tmp_path / "a.jpg"
    source.write_bytes(b"no picture")
    with pytest.raises(ValueError, match="no picture"):
        render(source, tmp_path / "b.jpg", 0, Wish())
    assert not (tmp_path / "b.jpg").exists()


def _jpeg(pixels: Pixels) -> bytes:
    done, data = cv2.imencode(".jpg", pixels)
    assert done
    return data.tobytes()
