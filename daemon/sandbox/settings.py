"""Settings of a sandbox: its ports, the speed of its time, and switches for undocumented behaviour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, TypeVar

MADE_UP_KEY: Final = "sandbox-key-0123456789"

TIMES: Final = "How long things take, in seconds before --speed"
LIMITS: Final = "Account limits, as documented or observed"
UNKNOWN: Final = "Undocumented behaviour of the service"

_Value = TypeVar("_Value", str, int, float)


def _switch(default: _Value, group: str, about: str, *choices: str) -> _Value:
    value: _Value = field(default=default, metadata={"group": group, "about": about, "choices": choices})
    return value


@dataclass(frozen=True, slots=True)
class Switches:
    """Undocumented behaviour, limits, and how long things take.

    The metadata of each field has its description (``about``), its ``group`` and, for a choice of words, its
    ``choices``.
    """

    idle_time: float = _switch(1.5, TIMES, "how long an order appears idle after a merge")
    grouping_time: float = _switch(8.0, TIMES, "minimum time that is_merging stays true")
    image_time: float = _switch(1.0, TIMES, "minimum processing time of an image")
    upload_lag: float = _switch(1.5, TIMES, "time from the PUT until is_uploaded becomes true")

    rate_limit: int = _switch(300, LIMITS, "API requests per second from one address before 429; 0 is no limit")
    name_limit: int = _switch(30, LIMITS, "uses of the same file name per hour before 429; 0 is no limit")
    daily_limit: int = _switch(500, LIMITS, "images enhanced per day (UTC), further ones fail; 0 is no limit")
    credits: int = _switch(-1, LIMITS, "images that can be bought before 402; -1 is unlimited")

    default_version: str = _switch("2025-01-01", UNKNOWN, "the API version of a request without x-api-version")
    idle_looks: int = _switch(0, UNKNOWN, "minimum number of polls after a merge that show the order idle and empty")
    images_appear: str = _switch("one-by-one", UNKNOWN, "how images appear in an order", "one-by-one", "at-once")
    image_name: str = _switch("first", UNKNOWN, "which bracket names the image", "first", "last")
    bracket_image: str = _switch(
        "shown", UNKNOWN, "if brackets have their image's id since 2025-05-08", "shown", "hidden"
    )
    second_merge: str = _switch("again", UNKNOWN, "what a second merge does", "again", "ignored", "refused")
    reprocessing: str = _switch(
        "shown", UNKNOWN, "if an order is_processing while one of its images is enhanced again", "shown", "hidden"
    )
    bought_again: str = _switch(
        "free", UNKNOWN, "the full size of a bought image that was enhanced again", "free", "charged"
    )
    empty_merge: str = _switch("refused", UNKNOWN, "what a merge without uploaded brackets does", "refused", "accepted")
    short_set: str = _switch(
        "image",
        UNKNOWN,
        "what happens to leftover brackets if their number is not a multiple of N",
        *("image", "dropped", "refused"),
    )
    empty_order: str = _switch(
        "waiting", UNKNOWN, "the status of an order that finished without images", "waiting", "processed", "error"
    )
    url_lifetime: float = _switch(3600.0, UNKNOWN, "lifetime of a signed URL, in real seconds")
    refusal_body: str = _switch(
        "full", UNKNOWN, "the response bodies of 402, 409 and 429", *("full", "message", "html", "nothing")
    )
    not_ready: int = _switch(400, UNKNOWN, "the status of a download that is not ready, 400 to 499")
    undecodable: str = _switch("picture", UNKNOWN, "the result of a set without readable pictures", "picture", "error")
    download_answer: str = _switch("redirect", UNKNOWN, "the response to a download", "redirect", "json")
    json_accept: str = _switch(
        "refused", UNKNOWN, "a download with Accept: application/json: refused with 406, or served", "refused", "served"
    )

    def with_words(self, words: Iterable[str]) -> Switches:
        """These switches with ``name=value`` words applied. Raises ``ValueError`` with the mistake."""
        chosen: dict[str, Any] = {}
        known = {item.name: item for item in fields(self)}
        for word in words:
            name, equals, value = word.partition("=")
            item = known.get(name.replace("-", "_"))
            if not equals or item is None:
                raise ValueError(f"{word!r} is not NAME=VALUE. Valid names: {', '.join(known)}")
            chosen[item.name] = _read(value, item)
        return replace(self, **chosen)


def _read(text: str, item: Field[Any]) -> str | int | float:
    choices = item.metadata["choices"]
    if choices and text not in choices:
        raise ValueError(f"{item.name} must be one of: {', '.join(choices)}")
    if isinstance(item.default, str):
        return text
    try:
        value = int(text) if isinstance(item.default, int) else float(text)
    except ValueError:
        raise ValueError(f"{item.name} must be a number, not {text!r}") from None
    if item.name == "not_ready" and value not in range(400, 500):
        raise ValueError(f"{item.name} must be a status from 400 to 499, not {text}")
    return value


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one sandbox. Port 0 picks a free port; ``long_side`` bounds a merged picture, in pixels.

    ``poll_floor`` is the minimum time between two polls of an order, in seconds before ``speed``. Polling faster is a
    violation.
    """

    directory: Path
    keys: tuple[str, ...] = (MADE_UP_KEY,)
    port: int = 0
    storage_port: int = 0
    assets_port: int = 0
    seed: int = 0
    speed: float = 1.0
    poll_floor: float = 1.0
    long_side: int = 2400
    switches: Switches = Switches()
