"""Runs merges and renders in threads, one merge and one render at a time, so that the server stays responsive."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from daemon.sandbox import pictures
from daemon.sandbox.finish import look_of
from daemon.sandbox.grouping import Shot, shot_of
from daemon.sandbox.pictures import Wish
from daemon.sandbox.records import Bracket, Image
from daemon.sandbox.vault import Vault


class Studio:
    """Two threads over one vault."""

    def __init__(self, vault: Vault, long_side: int) -> None:
        self._vault = vault
        self._long_side = long_side
        self._merging = ThreadPoolExecutor(1, "merge")
        self._rendering = ThreadPoolExecutor(1, "render")

    async def shots(self, brackets: Sequence[Bracket]) -> list[Shot]:
        """The brackets with their files' metadata."""
        return await asyncio.get_running_loop().run_in_executor(
            self._rendering,
            lambda: [shot_of(bracket.id, bracket.name, self._vault.upload(bracket.id)) for bracket in brackets],
        )

    async def merge(self, image: Image) -> bool:
        """Make an image from its brackets, or from its own file. Returns False if none is readable (placeholder).

        Raises ``ValueError`` or ``OSError`` if it cannot be written.
        """
        sources = [self._vault.upload(key) for key in image.shows or image.bracket_ids or (image.id,)]
        return await asyncio.get_running_loop().run_in_executor(
            self._merging,
            lambda: pictures.merge(
                sources,
                image.name,
                self._long_side,
                look=look_of(image.form),
                original=self._vault.original(image.id),
                enhanced=self._vault.enhanced(image.id),
            ),
        )

    async def render(self, image_id: str, long_side: int, enhanced: bool, wish: Wish) -> str:
        """Render the requested file. Returns its name in the vault. ``long_side`` is that of the full size."""
        source = self._vault.enhanced(image_id) if enhanced else self._vault.original(image_id)
        name = hashlib.sha256(f"{source.name}{source.stat().st_mtime_ns}{long_side}{wish}".encode()).hexdigest()[:32]
        target = self._vault.render(f"{name}.{wish.format}")
        if not target.exists():
            await asyncio.get_running_loop().run_in_executor(
                self._rendering, lambda: pictures.render(source, target, long_side, wish)
            )
        return target.name

    def close(self) -> None:
        """Finish the current work and drop the rest."""
        for threads in (self._merging, self._rendering):
            threads.shutdown(wait=True, cancel_futures=True)
