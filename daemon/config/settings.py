"""All settings and their valid values, as frozen pydantic models.

A field's description says what a value may be. Messages use it after "is not".
Durations are in seconds (float), widths in pixels. Paths are absolute, with ``~`` and variables expanded.
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

from daemon.config import page
from daemon.config.mistake import Mistake, nearest
from daemon.config.places import expand
from daemon.config.price import A_PRICE, price
from daemon.errors import ConfigError, Problem
from daemon.shoot.sets import GroupingName, Prefer, Singles, SplitName
from daemon.template import DEFAULT, FIELDS, BadTemplate, parse

DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?\s*(?:(\d+(?:\.\d+)?)m)?\s*(?:(\d+(?:\.\d+)?)s?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The context for resolving paths: the configuration file's folder and the environment."""

    base: Path
    environ: Mapping[str, str]


def _path(written: object, info: ValidationInfo) -> object:
    """An absolute path from the text in the file. A Path is already resolved."""
    if written is None or isinstance(written, Path):
        return written
    surroundings: Surroundings | None = info.context
    assert surroundings is not None, "paths are validated with Surroundings as context"
    return expand(written, surroundings.base, surroundings.environ)


def _seconds(written: object) -> object:
    """Seconds from ``"1h30m"``, ``"2m"``, ``"90s"``, ``"90"`` or a number. pydantic rejects anything else."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        return float(written)
    match = DURATION.fullmatch(written.strip()) if isinstance(written, str) else None
    if match and any(match.groups()):
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds
    return written


def _quiet(written: object) -> object:
    """``auto`` or seconds. Raises one Mistake that covers both."""
    seconds = written if written == "auto" else _seconds(written)
    if seconds == "auto" or (isinstance(seconds, float) and 0 < seconds <= 86400):
        return seconds
    raise Mistake(
        f"{written!r} is not a valid quiet period",
        'Write `auto`, or a time such as "90s", "2m" or "1h30m", more than zero and at most a day.',
    )


def _count_or_word(written: object) -> object:
    """``automatic``, ``sets``, ``folders`` or 1 to 9. Raises one Mistake that covers all."""
    if written in ("automatic", "sets", "folders") or (type(written) is int and 1 <= written <= 9):
        return written
    raise Mistake(
        f"{written!r} is not a valid grouping",
        "Write `automatic`, `sets`, `folders`, or how many brackets make one picture, 1 to 9.",
    )


def _template(written: object) -> object:
    """A valid template for the names of pictures, as it is written. Raises Mistake."""
    if not isinstance(written, str):
        raise Mistake("This is not a template in quotes", 'Write one such as "{seq:02}-{stem}", with the quotes.')
    try:
        parse(written)
    except BadTemplate as error:
        meant = nearest(error.unknown, FIELDS) if error.unknown else None
        raise Mistake(error.what, f"Did you mean {{{meant}}}?" if meant else error.remedy) from None
    return written


def _not_blank(written: object) -> object:
    """Reject a limit without a value, which would silently mean no limit."""
    if written is None:
        raise ValueError
    return written


def _page(written: object) -> object:
    """None for ``off``, which YAML 1.1 reads as false; the defaults for ``on``."""
    if written is False or written == "off":
        return None
    return {} if written in (True, "on", None) else written


def _price(written: object) -> object:
    """A Decimal from ``daemon.config.price``. None and Decimals are returned unchanged."""
    return written if written is None or isinstance(written, Decimal) else price(written)


def _passed(given: object) -> object:
    """Reject values that JSON cannot represent (RFC 8259), such as dates and infinite numbers."""
    try:
        json.dumps(given, allow_nan=False)
    except (TypeError, ValueError):
        raise Mistake(
            "This value cannot be sent to the service as JSON", "Put dates and similar values in quotes."
        ) from None
    return given


def _base_url(written: object) -> object:
    """The address without a slash at its end. It must be https, unless it is on this machine. Errors never quote it."""
    if not isinstance(written, str):
        return written
    remedy = "Write an address such as https://api.autoenhance.ai, or remove the line."
    try:
        parts = urlsplit(written.strip())
        _ = parts.port  # the property raises for an invalid port
    except ValueError:
        raise Mistake("This is not an address", remedy) from None
    if parts.username is not None or parts.password is not None:
        raise Mistake(
            "The address contains a user name or password", "Remove it. Put the API key in `key` or `key_file`."
        )
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise Mistake("This is not a valid service address", remedy)
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise Mistake(
            "The connection would not be encrypted; others could read the key and the photos", "Use https://."
        )
    return parts.geturl().rstrip("/")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


LocalPath = Annotated[Path, BeforeValidator(_path)]
Seconds = Annotated[float, BeforeValidator(_seconds), Field(gt=0, le=86400)]
QuietPeriod = Annotated[Literal["auto"] | float, BeforeValidator(_quiet)]
Grouping = Annotated[GroupingName | int, BeforeValidator(_count_or_word)]
Count = Annotated[int | None, BeforeValidator(_not_blank), Field(ge=1)]
Passed = Annotated[object, AfterValidator(_passed)]
Names = Annotated[str, BeforeValidator(_template)]
Listen = Annotated[str, BeforeValidator(page.listen)]
HostName = Annotated[str, BeforeValidator(page.host_name)]
Network = Annotated[str, BeforeValidator(page.network)]
Flag = bool | None
A_DURATION = 'a time such as "90s", "2m" or "1h30m", more than zero and at most a day'
A_GROUPING = "automatic, sets, folders or a whole number from 1 to 9"
A_SPLIT = "report, ask or never"
A_COUNT = "a whole number, 1 or more"
YES_NO = "true or false"


class Model(BaseModel):
    """The base of all groups: frozen, strict about types and names. An empty group has all defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _blank(cls, data: object) -> object:
        return {} if data is None else data


class ApiSettings(Model):
    """The service. ``key`` is the key that ``daemon.config.key`` found, in the file or elsewhere."""

    key: SecretStr | None = Field(default=None, description="text")
    key_file: LocalPath | None = Field(default=None, description="the path of a file that contains only the key")
    base_url: Annotated[str, BeforeValidator(_base_url)] = Field(
        default="https://api.autoenhance.ai", description="the address of the service"
    )
    flow: Literal["images", "brackets"] = Field(default="images", description="images or brackets")
    dev_mode: bool = Field(default=False, description=YES_NO)
    poll_every: Seconds = Field(default=5.0, description=A_DURATION)


class EnhanceSettings(Model):
    """The vendor's preferences. The service decides those that are not set; unknown ones are passed through unchanged.

    Names and values are from docs.autoenhance.ai. Their effect depends on the versions of the AI and the API.
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
    restage: Passed = Field(default=None, description="a value that the service documents")
    finetune_settings: Passed = Field(default=None, description="a value that the service documents")
    preset_id: Passed = Field(default=None, description="a value that the service documents")

    def wire(self) -> dict[str, object]:
        """The preferences that are set, unchanged, for a request's body."""
        given: dict[str, object] = self.model_dump(exclude_none=True)
        return given


class DownloadSettings(Model):
    """The finished pictures."""

    format: Literal["jpeg", "png", "webp"] = Field(default="jpeg", description="jpeg, png or webp")
    quality: int = Field(default=90, ge=1, le=90, description="a whole number from 1 to 90")
    max_width: int | None = Field(default=None, ge=1, description="a whole number of pixels, 1 or more")


class FolderSettings(Model):
    """One watched folder with the settings for its orders."""

    watch: LocalPath = Field(description="the path of a folder")
    output: LocalPath = Field(description="the path of a folder")
    quiet_period: QuietPeriod = Field(default="auto", description=f"auto, or {A_DURATION}")
    sync_client: Literal["auto", "none", "syncthing", "dropbox", "maestral"] = Field(
        default="auto", description="auto, none, syncthing, dropbox or maestral"
    )
    existing: Literal["skip", "process"] = Field(default="skip", description="skip or process")
    observer: Literal["auto", "native", "polling"] = Field(default="auto", description="auto, native or polling")
    poll_interval: Seconds = Field(default=30.0, description=A_DURATION)
    grouping: Grouping = Field(default="automatic", description=A_GROUPING)
    prefer: Prefer = Field(default="jpeg", description="jpeg or raw")
    singles: Singles | None = Field(default=None, description="send, ask or leave_out")
    split: SplitName = Field(default="report", description=A_SPLIT)
    on_mismatch: Literal["certain", "always", "never"] = Field(
        default="certain", description="certain, always or never"
    )
    buy: Literal["all", "ask"] = Field(default="all", description="all or ask")
    late_files: Literal["supplement", "hold", "ignore"] = Field(
        default="supplement", description="supplement, hold or ignore"
    )
    bad_files: Literal["hold", "leave_out"] = Field(default="hold", description="hold or leave_out")
    names: Names = Field(default=DEFAULT, description="a template in quotes")
    enhance: EnhanceSettings = Field(default=EnhanceSettings(), description="a group of settings, indented below it")
    download: DownloadSettings = Field(default=DownloadSettings(), description="a group of settings, indented below it")

    def enhance_wire(self) -> dict[str, object]:
        """The preferences under ``enhance`` for a request's body."""
        return self.enhance.wire()


class SyncthingSettings(Model):
    """How to query a Syncthing whose own settings bracketd cannot read."""

    address: Annotated[str | None, BeforeValidator(_base_url)] = Field(
        default=None, description="the address of Syncthing's web page"
    )
    key_file: LocalPath | None = Field(
        default=None, description="the path of a file that contains only Syncthing's API key"
    )

    @model_validator(mode="after")
    def _both(self) -> SyncthingSettings:
        if (self.address is None) != (self.key_file is None):
            raise Mistake("Syncthing's `address` or `key_file` is missing", "Set both or neither.")
        return self


class TransferSettings(Model):
    """The number of simultaneous transfers, and the least rate of each in bytes per second, averaged over a minute.

    Four uploads saturate a connection as well as curl does with four, and one slow file does not delay the rest. More
    uploads only make each one slower and more likely to be aborted. Finished pictures are few and small.
    """

    uploads: int = Field(default=4, ge=1, le=64, description="a whole number from 1 to 64")
    downloads: int = Field(default=2, ge=1, le=64, description="a whole number from 1 to 64")
    least_rate: int = Field(default=1000, ge=100, le=1_000_000, description="a whole number from 100 to 1000000")


class LimitSettings(Model):
    """The maximum number of images that bracketd buys without approval. None means no limit."""

    images_per_order: Count = Field(default=None, description=A_COUNT)
    images_per_day: Count = Field(default=None, description=A_COUNT)
    images_per_month: Count = Field(default=None, description=A_COUNT)


class PageSettings(Model):
    """The page in the browser. ``listen`` is an IP address and a port, see ``daemon.config.page``."""

    listen: Listen = Field(default="127.0.0.1:8642", description="an IP address and a port in quotes")
    token_file: LocalPath | None = Field(default=None, description="the path of a file that contains only the token")
    allowed_hosts: Annotated[tuple[HostName, ...], Field(strict=False)] = Field(
        default=(), description="a list of host names"
    )
    trusted_proxy: Network | None = Field(default=None, description="the IP address of a proxy")
    open_reading: bool = Field(default=False, description=YES_NO)


class LogSettings(Model):
    """The level and the format of the log."""

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
    page: Annotated[PageSettings | None, BeforeValidator(_page)] = Field(
        default=PageSettings(), description="off, or a group of settings, indented below it"
    )
    log: LogSettings = Field(default=LogSettings(), description="a group of settings, indented below it")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The API key and, in words, where it was found: ``the key file /home/anna/.config/bracketd/key``."""

    text: str = field(repr=False)
    source: str


class Settings(FileSettings):
    """Valid settings, with the file they came from and warnings about them."""

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
                        "No API key is set",
                        "Save the key in a file and set `key_file` to its path, or set AUTOENHANCE_API_KEY.",
                    ),
                )
            )
        return ApiKey(self.api.key.get_secret_value(), self.key_source)
