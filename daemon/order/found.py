"""Facts about an order, found elsewhere, that a state which is older than reality does not know."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.order.model import Bracket, Image, Order


@dataclass(frozen=True, slots=True)
class Note:
    """A delivery note: the order as it tells it, and the folder and the name that it was found under."""

    order: Order
    folder: str
    name: str

    @property
    def path(self) -> str:
        """Where it was found."""
        return f"{self.folder.rstrip('/')}/{self.name}"


@dataclass(frozen=True, slots=True)
class Listed:
    """An order of ours that the service lists; ``names`` are its photos' at the service, without their tags."""

    id: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class FoundDelivered:
    """The order's own delivery note lies in its output folder.

    ``note`` is the note's path; ``brackets`` and ``images`` are as it tells them. ``missing`` are the names of pictures
    that are not in the folder, or are not the bytes that the note tells of.
    """

    note: str
    brackets: tuple[Bracket, ...]
    images: tuple[Image, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundMerged:
    """The service has merged the order; ``merging`` while it is still at it."""

    merging: bool


@dataclass(frozen=True, slots=True)
class FoundElsewhere:
    """Another order, which the state does not know, seems to have these photos.

    ``note`` is the path of its delivery note; None if only the service lists it. ``doubtful``: a recovery found nothing
    that confirms the note.
    """

    order: str
    note: str | None = None
    doubtful: bool = False
