"""Everything about one order as values: its head, brackets, planned images, images, differences and journal.

Texts are as stored, so that names may contain control characters: show them through ``words.printable``. Times are in
epoch seconds, sizes in bytes. Brackets have their index in the order, images their place in it, which begins with 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from daemon.order import Health, Image, ImageState, Order, Phase, Verb, allowed
from daemon.order.deadline import deadline
from daemon.order.naming import brief
from daemon.order.wording import line
from daemon.reports.differences import Differences, differences_of, look_of
from daemon.reports.exposure import exposure
from daemon.reports.leftout import why_left_out
from daemon.reports.planned import Planned, own_settings, planned_images, who_groups
from daemon.store.reading import Reader
from daemon.webapp import order_page

LONGEST_ENTRY = 600
"""Maximum length, in characters, of a journal entry as shown."""


@dataclass(frozen=True, slots=True)
class Supplement:
    """An order that sends the late photos of another one. ``of_day``: when that was locked; None if it is unknown."""

    of: str
    of_day: float | None


@dataclass(frozen=True, slots=True)
class Head:
    """What an order is and how it stands.

    ``page`` is its address at the service, None until it exists there. ``sets`` says who groups, ``enhance`` lists the
    preferences, ``own`` the settings that the shoot's own file changed; both may be empty. ``kept_until`` is until when
    the service promises to keep the images, in epoch seconds; None if the order needs none of them. ``has_sheet``: a
    contact sheet of the previews was written.
    """

    order_id: str
    shoot: str
    folder: str
    output: str
    phase: Phase
    health: Health
    messages: tuple[str, ...]
    page: str | None
    sets: str
    enhance: str
    own: str
    locked_at: float
    kept_until: float | None
    supplement: Supplement | None
    dev_mode: bool
    approved: bool
    has_sheet: bool = False


@dataclass(frozen=True, slots=True)
class BracketLine:
    """A bracket. ``name`` is its name at the service, ``left_out`` the reason if it is not sent."""

    number: int
    path: str
    size: int
    name: str
    stored: bool
    left_out: str | None
    exposure: str


@dataclass(frozen=True, slots=True)
class LeftOutLine:
    """A file that is not a bracket. ``why`` is the reason, empty if it is not known."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class ImageLine:
    """An image. ``file`` is its name in the output folder, ``reason`` why it failed; both are empty if there is none.

    ``brackets`` are the numbers of the brackets that it was made of, if the service says so. ``looks_like`` is the
    first file of the scene that its preview looks like, empty if it was not compared; ``looks_clearly`` is True if no
    other scene comes close.
    """

    number: int
    image_id: str
    name: str
    state: ImageState
    file: str
    reason: str
    brackets: tuple[int, ...]
    bought_at: float | None
    reprocessed_at: float | None
    looks_like: str = ""
    looks_clearly: bool = False


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A fact in plain words. ``more`` has the lines of a traceback."""

    at: float
    text: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """Everything about one order. ``allowed``: what a person may ask for."""

    head: Head
    brackets: tuple[BracketLine, ...]
    left_out: tuple[LeftOutLine, ...]
    planned: Planned
    images: tuple[ImageLine, ...]
    differences: Differences
    journal: tuple[JournalLine, ...]
    allowed: frozenset[Verb]

    @property
    def sent(self) -> tuple[BracketLine, ...]:
        """The brackets that are sent: all except those that are left out."""
        return tuple(one for one in self.brackets if one.left_out is None)

    def paths(self, numbers: Iterable[int]) -> list[str]:
        """The paths of the brackets with these numbers."""
        return [self.brackets[number].path for number in numbers]


def look_up(reader: Reader, order_id: str) -> Details:
    """The details of a stored order. Raises KeyError if there is none, StateError and its subclasses."""
    order = reader.order(order_id)
    of = order.source.supplement_of
    first = next(iter(reader.find(of)), None) if of is not None else None
    return details(order, reader.journal(order_id), None if first is None else float(first["created_at"]))


def details(order: Order, journal: Iterable[dict[str, Any]], first_at: float | None = None) -> Details:
    """The details of an order. ``first_at``: when the order that a supplement adds to was locked, if it is known."""
    return Details(
        _head(order, first_at),
        tuple(_bracket(order, number) for number in range(len(order.brackets))),
        _left_out(order),
        planned_images(order),
        tuple(_image(order, number, image) for number, image in enumerate(order.images, 1)),
        differences_of(order),
        tuple(_entry(entry, order) for entry in journal),
        allowed(order),
    )


def _head(order: Order, first_at: float | None) -> Head:
    source = order.source
    return Head(
        order.id,
        source.shoot,
        source.folder,
        source.output,
        order.phase,
        order.health,
        order.messages,
        page=order_page(order.id) if _is_at_service(order) else None,
        sets=who_groups(order),
        enhance=", ".join(f"{key}={json.dumps(value)}" for key, value in order.preset.enhance.items()),
        own=own_settings(order),
        locked_at=order.times.created_at,
        kept_until=deadline(order),
        supplement=Supplement(source.supplement_of, first_at) if source.supplement_of is not None else None,
        dev_mode=order.preset.dev_mode,
        approved=order.purchase.approved,
        has_sheet=order.inspection is not None and order.inspection.sheet,
    )


def _is_at_service(order: Order) -> bool:
    """True if the order exists at the service: it was created there, explicitly or with its first bracket."""
    return order.uploads.created or any(bracket.attempt or bracket.service_id is not None for bracket in order.brackets)


def _bracket(order: Order, number: int) -> BracketLine:
    one = order.brackets[number]
    name = order.bracket_name(number)
    return BracketLine(number, one.path, one.size, name, one.stored, one.left_out, exposure(one.shot))


def _left_out(order: Order) -> tuple[LeftOutLine, ...]:
    why = {one.path: why_left_out(one) for one in order.unsent.left_out_why}
    return tuple(LeftOutLine(path, why.get(path, "")) for path in order.unsent.left_out)


def _image(order: Order, number: int, image: Image) -> ImageLine:
    look = look_of(order, image.id)
    reason = brief(image.reason or "") if image.state is ImageState.FAILED else ""
    return ImageLine(
        number,
        image.id,
        image.called,
        image.state,
        image.file or "",
        reason,
        image.brackets,
        image.fetched_at,
        image.reprocessed_at,
        looks_like=look.scene if look is not None else "",
        looks_clearly=look is not None and look.clear,
    )


def _entry(entry: dict[str, Any], order: Order) -> JournalLine:
    text = brief(line(entry["fact"], entry["detail"], order), LONGEST_ENTRY)
    return JournalLine(entry["at"], text, tuple(str(entry["detail"].get("detail", "")).splitlines()))
