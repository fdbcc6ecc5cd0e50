"""The amounts to measure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sizes:
    """Numbers of files, rounds and orders; ``_mb`` in millions of bytes, ``_s`` in seconds, ``_mb_s`` in both."""

    files: int = 60
    file_mb: float = 10
    uploads: int = 4
    rounds: int = 5
    line_mb_s: float = 125
    line_rounds: int = 3
    big_files: int = 24
    big_mb: float = 60
    big_uploads: int = 8
    shoots: int = 5
    image_mb: float = 5
    poll_every_s: float = 5
    processed_after_s: float = 8
    calm_s: float = 2
    idle_s: float = 60
    orders: int = 10_000
    runs: int = 11
    archive: int = 2_000
    archive_files: int = 250
    copied: int = 10_000
    look_scenes: int = 8


FULL = Sizes()

QUICK = Sizes(
    files=20,
    rounds=3,
    line_rounds=1,
    big_files=8,
    shoots=3,
    poll_every_s=0.5,
    processed_after_s=0.8,
    idle_s=5,
    orders=2_000,
    runs=5,
    archive=100,
    archive_files=50,
    copied=1_000,
    look_scenes=1,
)
"""Everything once, in under a minute."""


@dataclass(frozen=True)
class Bench:
    """The arguments of a benchmark: the amounts to measure, and an empty folder."""

    sizes: Sizes
    folder: Path
