"""Facts about an order that an outdated state lacks, found in delivery notes or at the service."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.order.bracket import Bracket
from daemon.order.image import Image
from daemon.order.order import Order


@dataclass(frozen=True, slots=True)
class Note:
    """A delivery note: the order that it describes, and the folder and file name of the note."""

    order: Order
    folder: str
    name: str

    @property
    def path(self) -> str:
        """The note's full path."""
        return f"{self.folder.rstrip('/')}/{self.name}"


@dataclass(frozen=True, slots=True)
class Listed:
    """An order of ours that the service lists; ``names`` are its photos' names there, without their tags."""

    id: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class FoundDelivered:
    """The order's own delivery note was found in its output folder.

    ``note`` is the note's path; ``brackets`` and ``images`` are its content. ``missing`` are the names of pictures that
    are not in the folder or have other content than the note says.
    """

    note: str
    brackets: tuple[Bracket, ...]
    images: tuple[Image, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundMerged:
    """The service has merged the order, or is still merging it (``merging``)."""

    merging: bool


@dataclass(frozen=True, slots=True)
class FoundElsewhere:
    """Another order, which is not in the state, may have these photos.

    ``note`` is the path of its delivery note; None if only the service lists it. ``doubtful``: a recovery found nothing
    that confirms the note.
    """

    order: str
    note: str | None = None
    doubtful: bool = False
