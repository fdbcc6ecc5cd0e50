"""What a person is answered: a sentence or two for what came of an ask, with the next command."""

from __future__ import annotations

from datetime import datetime

import structlog

from daemon.order import LINE, Hold, ImageState, MergeState, Order, Phase, Refusal, Verb
from daemon.order.again import was_sent
from daemon.order.asked import ON_DISK, may_dismiss
from daemon.store.asks import Answer, Outcome

log = structlog.get_logger("bracketd.asks")

NOTHING_TO = {
    Verb.RETRY: "try again",
    Verb.APPROVE: "approve",
    Verb.CANCEL: "cancel",
    Verb.SKIP: "cancel",
    Verb.DISMISS: "dismiss",
}
AGAIN = "Use --again to send and buy them again."
FINISHED = "it will be finished, and its pictures bought and delivered"


def day(seconds: float) -> str:
    """The day of a moment by this machine's calendar: ``3 Nov 2026``. ``seconds`` since 1970 (UTC)."""
    moment = datetime.fromtimestamp(seconds).astimezone()
    return f"{moment.day} {moment:%b %Y}"


def log_answer(answer: Answer) -> None:
    """Log an answer that is in the state file."""
    how, ask = (log.warning if answer.outcome is Outcome.FAILED else log.info), answer.ask
    how("ask answered", verb=ask.verb, target=ask.target, outcome=answer.outcome.value, answer=answer.text)


# --- an order ---


def refused(order: Order, verb: Verb, why: Refusal, original: Order | None = None) -> str:
    """Why a verb is not allowed for an order; ``original`` is the order whose photos a skipped shoot has, if known."""
    name, phase = order.shoot, order.phase.value
    match why:
        case Refusal.DELIVERED:
            return f"{name} is delivered already, its pictures are in {order.output}; {_nothing_to(verb)}."
        case Refusal.CANCELLED:
            return f"{name} is cancelled; {_nothing_to(verb)}. `bracketd submit` sends it again: {order.folder}"
        case Refusal.SKIPPED:
            bought = order.same_as is not None and (original is None or was_sent(original))
            submit = "bracketd submit --again" if bought else "bracketd submit"
            return f"{name} was skipped. `{submit}` sends it: {order.folder}"
        case Refusal.UNDER_WAY:
            return f"{name} is under way already ({phase})."
        case Refusal.MERGED:
            return f"{name} was merged already{_after_merge(order, verb)}"
        case Refusal.HEALTHY:
            return f"Nothing is wrong with {name}: it is {phase}."
        case Refusal.APPROVED:
            return f"{name} is approved already."
        case Refusal.NOT_HELD if order.merge is MergeState.NOT_ASKED:
            return f"{name} is not held ({phase}). `bracketd cancel` ends it."
        case Refusal.NOT_HELD:
            return f"{name} is not held ({phase}); {FINISHED}."
        case Refusal.NEEDS_A_CHOICE:
            return _needs_a_choice(order)
        case Refusal.NOTHING_CAME_OUT:
            return (
                f"None of the images of {name} came out; {_nothing_to(verb)}. "
                "`bracketd retry` has them processed again, `bracketd dismiss` ends the order."
            )


def _needs_a_choice(order: Order) -> str:
    if order.hold is Hold.UNKNOWN_ORDER:
        return f"{order.shoot} is not tried again: {order.trouble}."
    return (
        f"{order.shoot} is held because its photos may be those of a skipped shoot. `bracketd approve` sends it, "
        "`bracketd cancel` skips it."
    )


def _nothing_to(verb: Verb) -> str:
    return f"there is nothing to {NOTHING_TO.get(verb, 'send')}"


def _after_merge(order: Order, verb: Verb) -> str:
    if verb in (Verb.SUBMIT, Verb.SUBMIT_AGAIN):
        return ". `bracketd retry` lets it go on, `bracketd dismiss` ends it."
    if may_dismiss(order):
        return "; nothing more is bought while it is held. `bracketd dismiss` ends it."
    return f"; {FINISHED}."


def done(verb: Verb, before: Order, after: Order) -> str:
    """What a verb that was allowed made of an order."""
    name = after.shoot
    if after.phase is Phase.HELD:
        return f"{name} is still held: {_sentence(after.trouble)}"
    match verb:
        case Verb.RETRY if after.reopened_at != before.reopened_at:
            failed = _count(sum(image.state is ImageState.FAILED for image in before.images), "failed image")
            return f"{name} goes back to processing for {failed}; only what comes out of that is bought."
        case Verb.RETRY:
            return f"{name} is tried again."
        case Verb.APPROVE if after.approved:
            return f"{name} is approved: it will not be held for a limit."
        case Verb.SUBMIT | Verb.APPROVE if after.supplement_of is not None:
            return f"{name}: the supplement is sent ({_count(len(after.sent), 'photo')})."
        case Verb.DISMISS if after.merge is not MergeState.NOT_ASKED:
            return _dismissed(after)
        case Verb.CANCEL | Verb.SKIP | Verb.DISMISS:
            return f"{name} is cancelled; nothing of it is bought. `bracketd submit` sends it again: {after.folder}"
        case _:
            return f"{name} goes on."


def _dismissed(order: Order) -> str:
    kept = sum(image.state in ON_DISK for image in order.images)
    if not kept:
        again = f"`bracketd submit` sends it as a new order: {order.folder}"
        return f"{order.shoot} is dismissed; none of its images is bought. {again}"
    left = _count(sum(image.state is ImageState.DISMISSED for image in order.images), "image")
    return f"{order.shoot} ends without buying {left}; {_count(kept, 'image')} bought before will be delivered."


# --- a shoot's folder ---


def sent(order: Order) -> str:
    """What became of a shoot that a person submitted and that was made an order."""
    if order.phase is Phase.HELD:
        return f"{order.shoot} is held: {_sentence(order.trouble)}"
    if order.supplement_of is not None:
        return f"{order.shoot}: what is new in it is sent as a supplement ({_count(len(order.sent), 'photo')})."
    return f"{order.shoot} is sent ({_count(len(order.sent), 'photo')})."


def sent_before(order: Order) -> str:
    """A submit for a shoot without a new photo since it was sent."""
    return (
        f"Not sent: {order.shoot} was sent on {day(order.created_at)}, and no photo in it is new. Its pictures are in "
        f"{order.output}. {AGAIN}"
    )


def same_photos(original: Order | None) -> str:
    """A submit for a shoot whose photos are in another order; None if that is not known any more."""
    if original is None:
        return f"Not sent: the same photos are in an order that is not known any more. {AGAIN}"
    if original.phase in LINE:
        return f"Not sent: the same photos were sent on {day(original.created_at)} as “{original.shoot}”. {AGAIN}"
    return f"Not sent: “{original.shoot}”, which is {original.phase.value}, has the same photos. {AGAIN}"


def skipped_for(original: Order, known: int, unsent: int) -> str:
    """Why a shoot is skipped: another order has its photos. Names the command that sends them nevertheless.

    ``known`` photos were sent, ``unsent`` were not: those were skipped or cancelled before.
    """
    if unsent:
        others = f"the other {_count(unsent, 'photo')} were skipped or cancelled before"
        return f"{known} of its photos were sent as “{original.shoot}”, {others}; `bracketd submit FOLDER` sends those"
    same = f"same photos as “{original.shoot}”"
    if not was_sent(original):
        return f"{same}, which is {original.phase.value} and was never bought; `bracketd submit FOLDER` sends them"
    if original.phase is Phase.HELD:
        return f"{same}, which is held; `bracketd submit --again` sends and buys these as well"
    return f"{same}, sent {day(original.created_at)}; `bracketd submit --again` sends and buys them again"


def skipped(shoot: str, folder: str) -> str:
    """A shoot that waited and that a person does not want sent."""
    return f"{shoot} is skipped: nothing of it is sent. `bracketd submit` sends it after all: {folder}"


def skipped_already(shoot: str, folder: str) -> str:
    """A shoot that was skipped before a person asked for it."""
    return f"{shoot} is skipped already. `bracketd submit` sends it: {folder}"


def nothing_new(shoot: str) -> str:
    """A shoot whose late photos a person wants to skip, and that has none."""
    return f"{shoot} was sent, and nothing new in it waits; there is nothing to skip."


def no_photos(shoot: str) -> str:
    """A submit for a folder of which no photo can be read."""
    return f"Not sent: no photo of {shoot} can be read. Put whole photos into its folder, and submit it again."


def may_be_delivered(order: Order) -> str:
    """A shoot whose photos an order that the state does not know seems to have sent."""
    return (
        f"Not sent: {order.shoot} may have been delivered: {order.trouble}. "
        "`bracketd submit --again` sends and buys it anyway."
    )


def out_of_bounds(shoot: str, why: str) -> str:
    """A shoot that is too large, or leads out of itself, is not sent."""
    return f"{shoot} is not sent: {why}."


def gone(folder: str) -> str:
    """An ask for a folder that was removed."""
    return f"Not done: the folder {folder} is not there any more."


def unusable_name(folder: str) -> str:
    """An ask for a folder whose name the daemon cannot pass to the system."""
    return (
        f"Not done: the daemon's locale has no characters for the name of {folder}. "
        "Start the daemon with a UTF-8 locale, such as LANG=C.UTF-8, then ask again."
    )


def unreadable(folder: str, why: str) -> str:
    """An ask for a folder that the system does not let us read."""
    return f"Not done: {folder} cannot be read ({why}). Mend that, then ask again."


def not_watched(folder: str) -> str:
    """An ask for a folder that is not a shoot's."""
    return (
        f"Not done: {folder} is not directly in a folder that the daemon watches. "
        "Restart the daemon if the settings changed, or move the folder into a watched one."
    )


# --- the rest ---


def adopted(root: str) -> str:
    """A watched or output folder that counts as never seen."""
    return f"{root} is taken as it is."


def no_order(order_id: str) -> str:
    """An ask for an order that the state does not have."""
    return f"Not done: there is no order {order_id} any more. `bracketd status` lists the orders."


def unknown(verb: str) -> str:
    """An ask that only another version of bracketd knows."""
    return f"Not done: this daemon does not know “{verb}”. It may be another version than the command: restart it."


def left_alone(shoot: str) -> str:
    """An ask for an order that a bug of ours stopped altogether."""
    return f"Not done: a bug in bracketd stopped {shoot} until the daemon is restarted; its log says more."


def bug(error: BaseException) -> str:
    """An ask that failed for a reason that nobody foresaw."""
    return f"Not done: a bug in bracketd ({type(error).__name__}: {error}). Please report it with the daemon's log."


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def _sentence(text: str | None) -> str:
    return f"{text or 'a person must look'}".rstrip(".") + "."
