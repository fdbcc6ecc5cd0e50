"""The values of requests and answers: which picture, how large, and why it is not available."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """Which picture of an order is meant, with the number that counts it.

    BRACKET: a photo that is sent, by its index in the order. FINISHED: the picture in the output folder, and PREVIEW:
    the free preview of an image that is not bought yet; both by the image's place in the order, which begins with 1.
    """

    BRACKET = "bracket"
    PREVIEW = "preview"
    FINISHED = "finished"


class Side(IntEnum):
    """The longest side of a picture to make, in pixels."""

    THUMBNAIL = 320
    CARD = 720
    LARGE = 1600


class Why(StrEnum):
    """Why a picture is not available."""

    UNKNOWN = "unknown"
    NOT_YET = "not yet"
    GONE = "gone"
    OUTSIDE = "outside"
    ONLINE_ONLY = "online only"
    UNREADABLE = "unreadable"
    NO_PREVIEW = "no preview"
    DAMAGED = "damaged"
    TOO_LARGE = "too large"
    SLOW = "slow"
    BUSY = "busy"


MEANINGS: dict[Why, str] = {
    Why.UNKNOWN: "There is no such picture.",
    Why.NOT_YET: "The picture is not there yet.",
    Why.GONE: "The file is no longer where it was.",
    Why.OUTSIDE: "The file is a link to a place outside its folder. bracketd does not show it.",
    Why.ONLINE_ONLY: "The file is only online. bracketd does not download it to show it.",
    Why.UNREADABLE: "The file cannot be read.",
    Why.NO_PREVIEW: "The file contains no preview that bracketd can read.",
    Why.DAMAGED: "The file is damaged.",
    Why.TOO_LARGE: "The file is too large to be decoded.",
    Why.SLOW: "The disk is not responding.",
    Why.BUSY: "Too many pictures are being made. Try again in a minute.",
}
"""What each reason means, for a person."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A picture that cannot be shown, and why."""

    why: Why

    @property
    def text(self) -> str:
        """The reason, for a person."""
        return MEANINGS[self.why]


@dataclass(frozen=True, slots=True)
class Shown:
    """A small picture as a JPEG. ``tag`` changes whenever the file does: it is fit for an ETag."""

    jpeg: bytes
    tag: str
