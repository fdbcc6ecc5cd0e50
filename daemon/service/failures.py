"""Maps httpx's exceptions and HTTP statuses to bracketd's errors, in this one place.

The meaning of a status depends on its source: the API, an image's download, or the storage for uploads.
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
    """What an httpx exception says about its request."""

    NOT_SENT = auto()
    """The request never left this machine."""
    LOST = auto()
    """The request may have been carried out; there is no response."""
    CUT = auto()
    """The connection broke. Before the response's first line it counts as LOST, after it as GARBLED."""
    GARBLED = auto()
    """The response is unusable."""
    MISUSED = auto()
    """The request itself is wrong, so a retry fails too."""


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

_OUR_FAULT = "This is a bug in bracketd; please report it."
_AGAIN = "bracketd will retry"


@contextmanager
def ours(host: str, *, answered: bool = False) -> Iterator[None]:
    """Convert httpx errors raised inside to ours. ``answered`` is True once ``host`` has sent the response's head."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError) as error:
        raise lost(error, host, answered=answered) from error


def lost(error: Exception, host: str, *, answered: bool = False) -> ServiceError:
    """The error for an httpx exception. An unknown class is treated as its base class."""
    fate = next((FATES[kind] for kind in type(error).__mro__ if kind in FATES), Fate.LOST)
    cause = words_of(str(error).encode()) or type(error).__name__
    if fate is Fate.MISUSED:
        return RequestRefused(f"The request to {host} could not be sent ({cause}). {_OUR_FAULT}")
    if fate is Fate.GARBLED or (fate is Fate.CUT and answered):
        return Garbled(f"The response from {host} was incomplete or invalid ({cause}). {_AGAIN}.")
    if fate is Fate.NOT_SENT:
        return Unreachable(
            f"{host} cannot be reached ({cause}). {_AGAIN}; check the network connection if this continues.", sent=False
        )
    return Unreachable(
        f"{host} did not respond ({cause}). {_AGAIN}; check the network connection if this continues.", sent=True
    )


def too_slow(host: str, rate: float, least: float) -> TooSlow:
    """The error for a transfer that was aborted. ``rate`` and ``least`` are in bytes per second."""
    return TooSlow(
        f"The transfer with {host} averaged only {rate:.0f} B/s over the last minute; transfers.least_rate is "
        f"{least:.0f} B/s. bracketd aborted it and will retry. Check the network connection if this continues."
    )


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error response: its host, status, headers and the first part of its body.

    ``request`` is the method and the path without its query, such as ``GET /v3/orders/ID``. ``key_source`` says where
    the key was found.
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
        return f"{self.request} returned {answer}" if self.request else answer


def of_api(refusal: Refusal) -> ServiceError:
    """The error for a response of the API."""
    said = str(refusal)
    match refusal.status:
        case 401 | 403:
            return KeyRefused(_key_refused(refusal), cause=f"{refusal.status} {refusal.key_source}")
        case 402:
            why = f"The account has no plan or not enough credits for this ({said}). Top it up in the web app."
            return NoCredits(why, cause=str(refusal.status))
        case 404 | 410:
            return NotFound(
                f"The service could not find the order or image ({said}). It may have been deleted in the web app; "
                "check there. `bracketd retry SHOOT` tries again.",
                answer=said,
            )
        case 407:
            return Unreachable(f"The proxy requires authentication ({said}). Check the proxy settings.", sent=False)
        case 409:
            return AlreadyExists(
                f"The service already has something with this ID ({said}). Check the web app before you retry.",
                said=said,
            )
        case 423 | 425:
            return NotReady(f"The service is not ready yet ({said}). {_AGAIN}.", retry_after=retry_after(refusal))
        case status if 400 <= status < 500 and status not in (408, 429):
            return RequestRefused(
                f"The service refused the request ({said}). Fix the problem, then run `bracketd retry SHOOT`."
            )
    return _of_any(refusal)


def _key_refused(refusal: Refusal) -> str:
    source = f"The key comes from {refusal.key_source}. " if refusal.key_source else ""
    return f"The service refused the API key ({refusal}). {source}Compare it with the key on the web app's API page."


def of_download(refusal: Refusal, *, keyed: bool) -> ServiceError:
    """The error for a response to a download. ``keyed`` is True if the request carried the key, so the API responded.

    The API's status for an image that is not ready yet is not documented, so 400 (unless it names a parameter), 404,
    409, 423 and 425 all count as not ready. Another host cannot judge the key: its 401 or 403 means an expired link.
    """
    not_yet = {400, 404, 409, 423, 425} if keyed else {400, 401, 403, 404, 409, 423, 425}
    if refusal.status in not_yet and not _names_parameter(refusal.body):
        said = f"{refusal.host} does not return the image yet ({refusal}). {_AGAIN}."
        return NotReady(said, retry_after=retry_after(refusal))
    return of_api(refusal)


def of_upload(refusal: Refusal) -> ServiceError:
    """The error for storage's response to a PUT. Codes are from Amazon S3's "List of error codes"."""
    code = storage_code(refusal.body)
    match refusal.status:
        case 400 if code in ("RequestTimeout", "IncompleteBody", "BadDigest"):
            return Unreachable(f"Storage did not receive the whole file ({refusal}). {_AGAIN}.", sent=True)
        case 400 if code.startswith(("EntityToo", "MaxMessage")):
            return RequestRefused(
                f"Storage refused the file ({refusal}). Remove it from the shoot, then run `bracketd retry SHOOT`."
            )
        case 400 | 401 | 403 | 404 | 410:
            said = str(refusal)
            return SlotRefused(f"Storage refused the upload ({said}). The bracket is registered again.", said=said)
        case 409:
            return Unavailable(f"Storage is busy with this file ({refusal}). {_AGAIN}.")
        case status if 400 <= status < 500 and status not in (408, 429):
            return RequestRefused(
                f"Storage refused the file ({refusal}). Remove it from the shoot, then run `bracketd retry SHOOT`."
            )
    return _of_any(refusal)


def retry_after(refusal: Refusal) -> float | None:
    """``Retry-After`` in seconds (RFC 9110, 10.2.3: seconds or an HTTP-date). None if it is missing or invalid.

    A date is relative to the response's own ``Date``, so this machine's clock does not matter.
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
    """The error for a status with the same meaning from every source."""
    wish = retry_after(refusal)
    if refusal.status == 429:
        return TooManyRequests(
            f"{refusal.host} asked for fewer requests ({refusal}). {_AGAIN} later.", retry_after=wish
        )
    if refusal.status == 408 or refusal.status >= 500:
        return Unavailable(f"{refusal.host} is temporarily unavailable ({refusal}). {_AGAIN}.", retry_after=wish)
    return Garbled(f"{refusal.host} returned an unexpected response ({refusal}). {_AGAIN}.", retry_after=wish)


def _names_parameter(body: bytes) -> bool:
    """True if the body is a ValidationError about a query parameter."""
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
