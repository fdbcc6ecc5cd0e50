"""The settings of an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from daemon.template import DEFAULT

FlowName = Literal["images", "brackets"]
BadFiles = Literal["hold", "leave_out"]


@dataclass(frozen=True, slots=True)
class Preset:
    """The order settings of a watched folder, copied into each order when the shoot is locked.

    ``per_image`` is a fixed number of brackets per image; None lets the service group them. ``enhance`` are the
    preferences of the vendor's API, as they are sent. ``format`` is jpeg, png or webp; ``quality`` 1-90; ``max_width``
    is in pixels. ``dev_mode`` requests free pictures with a watermark. ``bad_files`` says whether an unreadable photo
    holds the order or is left out. ``names`` is the template of the pictures' names (``daemon.template``).
    """

    per_image: int | None = None
    enhance: Mapping[str, object] = field(default_factory=dict)
    format: str = "jpeg"
    quality: int | None = None
    max_width: int | None = None
    dev_mode: bool = False
    bad_files: BadFiles = "hold"
    names: str = DEFAULT
