"""The names of an order's pictures, from the template in its preset.

The names of all pictures are decided together, from the order alone. So a name does not depend on which pictures
exist: it stays the same if another image fails, and when the program runs again.
"""

from __future__ import annotations

import math
import os
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.files.fitting import plain, shortened
from daemon.order import Bracket, Image, Order, pictures
from daemon.shoot.shot import CLOCK_SET
from daemon.template import DEFAULT, FORBIDDEN, RESERVED, Template, usable

LAST = 253_402_300_800
"""Seconds from 1970 to the end of the year 9999. No camera's clock is later."""

NO_DATE, NO_TIME = "no-date", "no-time"
"""The values of ``date`` and ``time`` if the first photo has no time, or the camera's clock was never set."""

LONGEST_SUFFIX = len("-9999")
"""Bytes that a name from a template leaves for a number that makes it unique."""

NAMELESS = "picture"
"""The name of a picture whose template gives nothing that can be in a name."""


def picture_name(order: Order, image_id: str, room: int) -> str:
    """The stem of a picture's file name, at most ``room`` bytes long. Raises KeyError for an unknown image."""
    return picture_names(order, room)[image_id]


def picture_names(order: Order, room: int) -> dict[str, str]:
    """The stems of all pictures' file names by image id, in shooting order, each at most ``room`` bytes long.

    The default template keeps the names of the photos' files unchanged. Names from other templates are allowed on
    every common file system. No two names are equal if case is ignored: of equal ones, the later get ``-2``, ``-3``.
    ``seq`` counts all images, including failed ones. Images whose photos are not known come last.
    """
    times = _times(order)
    shots = sorted((_shot(order, image, times) for image in order.images), key=_Shot.place)
    if order.preset.names == DEFAULT:
        names = _distinct([shot.stem for shot in shots], room, str.casefold, shortened)
    else:
        template, shoot = usable(order.preset.names), _plain(order.source.shoot)
        filled = [_filled(template, seq, shot.values(shoot), room) for seq, shot in enumerate(shots, 1)]
        names = _distinct(filled, room, _folded, _safe)
    return dict(zip((shot.image.id for shot in shots), names, strict=True))


@dataclass(frozen=True, slots=True)
class _Shot:
    """An image and its first photo.

    ``taken`` and ``number`` are the photo's time and number, ``math.inf`` if the photo is not known. ``second`` counts
    from 1970 on the camera's clock; None if the time is not known.
    """

    image: Image
    stem: str
    taken: float = math.inf
    number: float = math.inf
    second: int | None = None

    def place(self) -> tuple[float, float, str, str]:
        """The key for shooting order. It does not depend on the order in which the service lists the images."""
        return self.taken, self.number, self.image.name, self.image.id

    def values(self, shoot: str) -> dict[str, str]:
        """The values of a template's fields except ``seq``."""
        date, time = NO_DATE, NO_TIME
        if self.second is not None:
            taken = datetime(1970, 1, 1) + timedelta(seconds=self.second)  # noqa: DTZ001 - the camera's own clock
            date, time = f"{taken:%Y-%m-%d}", f"{taken:%H%M%S}"
        return {"stem": _plain(self.stem), "shoot": shoot, "date": date, "time": time}


def _shot(order: Order, image: Image, times: Sequence[float]) -> _Shot:
    """The image with its first photo: the earliest of those that it was made of or is named after."""
    numbers = pictures.brackets_of(order, image)
    if not numbers:
        return _Shot(image, _stem_at_service(image))
    first = min(numbers, key=lambda number: (times[number], number))
    name = order.brackets[first].path.rsplit("/", 1)[-1]
    return _Shot(image, name.rpartition(".")[0] or name, times[first], first, _second(order.brackets[first]))


def _stem_at_service(image: Image) -> str:
    """The stem of an image's name at the service, without unsafe characters; its id if nothing is left."""
    safe = "".join("_" if c in FORBIDDEN or not c.isprintable() else c for c in image.name).strip(". ")
    stem, _, extension = safe.rpartition(".")
    return (stem if extension.isalnum() and len(extension) <= 5 else safe) or image.id


def _times(order: Order) -> list[float]:
    """Each bracket's time in seconds from 1970. A bracket without a time has that of the bracket before it."""
    times: list[float] = []
    for bracket in order.brackets:
        second = _second(bracket)
        before = times[-1] if times else 0.0
        times.append(before if second is None else second + (bracket.shot.fraction or 0.0))
    return times


def _second(bracket: Bracket) -> int | None:
    """The second of a bracket's shot; None without a time, or if the camera's clock was never set."""
    second = bracket.shot.second
    return second if second is not None and CLOCK_SET <= second < LAST else None


def _filled(template: Template, seq: int, values: dict[str, str], room: int) -> str:
    """A name from a template. If it is too long, the shoot's name is shortened first, then the file's."""
    for field in ("shoot", "stem"):
        over = _size(template.filled(seq, values)) + LONGEST_SUFFIX - room
        if over > 0 and (count := template.count(field)):
            fits = _size(values[field]) - math.ceil(over / count)
            values = {**values, field: shortened(values[field], max(fits, 0))}
    return template.filled(seq, values)


def _distinct(
    names: Iterable[str], room: int, key: Callable[[str], str], fit: Callable[[str, int], str]
) -> tuple[str, ...]:
    """The names, each fitted into ``room``, without two that have the same key.

    The first of several equal names keeps it, and no name is taken by another name's suffix.
    """
    fitted = [fit(name, room) for name in names]
    taken, seen = {key(name) for name in fitted}, dict[str, int]()
    distinct = []
    for name in fitted:
        folded, other = key(name), name
        seen[folded] = seen.get(folded, 0) + 1
        while seen[folded] > 1:
            suffix = f"-{seen[folded]}"
            other = fit(name, room - len(suffix)) + suffix
            if key(other) not in taken:
                break
            seen[folded] += 1
        taken.add(key(other))
        distinct.append(other)
    return tuple(distinct)


def _safe(name: str, room: int) -> str:
    """A name of at most ``room`` bytes that is not hidden and not reserved. Its characters are already allowed."""
    text = shortened(name.lstrip(" ."), room).rstrip(" .")
    if text.partition(".")[0].strip().casefold() in RESERVED:
        text = shortened(f"_{text}", room).rstrip(" .")
    return text or shortened(NAMELESS, room)


def _plain(text: str) -> str:
    """A text for a name, with ``_`` instead of characters that some file systems do not allow."""
    return plain(text).replace("/", "_")


def _folded(name: str) -> str:
    """The name as file systems compare it that ignore case and Unicode normalization."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _size(name: str) -> int:
    return len(os.fsencode(name))
