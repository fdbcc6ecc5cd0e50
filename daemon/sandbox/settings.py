"""What can be chosen about one sandbox: where it listens, how fast its time runs, and what nobody outside knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

MADE_UP_KEY: Final = "sandbox-key-0123456789"


@dataclass(frozen=True, slots=True)
class Switches:
    """Behaviour the vendor does not document, and how long things take, in seconds before ``speed``.

    Each field's metadata says what it does (``about``) and, for words, which ones there are (``choices``).
    """

    default_version: str = field(
        default="2025-01-01", metadata={"about": "the API version of a request without x-api-version"}
    )
    idle_time: float = field(default=1.5, metadata={"about": "after a merge the order reads idle this long"})
    idle_looks: int = field(
        default=0, metadata={"about": "at least so many looks at the order after a merge read idle and empty"}
    )
    grouping_time: float = field(default=8.0, metadata={"about": "how long is_merging lasts at least"})
    image_time: float = field(default=1.0, metadata={"about": "how long an image is processing at least"})
    upload_lag: float = field(default=1.5, metadata={"about": "is_uploaded turns true this long after the PUT"})
    url_lifetime: float = field(default=3600.0, metadata={"about": "seconds an upload URL is honoured, real ones"})
    name_limit: int = field(default=30, metadata={"about": "uses of one exact file name in an hour; 0 is no limit"})
    daily_limit: int = field(default=0, metadata={"about": "images enhanced before the rest end in error; 0 is none"})
    images_appear: str = field(
        default="one-by-one",
        metadata={"about": "how an order fills with images", "choices": ("one-by-one", "at-once")},
    )
    image_name: str = field(
        default="first", metadata={"about": "which bracket names the image", "choices": ("first", "last")}
    )
    bracket_image: str = field(
        default="shown",
        metadata={"about": "whether brackets name their image from 2025-05-08 on", "choices": ("shown", "hidden")},
    )
    second_merge: str = field(
        default="again",
        metadata={"about": "what a second merge does", "choices": ("again", "ignored", "refused")},
    )
    empty_merge: str = field(
        default="refused",
        metadata={"about": "what a merge with nothing stored does", "choices": ("refused", "accepted")},
    )
    not_ready: int = field(default=400, metadata={"about": "the status of a download that is not ready"})
    undecodable: str = field(
        default="picture",
        metadata={"about": "what becomes of a set without readable pixels", "choices": ("picture", "error")},
    )
    download_answer: str = field(
        default="redirect",
        metadata={"about": "how a download is answered", "choices": ("redirect", "json")},
    )
    json_accept: str = field(
        default="refused",
        metadata={"about": "a download that accepts JSON only", "choices": ("refused", "served")},
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
            choices = item.metadata.get("choices")
            if choices and value not in choices:
                raise ValueError(f"{item.name} is one of: {', '.join(choices)}")
            try:
                chosen[item.name] = _typed(value, item.default)
            except ValueError:
                raise ValueError(f"{item.name} is a number, not {value!r}") from None
        return replace(self, **chosen)


def _typed(text: str, like: object) -> str | int | float:
    return int(text) if isinstance(like, int) else float(text) if isinstance(like, float) else text


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
