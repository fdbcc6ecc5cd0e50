"""Parses a delivery note into the order that it was written for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar, get_args
from uuid import UUID

from daemon.order import (
    Bracket,
    FlowName,
    Image,
    ImageState,
    MergeState,
    Order,
    OrderSource,
    Phase,
    Preset,
    ShootPart,
    fingerprint,
)
from daemon.order.merge import Merge
from daemon.order.planned import PlannedImage
from daemon.order.purchase import LimitCheck, Purchase
from daemon.order.times import Times
from daemon.order.unsent import Unsent
from daemon.order.uploads import Uploads
from daemon.shoot import LeftOut, Why
from daemon.shoot.sets import Confidence, GroupingName
from daemon.shoot.shot import from_json
from daemon.template import DEFAULT

T = TypeVar("T")
Json = Mapping[str, Any]

_MOST = 2**53
"""The limit for numbers in a note, so that the state file can store them and their sums."""

_LAST = 2**96
"""The limit for a file's time in nanoseconds. File systems store 64-bit seconds."""

_SHOWN = 100
"""The number of characters of a text that an error repeats."""

_LONGEST = 4096
"""The largest number of bytes in a path. No system accepts more."""

_LEVELS = 6
"""The largest depth of nested lists and objects in a preference of the vendor's API."""


def order_of(note: Json) -> Order:
    """The order that a delivery note was written for.

    Notes of earlier versions lack the photos' times; then the order has no fingerprint. Raises ValueError, TypeError,
    LookupError, AttributeError or OverflowError for a file that is not a delivery note.
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
        source=OrderSource(
            shoot=_path(note["shoot"]),
            folder=_path(note["folder"]),
            output=_path(note["output"]),
            fingerprint=_optional(_plain, note.get("fingerprint")) or "",
            supplement_of=_optional(_plain, note.get("supplement_of")),
            part=_optional(_part, note.get("part")),
        ),
        times=Times(created_at=_seconds(note["locked_at"]), updated_at=delivered_at, phase_since=delivered_at),
        preset=Preset(
            per_image=None if per_image == "automatic" else _number(per_image),
            enhance={_text(key): _shallow(value) for key, value in settings["enhance"].items()},
            format=_plain(download["format"]),
            quality=_optional(_number, download["quality"]),
            max_width=_optional(_number, download["max_width"]),
            dev_mode=bool(note["dev_mode"]),
            names=_optional(_plain, settings.get("names")) or DEFAULT,
            grouping=_grouping(settings.get("grouping")),
        ),
        standing=Phase.DOWNLOADED,
        uploads=Uploads(created=True),
        brackets=brackets,
        plan=_plan(note.get("plan"), len(brackets)),
        images=(*placed, *failed, *dismissed),
        unsent=Unsent(
            left_out=tuple(map(_path, note["left_out"])),
            left_out_why=tuple(_left_out(note.get("left_out_why"))),
            late=tuple(map(_path, note["late"])),
        ),
        purchase=Purchase(LimitCheck.WITHIN),
        merge=Merge(MergeState.SEEN),
    )


def with_times(order: Order, times: Mapping[str, tuple[int, int]]) -> Order:
    """Add the photos' times on disk to an order whose note lacks them. ``times`` maps path to (size, mtime_ns).

    Returns the order unchanged if it has a fingerprint, or if a photo is missing or has another size.
    """
    if order.source.fingerprint or not all(times.get(b.path, (-1, 0))[0] == b.size for b in order.brackets):
        return order
    brackets = tuple(replace(bracket, mtime_ns=times[bracket.path][1]) for bracket in order.brackets)
    return replace(order, brackets=brackets, source=replace(order.source, fingerprint=fingerprint(brackets)))


def _bracket(item: Json, stored_at: float) -> Bracket:
    return Bracket(
        path=_path(item["file"]),
        size=_number(item["size"]),
        mtime_ns=_nanoseconds(item.get("mtime_ns", 0)),
        inode=0,
        service_id=_optional(_plain, item["bracket_id"]),
        stored_at=None if item.get("left_out") else stored_at,
        mark=_optional(_plain, item.get("mark")) or "",
        sha256=_optional(_plain, item.get("sha256")),
        left_out=_optional(_text, item.get("left_out")),
        shot=from_json(item.get("shot")),
    )


def _part(value: object) -> ShootPart:
    number, of = value if isinstance(value, list) and len(value) == 2 else (None, None)
    return ShootPart(_number(number), _number(of))


def _placed(item: Json, numbers: Mapping[str, int]) -> Image:
    file = _file_name(item["file"])
    return Image(
        id=_plain(item["image_id"]),
        name=_text(item.get("name", file)),
        brackets=tuple(numbers[path] for path in item["brackets"]),
        state=ImageState.PLACED,
        size=_number(item["size"]),
        sha256=_plain(item["sha256"]),
        extension=_plain(file.rpartition(".")[2]),
        file=file,
        fetched_at=_seconds(item["bought_at"]) if item["bought_at"] else None,
    )


def _failed(item: Json) -> Image:
    reason = _optional(_text, item["reason"])
    return Image(_plain(item["image_id"]), _text(item["name"]), state=ImageState.FAILED, reason=reason)


def _dismissed(item: Json) -> Image:
    return Image(_plain(item["image_id"]), _text(item["name"]), state=ImageState.DISMISSED)


def _left_out(items: object) -> Iterator[LeftOut]:
    """The valid reasons for files that were left out. Invalid ones are dropped."""
    for item in items if isinstance(items, list) else ():
        with suppress(ValueError, TypeError, LookupError):
            of = _optional(_path, item["of"])
            yield LeftOut(_path(item["file"]), Why(item["why"]), of, _path(item["shoot"]))


def _plan(items: object, most: int) -> tuple[PlannedImage, ...]:
    """The planned images of ``most`` brackets. Empty if one is not valid; notes of earlier versions have none."""
    planned = []
    try:
        for item in items if isinstance(items, list) else ():
            brackets = tuple(map(_number, item["brackets"]))
            planned.append(PlannedImage(brackets, Confidence(item["confidence"])))
    except (ValueError, TypeError, LookupError):
        return ()
    listed = [number for one in planned for number in one.brackets]
    is_valid = len(set(listed)) == len(listed) and all(number < most for number in listed)
    return tuple(planned) if is_valid and all(one.brackets for one in planned) else ()


def _flow(value: object) -> FlowName:
    """The flow of this name. Raises ValueError."""
    flows: tuple[FlowName, ...] = get_args(FlowName)
    return flows[flows.index(value)]


def _grouping(value: object) -> GroupingName:
    """The grouping of this name; automatic if it is not known, because notes of earlier versions lack it."""
    names: tuple[GroupingName, ...] = get_args(GroupingName)
    return next((name for name in names if name == value), "automatic")


def _text(value: object) -> str:
    """A text. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _plain(value: object) -> str:
    """A text that is not a file name and that UTF-8 can encode. Raises TypeError and ValueError."""
    text = _text(value)
    text.encode()
    return text


def _path(value: object) -> str:
    """A name or path that is possible on a disk. Raises TypeError and ValueError."""
    path = _text(value)
    if "\0" in path or len(os.fsencode(path)) > _LONGEST:
        raise ValueError(path[:_SHOWN])
    return path


def _optional(kind: Callable[[object], T], value: object) -> T | None:
    """A value of this kind, or None."""
    return None if value is None else kind(value)


def _file_name(value: object) -> str:
    """The name of a file in the note's folder. Raises TypeError and ValueError."""
    name = _path(value)
    if name in ("", ".", "..") or "/" in name:
        raise ValueError(name)
    return name


def _number(value: object) -> int:
    """A whole number that is not negative. Raises TypeError and ValueError."""
    if not isinstance(value, int):
        raise TypeError(value)
    if not 0 <= value < _MOST:
        raise ValueError(value)
    return value


def _nanoseconds(value: object) -> int:
    """The time of a file in ns, which may be negative. Raises TypeError and ValueError."""
    if not isinstance(value, int):
        raise TypeError(value)
    if abs(value) >= _LAST:
        raise ValueError(value)
    return value


def _shallow(value: object, levels: int = _LEVELS) -> object:
    """A preference of the vendor's API, nested at most ``levels`` deep. Raises ValueError."""
    inner: Sequence[object] = ()
    if isinstance(value, dict):
        inner = tuple(value.values())
    elif isinstance(value, list):
        inner = value
    if inner and not levels:
        raise ValueError(value)
    for each in inner:
        _shallow(each, levels - 1)
    return value


def _seconds(moment: str) -> float:
    """Epoch seconds of an ISO 8601 time. Raises ValueError and OverflowError."""
    return datetime.fromisoformat(moment).timestamp()
