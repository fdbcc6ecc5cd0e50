"""Holds an order whose images differ from the planned ones, before anything is bought, and says how they differ."""

from __future__ import annotations

from daemon.order.changes import held
from daemon.order.hold import HoldKind
from daemon.order.image import Image
from daemon.order.money import to_buy
from daemon.order.order import Order
from daemon.order.phase import Phase
from daemon.order.problem import Code, Trouble
from daemon.order.proof import MismatchKind, Proof, compare_images

SHOWN = 3
"""The maximum number of scenes named in a message."""

WAYS_OUT = (
    "`bracketd approve SHOOT` buys all images as they are, `bracketd approve SHOOT --only NAME` buys some, "
    "`bracketd regroup SHOOT` sends only the wrong scenes again, as the planned sets, "
    "`bracketd dismiss SHOOT` ends the order without buying them"
)


def held_if_misgrouped(before: Order, after: Order) -> Order:
    """Hold an order that could buy images now, if they differ from the planned ones and ``on_mismatch`` says so.

    ``before`` is the order before the fact: an order is compared whenever it gets to the downloads, also when a person
    releases it, and when its previews were inspected. A person is asked only once. Pictures in dev mode cost nothing,
    so they never hold an order.
    """
    news = before.phase is not Phase.DOWNLOADING or before.inspection is not after.inspection
    arrives = after.phase is Phase.DOWNLOADING and news
    preset = after.preset
    if not arrives or after.purchase.accepted or preset.dev_mode or preset.on_mismatch == "never" or not to_buy(after):
        return after
    proof = compare_images(after)
    if not proof.mismatches or not (proof.certain or preset.on_mismatch == "always"):
        return after
    return held(after, Trouble(Code.MISGROUPED, _why(after, proof)), HoldKind.MISGROUPED)


def _why(order: Order, proof: Proof) -> str:
    scenes = differences(order, proof)
    more = f"; and {len(scenes) - SHOWN} more, see `bracketd show`" if len(scenes) > SHOWN else ""
    bought = " more" if any(image.fetched_at is not None for image in order.images) else ""
    looks_only = all(one.kind is MismatchKind.LOOKS_OTHERWISE for one in proof.mismatches)
    what = (
        "pictures show other scenes than planned" if looks_only else "the service did not group the photos as planned"
    )
    return f"{what}: {'; '.join(scenes[:SHOWN])}{more}. Nothing{bought} was bought. {WAYS_OUT}"


def differences(order: Order, proof: Proof) -> tuple[str, ...]:
    """The expected and the actual result, for the number of images and for each scene in question."""
    planned, got = len(proof.matches), proof.images
    count = any(one.kind is MismatchKind.COUNT for one in proof.mismatches)
    numbers = (f"expected {_counted(planned, 'image')}, got {got}",) if count else ()
    known = {image.id: image for image in order.images}
    return (*numbers, *(_scene(order, proof, index, known) for index in proof.in_question))


def _scene(order: Order, proof: Proof, index: int, known: dict[str, Image]) -> str:
    """A planned image, named by its first file: what was expected, and what came."""
    own = [one for one in proof.mismatches if index in one.sets]
    likes = dict.fromkeys(one.like for one in own if one.like is not None)
    looks = " and ".join(scene_name(order, proof.matches[like].planned.brackets[0]) for like in likes)
    if looks and all(one.like is not None for one in own):
        scene = scene_name(order, proof.matches[index].planned.brackets[0])
        return f"{scene}: expected this scene, got a picture that looks like {looks}"
    return _grouped(order, proof, index, known) + (f"; its picture looks like {looks}" if looks else "")


def _grouped(order: Order, proof: Proof, index: int, known: dict[str, Image]) -> str:
    """The expected and the actual photos of a planned image."""
    match = proof.matches[index]
    brackets = frozenset(match.planned.brackets)
    expected = f"{scene_name(order, match.planned.brackets[0])}: expected {_counted(len(brackets), 'photo')}"
    made_of = [known[image].brackets for image in match.images]
    if not made_of and len(match.named) > 1:
        return f"{expected}, got {len(match.named)} images named after them"
    if not made_of:
        return f"{expected}, got {'none' if _is_missing(proof, index) else 'an unknown number'}"
    first, *others = made_of
    strangers = sum(number not in brackets for number in first)
    elsewhere = sum(number in brackets for numbers in others for number in numbers)
    return (
        f"{expected}, got {len(first)}"
        + (f" ({strangers} from another scene)" if strangers else "")
        + (f", and {elsewhere} in {'another image' if len(others) == 1 else 'other images'}" if elsewhere else "")
    )


def _is_missing(proof: Proof, index: int) -> bool:
    return any(one.kind is MismatchKind.MISSING and index in one.sets for one in proof.mismatches)


def scene_name(order: Order, number: int) -> str:
    """The name of a scene's first file."""
    return order.brackets[number].path.rpartition("/")[2]


def _counted(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"
