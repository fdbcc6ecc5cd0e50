"""What a person may do with an order, as buttons: their label, what it means, and what it costs.

``allowed(order)`` decides which there are. This is the only place of the page that knows verbs.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal, assert_never

from daemon.order import ImageState, Order, Phase, Verb, allowed
from daemon.order.allowed import next_command
from daemon.order.picking import pickable
from daemon.reports.spending import amount

COMMANDS = {"approve --only": Verb.APPROVE_ONLY, "submit --again": Verb.SUBMIT_AGAIN}
"""The verbs of commands with options."""


FREE = "Free."
Sending = Literal[Verb.SUBMIT, Verb.SUBMIT_AGAIN, Verb.SPLIT, Verb.REGROUP]
Buying = Literal[Verb.APPROVE, Verb.APPROVE_ONLY]


class Tone(StrEnum):
    """How a button looks: it goes on, it is one of several choices, or it gives something up."""

    GO_ON = "go-on"
    CHOICE = "choice"
    GIVE_UP = "give-up"


@dataclass(frozen=True, slots=True)
class Offer:
    """A button. ``by_folder``: the ask is about the shoot's folder, not the order. ``picks``: it needs images."""

    verb: Verb
    label: str
    meaning: str
    cost: str
    tone: Tone
    by_folder: bool = False
    picks: bool = False


def offers(order: Order, price: Decimal | None) -> list[Offer]:
    """The buttons of an order, the one that helps with its first problem first. ``price``: of one image."""
    may = [offer_of(verb, order, price) for verb in Verb if verb in allowed(order)]
    first = _first(order)
    tones = list(Tone)
    return sorted(may, key=lambda offer: (offer.verb is not first, tones.index(offer.tone)))


def _first(order: Order) -> Verb | None:
    """The verb that helps with the first problem that has one."""
    commands = (next_command(order, problem.code) for problem in order.problems)
    for command in commands:
        words = (command or "").removeprefix("bracketd ").strip()
        verb = COMMANDS.get(words) or next((verb for verb in Verb if verb.value == words), None)
        if verb in allowed(order):
            return verb
    return None


def offer_of(verb: Verb, order: Order, price: Decimal | None) -> Offer:
    """The button for a verb that an order allows."""
    match verb:
        case Verb.SUBMIT | Verb.SUBMIT_AGAIN | Verb.SPLIT | Verb.REGROUP:
            return _sending(verb, order, price)
        case Verb.APPROVE | Verb.APPROVE_ONLY:
            return _buying(verb, order, price)
        case Verb.RETRY if order.phase is Phase.DOWNLOADED:
            meaning = "The service processes the failed images again."
            return Offer(verb, "Process failed images again", meaning, _each(price), Tone.GO_ON)
        case Verb.RETRY:
            meaning = "Continues where it stopped, without waiting."
            return Offer(verb, "Try again now", meaning, "Retrying is free.", Tone.GO_ON)
        case Verb.CANCEL:
            meaning = "Ends the order before its merge. You can send it again later."
            return Offer(verb, "Cancel", meaning, FREE, Tone.GIVE_UP)
        case Verb.DISMISS:
            meaning = "Ends the order. Nothing more of it is bought; pictures that were bought are still delivered."
            return Offer(verb, "Dismiss", meaning, FREE, Tone.GIVE_UP)
        case Verb.SKIP | Verb.ADOPT:
            raise ValueError(f"{verb} does not apply to an order")
        case _:
            assert_never(verb)


def _sending(verb: Sending, order: Order, price: Decimal | None) -> Offer:
    match verb:
        case Verb.SUBMIT if order.phase is Phase.HELD:
            meaning = "Accepts the shoot as it is and sends it."
            return Offer(verb, "Send it now", meaning, cost_of(order, price), Tone.GO_ON, by_folder=True)
        case Verb.SUBMIT:
            meaning = "Sends the photos that were not sent before. If there are none, nothing happens."
            return Offer(verb, "Send new photos", meaning, _each(price), Tone.CHOICE, by_folder=True)
        case Verb.SUBMIT_AGAIN:
            meaning = "Sends all photos of the shoot as a new order, even those that were sent before."
            cost = f"{_each(price)} Pictures that you have are bought again."
            return Offer(verb, "Send all again", meaning, cost, Tone.GIVE_UP, by_folder=True)
        case Verb.SPLIT:
            meaning = "Makes an order of each property in the shoot, and sends them instead of this one."
            return Offer(verb, "Split into properties", meaning, cost_of(order, price), Tone.CHOICE, by_folder=True)
        case Verb.REGROUP:
            meaning = "Sends only the scenes again that the service grouped wrongly. The wrong images are not bought."
            return Offer(verb, "Send wrong scenes again", meaning, _cost_as_planned(order, price), Tone.CHOICE)


def _buying(verb: Buying, order: Order, price: Decimal | None) -> Offer:
    match verb:
        case Verb.APPROVE if order.phase is Phase.HELD:
            meaning = "Answers every reason for the hold, and continues."
            return Offer(verb, "Approve", meaning, cost_of(order, price), Tone.GO_ON)
        case Verb.APPROVE:
            meaning = "Limits will not hold this order."
            return Offer(verb, "Approve in advance", meaning, cost_of(order, price), Tone.CHOICE)
        case Verb.APPROVE_ONLY:
            meaning = "Buys only the checked pictures. The others can be bought while the service keeps them."
            return Offer(verb, "Buy checked pictures", meaning, _each(price), Tone.CHOICE, picks=True)


def offers_of_arriving(price: Decimal | None) -> list[Offer]:
    """The buttons of a shoot that is not an order yet. Both are about its folder."""
    send = "Sends the shoot now, without waiting until it has settled."
    skip = "The shoot is not sent. You can send it later."
    return [
        Offer(Verb.SUBMIT, "Send now", send, _each(price), Tone.CHOICE, by_folder=True),
        Offer(Verb.SKIP, "Skip", skip, FREE, Tone.GIVE_UP, by_folder=True),
    ]


ADOPTING = Offer(
    Verb.ADOPT,
    "Accept the folder as it is",
    "Do this only if you moved, replaced or emptied the folder on purpose. If its disk is missing, connect it instead.",
    FREE,
    Tone.GIVE_UP,
    by_folder=True,
)
"""The button of a watched or output folder that is not as bracketd saw it."""


def cost_of(order: Order, price: Decimal | None) -> str:
    """What an order may still cost."""
    if order.preset.dev_mode:
        return "Free: dev mode, the pictures are watermarked."
    if order.images:
        count = len(pickable(order)) or sum(image.state in _TO_BUY for image in order.images)
        return _pictures(count, price)
    return _pictures(len(order.plan), price) if order.plan else _each(price)


def _cost_as_planned(order: Order, price: Decimal | None) -> str:
    """What a regrouped order may still cost: each planned image once, less those that were bought."""
    if order.preset.dev_mode:
        return cost_of(order, price)
    bought = sum(image.fetched_at is not None for image in order.images)
    return _pictures(max(0, len(order.plan) - bought), price)


def spent(order: Order, price: Decimal | None) -> str:
    """What an order cost so far, and what it may still cost."""
    bought = sum(image.fetched_at is not None for image in order.images)
    if order.preset.dev_mode or not bought:
        return cost_of(order, price)
    total = amount(price, bought)
    so_far = f"{_counted(bought)} bought{f', {total}' if total is not None else ''}."
    left = sum(image.state in _TO_BUY and image.fetched_at is None for image in order.images)
    return f"{so_far} {_pictures(left, price)}" if left else so_far


_TO_BUY = (ImageState.PENDING, ImageState.AGAIN, ImageState.PROCESSED)


def _pictures(count: int, price: Decimal | None) -> str:
    if not count:
        return "Nothing more to buy."
    total = amount(price, count)
    return f"Buys {_counted(count)}{f', {total} in total' if total is not None else ''}."


def _counted(count: int) -> str:
    return f"{count} picture" if count == 1 else f"{count} pictures"


def _each(price: Decimal | None) -> str:
    one = amount(price, 1)
    return f"You pay {one} for each picture." if one is not None else "You pay for each picture."
