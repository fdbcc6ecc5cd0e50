"""What is known about the free previews of an order's images."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PreviewState(StrEnum):
    """The state of an image's preview. UNAVAILABLE: bracketd no longer tries to fetch it."""

    NOT_FETCHED = "not fetched"
    FETCHED = "fetched"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class LooksLike:
    """The planned set whose middle frame an image looks most like.

    ``image`` is the image's id, ``set`` the index of the planned image. ``similarity`` is 1 for the same picture and
    about 0 for unrelated ones. ``lead`` is the difference to the second most similar set.
    """

    image: str
    set: int
    similarity: float
    lead: float


@dataclass(frozen=True, slots=True)
class Inspection:
    """The result of inspecting an order's previews.

    ``compared`` are the indexes of the planned images whose middle frame could be read. ``looks`` has the images that
    were compared with them. ``sheet``: a contact sheet of the previews was written.
    """

    compared: tuple[int, ...] = ()
    looks: tuple[LooksLike, ...] = ()
    sheet: bool = False
