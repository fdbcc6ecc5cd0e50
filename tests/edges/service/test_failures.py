"""The mapping of httpx's exceptions and HTTP statuses to our errors."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon import errors
from daemon.service import failures
from daemon.service.failures import FATES, Refusal

ROOTS = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError)


def family(root: type[Exception]) -> Iterator[type[Exception]]:
    """``root`` and all of its subclasses in httpx."""
    yield root
    for child in root.__subclasses__():
        if child.__module__ == "httpx":
            yield from family(child)


def refusal(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Refusal:
    """A response of ``api.example``."""
    return Refusal("api.example", status, httpx.Headers(headers), body)


def test_every_exception_of_httpx_has_a_row() -> None:
    """Every exception of httpx has a row in the table, and the table has no other rows."""
    known = {kind for root in ROOTS for kind in family(root)}
    public = {
        value
        for name in httpx.__all__
        if isinstance(value := getattr(httpx, name), type) and issubclass(value, Exception)
    }
    assert public <= known
    assert set(FATES) == known


@pytest.mark.parametrize("kind", FATES)
@pytest.mark.parametrize("answered", [False, True])
def test_every_exception_of_httpx_becomes_ours(kind: type[Exception], *, answered: bool) -> None:
    """Every httpx exception becomes a ServiceError."""
    error = kind.__new__(kind)
    assert isinstance(failures.lost(error, "api.example", answered=answered), errors.ServiceError)


def test_an_exception_httpx_has_not_got_yet_counts_as_its_base() -> None:
    """An unknown exception class is treated as its nearest known base class."""

    class NewTimeout(httpx.ConnectTimeout):
        pass

    error = failures.lost(NewTimeout("new"), "api.example")
    assert isinstance(error, errors.Unreachable)
    assert not error.sent


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (httpx.ConnectError, False),
        (httpx.ConnectTimeout, False),
        (httpx.PoolTimeout, False),
        (httpx.ProxyError, False),
        (httpx.ReadTimeout, True),
        (httpx.WriteTimeout, True),
        (httpx.ReadError, True),
        (httpx.WriteError, True),
        (httpx.RemoteProtocolError, True),
    ],
)
def test_unreachable_tells_whether_the_request_can_have_left(kind: type[httpx.RequestError], *, sent: bool) -> None:
    """Only a request that certainly never left this machine is marked as not sent."""
    error = failures.lost(kind("why"), "api.example")
    assert isinstance(error, errors.Unreachable)
    assert error.sent is sent
    assert "why" in str(error)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (204, errors.Garbled),
        (302, errors.Garbled),
        (400, errors.RequestRefused),
        (401, errors.KeyRefused),
        (402, errors.NoCredits),
        (403, errors.KeyRefused),
        (404, errors.NotFound),
        (405, errors.RequestRefused),
        (407, errors.Unreachable),
        (408, errors.Unavailable),
        (409, errors.AlreadyExists),
        (410, errors.NotFound),
        (413, errors.RequestRefused),
        (422, errors.RequestRefused),
        (423, errors.NotReady),
        (425, errors.NotReady),
        (429, errors.TooManyRequests),
        (500, errors.Unavailable),
        (503, errors.Unavailable),
        (599, errors.Unavailable),
    ],
)
def test_the_api_s_statuses(status: int, kind: type[errors.ServiceError]) -> None:
    """Each status of the API maps to one error class, with the service's message in it."""
    error = failures.of_api(refusal(status, b'{"message": "so it is"}'))
    assert type(error) is kind
    assert "so it is" in str(error)


def test_no_status_is_left_without_an_error() -> None:
    """Every status maps to a ServiceError, whatever its source."""
    for status in range(200, 1000):
        assert isinstance(failures.of_api(refusal(status)), errors.ServiceError)
        assert isinstance(failures.of_upload(refusal(status)), errors.ServiceError)
        for keyed in (True, False):
            assert isinstance(failures.of_download(refusal(status), keyed=keyed), errors.ServiceError)


@pytest.mark.parametrize("status", [400, 404, 409, 423, 425])
def test_a_download_too_early_is_not_ready(status: int) -> None:
    """The statuses that the API may return for an image that is not ready yet are NotReady."""
    assert type(failures.of_download(refusal(status), keyed=True)) is errors.NotReady


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.KeyRefused),
        (402, errors.NoCredits),
        (403, errors.KeyRefused),
        (422, errors.RequestRefused),
        (429, errors.TooManyRequests),
        (500, errors.Unavailable),
    ],
)
def test_a_refused_download_is_not_taken_for_an_early_one(status: int, kind: type[errors.ServiceError]) -> None:
    """Key, credits, parameters and limits keep their own errors for a download."""
    assert type(failures.of_download(refusal(status), keyed=True)) is kind


def test_a_bad_parameter_does_not_count_as_not_ready() -> None:
    """A 400 that names a query parameter is a permanent error."""
    body = b'{"message": "Validation error", "detail": {"query": {"quality": ["Must be at most 90."]}}}'
    error = failures.of_download(refusal(400, body), keyed=True)
    assert type(error) is errors.RequestRefused
    assert "quality: Must be at most 90." in str(error)


@pytest.mark.parametrize("status", [401, 403])
def test_another_host_says_nothing_about_the_key(status: int) -> None:
    """A 401 or 403 from a host that never received the key does not stop the account."""
    assert type(failures.of_download(refusal(status), keyed=False)) is errors.NotReady


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "SignatureDoesNotMatch", errors.SlotRefused),
        (403, "AccessDenied", errors.SlotRefused),
        (403, "RequestTimeTooSkewed", errors.SlotRefused),
        (403, "", errors.SlotRefused),
        (400, "ExpiredToken", errors.SlotRefused),
        (404, "NoSuchBucket", errors.SlotRefused),
        (400, "RequestTimeout", errors.Unreachable),
        (400, "IncompleteBody", errors.Unreachable),
        (400, "EntityTooLarge", errors.RequestRefused),
        (411, "MissingContentLength", errors.RequestRefused),
        (413, "", errors.RequestRefused),
        (409, "OperationAborted", errors.Unavailable),
        (429, "", errors.TooManyRequests),
        (503, "SlowDown", errors.Unavailable),
        (307, "TemporaryRedirect", errors.Garbled),
    ],
)
def test_storage_s_statuses(status: int, code: str, kind: type[errors.ServiceError]) -> None:
    """Storage's response to a PUT distinguishes an invalid slot, an invalid file and a temporary problem."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>So.</Message></Error>" if code else ""
    error = failures.of_upload(refusal(status, body.encode()))
    assert type(error) is kind
    assert code in str(error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "17"}, 17.0),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "-4"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "9" * 400}, None),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:30 GMT", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"}, 30.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT", "Date": "Wed, 21 Oct 2015 07:29:00 GMT"}, 0.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    """Retry-After is seconds or a date relative to the response's own date. Anything else is ignored."""
    for status in (429, 503):
        error = failures.of_api(refusal(status, headers=headers))
        assert isinstance(error, errors.Passing)
        assert error.retry_after == seconds


@given(st.text())
def test_retry_after_survives_anything(value: str) -> None:
    """No Retry-After text raises an error."""
    wish = failures.retry_after(Refusal("h", 429, {"retry-after": value, "date": value}, b""))
    assert wish is None or 0 <= wish < float("inf")
