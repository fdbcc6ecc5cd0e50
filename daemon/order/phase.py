"""The phases of an order, and its health."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal


class Phase(StrEnum):
    """The phase of an order. The first seven follow each other."""

    SETTLED = "settled"
    UPLOADING = "uploading"
    UPLOADED = "uploaded"
    MERGING = "merging"
    PROCESSING = "processing"
    DOWNLOADING = "downloading"
    DOWNLOADED = "downloaded"
    HELD = "held"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


Stage = Literal[
    Phase.SETTLED,
    Phase.UPLOADING,
    Phase.UPLOADED,
    Phase.MERGING,
    Phase.PROCESSING,
    Phase.DOWNLOADING,
    Phase.DOWNLOADED,
]
"""A phase of an order without problems."""

LINE: tuple[Stage, ...] = (
    Phase.SETTLED,
    Phase.UPLOADING,
    Phase.UPLOADED,
    Phase.MERGING,
    Phase.PROCESSING,
    Phase.DOWNLOADING,
    Phase.DOWNLOADED,
)
"""The phases of an order without problems, in sequence."""

RESTING = frozenset({Phase.DOWNLOADED, Phase.HELD, Phase.SKIPPED, Phase.CANCELLED})
"""Phases in which nothing happens until a person asks for it."""


class Health(StrEnum):
    """How an order is doing in its phase."""

    OK = "ok"
    RETRYING = "retrying"
    ATTENTION = "attention"
