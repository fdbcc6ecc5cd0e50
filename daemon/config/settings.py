"""What can be set, and what each setting may be: frozen pydantic models.

A field's description says what a value may be, in words that follow "is not": problems are told with it.
Durations are seconds as float, widths pixels; paths are absolute, with ``~`` and variables expanded.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    model_validator,
)

from daemon.config.mistake import Mistake
from daemon.config.places import expand
from daemon.config.price import A_PRICE, price
from daemon.errors import ConfigError, Problem

DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?\s*(?:(\d+(?:\.\d+)?)m)?\s*(?:(\d+(?:\.\d+)?)s?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a path may refer to: the configuration file's folder and the environment."""

    base: Path
    environ: Mapping[str, str]


def _path(written: object, info: ValidationInfo) -> object:
    """An absolute path from its words; a Path was made from them before."""
    if written is None or isinstance(written, Path):
        return written
    surroundings: Surroundings | None = info.context
    assert surroundings is not None, "paths are validated with Surroundings as context"
    return expand(written, surroundings.base, surroundings.environ)


def _seconds(written: object) -> object:
    """Seconds from ``"1h30m"``, ``"2m"``, ``"90s"``, ``"90"`` or a number; anything else is left to be refused."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        return float(written)
    match = DURATION.fullmatch(written.strip()) if isinstance(written, str) else None
    if match and any(match.groups()):
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds
    return written


def _quiet(written: object) -> object:
    """``auto`` or a time; one sentence for both."""
    seconds = written if written == "auto" else _seconds(written)
    if seconds == "auto" or (isinstance(seconds, float) and 0 < seconds <= 86400):
        return seconds
    raise Mistake(
        f"{written!r} does not say how long a shoot must be still",
        'Write `auto`, or a time such as "90s", "2m" or "1h30m", more than zero and at most a day.',
    )


def _count_or_word(written: object) -> object:
    """``automatic`` or 1 to 9; one sentence for both."""
    if written == "automatic" or (type(written) is int and 1 <= written <= 9):
        return written
    raise Mistake(
        f"{written!r} does not say how brackets are grouped",
        "Write `automatic`, or how many brackets make one picture, 1 to 9.",
    )


def _not_blank(written: object) -> object:
    """A limit that is named and left blank would silently be none."""
    if written is None:
        raise ValueError
    return written


def _price(written: object) -> object:
    """What ``daemon.config.price`` makes of it; nothing stays nothing, and a Decimal was made before."""
    return written if written is None or isinstance(written, Decimal) else price(written)


def _passed(given: object) -> object:
    """What JSON can hold (RFC 8259): no dates, no infinite numbers."""
    try:
        json.dumps(given, allow_nan=False)
    except (TypeError, ValueError):
        raise Mistake("The value cannot be sent to the service", "Put dates and the like in quotes.") from None
    return given


def _base_url(written: object) -> object:
    """An address without a slash at its end; encrypted, but on this machine. Never repeats what was written."""
    if not isinstance(written, str):
        return written
    remedy = "Write an address such as https://api.autoenhance.ai, or remove the line."
    try:
        parts = urlsplit(written.strip())
        _ = parts.port  # looked at by the property
    except ValueError:
        raise Mistake("This is not an address", remedy) from None
    if parts.username is not None or parts.password is not None:
        raise Mistake("The address holds a user name or password", "Remove it; the key belongs in `key` or `key_file`.")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise Mistake("This is not the address of a service", remedy)
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise Mistake("The address is not encrypted: the key and the photos could be read on the way", "Use https://.")
    return parts.geturl().rstrip("/")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


LocalPath = Annotated[Path, BeforeValidator(_path)]
Seconds = Annotated[float, BeforeValidator(_seconds), Field(gt=0, le=86400)]
QuietPeriod = Annotated[Literal["auto"] | float, BeforeValidator(_quiet)]
Grouping = Annotated[Literal["automatic"] | int, BeforeValidator(_count_or_word)]
Count = Annotated[int | None, BeforeValidator(_not_blank), Field(ge=1)]
Passed = Annotated[object, AfterValidator(_passed)]
Flag = bool | None
A_DURATION = 'a time such as "90s", "2m" or "1h30m", more than zero and at most a day'
A_COUNT = "a whole number, 1 or more"
YES_NO = "true or false"


class Model(BaseModel):
    """Frozen, strict about types and names; a group left blank is a group of defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _blank(cls, data: object) -> object:
        return {} if data is None else data


class ApiSettings(Model):
    """The service. ``key`` is the key that was found, wherever it was (``daemon.config.key``)."""

    key: SecretStr | None = Field(default=None, description="text")
    key_file: LocalPath | None = Field(default=None, description="the path of a file that holds nothing but the key")
    base_url: Annotated[str, BeforeValidator(_base_url)] = Field(
        default="https://api.autoenhance.ai", description="the address of the service"
    )
    flow: Literal["images", "brackets"] = Field(default="images", description="images or brackets")
    dev_mode: bool = Field(default=False, description=YES_NO)
    poll_every: Seconds = Field(default=5.0, description=A_DURATION)


class EnhanceSettings(Model):
    """The vendor's own preferences; what is not set is left to the service. Unknown ones pass as they are given.

    Names and values are those of docs.autoenhance.ai; which of them count depends on the AI's and the API's version.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Passed] = Field(init=False)

    enhance: Flag = Field(default=None, description=YES_NO)
    ai_version: str | None = Field(default=None, description='a version in quotes, such as "4.7" or "latest"')
    enhance_type: Literal["property", "property_usa", "warm", "neutral", "authentic", "modern"] | None = Field(
        default=None, description="property, property_usa, warm, neutral, authentic or modern"
    )
    sky_replacement: Flag = Field(default=None, description=YES_NO)
    cloud_type: Literal["CLEAR", "LOW_CLOUD", "HIGH_CLOUD"] | None = Field(
        default=None, description="CLEAR, LOW_CLOUD or HIGH_CLOUD"
    )
    window_pull: Flag = Field(default=None, description=YES_NO)
    window_pull_type: Literal["NONE", "ONLY_WINDOWS", "WINDOWS_WITH_SKIES"] | None = Field(
        default=None, description="NONE, ONLY_WINDOWS or WINDOWS_WITH_SKIES"
    )
    vertical_correction: Flag = Field(default=None, description=YES_NO)
    lens_correction: Flag = Field(default=None, description=YES_NO)
    privacy: Flag = Field(default=None, description=YES_NO)
    upscale: Flag = Field(default=None, description=YES_NO)
    restage: Passed = Field(default=None, description="what the service documents")
    finetune_settings: Passed = Field(default=None, description="what the service documents")
    preset_id: Passed = Field(default=None, description="what the service documents")

    def wire(self) -> dict[str, object]:
        """The preferences as they were given, for the body of a request; those left out or blank are absent."""
        given: dict[str, object] = self.model_dump(exclude_none=True)
        return given


class DownloadSettings(Model):
    """The finished pictures."""

    format: Literal["jpeg", "png", "webp"] = Field(default="jpeg", description="jpeg, png or webp")
    quality: int = Field(default=90, ge=1, le=90, description="a whole number from 1 to 90")
    max_width: int | None = Field(default=None, ge=1, description="a whole number of pixels, 1 or more")


class FolderSettings(Model):
    """One watched folder, which is a preset for its orders."""

    watch: LocalPath = Field(description="the path of a folder")
    output: LocalPath = Field(description="the path of a folder")
    quiet_period: QuietPeriod = Field(default="auto", description=f"auto, or {A_DURATION}")
    sync_client: Literal["auto", "none", "syncthing", "dropbox", "maestral"] = Field(
        default="auto", description="auto, none, syncthing, dropbox or maestral"
    )
    existing: Literal["skip", "process"] = Field(default="skip", description="skip or process")
    observer: Literal["auto", "native", "polling"] = Field(default="auto", description="auto, native or polling")
    poll_interval: Seconds = Field(default=30.0, description=A_DURATION)
    grouping: Grouping = Field(default="automatic", description="automatic or a whole number from 1 to 9")
    late_files: Literal["supplement", "hold", "ignore"] = Field(
        default="supplement", description="supplement, hold or ignore"
    )
    bad_files: Literal["hold", "leave_out"] = Field(default="hold", description="hold or leave_out")
    enhance: EnhanceSettings = Field(default=EnhanceSettings(), description="a group of settings, indented below it")
    download: DownloadSettings = Field(default=DownloadSettings(), description="a group of settings, indented below it")

    def enhance_wire(self) -> dict[str, object]:
        """``enhance`` as it was given, for the body of a request."""
        return self.enhance.wire()


class SyncthingSettings(Model):
    """How a Syncthing is asked whose own settings cannot be read."""

    address: Annotated[str | None, BeforeValidator(_base_url)] = Field(
        default=None, description="the address of Syncthing's page"
    )
    key_file: LocalPath | None = Field(
        default=None, description="the path of a file that holds nothing but Syncthing's API key"
    )

    @model_validator(mode="after")
    def _both(self) -> SyncthingSettings:
        if (self.address is None) != (self.key_file is None):
            raise Mistake("One of Syncthing's address and key_file is missing", "Write both, or neither.")
        return self


class TransferSettings(Model):
    """Files under way at once, and how many bytes a second each must move at least, averaged over a minute.

    Four uploads fill a line as well as curl does with as many, and one slow file does not hold up the rest; more
    only make each of them slower and more likely to be cut off. Finished pictures are few and small.
    """

    uploads: int = Field(default=4, ge=1, le=64, description="a whole number from 1 to 64")
    downloads: int = Field(default=2, ge=1, le=64, description="a whole number from 1 to 64")
    least_rate: int = Field(default=1000, ge=100, le=1_000_000, description="a whole number from 100 to 1000000")


class LimitSettings(Model):
    """The most images that are bought without a person's word; one that is left out does not limit."""

    images_per_order: Count = Field(default=None, description=A_COUNT)
    images_per_day: Count = Field(default=None, description=A_COUNT)
    images_per_month: Count = Field(default=None, description=A_COUNT)


class LogSettings(Model):
    """What is written to the log."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning or error"
    )
    format: Literal["auto", "console", "json"] = Field(default="auto", description="auto, console or json")


class FileSettings(Model):
    """The whole configuration file."""

    api: ApiSettings = Field(default=ApiSettings(), description="a group of settings, indented below it")
    folders: Annotated[tuple[FolderSettings, ...], Field(min_length=1, strict=False)] = Field(
        description="a list of at least one folder, each beginning with `- watch:`"
    )
    syncthing: SyncthingSettings = Field(
        default=SyncthingSettings(), description="a group of settings, indented below it"
    )
    transfers: TransferSettings = Field(
        default=TransferSettings(), description="a group of settings, indented below it"
    )
    limits: LimitSettings = Field(default=LimitSettings(), description="a group of settings, indented below it")
    price_per_image: Annotated[Decimal | None, BeforeValidator(_price)] = Field(default=None, description=A_PRICE)
    state_dir: LocalPath = Field(description="the path of a folder")
    log: LogSettings = Field(default=LogSettings(), description="a group of settings, indented below it")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The API key and, in words, where it was found: ``the key file /home/anna/.config/bracketd/key``."""

    text: str = field(repr=False)
    source: str


class Settings(FileSettings):
    """Settings that can be used, with the file they came from and what is unwise in them."""

    config_file: Path
    key_source: str = ""
    warnings: tuple[Problem, ...] = ()

    def require_api_key(self) -> ApiKey:
        """The API key and where it was found. Raises ConfigError if none was found."""
        if self.api.key is None:
            raise ConfigError(
                (
                    Problem(
                        f"{self.config_file}: api",
                        "There is no API key",
                        "Put it into a file of its own and name it as `key_file`, or set AUTOENHANCE_API_KEY.",
                    ),
                )
            )
        return ApiKey(self.api.key.get_secret_value(), self.key_source)
