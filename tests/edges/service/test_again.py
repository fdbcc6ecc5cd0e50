"""Enhancing images again, and the check if the network is back."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from daemon.errors import Mismatched, NotFound
from daemon.service import Endpoint, ImageReport, ImageStatus, Service
from tests.edges.service.hosts import Host, always
from tests.sandbox_process import running_sandbox


def service(base: str) -> Service:
    """A client of the API at ``base``."""
    return Service(Endpoint(base, "the-key", "bracketd/test"), flow="images", dev_mode=False)


def test_processing_an_image_again_keeps_its_preferences() -> None:
    """An image is reprocessed with an empty body, so that its preferences stay the same."""
    with Host(always(200, {})) as host, closing(service(host.url)) as api:
        api.reprocess("an-image")
    (seen,) = host.seen
    assert (seen.method, seen.target, seen.json()) == ("POST", "/v3/images/an-image/process", {})


def test_processing_an_image_again_with_other_preferences() -> None:
    """Only the given preferences are sent, so that the others keep their values."""
    preferences = {"sky_replacement": False, "brand_new": None}
    with Host(always(200, {"image_id": "an-image"})) as host, closing(service(host.url)) as api:
        api.reprocess("an-image", preferences)
        with pytest.raises(Mismatched):
            api.reprocess("another", preferences)
    assert [seen.target for seen in host.seen] == ["/v3/images/an-image/process", "/v3/images/another/process"]
    assert [seen.json() for seen in host.seen] == [preferences, preferences]


def test_an_unknown_image_cannot_be_processed_again() -> None:
    """The sandbox responds that it does not know the image, as documented."""
    with (
        running_sandbox() as sandbox,
        closing(Service(Endpoint(sandbox.api, sandbox.key, "bracketd/test"), flow="images", dev_mode=False)) as api,
        pytest.raises(NotFound),
    ):
        api.reprocess("nobody-knows-it")


@pytest.mark.parametrize("status", [200, 404, 500])
def test_whatever_the_host_answers_it_can_be_reached(status: int) -> None:
    """``reachable`` accepts any response and does not send the key."""
    with Host(always(status)) as host, closing(service(host.url)) as api:
        assert api.reachable()
    (seen,) = host.seen
    assert "x-api-key" not in seen.headers


def test_a_host_that_is_gone_cannot_be_reached() -> None:
    """``reachable`` returns False without raising if no host listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with closing(service(f"http://127.0.0.1:{port}")) as api:
        assert not api.reachable()


@pytest.mark.parametrize(
    ("reason", "limited"),
    [
        ("Daily limit reached", True),
        ("Daily enhancement limit reached, quota exceeded", True),
        ("QUOTA_EXCEEDED", True),
        ("We are at capacity today", True),
        ("You have reached your enhancement limit", True),
        ("Limit of enhancements reached", True),
        ("File size limit exceeded", False),
        ("The brackets could not be decoded", False),
        (None, False),
    ],
)
def test_words_for_the_daily_limit(reason: str | None, limited: bool) -> None:
    """An image that failed because of the account's daily limit is distinguished from other failures."""
    assert ImageReport("i", "n", ImageStatus.FAILED, reason, downloaded=False).limited is limited
    assert not ImageReport("i", "n", ImageStatus.PROCESSED, reason, downloaded=False).limited
