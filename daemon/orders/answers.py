"""The texts of answers to asks. Each one says what happened, what it means for the shoot, and the next command."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import structlog

from daemon.order import LINE, HoldKind, ImageState, Order, Phase, Refusal, Verb
from daemon.order.again import was_sent
from daemon.order.asked import ON_DISK, may_dismiss
from daemon.order.facts import Regrouped
from daemon.order.picking import Picked
from daemon.order.unpictured import unpictured
from daemon.shoot.sets import MOST_BRACKETS
from daemon.store.asks import Answer, Outcome
from daemon.text import day

log = structlog.get_logger("bracketd.asks")

NOTHING_TO = {
    Verb.RETRY: "retry",
    Verb.APPROVE: "approve",
    Verb.APPROVE_ONLY: "approve",
    Verb.CANCEL: "cancel",
    Verb.SKIP: "cancel",
    Verb.DISMISS: "dismiss",
    Verb.REGROUP: "regroup",
    Verb.SPLIT: "split",
}
AGAIN = "Use --again to send and buy them again."
FINISHED = "bracketd will finish it, buy its pictures and deliver them."


def log_answer(answer: Answer) -> None:
    """Log an answer. Call it after the answer is stored."""
    bound = log.bind(verb=answer.ask.verb, target=answer.ask.target)
    if answer.outcome is Outcome.FAILED:
        bound.warning("ask answered", outcome=answer.outcome.value, answer=answer.text)
    else:
        bound.info("ask answered", outcome=answer.outcome.value, answer=answer.text)


# --- an order ---


def refused(order: Order, verb: Verb, why: Refusal, original: Order | None = None) -> str:
    """The answer to a verb that is not allowed for an order.

    ``original`` is the order that has the same photos as a skipped shoot, if there is one and it is known.
    """
    name, phase = order.source.shoot, order.phase.value
    match why:
        case Refusal.DELIVERED:
            return f"{name} has already been delivered; its pictures are in {order.source.output}. {_nothing_to(verb)}"
        case Refusal.CANCELLED:
            return f"{name} was cancelled. {_nothing_to(verb)} To send it again: {_submit(order.source.folder)}"
        case Refusal.SKIPPED:
            bought = order.source.same_as is not None and (original is None or was_sent(original))
            return f"{name} was skipped. To send it: {_submit(order.source.folder, again=bought)}"
        case Refusal.UNDER_WAY:
            return f"{name} is already in progress ({phase})."
        case Refusal.MERGED:
            return f"{name} has already been merged{_after_merge(order, verb)}"
        case Refusal.HEALTHY:
            return f"Nothing is wrong with {name} ({phase}). {_nothing_to(verb)}"
        case Refusal.APPROVED:
            return f"{name} is already approved."
        case Refusal.NOT_HELD if not order.merge.requested:
            return f"{name} is not held ({phase}), so it cannot be dismissed. `bracketd cancel` ends it."
        case Refusal.NOT_HELD:
            return f"{name} is not held ({phase}), so it cannot be dismissed: {FINISHED}"
        case Refusal.NEEDS_A_CHOICE:
            return _needs_a_choice(order, verb)
        case _:
            return _nothing_there(order, verb, why)


def _nothing_there(order: Order, verb: Verb, why: Refusal) -> str:
    name = order.source.shoot
    if why is Refusal.IS_PART:
        return f"{name} is itself a part of a shoot, so it cannot be split."
    if why is Refusal.NOT_MISGROUPED:
        return f"{name} is not held for a wrong grouping ({order.phase.value}). {_nothing_to(verb)}"
    if why is Refusal.TOO_LARGE:
        return (
            f"{name} was not sent again: a set has more than {MOST_BRACKETS} photos, which the service does not merge. "
            "Fix the sets in bracketd.yaml (`bracketd plan FOLDER --write`), then `bracketd submit --again` the folder."
        )
    if verb is Verb.APPROVE_ONLY:
        return (
            f"{name} currently has no images to choose from ({order.phase.value}). You can choose while the order is "
            "held before it buys them."
        )
    return (
        f"All images of {name} failed. {_nothing_to(verb)} "
        "`bracketd retry` has them processed again; `bracketd dismiss` ends the order."
    )


def _needs_a_choice(order: Order, verb: Verb) -> str:
    if verb is Verb.SUBMIT:
        return may_be_delivered(order)
    return f"{order.source.shoot} was not retried: {_sentence(order.trouble)}"


def _nothing_to(verb: Verb) -> str:
    return f"There is nothing to {NOTHING_TO.get(verb, 'send')}."


def _submit(folder: str, *, again: bool = False) -> str:
    """The command that sends a shoot's folder, ready to be copied into a shell."""
    return f"`bracketd submit {'--again ' if again else ''}{shlex.quote(folder)}`"


def _after_merge(order: Order, verb: Verb) -> str:
    if verb is Verb.SPLIT:
        return ", so it is too late to split it: its photos are one order. With `split: ask`, such shoots wait for you."
    if verb in (Verb.SUBMIT, Verb.SUBMIT_AGAIN) and order.hold_kind in (HoldKind.MISGROUPED, HoldKind.CHOICE):
        return ". `bracketd approve` buys its images; `bracketd dismiss` ends it."
    if verb in (Verb.SUBMIT, Verb.SUBMIT_AGAIN):
        return ". `bracketd retry` resumes it; `bracketd dismiss` ends it."
    if may_dismiss(order):
        return ", so it cannot be cancelled. Nothing more is bought while it is held. `bracketd dismiss` ends it."
    return f", so it cannot be cancelled: {FINISHED}"


def done(verb: Verb, before: Order, after: Order) -> str:
    """The answer to a verb that was carried out."""
    name = after.source.shoot
    if after.phase is Phase.HELD:
        return f"{name} is still held: {_sentence(after.trouble)}"
    match verb:
        case Verb.RETRY if after.times.reopened_at != before.times.reopened_at:
            failed = _count(sum(image.state is ImageState.FAILED for image in before.images), "failed image")
            return f"{name}: {failed} will be processed again. You only pay for images that succeed."
        case Verb.RETRY:
            return f"{name} is being retried."
        case Verb.APPROVE_ONLY:
            return _bought_only(before, after)
        case Verb.APPROVE if after.purchase.approved:
            return f"{name} is approved; limits no longer apply to it."
        case Verb.SUBMIT | Verb.APPROVE if after.source.supplement_of is not None:
            return f"{name}: sending the supplement ({_count(len(after.sent), 'photo')})."
        case Verb.DISMISS if after.merge.requested:
            return _dismissed(after)
        case Verb.CANCEL | Verb.SKIP | Verb.DISMISS:
            return f"{name} is cancelled; nothing was bought. To send it again: {_submit(after.source.folder)}"
        case _:
            return f"{name} continues."


def _bought_only(before: Order, after: Order) -> str:
    old = {image.id: image.state for image in before.images}
    bought = sum(image.state is ImageState.PROCESSED for image in after.images if image.fetched_at is None)
    left = sum(image.state is ImageState.NOT_PICKED for image in after.images)
    more = sum(old[image.id] is ImageState.NOT_PICKED is not image.state for image in after.images)
    text = f"{after.source.shoot}: {_count(more or bought, 'image')} will be bought"
    if not left:
        return f"{text}."
    return f"{text}, {left} will not. `bracketd approve SHOOT --only NAME` buys more of them later."


def regrouped(old: Order, fact: Regrouped, new: Order) -> str:
    """The answer to a regroup."""
    again = f"{old.source.shoot}: sending {_count(len(new.plan), 'scene')} again ({_count(len(new.sent), 'photo')})"
    if new.phase is Phase.HELD:
        again = f"{old.source.shoot}: the new order is held: {(new.trouble or '').rstrip('.')}"
    kept = f"{_count(len(fact.kept), 'other image')} will be bought now" if fact.kept else "no image is bought now"
    return f"{again}; {kept}. The wrong images are not bought."


def not_picked(order: Order, picked: Picked) -> str:
    """The answer to a choice of images with names that cannot be used, or without names."""
    why = "; ".join(picked.mistakes) or "no image was named"
    return f"Nothing was approved for {order.source.shoot}: {why}."


def _dismissed(order: Order) -> str:
    kept = sum(image.state in ON_DISK for image in order.images)
    if not kept:
        again = f"To send it as a new order: {_submit(order.source.folder)}"
        return f"{order.source.shoot} is dismissed; none of its images will be bought. {again}"
    left = _count(sum(image.state is ImageState.DISMISSED for image in order.images), "image")
    kept_images = _count(kept, "image")
    text = (
        f"{order.source.shoot} is dismissed; {left} will not be bought. {kept_images} already bought will be delivered."
    )
    if not unpictured(order):
        return text
    return f"{text} Afterwards, {_submit(order.source.folder)} sends the photos of the others as a new order."


# --- a shoot's folder ---


def sent(order: Order) -> str:
    """The answer to a submit that created an order."""
    if order.phase is Phase.HELD:
        return f"{order.source.shoot} is held: {_sentence(order.trouble)}"
    if order.source.supplement_of is not None:
        return f"{order.source.shoot}: sending the new photos as a supplement ({_count(len(order.sent), 'photo')})."
    return f"{order.source.shoot}: sending {_count(len(order.sent), 'photo')}."


def split(orders: Sequence[Order]) -> str:
    """The answer to a split: the orders of the parts."""
    parts = (f"“{order.source.shoot}” ({_count(len(order.sent), 'photo')})" for order in orders)
    text = f"{orders[0].source.whole_shoot}: split into {_count(len(orders), 'order')}: {', '.join(parts)}."
    held = [order for order in orders if order.phase is Phase.HELD]
    return " ".join((text, *(f"“{order.source.shoot}” is held: {_sentence(order.trouble)}" for order in held)))


def one_property(shoot: str, folder: str) -> str:
    """The answer to a split of a shoot that looks like one property."""
    return (
        f"Not split: {shoot} looks like one property. `bracketd plan {shlex.quote(folder)}` shows its sets. To send a "
        "property alone, move its photos to a folder of their own."
    )


def sent_in_part(shoot: str, folder: str, other: Order | None) -> str:
    """The answer to a split of a shoot when another order has photos of it."""
    by = "another order" if other is None else f"“{other.source.shoot}” ({other.phase.value})"
    return (
        f"Not split: {by} has photos of {shoot}. {_submit(folder)} sends the photos that were not sent, as one order."
    )


def sent_before(order: Order) -> str:
    """The answer to a submit for a shoot that was sent before and has no new photos."""
    return (
        f"Not sent: {order.source.shoot} was sent on {day(order.times.created_at)} and has no new photos. "
        f"Its pictures are in {order.source.output}. Use --again to send and buy all of it again."
    )


def same_photos(original: Order | None) -> str:
    """The answer to a submit for a shoot whose photos are in another order. None: it is no longer stored."""
    if original is None:
        return f"Not sent: the same photos are in an order that is no longer in the state. {AGAIN}"
    if original.phase in LINE:
        sent_on = day(original.times.created_at)
        return f"Not sent: the same photos were sent on {sent_on} as “{original.source.shoot}”. {AGAIN}"
    return f"Not sent: “{original.source.shoot}” ({original.phase.value}) has the same photos. {AGAIN}"


def skipped_for(original: Order, known: int, unsent: int) -> str:
    """Why a shoot is skipped: another order has the same photos. Names the command that sends it anyway.

    ``known`` photos were sent; ``unsent`` were not, because they were skipped or cancelled before.
    """
    if unsent:
        sent = f"{known} of its photos were sent as “{original.source.shoot}”"
        others = f"the other {_count(unsent, 'photo')} were skipped or cancelled before"
        return f"{sent}, {others}; `bracketd submit FOLDER` sends those"
    same = f"same photos as “{original.source.shoot}”"
    if not was_sent(original):
        return f"{same}, which was {original.phase.value} and never bought; `bracketd submit FOLDER` sends them"
    if original.phase is Phase.HELD:
        return f"{same}, which is held; `bracketd submit --again FOLDER` sends and buys these as well"
    return f"{same}, sent {day(original.times.created_at)}; `bracketd submit --again FOLDER` sends and buys them again"


def skipped(shoot: str, folder: str) -> str:
    """The answer to a cancel for a shoot that was still waiting."""
    return f"{shoot} is skipped and will not be sent. To send it after all: {_submit(folder)}"


def skipped_already(shoot: str, folder: str) -> str:
    """The answer to a cancel for a shoot that was skipped before."""
    return f"{shoot} was already skipped. To send it: {_submit(folder)}"


def nothing_new(shoot: str) -> str:
    """The answer to a cancel for the late photos of a shoot that has none."""
    return f"{shoot} was already sent and has no new photos, so there is nothing to skip."


def no_photos(shoot: str) -> str:
    """The answer to a submit for a folder without a photo that can be sent."""
    return (
        f"Not sent: every photo of {shoot} is unreadable or left out. Replace unreadable photos with complete copies, "
        "or change `singles` or the shoot's bracketd.yaml, then submit it again."
    )


def may_be_delivered(order: Order) -> str:
    """The answer to a submit for a shoot that seems to have been delivered already."""
    return (
        f"Not sent: {order.source.shoot} may already have been delivered: {order.trouble}. "
        f"To send and buy it anyway: {_submit(order.source.folder, again=True)}"
    )


def out_of_bounds(shoot: str, why: str) -> str:
    """The answer to a submit for a shoot that is too large or links out of itself. ``why`` is a predicate."""
    return f"{shoot} was not sent: it {why}."


def waits(shoot: str, why: str) -> str:
    """The answer to a submit that had to wait for too long. ``why`` begins with "not sent yet"."""
    return (
        f"{shoot} is {_sentence(why)} Try again later. `bracketd submit --again` does not wait: it sends and buys the "
        "shoot even if it was delivered before."
    )


def folder_is_away(folder: str) -> str:
    """The answer to an ask for a shoot in a watched folder that stays unavailable."""
    return (
        f"The watched folder of {folder} is not available, so nothing was done. `bracketd status` says why. Try again "
        "when it is back."
    )


def gone(folder: str) -> str:
    """The answer to an ask for a folder that was removed."""
    return f"The folder {folder} no longer exists, so nothing was done."


def unusable_name(folder: str) -> str:
    """The answer to an ask for a folder whose name the daemon's locale cannot encode."""
    return (
        f"The daemon cannot open {folder}, because its locale cannot encode the name. "
        "Restart the daemon with a UTF-8 locale, such as LANG=C.UTF-8, then repeat the command."
    )


def unreadable(folder: str, why: str) -> str:
    """The answer to an ask for a folder that cannot be read. ``why`` is the system's error message."""
    return f"{folder} cannot be read ({why}), so nothing was done. Fix this, then repeat the command."


def not_watched(folder: str) -> str:
    """The answer to an ask for a folder that is not directly in a watched folder."""
    return (
        f"{folder} is not directly in a folder that the daemon watches. "
        "Move it into a watched folder, or restart the daemon if you changed the settings."
    )


# --- the rest ---


def adopted(root: str) -> str:
    """The answer to an adopt: the watched or output folder now counts as never seen."""
    return f"{root} is accepted as it is now."


def no_order(order_id: str) -> str:
    """The answer to an ask for an order that is not in the state."""
    return f"Order {order_id} no longer exists. `bracketd status` lists the orders."


def unknown(verb: str) -> str:
    """The answer to a verb that this version of bracketd does not have."""
    return f"The running daemon does not support “{verb}”. It may be older than this command; restart it."


def step_hangs(shoot: str, verb: Verb) -> str:
    """The answer to a dismissal of an order, or a choice of its images, while one of its steps does not end."""
    return (
        f"{shoot} was not {'dismissed' if verb is Verb.DISMISS else 'approved'}: one of its steps has been in progress "
        "for minutes, perhaps on a disk that does not respond. Check the disks, then run "
        f"`bracketd {NOTHING_TO[verb]}` again."
    )


def left_alone(shoot: str) -> str:
    """The answer to an ask for an order that a bug stopped until the next start."""
    return f"A bug in bracketd stopped {shoot}. Restart the daemon to continue; its log has the details."


def bug(error: BaseException) -> str:
    """The answer to an ask that failed with an unexpected error."""
    what = f"{type(error).__name__}: {error}"
    return f"This failed because of a bug in bracketd ({what}). Please report it with the daemon's log."


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def _sentence(text: str | None) -> str:
    return f"{text or 'check it with `bracketd show`'}".rstrip(".") + "."
