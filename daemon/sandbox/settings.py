"""What can be chosen about one sandbox: where it listens, how fast its time runs, and what nobody outside knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, TypeVar

MADE_UP_KEY: Final = "sandbox-key-0123456789"

TIMES: Final = "How long things take, in seconds before --speed"
LIMITS: Final = "Limits of an account, as documented or as seen"
UNKNOWN: Final = "What nobody outside knows about the service"

_Value = TypeVar("_Value", str, int, float)


def _switch(default: _Value, group: str, about: str, *choices: str) -> _Value:
    value: _Value = field(default=default, metadata={"group": group, "about": about, "choices": choices})
    return value


@dataclass(frozen=True, slots=True)
class Switches:
    """Behaviour the vendor does not document, limits, and how long things take.

    Each field's metadata says what it does (``about``), where it belongs (``group``) and, for words, which ones there
    are (``choices``).
    """

    idle_time: float = _switch(1.5, TIMES, "after a merge the order reads idle this long")
    grouping_time: float = _switch(8.0, TIMES, "how long is_merging lasts at least")
    image_time: float = _switch(1.0, TIMES, "how long an image is processing at least")
    upload_lag: float = _switch(1.5, TIMES, "is_uploaded turns true this long after the PUT")

    rate_limit: int = _switch(300, LIMITS, "API requests a second from one address before 429; 0 is no limit")
    name_limit: int = _switch(30, LIMITS, "uses of one exact file name in an hour before 429; 0 is no limit")
    daily_limit: int = _switch(500, LIMITS, "images enhanced in a day (UTC), the rest end in error; 0 is no limit")
    credits: int = _switch(-1, LIMITS, "images that can be bought before 402; -1 is no end of them")

    default_version: str = _switch("2025-01-01", UNKNOWN, "the API version of a request without x-api-version")
    idle_looks: int = _switch(0, UNKNOWN, "at least so many looks at the order after a merge read idle and empty")
    images_appear: str = _switch("one-by-one", UNKNOWN, "how an order fills with images", "one-by-one", "at-once")
    image_name: str = _switch("first", UNKNOWN, "which bracket names the image", "first", "last")
    bracket_image: str = _switch(
        "shown", UNKNOWN, "whether brackets name their image from 2025-05-08 on", "shown", "hidden"
    )
    second_merge: str = _switch("again", UNKNOWN, "what a second merge does", "again", "ignored", "refused")
    empty_merge: str = _switch("refused", UNKNOWN, "what a merge with nothing stored does", "refused", "accepted")
    short_set: str = _switch(
        "image",
        UNKNOWN,
        "what becomes of the brackets left over when N does not divide them",
        *("image", "dropped", "refused"),
    )
    empty_order: str = _switch(
        "waiting", UNKNOWN, "the status of an order that ended without images", "waiting", "processed", "error"
    )
    url_lifetime: float = _switch(3600.0, UNKNOWN, "seconds a signed URL is honoured, real ones")
    refusal_body: str = _switch(
        "full", UNKNOWN, "the bodies of 402, 409 and 429", *("full", "message", "html", "nothing")
    )
    not_ready: int = _switch(400, UNKNOWN, "the status of a download that is not ready, 400 to 499")
    undecodable: str = _switch("picture", UNKNOWN, "what becomes of a set without readable pixels", "picture", "error")
    download_answer: str = _switch("redirect", UNKNOWN, "how a download is answered", "redirect", "json")
    json_accept: str = _switch(
        "refused", UNKNOWN, "a download with Accept: application/json: 406, or served", "refused", "served"
    )

    def with_words(self, words: Iterable[str]) -> Switches:
        """These switches with ``name=value`` words applied. Raises ``ValueError`` saying what is wrong with a word."""
        chosen: dict[str, Any] = {}
        known = {item.name: item for item in fields(self)}
        for word in words:
            name, equals, value = word.partition("=")
            item = known.get(name.replace("-", "_"))
            if not equals or item is None:
                raise ValueError(f"{word!r} is not NAME=VALUE with a NAME of: {', '.join(known)}")
            chosen[item.name] = _read(value, item)
        return replace(self, **chosen)


def _read(text: str, item: Field[Any]) -> str | int | float:
    choices = item.metadata["choices"]
    if choices and text not in choices:
        raise ValueError(f"{item.name} is one of: {', '.join(choices)}")
    if isinstance(item.default, str):
        return text
    try:
        value = int(text) if isinstance(item.default, int) else float(text)
    except ValueError:
        raise ValueError(f"{item.name} is a number, not {text!r}") from None
    if item.name == "not_ready" and value not in range(400, 500):
        raise ValueError(f"{item.name} is a status from 400 to 499, not {text}")
    return value


@dataclass(frozen=True, slots=True)
class Settings:
    """One sandbox. Port 0 is any free one; ``long_side`` bounds the pixels a merge works on.

    ``poll_floor`` is the least time, in seconds before ``speed``, between two looks at one order that is no violation.
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
