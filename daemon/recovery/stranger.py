"""An order that only the service knows, made anew from the names that its brackets bear there.

Each name has the shoot's, the file's, the beginning of the order's id and the bracket's number in it
(``Order.bracket_name``). Where the shoot still lies in a watched folder its files are found by them. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from daemon.order import Bracket, FlowName, Image, ImageState, Order, Phase, Preset, fingerprint
from daemon.order.naming import name_at_service
from daemon.recovery.atservice import AtService
from daemon.recovery.reconcile import Rebuilt, Source, merged, outputs
from daemon.service import ImageStatus
from daemon.shoot import File, Shot
from daemon.shoot.shot import UNKNOWN

NOT_THERE = "is not at the service"


@dataclass(frozen=True, slots=True)
class Shoot:
    """A shoot in a watched folder: where its pictures would go, how it would be ordered, and its photos.

    Those come first that would be sent; ``shots`` are what all of them say of their frames, by path.
    """

    name: str
    folder: str
    output: str
    preset: Preset
    files: tuple[File, ...] = ()
    shots: Mapping[str, Shot] = field(default_factory=dict)


def may_be_of(there: AtService, shoot: str) -> bool:
    """Whether an order's brackets can come from a shoot of this name."""
    prefix = f"{name_at_service(shoot, '', '').rstrip()} "
    return all(name.startswith(prefix) for name in there.names.values())


def files_of(there: AtService, shoot: Shoot) -> dict[int, File]:
    """Which of the shoot's files each bracket is, by its number; those that lie there no more are missing.

    Files of one name in two folders are told apart by the place that they have among all.
    """
    named: dict[str, list[int]] = {}
    for place, file in enumerate(shoot.files):
        named.setdefault(name_at_service(shoot.name, file.path, ""), []).append(place)
    found: dict[int, File] = {}
    for number, name in sorted(there.names.items()):
        places = named.get(name.replace(_tag(there, number), "", 1), [])
        if places:
            place = number if number in places else places[0]
            places.remove(place)
            found[number] = shoot.files[place]
    return found


def guessed_name(there: AtService) -> str:
    """What the shoot was called, as far as the names have it in common; never a way out of a folder."""
    names = (name.rpartition(f" {_tag(there, number)}")[0].split(" ")[:-1] for number, name in there.names.items())
    common = takewhile(lambda words: len(set(words)) == 1, zip(*names, strict=False))
    name = there.name or " ".join(words[0] for words in common)
    return _as_text(name).replace("/", "_").replace("\0", "_").strip(". ") or there.id[:8]


def order_of(there: AtService, shoot: Shoot, flow: FlowName, now: float) -> Order:
    """The order, before it is told whether it was merged."""
    files, ids = files_of(there, shoot), _ids(there)
    numbers = range(max(there.names, default=-1) + 1)
    brackets = tuple(_bracket(there, number, files.get(number), ids.get(number)) for number in numbers)
    brackets = tuple(replace(bracket, shot=shoot.shots.get(bracket.path, UNKNOWN)) for bracket in brackets)
    return Order(
        id=there.id,
        flow=flow,
        shoot=shoot.name,
        folder=shoot.folder,
        output=shoot.output,
        created_at=there.created_at or now,
        updated_at=now,
        preset=shoot.preset,
        created=True,
        brackets=brackets,
        fingerprint=fingerprint(brackets) if files else "",
    )


def rebuilt(order: Order, there: AtService, pictures: int | None, now: float) -> Rebuilt:
    """A merged order as it goes on; ``pictures`` counts what lies in its output folder, None if that is not there.

    One whose images were all paid for before is taken for delivered, unless some are missing in its output folder:
    nothing is fetched into an archive that was tidied away.
    """
    images = outputs(order, there.seen)
    paid = [image for image in images if image.downloaded]
    done = not (there.seen.merging or there.seen.processing) and all(
        image.downloaded or image.status is ImageStatus.FAILED for image in images
    )
    after = merged(order, there.seen, now)
    if not (done and paid) or (pictures is not None and pictures < len(paid)):
        return Rebuilt(after, Source.SERVICE, "goes on where the service has it")
    delivered = replace(
        after,
        phase=Phase.DOWNLOADED,
        images=tuple(
            Image(
                image.id,
                image.name,
                state=ImageState.PLACED if image.downloaded else ImageState.FAILED,
                reason=image.why,
            )
            for image in images
        ),
        reckoned=True,
        due=None,
    )
    if pictures is not None:
        return Rebuilt(delivered, Source.SERVICE, "its pictures were downloaded before")
    why = (
        f"its {len(paid)} picture(s) were downloaded before and are not in {order.output}. "
        "If you miss them, the web app has them, already paid for"
    )
    return Rebuilt(replace(delivered, notes=(why,)), Source.SERVICE, why, doubtful=True)


def _bracket(there: AtService, number: int, file: File | None, service_id: str | None) -> Bracket:
    name = there.names.get(number)
    left_out = None if name is not None else NOT_THERE
    if file is not None:
        return Bracket(file.path, file.size, file.mtime_ns, file.inode, service_id=service_id, left_out=left_out)
    return Bracket(_path(there, number, name), 0, 0, 0, service_id=service_id, left_out=left_out)


def _path(there: AtService, number: int, name: str | None) -> str:
    """A bracket's path as its name tells it; for one that is not at the service something in its place."""
    if name is None:
        return f"({number + 1})"
    stem, _, extension = name.rpartition(f" {_tag(there, number)}")
    return _as_text(stem.removeprefix(guessed_name(there)).strip() + extension).replace("\0", "_")


def _as_text(name: str) -> str:
    """A name of the service's as UTF-8 can hold it."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _ids(there: AtService) -> dict[int, str]:
    """The service's id of each bracket, if it tells; of two of one name that one which has bytes."""
    numbered: Sequence[tuple[int | None, str | None]] = [
        (there.number(bracket.name), bracket.id) for bracket in sorted(there.brackets, key=lambda b: b.uploaded)
    ]
    return {number: bracket_id for number, bracket_id in numbered if number is not None and bracket_id is not None}


def _tag(there: AtService, number: int) -> str:
    return f"{there.id[:8]}-{number + 1}"
