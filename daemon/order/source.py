"""Where an order comes from and where its pictures go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShootPart:
    """Which of a shoot's properties an order is: its number from 1, and how many there are."""

    number: int
    of: int

    @property
    def suffix(self) -> str:
        """The end of the part's name, which every file system allows."""
        return f" ({self.number} of {self.of})"


@dataclass(frozen=True, slots=True)
class OrderSource:
    """The shoot of an order: its name and folder, its photos, and the output folder.

    ``inode`` is that of the shoot's folder; it distinguishes folders of the same name. ``fingerprint`` identifies the
    set of photos; empty without photos. ``output_renamed``: the output's disk does not allow the usual name of the
    order's output folder.

    A supplement has photos that arrived late for the order ``supplement_of``; a skipped shoot may have the photos of
    the order ``same_as``. ``unknown_order`` is the id of the order, not in the state, because of which the order is or
    was held. It is not held for that order again.

    ``part`` is set if the order is one of several properties that the shoot was split into; ``shoot`` then has the
    part's name. ``several`` describes the properties that the shoot seems to have, if it is sent as one order; empty
    if it looks like one property.
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
    part: ShootPart | None = None
    several: str = ""

    @property
    def whole_shoot(self) -> str:
        """The name of the shoot without its part."""
        return self.shoot if self.part is None else self.shoot.removesuffix(self.part.suffix)


def part_name(shoot: str, part: ShootPart | None) -> str:
    """The name of a shoot, or of a part of it."""
    return shoot if part is None else f"{shoot}{part.suffix}"
