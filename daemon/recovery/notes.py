"""Delivered orders as their ``order.json`` tells of them: what ``daemon.delivery.delivery_note`` wrote, read back."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from daemon.errors import OutputError
from daemon.files import incoming
from daemon.order import Bracket, FlowName, Image, ImageState, MergeState, Order, Phase, Preset, fingerprint
from daemon.shoot import LeftOut, Why
from daemon.shoot.shot import from_json

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Notes:
    """The delivered orders below the output folders, and the folders that could not be looked into."""

    orders: tuple[Order, ...]
    unread: tuple[str, ...]


def find_notes(outputs: Iterable[str]) -> Notes:
    """Read every ``order.json`` and ``order-*.json`` below these folders. What is none of ours is left alone.

    Where pictures were moved with their note, that is the order's output folder now; of two copies of a note that one
    counts which lies where it was written.
    """
    found: dict[str, Order] = {}
    unread: list[str] = []
    for output in dict.fromkeys(outputs):
        for folder, _, names in os.walk(output, onerror=lambda error: unread.append(str(error.filename))):
            for name in fnmatch.filter(names, "order*.json"):
                order = _read(folder, name, unread)
                if order is not None and (order.id not in found or order.output == folder):
                    found[order.id] = replace(order, output=folder)
    return Notes(tuple(found.values()), tuple(unread))


def _read(folder: str, name: str, unread: list[str]) -> Order | None:
    try:
        note = incoming.read_json(folder, name)
    except OutputError:
        unread.append(os.path.join(folder, name))
        return None
    with suppress(ValueError, TypeError, LookupError, AttributeError):
        return order_of(note or {})
    return None


def order_of(note: Json) -> Order:
    """The order that a delivery note was written of. Raises ValueError, TypeError, LookupError or AttributeError.

    Notes of earlier versions lack what tells the photos again; then the order has no fingerprint.
    """
    settings, download = note["settings"], note["settings"]["download"]
    per_image = settings["number_of_brackets_per_image"]
    delivered_at = _seconds(note["delivered_at"])
    brackets = tuple(_bracket(item, delivered_at) for item in note["brackets"])
    numbers = {bracket.path: number for number, bracket in enumerate(brackets)}
    placed = (_placed(item, numbers) for item in note["images"])
    failed = (_failed(item) for item in note["failed"])
    dismissed = (_dismissed(item) for item in note.get("dismissed", ()))
    return Order(
        id=str(UUID(note["order_id"])),
        flow=_flow(note["flow"]),
        shoot=_text(note["shoot"]),
        folder=_text(note["folder"]),
        output=_text(note["output"]),
        created_at=_seconds(note["locked_at"]),
        updated_at=delivered_at,
        preset=Preset(
            per_image=None if per_image == "automatic" else int(per_image),
            enhance=dict(settings["enhance"]),
            format=_text(download["format"]),
            quality=download["quality"],
            max_width=download["max_width"],
            dev_mode=bool(note["dev_mode"]),
        ),
        phase=Phase.DOWNLOADED,
        created=True,
        brackets=brackets,
        images=(*placed, *failed, *dismissed),
        left_out=tuple(map(_text, note["left_out"])),
        left_out_why=tuple(_left_out(note.get("left_out_why"))),
        fingerprint=note.get("fingerprint") or "",
        late=tuple(map(_text, note["late"])),
        supplement_of=note.get("supplement_of"),
        reckoned=True,
        merge=MergeState.SEEN,
        phase_since=delivered_at,
    )


def with_times(order: Order, times: Mapping[str, tuple[int, int]]) -> Order:
    """An order whose note lacks the times of its photos, with those that they have on disk: path → (size, mtime_ns)."""
    if order.fingerprint or not all(times.get(b.path, (-1, 0))[0] == b.size for b in order.brackets):
        return order
    brackets = tuple(replace(bracket, mtime_ns=times[bracket.path][1]) for bracket in order.brackets)
    return replace(order, brackets=brackets, fingerprint=fingerprint(brackets))


def _bracket(item: Json, stored_at: float) -> Bracket:
    return Bracket(
        path=_text(item["file"]),
        size=int(item["size"]),
        mtime_ns=int(item.get("mtime_ns", 0)),
        inode=0,
        service_id=item["bracket_id"],
        stored_at=None if item.get("left_out") else stored_at,
        mark=item.get("mark") or "",
        sha256=item.get("sha256"),
        left_out=item.get("left_out"),
        shot=from_json(item.get("shot")),
    )


def _left_out(items: object) -> Iterator[LeftOut]:
    """The reasons that can be read; without its reason a file is left out all the same."""
    for item in items if isinstance(items, list) else ():
        with suppress(ValueError, TypeError, LookupError):
            of = item["of"] if item["of"] is None else _text(item["of"])
            yield LeftOut(_text(item["file"]), Why(item["why"]), of, _text(item["shoot"]))


def _placed(item: Json, numbers: Mapping[str, int]) -> Image:
    file = _text(item["file"])
    return Image(
        id=_text(item["image_id"]),
        name=_text(item.get("name", file)),
        brackets=tuple(numbers[path] for path in item["brackets"]),
        state=ImageState.PLACED,
        size=int(item["size"]),
        sha256=_text(item["sha256"]),
        extension=file.rpartition(".")[2],
        file=file,
        fetched_at=_seconds(item["bought_at"]) if item["bought_at"] else None,
    )


def _failed(item: Json) -> Image:
    return Image(_text(item["image_id"]), _text(item["name"]), state=ImageState.FAILED, reason=item["reason"])


def _dismissed(item: Json) -> Image:
    return Image(_text(item["image_id"]), _text(item["name"]), state=ImageState.DISMISSED)


def _flow(value: object) -> FlowName:
    """The flow of this name. Raises ValueError."""
    flows: tuple[FlowName, ...] = get_args(FlowName)
    return flows[flows.index(value)]


def _text(value: object) -> str:
    """A text. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _seconds(moment: str) -> float:
    """Epoch seconds of a moment in ISO 8601. Raises ValueError."""
    return datetime.fromisoformat(moment).timestamp()
