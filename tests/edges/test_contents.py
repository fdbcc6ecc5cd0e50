from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from daemon.files import content
from daemon.order import Bracket
from daemon.photos.contents import Contents
from daemon.shoot import File
from tests.edges.exif.taken import Camera, shot_of


def laid(folder: Path, files: dict[str, bytes]) -> list[File]:
    """Files on disk."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return [File(path, len(data), 1, 1) for path, data in sorted(files.items())]


def read(folder: Path, files: list[File]) -> tuple[tuple[Bracket, ...], dict[str, str], Counter[str]]:
    """The files as brackets, the copies, and how each file was read, with counts."""
    reads: Counter[str] = Counter()

    async def blocking(function: Callable[..., Any], top: str, some: Any) -> Any:
        reads.update([some] if isinstance(some, str) else some)
        return function(top, some)

    async def work() -> tuple[tuple[Bracket, ...], dict[str, str]]:
        contents = Contents(blocking).remembering()
        for _turn in range(2):
            brackets = await contents.brackets(str(folder), files)
            copies = await contents.copies(str(folder), brackets)
        return brackets, copies

    return *asyncio.run(work()), reads


def test_each_photo_is_read_once_when_a_shoot_is_locked(tmp_path: Path) -> None:
    """Each photo is read once for mark and frame in both passes of a lock, also with two cards."""
    card = Camera().card("{}.JPG", 70)
    files = laid(tmp_path, {f"{side}/{path}": data for side in "AB" for path, data in card.items()})
    brackets, copies, reads = read(tmp_path, files)
    assert set(reads.values()) == {1}
    assert copies == {f"B/{path}": f"A/{path}" for path in card}
    assert brackets[0].shot == shot_of(Camera(), "1.JPG")
    assert brackets[0].mark == content.mark(str(tmp_path), brackets[0].path)


def test_photos_that_say_nothing_are_copies_if_every_byte_is_the_same(tmp_path: Path) -> None:
    """Without metadata the content decides: one different byte in the middle makes a different photo."""
    data = bytes(400_000)
    other = data[:200_000] + b"!" + data[200_001:]
    files = laid(tmp_path, {"A/1.JPG": data, "B/1.JPG": data, "B/2.JPG": other, "C/2.JPG": other})
    _brackets, copies, reads = read(tmp_path, files)
    assert copies == {"B/1.JPG": "A/1.JPG", "C/2.JPG": "B/2.JPG"}
    assert set(reads.values()) == {2}
