"""Compares the images of the service with the order's planned images, before anything is bought.

| what the service reports | what is compared |
|---|---|
| the brackets of an image (brackets flow) | membership: in which image each planned set's brackets are |
| only the image's name | the set of the bracket in the name: weak evidence, not proof of membership |
| neither | the number of images |

If the previews were inspected, each image must also look like its set, whatever the service reports. An image looks
like another set only if that set's middle frame is clearly more similar than every other one.

A mismatch is *certain* if the sets in question were: see ``_certain``. If the service does not report an image's
brackets, the planned set is in ``Proof.unknown``; that is not a mismatch.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from daemon.order.order import Order
from daemon.order.pictures import named_after
from daemon.order.plan import grouping_request, images_planned
from daemon.order.planned import PlannedImage
from daemon.order.preview import Inspection
from daemon.shoot.sets import Confidence

LEAST, MARGIN = 0.6, 0.1
"""The least similarity of an image and the frame that it shows, and the least lead over all other frames.

Both were measured on enhanced pictures: see ``daemon.previews.look``, which has the same numbers.
"""


class MismatchKind(StrEnum):
    """How the images differ from the planned ones.

    SPLIT: a set is in several images. STRAY: a bracket of a set became an image of its own. MOVED: a bracket is in the
    image of another set. JOINED: several sets are in one image. MISSING: a set has no image. NAMED_OTHERWISE: an image
    is named after a bracket of another set. COUNT: there are more or fewer images than planned. LOOKS_OTHERWISE: an
    image clearly looks like another set.

    An image that the service failed to make still counts as an image.
    """

    SPLIT = "split"
    STRAY = "stray"
    MOVED = "moved"
    JOINED = "joined"
    MISSING = "missing"
    NAMED_OTHERWISE = "named otherwise"
    COUNT = "count"
    LOOKS_OTHERWISE = "looks otherwise"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference. ``sets`` are the indexes of the planned images in question, the one that lost brackets first.

    ``brackets`` are the numbers of the brackets that are in the wrong image, if they are known. ``like`` is the index
    of the planned image that the image looks like, for LOOKS_OTHERWISE.
    """

    kind: MismatchKind
    sets: tuple[int, ...]
    brackets: tuple[int, ...] = ()
    certain: bool = False
    like: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A planned image and the ids of the images that have its brackets, the one with the most of them first.

    ``images`` is empty if the service does not report which image that is. ``named`` are the ids of images that are
    connected with the planned image by their name only.
    """

    planned: PlannedImage
    images: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """The result of a comparison. ``matches`` has each planned image; empty if the order has no plan.

    ``unknown`` are the indexes of planned images for which the service does not report the image of every bracket.
    """

    matches: tuple[Match, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    unknown: tuple[int, ...] = ()
    images: int = 0

    @property
    def certain(self) -> bool:
        """True if one of the mismatches is certain."""
        return any(mismatch.certain for mismatch in self.mismatches)

    @property
    def in_question(self) -> tuple[int, ...]:
        """The indexes of all planned images that are part of a mismatch, in shooting order."""
        return tuple(sorted({index for mismatch in self.mismatches for index in mismatch.sets}))


def compare_images(order: Order) -> Proof:
    """Compare an order's images with its planned images. Without a plan, or without images, nothing is compared."""
    planned = images_planned(order)
    if not planned or not order.images:
        return Proof()
    seen = _Seen(order, planned)
    found = [*_by_membership(seen), *_missing(seen), *_by_name(seen)]
    found += _count(seen, found)
    found += _by_look(seen, order.inspection)
    matches = (Match(one, seen.images_of(index), seen.named(index)) for index, one in enumerate(planned))
    unknown = (index for index, one in enumerate(planned) if not seen.places.keys() >= set(one.brackets))
    return Proof(tuple(matches), tuple(found), tuple(unknown), len(order.images))


class _Seen:
    """What is known about an order's images. ``places`` maps each bracket to the index of its image."""

    def __init__(self, order: Order, planned: Sequence[PlannedImage]) -> None:
        self.planned = planned
        self.certain = _certain(order, planned)
        self.set_of = {number: index for index, one in enumerate(planned) for number in one.brackets}
        self.places: dict[int, int] = {}
        for index, image in enumerate(order.images):
            self.places |= {number: index for number in image.brackets if number in self.set_of}
        self.ids = [image.id for image in order.images]
        names = (named_after(order, image) for image in order.images)
        self.names = [next((self.set_of[number] for number in name if number in self.set_of), None) for name in names]
        self.parts = {index: self._parts(index) for index in range(len(planned))}
        self.content: Mapping[int, set[int]] = self._content()
        self.homes = self._homes()

    def images_of(self, index: int) -> tuple[str, ...]:
        """The ids of the images that have brackets of a planned set, the one with the most first."""
        order = sorted(self.parts[index], key=lambda image: (image != self.homes.get(index), image))
        return tuple(self.ids[image] for image in order)

    def named(self, index: int) -> tuple[str, ...]:
        """The ids of images that are named after a bracket of a planned set, and whose brackets are not known."""
        return tuple(self.ids[image] for image, name in enumerate(self.names) if name == index and self.is_open(image))

    def sets_of(self, image: int) -> tuple[int, ...]:
        """The planned sets that an image has brackets of, or else the one that it is named after; empty if unknown."""
        name = self.names[image]
        return tuple(sorted(self.content.get(image, ()))) or (() if name is None else (name,))

    def is_open(self, image: int) -> bool:
        """True if none of this image's brackets are known."""
        return image not in self.content

    def _parts(self, index: int) -> dict[int, tuple[int, ...]]:
        """The brackets of a planned set, by the image that they are in."""
        parts: dict[int, tuple[int, ...]] = defaultdict(tuple)
        for number in self.planned[index].brackets:
            if number in self.places:
                parts[self.places[number]] += (number,)
        return parts

    def _content(self) -> dict[int, set[int]]:
        """The planned sets that each image has brackets of."""
        content: dict[int, set[int]] = defaultdict(set)
        for number, image in self.places.items():
            content[image].add(self.set_of[number])
        return dict(content)

    def _homes(self) -> dict[int, int]:
        """The image with most of each planned set's brackets. Of several, the first that no earlier set has."""
        homes: dict[int, int] = {}
        for index, parts in self.parts.items():
            taken = set(homes.values())
            if parts:
                homes[index] = min(parts, key=lambda image: (-len(parts[image]), image in taken, image))
        return homes


def _certain(order: Order, planned: Sequence[PlannedImage]) -> tuple[bool, ...]:
    """For each planned image: True if the service was expected to make it.

    It was if it was requested: as sets, or as a fixed number of brackets whose times are known. If the service groups
    by itself, only certain sets are expected. Single photos never are: how often a single is right was not measured.
    """
    request = grouping_request(order)
    if request.sets is not None:
        return (True,) * len(planned)
    if request.per_image is not None:
        timed = all(order.brackets[number].shot.second is not None for number in order.sent)
        return (timed,) * len(planned)
    return tuple(one.confidence is Confidence.CERTAIN and len(one.brackets) > 1 for one in planned)


def _by_membership(seen: _Seen) -> list[Mismatch]:
    """The mismatches that follow from the known membership."""
    found = []
    for index, parts in seen.parts.items():
        for image, brackets in parts.items():
            if image == seen.homes[index]:
                continue
            others = sorted(seen.content[image] - {index})
            sets = (index, *others)
            own = MismatchKind.STRAY if len(brackets) == 1 else MismatchKind.SPLIT
            found.append(Mismatch(MismatchKind.MOVED if others else own, sets, brackets, _any_certain(seen, sets)))
    residents: dict[int, list[int]] = defaultdict(list)
    for index, home in seen.homes.items():
        residents[home].append(index)
    for image, joined in residents.items():
        if len(joined) > 1:
            brackets = tuple(number for index in joined[1:] for number in seen.parts[index][image])
            found.append(Mismatch(MismatchKind.JOINED, tuple(joined), brackets, _any_certain(seen, joined)))
    return found


def _missing(seen: _Seen) -> list[Mismatch]:
    """The planned sets without an image: every image is known to be made of, or is named after, other sets."""
    left = [index for index, parts in seen.parts.items() if not parts]
    opened = [image for image in range(len(seen.ids)) if seen.is_open(image)]
    if not seen.content or any(seen.names[image] is None for image in opened):
        return []
    named = {seen.names[image] for image in opened}
    missing = [index for index in left if index not in named]
    return [Mismatch(MismatchKind.MISSING, (index,), (), seen.certain[index]) for index in missing]


def _by_name(seen: _Seen) -> list[Mismatch]:
    """The images that are named after a bracket of another set.

    An image whose brackets are known should be named after one of them. Membership outweighs a name, so that this is
    never certain. Of the images whose brackets are not known, two should not be named after the same set, and none
    after a set whose image is known.
    """
    found = []
    for image, name in enumerate(seen.names):
        if name is not None and not seen.is_open(image) and name not in seen.content[image]:
            found.append(Mismatch(MismatchKind.NAMED_OTHERWISE, (*sorted(seen.content[image]), name)))
    counted = Counter(name for image, name in enumerate(seen.names) if name is not None and seen.is_open(image))
    for name, times in sorted(counted.items()):
        if times + (name in seen.homes) > 1:
            found.append(Mismatch(MismatchKind.NAMED_OTHERWISE, (name,), (), seen.certain[name]))
    return found


def _count(seen: _Seen, others: Sequence[Mismatch]) -> list[Mismatch]:
    """The mismatch in the number of images. The other mismatches may already show which sets are in question.

    If they do not, the sets whose image is unknown are in question; with too few images, only those of them that no
    image is named after. The mismatch is certain only if all of these sets are.
    """
    if len(seen.ids) == len(seen.planned):
        return []
    if others:
        sets = tuple(dict.fromkeys(index for other in others for index in other.sets))
        return [Mismatch(MismatchKind.COUNT, sets, (), any(other.certain for other in others))]
    left = [index for index, parts in seen.parts.items() if not parts]
    if len(seen.ids) < len(seen.planned):
        left = [index for index in left if not seen.named(index)]
    sets = tuple(left) or tuple(range(len(seen.planned)))
    return [Mismatch(MismatchKind.COUNT, sets, (), all(seen.certain[index] for index in sets))]


def _by_look(seen: _Seen, inspection: Inspection | None) -> list[Mismatch]:
    """The images that clearly look like another set than theirs.

    An image's sets are those that it has brackets of, or else the one that it is named after. Without these, or if the
    middle frame of one of them could not be read, its look proves nothing.
    """
    if inspection is None:
        return []
    compared, found = frozenset(inspection.compared), []
    indexes = {image: index for index, image in enumerate(seen.ids)}
    for one in inspection.looks:
        image = indexes.get(one.image)
        if image is None or one.similarity < LEAST or one.lead < MARGIN:
            continue
        own = seen.sets_of(image)
        if own and one.set not in own and compared.issuperset(own):
            found.append(Mismatch(MismatchKind.LOOKS_OTHERWISE, own, (), certain=True, like=one.set))
    return found


def _any_certain(seen: _Seen, sets: Iterable[int]) -> bool:
    """True if one of the sets is certain: then brackets of the others are certainly not part of it."""
    return any(seen.certain[index] for index in sets)
