"""Renders the demo's scenes into its folder: ``python -m tools.sample_home [FOLDER]``."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2

from daemon.demo.scene import FOLDER, SIZE, encoded
from tools.sample_home.scenes import COMPOSITIONS, rendered

SHARE = 50
"""Compressed size in thousandths of the uncompressed size: an error of 0.04 EV (root mean square), about 440 kB."""


def main() -> None:
    """Render all scenes and write them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for name in COMPOSITIONS:
        scene = rendered(name, SIZE)
        path = folder / f"{name}.jp2"
        if not cv2.imwrite(str(path), encoded(scene.radiance), [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, SHARE]):
            raise OSError(f"{path} could not be written")
        print(f"{path}: {path.stat().st_size} bytes, {scene.focal_mm} mm, indoors: {scene.indoors}")  # noqa: T201


if __name__ == "__main__":
    main()
