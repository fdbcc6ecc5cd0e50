"""A settled shoot, before and after its photos were compared with earlier orders."""

from __future__ import annotations

import os
from dataclasses import dataclass

from daemon.grouping.division import Division
from daemon.order import Judged, Order, Preset, Verb, facts
from daemon.order.found import FoundElsewhere
from daemon.photos.sending import Sending
from daemon.shoot import Listing


@dataclass(frozen=True, slots=True)
class Settled:
    """A shoot that has settled, or that a person submits or skips (``verb``) in its current state.

    ``why`` says why it is locked or skipped, for a person. ``damaged`` are the paths of photos to leave out. ``inode``
    is that of ``folder``, None if unknown.
    """

    folder: str
    found: Listing
    why: str
    damaged: frozenset[str] = frozenset()
    inode: int | None = None
    verb: Verb | None = None

    @property
    def shoot(self) -> str:
        """The name of the shoot."""
        return os.path.basename(self.folder)

    @property
    def is_submitted(self) -> bool:
        """True if a person has the shoot sent, as one order or split."""
        return self.verb in (Verb.SUBMIT, Verb.SUBMIT_AGAIN, Verb.SPLIT)


@dataclass(frozen=True, slots=True)
class Compared:
    """A settled shoot whose photos were compared with earlier orders.

    ``fact`` has the photos to send and the reasons for the others. ``orders`` are those of its folder, newest first.
    ``elsewhere`` is an order that is not in the state and seems to have the photos. ``sending`` has the images that the
    photos should become, and ``preset`` the settings for this shoot; both are None if the photos were not read.
    """

    settled: Settled
    fact: facts.Locked
    judged: Judged
    orders: tuple[Order, ...] = ()
    elsewhere: FoundElsewhere | None = None
    sending: Sending | None = None
    preset: Preset | None = None

    @property
    def division(self) -> Division | None:
        """Which property each photo belongs to; None if the shoot looks like one, or was not read."""
        return self.sending.division if self.sending is not None else None
