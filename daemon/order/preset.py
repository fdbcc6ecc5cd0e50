"""The settings of an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from daemon.shoot.sets import GroupingName, Prefer, Singles, SplitName
from daemon.template import DEFAULT

FlowName = Literal["images", "brackets"]
BadFiles = Literal["hold", "leave_out"]
OnMismatch = Literal["certain", "always", "never"]
Buy = Literal["all", "ask"]

OWN = ("per_image", "grouping", "prefer", "singles", "split")
"""The fields that a shoot's own file may replace. Its preferences are added to ``enhance``."""

LISTS = ("sets", "single", "skip", "keep")
"""The lists of photos in a shoot's own file. ``Preset.own`` has how many entries each list has."""


@dataclass(frozen=True, slots=True)
class Preset:
    """The order settings of a watched folder, copied into each order when the shoot is locked.

    ``per_image`` is a fixed number of brackets per image; None lets the service group them. ``enhance`` are the
    preferences of the vendor's API, as they are sent. ``format`` is jpeg, png or webp; ``quality`` 1-90; ``max_width``
    is in pixels. ``dev_mode`` requests free pictures with a watermark. ``bad_files`` says whether an unreadable photo
    holds the order or is left out. ``names`` is the template of the pictures' names (``daemon.template``).

    ``grouping`` says who groups: the service, or bracketd, by the sets that it found or by folders. ``prefer`` is the
    format that is sent if a frame has several, ``singles`` what happens to photos in no set. ``on_mismatch`` says
    whether images that differ from the planned ones hold the order: if it is certain, always or never. ``split`` says
    whether a shoot that looks like several properties is reported or held, or counts as one. ``buy`` says whether a
    person chooses the images. ``keep`` are the paths of photos that the shoot's own file lists: only images of their
    sets are bought. ``own`` are the settings that the shoot's own file changed, by name, and the lengths of its
    ``LISTS``.
    """

    per_image: int | None = None
    enhance: Mapping[str, object] = field(default_factory=dict)
    format: str = "jpeg"
    quality: int | None = None
    max_width: int | None = None
    dev_mode: bool = False
    bad_files: BadFiles = "hold"
    names: str = DEFAULT
    grouping: GroupingName = "automatic"
    prefer: Prefer = "jpeg"
    singles: Singles | None = None
    on_mismatch: OnMismatch = "certain"
    split: SplitName = "report"
    buy: Buy = "all"
    keep: tuple[str, ...] = ()
    own: Mapping[str, object] = field(default_factory=dict)

    def with_own(self, own: Mapping[str, object]) -> Preset:
        """The preset with a shoot's own settings: ``own`` has the values of the fields that the shoot changes.

        A shoot may ask for a person's choice, but it cannot undo that its watched folder asks for it.
        """
        enhance = own.get("enhance")
        more = {"enhance": {**self.enhance, **enhance}} if isinstance(enhance, Mapping) else {}
        fields = {name: own[name] for name in OWN if name in own}
        if own.get("buy") == "ask":
            fields["buy"] = "ask"
        return replace(self, **fields, **more, own=dict(own)) if own else self  # type: ignore[arg-type]

    def without_lists(self) -> Preset:
        """The preset for a shoot whose own lists are not used, because a name in them is wrong.

        If it lists images to buy, a person chooses them instead: without the list, all would be bought.
        """
        left = {name: value for name, value in self.own.items() if name not in LISTS}
        return replace(self, own=left, keep=(), buy="ask" if "keep" in self.own else self.buy)
