"""Rebuilds an order that only the service knows, from the names of its brackets. Pure.

Each name contains the names of the shoot and the file, the first characters of the order's id, and the bracket's number
(``Order.bracket_name``). If the shoot is still in a watched folder, these names identify its files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from daemon.order import Bracket, FlowName, Image, ImageState, Order, OrderSource, Phase, Preset, fingerprint
from daemon.order.naming import name_at_service
from daemon.order.purchase import LimitCheck, Purchase
from daemon.order.times import Times
from daemon.order.uploads import Uploads
from daemon.recovery.atservice import AtService
from daemon.recovery.reconcile import Rebuilt, Source, merged, outputs
from daemon.service import ImageStatus
from daemon.shoot import File, Shot
from daemon.shoot.shot import UNKNOWN

NOT_THERE = "is not at the service"


@dataclass(frozen=True, slots=True)
class Shoot:
    """A shoot in a watched folder, with its output folder, its settings and its photos.

    ``files`` has the photos that would be sent first. ``shots`` has the metadata of all photos, by path.
    """

    name: str
    folder: str
    output: str
    preset: Preset
    files: tuple[File, ...] = ()
    shots: Mapping[str, Shot] = field(default_factory=dict)


def may_be_of(there: AtService, shoot: str) -> bool:
    """True if all names of an order start with this shoot's name."""
    prefix = f"{name_at_service(shoot, '', '').rstrip()} "
    return all(name.startswith(prefix) for name in there.names.values())


def files_of(there: AtService, shoot: Shoot) -> dict[int, File]:
    """The shoot's file for each bracket, by bracket number. Files that no longer exist are missing.

    Files of the same name in different folders are distinguished by their position among all files.
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
    """The shoot's name, guessed from the words that all names start with. It is safe to use as a folder's name."""
    names = (name.rpartition(f" {_tag(there, number)}")[0].split(" ")[:-1] for number, name in there.names.items())
    common = takewhile(lambda words: len(set(words)) == 1, zip(*names, strict=False))
    name = there.name or " ".join(words[0] for words in common)
    return _as_text(name).replace("/", "_").replace("\0", "_").strip(". ") or there.id[:8]


def order_of(there: AtService, shoot: Shoot, flow: FlowName, now: float) -> Order:
    """Build the order in its first phase. ``rebuilt`` sets its progress."""
    files, ids = files_of(there, shoot), _ids(there)
    numbers = range(max(there.names, default=-1) + 1)
    brackets = tuple(_bracket(there, number, files.get(number), ids.get(number)) for number in numbers)
    brackets = tuple(replace(bracket, shot=shoot.shots.get(bracket.path, UNKNOWN)) for bracket in brackets)
    return Order(
        id=there.id,
        flow=flow,
        source=OrderSource(
            shoot=shoot.name,
            folder=shoot.folder,
            output=shoot.output,
            fingerprint=fingerprint(brackets) if files else "",
        ),
        times=Times(created_at=there.created_at or now, updated_at=now),
        preset=shoot.preset,
        uploads=Uploads(created=True),
        brackets=brackets,
    )


def rebuilt(order: Order, there: AtService, pictures: int | None, now: float) -> Rebuilt:
    """Set the progress of a merged order. ``pictures`` is the number in its output folder, None without a folder.

    An order whose images were all bought counts as delivered, unless its output folder exists and lacks some of them.
    If the folder is gone, a person removed it, and nothing is downloaded again.
    """
    images = outputs(order, there.report)
    paid = [image for image in images if image.downloaded]
    done = not (there.report.merging or there.report.processing) and all(
        image.downloaded or image.status is ImageStatus.FAILED for image in images
    )
    after = merged(order, there.report, now)
    if not (done and paid) or (pictures is not None and pictures < len(paid)):
        return Rebuilt(after, Source.SERVICE, "resumes from its state at the service")
    delivered = replace(
        after,
        standing=Phase.DOWNLOADED,
        images=tuple(
            Image(
                image.id,
                image.name,
                state=ImageState.PLACED if image.downloaded else ImageState.FAILED,
                reason=image.why,
            )
            for image in images
        ),
        purchase=Purchase(LimitCheck.WITHIN),
        due=None,
    )
    if pictures is not None:
        return Rebuilt(delivered, Source.SERVICE, "its pictures were already downloaded")
    why = (
        f"its {len(paid)} picture(s) were already downloaded but are not in {order.source.output}. "
        "If you need them, download them in the web app; they are already paid for"
    )
    return Rebuilt(replace(delivered, notes=(why,)), Source.SERVICE, why, doubtful=True)


def _bracket(there: AtService, number: int, file: File | None, service_id: str | None) -> Bracket:
    name = there.names.get(number)
    left_out = None if name is not None else NOT_THERE
    if file is not None:
        return Bracket(file.path, file.size, file.mtime_ns, file.inode, service_id=service_id, left_out=left_out)
    return Bracket(_path(there, number, name), 0, 0, 0, service_id=service_id, left_out=left_out)


def _path(there: AtService, number: int, name: str | None) -> str:
    """The bracket's path, guessed from its name. Its number in parentheses if it is not at the service."""
    if name is None:
        return f"({number + 1})"
    stem, _, extension = name.rpartition(f" {_tag(there, number)}")
    return _as_text(stem.removeprefix(guessed_name(there)).strip() + extension).replace("\0", "_")


def _as_text(name: str) -> str:
    """A name from the service with characters that UTF-8 cannot encode replaced."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _ids(there: AtService) -> dict[int, str]:
    """The service's id of each bracket, by number. If two have the same name, that of the uploaded one."""
    numbered: Sequence[tuple[int | None, str | None]] = [
        (there.number(bracket.name), bracket.id) for bracket in sorted(there.brackets, key=lambda b: b.uploaded)
    ]
    return {number: bracket_id for number, bracket_id in numbered if number is not None and bracket_id is not None}


def _tag(there: AtService, number: int) -> str:
    return f"{there.id[:8]}-{number + 1}"
