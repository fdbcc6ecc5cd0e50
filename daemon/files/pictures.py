"""Checks during a download that the bytes are a complete picture, and finds its size."""

from __future__ import annotations

from daemon.picture import JpegReading, Pixels, PngReading, Reading, WebpReading, reading_of

HEAD = 12
"""Bytes that identify a picture's format."""

_EXTENSIONS: dict[type, str] = {JpegReading: "jpg", PngReading: "png", WebpReading: "webp"}


class Judge:
    """Checks a picture piece by piece.

    ``head`` are its first bytes. ``extension`` is the extension for its format, None if the format is unknown.
    """

    def __init__(self) -> None:
        self.head = b""
        self._reading: Reading | None = None

    def feed(self, data: bytes) -> None:
        """Read the next bytes."""
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
        """True if the picture is complete, whatever follows it."""
        return self._reading is not None and self._reading.whole

    @property
    def pixels(self) -> Pixels | None:
        """Width and height from the picture's header."""
        return self._reading.pixels if self._reading is not None else None
