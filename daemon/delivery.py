"""The output folder of a shoot and its ``order.json``.

``order.json`` is written last. It shows other programs that the shoot is complete.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, count
from typing import Any

from daemon.errors import OutputError
from daemon.files import incoming, scan
from daemon.files.fitting import folder_limit, name_limit, plain, shortened, takes
from daemon.grouping import one_per_frame
from daemon.order import Bracket, ImageState, Order, changed_since, kept_out, unknown
from daemon.order.image import NOT_WANTED
from daemon.shoot import Shot
from daemon.shoot.shot import to_json

DEV_MODE = " (dev mode)"
"""The suffix of an output folder's name for free pictures."""


def output_folder(output: str, shoot: str, taken: Collection[str], *, dev_mode: bool) -> str:
    """The path of an unused output folder for a shoot. Shoots in two watched folders may have the same name."""
    name = os.path.join(output, f"{shoot}{DEV_MODE}" if dev_mode else shoot)
    names = chain((name,), (f"{name}-{number}" for number in count(2)))
    return next(name for name in names if name not in taken)


def fitting_output(order: Order, limit: Callable[[str], int] = name_limit) -> str | None:
    """Another output folder for an order whose own cannot be created; None if its own exists or can be created.

    The disk of the output may allow only shorter names, or fewer characters, than that of the shoot. The other name
    contains the order's id, so that no two shoots share a folder. ``limit`` returns how many bytes a name in a folder
    may have. Raises OutputError if no name fits.
    """
    if os.path.lexists(order.source.output):
        return None
    parent, own = os.path.split(order.source.output)
    room = folder_limit(parent, limit(parent))
    for name in (own, *_other_names(order, room)):
        if len(os.fsencode(name)) <= room and takes(parent, name):
            return None if name == own else os.path.join(parent, name)
    raise OutputError(
        f"no folder for this shoot's pictures can be made in {parent}, where a name may have {max(room, 0)} bytes. "
        "Set `output` to a folder with a shorter path, or on another disk; bracketd then continues automatically."
    )


def _other_names(order: Order, room: int) -> Iterator[str]:
    """Other names for the output folder of an order, the most similar to the shoot's name first."""
    tail = f" {order.id[:8]}" + (DEV_MODE if order.preset.dev_mode else "")
    for shoot in (order.source.shoot, plain(order.source.shoot)):
        yield (shortened(shoot, room - len(tail)).rstrip(". ") + tail).lstrip()
    yield f"shoot{tail}"


def late_photos(order: Order, shot: Callable[[str, str], Shot]) -> tuple[str, ...]:
    """The paths of photos in the shoot that show frames which the order neither has nor leaves out on request.

    Empty for a supplement or a part.

    ``shot`` reads a photo's metadata, given its folder and path.
    """
    if order.source.supplement_of is not None or order.source.part is not None:
        return ()
    try:
        photos = scan.scan(order.source.folder).photos
    except OSError:
        return ()
    brackets = (Bracket(photo.path, photo.size, photo.mtime_ns, photo.inode) for photo in photos)
    news = {bracket.path: bracket for bracket in unknown([order], tuple(brackets))}
    shots = {path: shot(order.source.folder, path) for path in news}
    chosen = one_per_frame((photo for photo in photos if photo.path in news), shots).send
    unwanted = kept_out([order]) if chosen else frozenset()
    left_out = [
        Bracket(photo.path, photo.size, photo.mtime_ns, photo.inode, shot=shot(order.source.folder, photo.path))
        for photo in photos
        if photo.path in unwanted
    ]
    new = [replace(news[photo.path], shot=shots[photo.path]) for photo in chosen]
    return changed_since([order], new, left_out)[0]


def note_name(order: Order) -> str:
    """``order.json``, or a name with the order's id if that is the note of another order."""
    other = incoming.read_json(order.source.output, "order.json")
    return "order.json" if other is None or other.get("order_id") == order.id else f"order-{order.id[:8]}.json"


def delivery_note(order: Order, late: tuple[str, ...], *, now: float) -> dict[str, Any]:
    """The content of ``order.json``. Times are in ISO 8601 UTC, sizes in bytes.

    It contains everything that ``daemon.recovery`` needs if the state is lost: ``fingerprint`` and each bracket's
    ``mtime_ns``, ``mark`` and ``sha256`` identify its photos, ``shot`` identifies other files of their frames, and
    ``image_id`` the bought images. ``plan`` has the planned images, with the numbers of their ``brackets``.
    ``left_out_why`` has the reason for each path in ``left_out``.
    """
    return {
        "version": 1,
        "shoot": order.source.shoot,
        "order_id": order.id,
        "folder": order.source.folder,
        "output": order.source.output,
        "flow": order.flow,
        "fingerprint": order.source.fingerprint,
        "supplement_of": order.source.supplement_of,
        "part": None if order.source.part is None else [order.source.part.number, order.source.part.of],
        "dev_mode": order.preset.dev_mode,
        "locked_at": _iso(order.times.created_at),
        "delivered_at": _iso(now),
        "settings": {
            "grouping": order.preset.grouping,
            "number_of_brackets_per_image": order.preset.per_image or "automatic",
            "enhance": dict(order.preset.enhance),
            "download": {
                "format": order.preset.format,
                "quality": order.preset.quality,
                "max_width": order.preset.max_width,
            },
            "names": order.preset.names,
        },
        "images": [
            {
                "file": image.file,
                "size": image.size,
                "sha256": image.sha256,
                "image_id": image.id,
                "name": image.name,
                "brackets": [order.brackets[n].path for n in image.brackets],
                "bought_at": _iso(image.fetched_at) if image.fetched_at else None,
            }
            for image in order.images
            if image.state is ImageState.PLACED
        ],
        "failed": [
            {"image_id": image.id, "name": image.name, "reason": image.reason}
            for image in order.images
            if image.state is ImageState.FAILED
        ],
        "dismissed": [
            {"image_id": image.id, "name": image.name} for image in order.images if image.state in NOT_WANTED
        ],
        "plan": [{"brackets": list(one.brackets), "confidence": one.confidence.value} for one in order.plan],
        "brackets": [
            {
                "file": bracket.path,
                "size": bracket.size,
                "mtime_ns": bracket.mtime_ns,
                "mark": bracket.mark,
                "sha256": bracket.sha256,
                "bracket_id": bracket.service_id,
                "left_out": bracket.left_out,
                "shot": to_json(bracket.shot),
            }
            for bracket in order.brackets
        ],
        "left_out": list(order.unsent.left_out),
        "left_out_why": [
            {"file": one.path, "why": one.why.value, "of": one.of, "shoot": one.shoot}
            for one in order.unsent.left_out_why
        ],
        "late": list(late),
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
