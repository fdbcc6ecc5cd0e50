"""Are these bytes a whole picture, and how large is it? Judged while they come in."""

from __future__ import annotations

from daemon.picture import JpegReading, Pixels, PngReading, Reading, WebpReading, reading_of

HEAD = 12
"""Bytes that tell a picture's format."""

_EXTENSIONS: dict[type, str] = {JpegReading: "jpg", PngReading: "png", WebpReading: "webp"}


class Judge:
    """Reads a picture piece by piece.

    ``head`` are its first bytes. ``extension`` is what its bytes call for, None if they are not a picture that we know.
    """

    def __init__(self) -> None:
        self.head = b""
        self._reading: Reading | None = None

    def feed(self, data: bytes) -> None:
        """Read the bytes that follow those read before."""
        if len(self.head) < HEAD:
            before, self.head = len(self.head), (self.head + data)[:HEAD]
            self._reading = reading_of(self.head)
            data = self.head[:before] + data if self._reading is not None else b""
        if self._reading is not None:
            self._reading.feed(data)

    @property
    def extension(self) -> str | None:
        """The file extension for this format."""
        return _EXTENSIONS[type(self._reading)] if self._reading is not None else None

    @property
    def whole(self) -> bool:
        """Whether the picture has come to its end, whatever follows it."""
        return self._reading is not None and self._reading.whole

    @property
    def pixels(self) -> Pixels | None:
        """Width and height as the picture's header states them."""
        return self._reading.pixels if self._reading is not None else None
