"""The one place where httpx's exceptions and HTTP's statuses become bracketd's errors.

What the same status means depends on who answers: the API, an image's download, or the storage that takes uploads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Final

import httpx

from daemon.errors import (
    AlreadyExists,
    Garbled,
    KeyRefused,
    NoCredits,
    NotFound,
    NotReady,
    RequestRefused,
    ServiceError,
    SlotRefused,
    TooManyRequests,
    TooSlow,
    Unavailable,
    Unreachable,
)
from daemon.service.words import storage_code, words_of


class Fate(Enum):
    """What an exception of httpx tells about the request it ended."""

    NOT_SENT = auto()
    """It never left this machine."""
    LOST = auto()
    """It may have been carried out; there is no answer."""
    CUT = auto()
    """As LOST before the answer's first line, half an answer after it."""
    GARBLED = auto()
    """What came back cannot be used."""
    MISUSED = auto()
    """It was wrong when it was made, and will be again."""


FATES: Final[Mapping[type[Exception], Fate]] = {
    httpx.HTTPError: Fate.LOST,
    httpx.RequestError: Fate.LOST,
    httpx.TransportError: Fate.LOST,
    httpx.TimeoutException: Fate.LOST,
    httpx.ConnectTimeout: Fate.NOT_SENT,
    httpx.PoolTimeout: Fate.NOT_SENT,
    httpx.ReadTimeout: Fate.LOST,
    httpx.WriteTimeout: Fate.LOST,
    httpx.NetworkError: Fate.LOST,
    httpx.ConnectError: Fate.NOT_SENT,
    httpx.ReadError: Fate.CUT,
    httpx.WriteError: Fate.LOST,
    httpx.CloseError: Fate.LOST,
    httpx.ProxyError: Fate.NOT_SENT,
    httpx.ProtocolError: Fate.LOST,
    httpx.RemoteProtocolError: Fate.CUT,
    httpx.LocalProtocolError: Fate.MISUSED,
    httpx.UnsupportedProtocol: Fate.GARBLED,
    httpx.DecodingError: Fate.GARBLED,
    httpx.TooManyRedirects: Fate.GARBLED,
    httpx.HTTPStatusError: Fate.GARBLED,
    httpx.InvalidURL: Fate.GARBLED,
    httpx.CookieConflict: Fate.GARBLED,
    httpx.StreamError: Fate.MISUSED,
    httpx.StreamConsumed: Fate.MISUSED,
    httpx.StreamClosed: Fate.MISUSED,
    httpx.ResponseNotRead: Fate.MISUSED,
    httpx.RequestNotRead: Fate.MISUSED,
}

_OUR_FAULT = "This is a fault of bracketd: please report it."
_AGAIN = "It is tried again"


@contextmanager
def ours(host: str, *, answered: bool = False) -> Iterator[None]:
    """Turn what httpx raises inside into our errors; ``answered``: the answer's head has already come from ``host``."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError) as error:
        raise lost(error, host, answered=answered) from error


def lost(error: Exception, host: str, *, answered: bool = False) -> ServiceError:
    """The error for one of httpx's; a class of it that we have never met counts as its base does."""
    fate = next((FATES[kind] for kind in type(error).__mro__ if kind in FATES), Fate.LOST)
    cause = words_of(str(error).encode()) or type(error).__name__
    if fate is Fate.MISUSED:
        return RequestRefused(f"The request to {host} cannot be sent as it is ({cause}). {_OUR_FAULT}")
    if fate is Fate.GARBLED or (fate is Fate.CUT and answered):
        return Garbled(f"The answer of {host} broke off or makes no sense ({cause}). {_AGAIN}.")
    if fate is Fate.NOT_SENT:
        return Unreachable(f"{host} cannot be reached ({cause}). {_AGAIN}; check the line if this lasts.", sent=False)
    return Unreachable(f"{host} gave no answer ({cause}). {_AGAIN}; check the line if this lasts.", sent=True)


def too_slow(host: str, rate: float, least: float) -> TooSlow:
    """The error for a transfer that was cut; ``rate`` and ``least`` in bytes a second."""
    return TooSlow(
        f"The connection to {host} moved only {rate:.0f} B/s over the last minute; transfers.least_rate is {least:.0f} "
        "B/s. bracketd cut it and tries again later. Check the line if this lasts."
    )


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not the one asked for: who gave it, and as much of its body as is worth reading.

    ``request`` is what was asked, ``GET /v3/orders/ID``, without its query; ``key_source`` says where the key is from.
    """

    host: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    request: str = ""
    key_source: str = ""

    def __str__(self) -> str:
        words = words_of(self.body)
        answer = f"{self.status}: {words}" if words else str(self.status)
        return f"{self.request} was answered {answer}" if self.request else answer


def of_api(refusal: Refusal) -> ServiceError:
    """The error for what the API answered."""
    said = str(refusal)
    match refusal.status:
        case 401 | 403:
            return KeyRefused(_key_refused(refusal), cause=f"{refusal.status} {refusal.key_source}")
        case 402:
            why = f"The account has no plan or credits for this ({said}). Top it up in the web app."
            return NoCredits(why, cause=str(refusal.status))
        case 404 | 410:
            return NotFound(
                f"The service does not know what was asked for ({said}). It may have been deleted in the web app: look "
                "there. `bracketd retry SHOOT` asks again.",
                answer=said,
            )
        case 407:
            return Unreachable(f"The proxy wants to know who asks ({said}). Check the proxy settings.", sent=False)
        case 409:
            return AlreadyExists(
                f"The service already has this id ({said}). Look there before asking again.", said=said
            )
        case 423 | 425:
            return NotReady(f"The service is not ready for this ({said}). {_AGAIN}.", retry_after=retry_after(refusal))
        case status if 400 <= status < 500 and status not in (408, 429):
            return RequestRefused(
                f"The service refused the request ({said}). Correct what it names, then `bracketd retry SHOOT`."
            )
    return _of_any(refusal)


def _key_refused(refusal: Refusal) -> str:
    source = f"The key is from {refusal.key_source}. " if refusal.key_source else ""
    return f"The service refused the API key ({refusal}). {source}Compare it with the web app's API page."


def of_download(refusal: Refusal, *, keyed: bool) -> ServiceError:
    """The error for what answered a download; ``keyed``: the request carried the key, so it was the API itself.

    Which status the API gives for an image that is not there yet is not documented: 400 (unless it names a parameter),
    404, 409, 423 and 425 are all read so. Another host has no say about the key: its 401 or 403 is an expired link.
    """
    not_yet = {400, 404, 409, 423, 425} if keyed else {400, 401, 403, 404, 409, 423, 425}
    if refusal.status in not_yet and not _names_parameter(refusal.body):
        said = f"{refusal.host} does not give the image out yet ({refusal}). {_AGAIN}."
        return NotReady(said, retry_after=retry_after(refusal))
    return of_api(refusal)


def of_upload(refusal: Refusal) -> ServiceError:
    """The error for what storage answered to a PUT (the codes are Amazon S3's, "List of error codes")."""
    code = storage_code(refusal.body)
    match refusal.status:
        case 400 if code in ("RequestTimeout", "IncompleteBody", "BadDigest"):
            return Unreachable(f"Storage did not get all bytes ({refusal}). {_AGAIN}.", sent=True)
        case 400 if code.startswith(("EntityToo", "MaxMessage")):
            return RequestRefused(
                f"Storage refused the file ({refusal}). Leave it out of the shoot, then `bracketd retry SHOOT`."
            )
        case 400 | 401 | 403 | 404 | 410:
            said = str(refusal)
            return SlotRefused(f"Storage refused the upload ({said}). The bracket is registered again.", said=said)
        case 409:
            return Unavailable(f"Storage is busy with this file ({refusal}). {_AGAIN}.")
        case status if 400 <= status < 500 and status not in (408, 429):
            return RequestRefused(
                f"Storage refused the file ({refusal}). Leave it out of the shoot, then `bracketd retry SHOOT`."
            )
    return _of_any(refusal)


def retry_after(refusal: Refusal) -> float | None:
    """``Retry-After`` in seconds (RFC 9110, 10.2.3: seconds or an HTTP-date); None if absent or not readable.

    A date is counted from the answer's own ``Date``, so that a wrong clock here does no harm.
    """
    value = refusal.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", value):
        return float(value)
    until = _http_date(value)
    if until is None:
        return None
    now = _http_date(refusal.headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _of_any(refusal: Refusal) -> ServiceError:
    """Statuses that mean the same from whoever they come."""
    wish = retry_after(refusal)
    if refusal.status == 429:
        return TooManyRequests(f"{refusal.host} wants fewer requests ({refusal}). {_AGAIN} later.", retry_after=wish)
    if refusal.status == 408 or refusal.status >= 500:
        return Unavailable(f"{refusal.host} cannot answer just now ({refusal}). {_AGAIN}.", retry_after=wish)
    return Garbled(f"{refusal.host} gave an answer that was not asked for ({refusal}). {_AGAIN}.", retry_after=wish)


def _names_parameter(body: bytes) -> bool:
    """Whether the body is a ValidationError about a query parameter."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return False
    detail = value.get("detail") if isinstance(value, dict) else None
    return isinstance(detail, dict) and bool(detail.get("query"))


def _http_date(value: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
