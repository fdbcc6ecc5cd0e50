"""Small camera files for the sandbox's tests: one scene at several exposures, with a camera's metadata."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import numpy as np
from PIL import Image, TiffImagePlugin

NOON = datetime(2024, 6, 1, 12, 0, 0)  # noqa: DTZ001 - a camera's clock has no zone
_EXIF_IFD = 0x8769


def bracket(scene: int, stops: float, taken: datetime, *, size: tuple[int, int] = (240, 160)) -> bytes:
    """A JPEG of a dark room with a bright window, ``stops`` above the metered exposure of 1/60 s."""
    width, height = size
    random = np.random.default_rng(scene)
    light = random.uniform(0.05, 0.3, (height // 8, width // 8, 3)).repeat(8, 0).repeat(8, 1)
    light[height // 4 : height // 2, width // 2 : 3 * width // 4] *= 30
    pixels = np.clip(255 * (light * 2.0**stops) ** (1 / 2.2), 0, 255).astype(np.uint8)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Canon", "Canon EOS 6D"
    exif.get_ifd(_EXIF_IFD).update(
        {
            0x829A: TiffImagePlugin.IFDRational(round(1000 * 2.0**stops), 60_000),
            0x829D: TiffImagePlugin.IFDRational(8, 1),
            0x8827: 200,
            0x9003: taken.strftime("%Y:%m:%d %H:%M:%S"),
            0x9291: f"{taken.microsecond // 10000:02d}",
        }
    )
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90, exif=exif)
    return file.getvalue()


def shoot(scenes: int, stops: tuple[float, ...] = (-2.0, 0.0, 2.0)) -> dict[str, bytes]:
    """Brackets by file name, with a camera's times: 0.3 s apart, half a minute between scenes."""
    files: dict[str, bytes] = {}
    for scene in range(scenes):
        for number, stop in enumerate(stops):
            taken = NOON + timedelta(seconds=30 * scene + 0.3 * number)
            files[f"IMG_{len(files) + 1:04d}.JPG"] = bracket(scene, stop, taken)
    return files
