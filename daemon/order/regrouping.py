"""Rules for a regroup: a new order of the scenes that the service grouped wrongly, with explicit sets.

The images of the other scenes are bought with the first order; its wrong images are dismissed.
"""

from __future__ import annotations

from dataclasses import replace

from daemon.order import facts as f
from daemon.order.again import REPLACED, fingerprint
from daemon.order.asked import ON_DISK, held_if_empty
from daemon.order.bracket import Bracket
from daemon.order.changes import released
from daemon.order.ended import Ended
from daemon.order.image import Image, ImageState
from daemon.order.order import Order
from daemon.order.phase import Phase
from daemon.order.planned import PlannedImage
from daemon.order.policy import Policy
from daemon.order.problem import Code, Trouble
from daemon.order.proof import Proof, compare_images
from daemon.order.times import Times
from daemon.order.unsent import Unsent
from daemon.shoot.sets import MOST_BRACKETS


def may_regroup(order: Order) -> bool:
    """True if an order is held because its images differ from the planned ones."""
    return order.phase is Phase.HELD and order.is_in(Code.MISGROUPED)


def is_too_large(order: Order) -> bool:
    """True if one of the wrong scenes has more brackets than the service merges into one image."""
    proof = compare_images(order)
    return any(len(proof.matches[index].planned.brackets) > MOST_BRACKETS for index in _wrong(proof))


def regrouping(order: Order, new_id: str, now: float) -> tuple[Order, f.Regrouped]:
    """The new order of the wrong scenes, and the fact for the first order. Its output folder is that of the first.

    If the first order ends, the new one has its files that are not sent, so that they are not taken for new ones.
    """
    proof = compare_images(order)
    wrong = _wrong(proof)
    right = (match for index, match in enumerate(proof.matches) if index not in wrong)
    kept = tuple(image for match in right for image in match.images or match.named)
    numbers = tuple(number for index in wrong for number in proof.matches[index].planned.brackets)
    ends = not kept and not any(image.state in ON_DISK for image in order.images)
    brackets = tuple(_again(order.brackets[number]) for number in numbers)
    if ends:  # no other order then knows what the shoot leaves out
        brackets += tuple(replace(_again(b), left_out=b.left_out) for b in order.brackets if b.left_out is not None)
    place = {number: index for index, number in enumerate(numbers)}
    planned = (proof.matches[index].planned for index in wrong)
    plan = tuple(PlannedImage(tuple(place[n] for n in one.brackets), one.confidence) for one in planned)
    source = replace(
        order.source,
        fingerprint=fingerprint(brackets),
        supplement_of=order.source.supplement_of or order.id,
        unknown_order=None,
        several="",
    )
    new = Order(
        id=new_id,
        flow="brackets",
        source=source,
        times=Times(created_at=now, updated_at=now),
        preset=replace(order.preset, grouping="sets", per_image=None),
        brackets=brackets,
        plan=plan,
        unsent=replace(order.unsent, altered=()) if ends else Unsent(),
        due=now,
    )
    return new, f.Regrouped(kept, new_id)


def regrouped(order: Order, fact: f.Regrouped, now: float, _policy: Policy) -> Order:
    """Dismiss the wrong images of an order. It continues with the others; without any, it ends."""
    if not may_regroup(order):
        return order
    images = tuple(_kept(image, fact.kept) for image in order.images)
    after = replace(released(order, now), images=images, purchase=replace(order.purchase.lifted(), accepted=True))
    if any(image.state is not ImageState.DISMISSED for image in images):
        return held_if_empty(after)
    why = (Trouble(Code.REPLACED, REPLACED),)
    return replace(
        after,
        standing=Ended.CANCELLED_BY_RULE,
        troubles=why,
        due=None,
        unsent=replace(order.unsent, late=()),
    )


def _wrong(proof: Proof) -> tuple[int, ...]:
    """The planned images in question, and those that no image is known for, in shooting order."""
    unknown = (index for index, match in enumerate(proof.matches) if not (match.images or match.named))
    return tuple(sorted({*proof.in_question, *unknown}))


def _kept(image: Image, kept: tuple[str, ...]) -> Image:
    if image.id in kept or image.state in ON_DISK:
        return image
    return replace(image, state=ImageState.DISMISSED)


def _again(bracket: Bracket) -> Bracket:
    """A bracket as it was locked, to be sent in another order."""
    return Bracket(
        bracket.path,
        bracket.size,
        bracket.mtime_ns,
        bracket.inode,
        mark=bracket.mark,
        ctime_ns=bracket.ctime_ns,
        rereads=bracket.rereads,
        shot=bracket.shot,
    )
