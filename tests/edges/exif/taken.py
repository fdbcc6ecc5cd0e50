"""Small photo files of one camera in any format. A frame has the same metadata in each format."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from daemon.exif.source import HEAD_BYTES
from daemon.frames import shot_in
from daemon.shoot import Shot
from tests.edges.exif.build import Heif, Plain, Subs, jpeg, longs, ratio, shorts, sub, text, tiff

NOON = datetime(2024, 6, 1, 12, 0, 0)  # noqa: DTZ001 - a camera's clock has no zone
EXPOSURES = (60, 240, 15)
"""Of a set of three frames, as the denominators of the exposure times."""


@dataclass(frozen=True)
class Camera:
    """A camera that brackets three exposures, 0.72 s apart, with 20 s between sets."""

    make: str = "SONY"
    model: str = "ILCE-7M3"
    serial: str = "4312987"
    begins: datetime = NOON
    pixels: tuple[int, int] = (6000, 4000)

    def later(self, **time: float) -> Camera:
        """The same at another time."""
        return replace(self, begins=self.begins + timedelta(**time))

    def smaller(self) -> Camera:
        """The same as pictures with a third of the size, as an editor exports them."""
        return replace(self, pixels=(self.pixels[0] // 3, self.pixels[1] // 3))

    def take(self, path: str, number: int) -> bytes:
        """Frame ``number`` (from 1) as a file of this name. No two files have the same bytes."""
        entries, (width, height) = self._entries(number), self.pixels
        extension = path.rpartition(".")[2].lower()
        own = path.encode("utf-8", "surrogateescape")
        if extension in ("jpg", "jpeg"):
            return jpeg(tiff(entries), width, height) + own
        if extension in ("heic", "hif"):
            return Heif(tiff(entries), width, height).file() + own
        return tiff({**entries, 0x0100: longs(width), 0x0101: longs(height)}) + own

    def card(self, pattern: str, frames: int = 6) -> dict[str, bytes]:
        """The first frames, by path. The pattern contains the frame's number."""
        paths = {number: pattern.format(number) for number in range(1, frames + 1)}
        return {path: self.take(path, number) for number, path in paths.items()}

    def _entries(self, number: int) -> dict[int, Plain | Subs]:
        taken = self.begins + timedelta(seconds=0.72 * number + (number - 1) // 3 * 20)
        exif: dict[int, Plain | Subs] = {
            0x829A: ratio(1, EXPOSURES[(number - 1) % 3]),
            0x829D: ratio(8, 1),
            0x8827: shorts(100),
            0x9003: text(f"{taken:%Y:%m:%d %H:%M:%S}"),
            0x9291: text(f"{taken.microsecond // 10_000:02}"),
            0xA002: longs(self.pixels[0]),
            0xA003: longs(self.pixels[1]),
            0xA431: text(self.serial),
        }
        return {0x010F: text(self.make), 0x0110: text(self.model), 0x8769: sub(exif)}


def shot_of(camera: Camera, path: str, number: int = 1) -> Shot:
    """The metadata of a frame in a file of this name."""
    return shot_in("", path, camera.take(path, number)[:HEAD_BYTES])
