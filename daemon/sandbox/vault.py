"""Files on disk: uploaded brackets, merged pictures, and the files made for download."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path


class Vault:
    """One folder. Ids are file names here; callers check them first."""

    def __init__(self, directory: Path) -> None:
        self._uploads = directory / "uploads"
        self._merged = directory / "merged"
        self._renders = directory / "renders"
        for folder in (self._uploads, self._merged, self._renders):
            folder.mkdir(parents=True, exist_ok=True)

    def upload(self, record_id: str) -> Path:
        """The path of a bracket's file."""
        return self._uploads / record_id

    def enhanced(self, image_id: str) -> Path:
        """The path of an image's finished picture."""
        return self._merged / f"{image_id}.enhanced.jpg"

    def original(self, image_id: str) -> Path:
        """The path of an image's merged picture before enhancement."""
        return self._merged / f"{image_id}.original.jpg"

    def render(self, name: str) -> Path:
        """The path of a file for download."""
        return self._renders / name

    async def receive(self, record_id: str, chunks: AsyncIterator[bytes]) -> tuple[int, str]:
        """Write a body as it arrives. Returns its length and SHA-256. An incomplete body leaves no file."""
        digest = hashlib.sha256()
        size = 0
        target = self.upload(record_id)
        part = target.with_name(f"{target.name}.{id(chunks):x}.part")
        try:
            with part.open("wb") as file:
                async for chunk in chunks:
                    file.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return size, digest.hexdigest()
