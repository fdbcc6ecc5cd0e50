"""What a delivered shoot looks like on disk: the pictures' names, and ``order.json``.

``order.json`` is written last, as the sign for other programs that the shoot is complete.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import UTC, datetime
from itertools import chain, count
from typing import Any

from daemon.files import incoming, scan
from daemon.grouping import one_per_frame
from daemon.order import Image, ImageState, Order, pictures


def output_folder(output: str, shoot: str, taken: Collection[str], *, dev_mode: bool) -> str:
    """A folder of its own for every shoot's pictures: shoots in two watched folders may bear one name."""
    name = os.path.join(output, f"{shoot} (dev mode)" if dev_mode else shoot)
    names = chain((name,), (f"{name}-{number}" for number in count(2)))
    return next(name for name in names if name not in taken)


def stem_of(order: Order, image: Image) -> str:
    """The stem an image is written under: that of its first bracket's own file.

    The service tells which brackets an image is made of, or names the image after one of them; failing both, its
    own name is made safe.
    """
    numbers = pictures.brackets_of(order, image)
    if numbers:
        name = order.brackets[numbers[0]].path.rsplit("/", 1)[-1]
        return name.rpartition(".")[0] or name
    safe = "".join("_" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in image.name).strip(". ")
    stem, _, extension = safe.rpartition(".")
    return (stem if extension.isalnum() and len(extension) <= 5 else safe) or image.id


def late_photos(order: Order) -> tuple[str, ...]:
    """Photos in the shoot that were not there when it was locked; for a supplement, which is such photos, none."""
    if order.supplement_of is not None:
        return ()
    try:
        sent, _twins = one_per_frame(scan.scan(order.folder).photos)
    except OSError:
        return ()
    known = {bracket.path for bracket in order.brackets} | set(order.left_out)
    return tuple(photo.path for photo in sent if photo.path not in known)


def note_name(order: Order) -> str:
    """``order.json``, unless another order's lies there."""
    other = incoming.read_json(order.output, "order.json")
    return "order.json" if other is None or other.get("order_id") == order.id else f"order-{order.id[:8]}.json"


def delivery_note(order: Order, late: tuple[str, ...], *, now: float) -> dict[str, Any]:
    """What ``order.json`` says; times in ISO 8601 UTC, sizes in bytes.

    It has all that is needed to know the order by, should the state be lost (``daemon.recovery``): ``fingerprint``, and
    each bracket's ``mtime_ns``, ``mark`` and ``sha256``, tell its photos again; ``image_id`` what was bought.
    """
    return {
        "version": 1,
        "shoot": order.shoot,
        "order_id": order.id,
        "folder": order.folder,
        "output": order.output,
        "flow": order.flow,
        "fingerprint": order.fingerprint,
        "supplement_of": order.supplement_of,
        "dev_mode": order.preset.dev_mode,
        "locked_at": _iso(order.created_at),
        "delivered_at": _iso(now),
        "settings": {
            "number_of_brackets_per_image": order.preset.per_image or "automatic",
            "enhance": dict(order.preset.enhance),
            "download": {
                "format": order.preset.format,
                "quality": order.preset.quality,
                "max_width": order.preset.max_width,
            },
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
        "brackets": [
            {
                "file": bracket.path,
                "size": bracket.size,
                "mtime_ns": bracket.mtime_ns,
                "mark": bracket.mark,
                "sha256": bracket.sha256,
                "bracket_id": bracket.service_id,
                "left_out": bracket.left_out,
            }
            for bracket in order.brackets
        ],
        "left_out": list(order.left_out),
        "late": list(late),
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
