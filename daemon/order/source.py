"""Where an order comes from and where its pictures go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderSource:
    """The shoot of an order: its name and folder, its photos, and the output folder.

    ``inode`` is that of the shoot's folder; it distinguishes folders of the same name. ``fingerprint`` identifies the
    set of photos; empty without photos. ``output_renamed``: the output's disk does not allow the usual name of the
    order's output folder.

    A supplement has photos that arrived late for the order ``supplement_of``; a skipped shoot may have the photos of
    the order ``same_as``. ``unknown_order`` is the id of the order, not in the state, because of which the order is or
    was held. It is not held for that order again.
    """

    shoot: str
    folder: str
    output: str
    inode: int | None = None
    fingerprint: str = ""
    output_renamed: bool = False
    supplement_of: str | None = None
    same_as: str | None = None
    unknown_order: str | None = None
