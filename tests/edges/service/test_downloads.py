"""Downloads over a real connection: redirects, the key, and responses that are not images."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from daemon import errors
from daemon.service import Service
from daemon.service.bodies import LONGEST_WHOLE

from .conftest import KEY, Hosts, Services
from .hosts import ELSEWHERE, Exchange, Host, always

PICTURE = b"\xff\xd8\xff\xe0" + bytes(700_000) + b"\xff\xd9"


def fetch(service: Service, image_id: str = "i", *, quality: int | None = None, max_width: int | None = None) -> bytes:
    """The image's bytes."""
    with service.download(image_id, format="jpeg", quality=quality, max_width=max_width) as download:
        return b"".join(download.chunks)


def preview(service: Service) -> bytes:
    """The image's preview."""
    return service.preview("i")


FETCHES = pytest.mark.parametrize("get", [fetch, preview])


def keys(host: Host) -> list[str | None]:
    """The key in each request that ``host`` has received."""
    return [seen.headers.get("x-api-key") for seen in host.seen]


def test_what_a_download_asks_for(host: Hosts, service: Services) -> None:
    """The full size is requested explicitly, with the given options and no others."""
    api = host(always(200, PICTURE, content_type="image/jpeg"))
    opened = service(api.url)
    assert fetch(opened) == PICTURE
    assert fetch(opened, "a/b", quality=90, max_width=2000) == PICTURE
    plain, full = api.seen
    assert urlsplit(plain.target).path == "/v3/images/i/enhanced"
    assert parse_qs(urlsplit(plain.target).query) == {"preview": ["false"], "format": ["jpeg"]}
    assert plain.headers["accept"] == "*/*"
    assert plain.headers["accept-encoding"] == "identity"
    assert urlsplit(full.target).path == "/v3/images/a%2Fb/enhanced"
    assert parse_qs(urlsplit(full.target).query) == {
        "preview": ["false"],
        "format": ["jpeg"],
        "quality": ["90"],
        "max_width": ["2000"],
    }


def test_what_a_preview_asks_for(host: Hosts, service: Services) -> None:
    """A preview is requested explicitly, as a JPEG, and with a width only if one is given."""
    api = host(always(200, PICTURE, content_type="image/jpeg"))
    opened = service(api.url)
    assert opened.preview("i") == PICTURE
    assert opened.preview("a/b", max_width=1200) == PICTURE
    plain, narrow = api.seen
    assert (plain.method, urlsplit(plain.target).path) == ("GET", "/v3/images/i/enhanced")
    assert parse_qs(urlsplit(plain.target).query) == {"preview": ["true"], "format": ["jpeg"]}
    assert plain.headers["accept"] == "*/*"
    assert urlsplit(narrow.target).path == "/v3/images/a%2Fb/enhanced"
    assert parse_qs(urlsplit(narrow.target).query) == {
        "preview": ["true"],
        "format": ["jpeg"],
        "max_width": ["1200"],
    }


@pytest.mark.parametrize("packed", [False, True])
def test_the_longest_preview(host: Hosts, service: Services, packed: bool) -> None:
    """A preview of 16 MiB is read, compressed or not. One byte more is Garbled."""
    body = b"\xff\xd8\xff\xe0" + bytes(LONGEST_WHOLE - 4)
    for more, wrong in ((b"", False), (b"x", True)):
        data = gzip.compress(body + more, 1) if packed else body + more
        packing = {"content_encoding": "gzip"} if packed else {}
        api = host(always(200, data, content_type="image/jpeg", **packing))
        if wrong:
            with pytest.raises(errors.Garbled, match="preview of image i is too long"):
                service(api.url).preview("i")
        else:
            assert service(api.url).preview("i") == body


def test_an_image_comes_in_pieces(host: Hosts, service: Services) -> None:
    """Type and length are known first, and the bytes come at most 256 KiB at a time."""
    api = host(always(200, PICTURE, content_type="image/jpeg"))
    with service(api.url).download("i", format="jpeg", quality=None, max_width=None) as download:
        assert (download.content_type, download.length) == ("image/jpeg", len(PICTURE))
        pieces = list(download.chunks)
    assert b"".join(pieces) == PICTURE
    assert max(map(len, pieces)) <= 256 * 1024


def test_a_length_that_is_not_given(host: Hosts, service: Services) -> None:
    """An image of unknown length is read to the end of the response."""

    def script(exchange: Exchange) -> None:
        exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nConnection: close\r\n\r\n" + PICTURE)
        exchange.hang_up()

    with service(host(script).url).download("i", format="jpeg", quality=None, max_width=None) as download:
        assert download.length is None
        assert b"".join(download.chunks) == PICTURE


def test_an_image_packed_against_our_wish(host: Hosts, service: Services) -> None:
    """An unrequested compression is decompressed, and the length is then unknown."""
    api = host(always(200, gzip.compress(PICTURE), content_type="image/jpeg", content_encoding="gzip"))
    with service(api.url).download("i", format="jpeg", quality=None, max_width=None) as download:
        assert download.length is None
        assert b"".join(download.chunks) == PICTURE


@FETCHES
def test_the_key_goes_to_no_other_host(host: Hosts, service: Services, get: Callable[[Service], bytes]) -> None:
    """Across two other hosts and back, the key is sent to the API's origin once and never again."""
    storage = host(always(500), address=ELSEWHERE)
    assets = host(lambda it: it.answer(302, location=storage.url + "/x?sig=1"))

    def script(exchange: Exchange) -> None:
        if exchange.target == "/copy":
            exchange.answer(200, PICTURE, content_type="image/jpeg")
        else:
            exchange.answer(302, location=assets.url + "/y")

    api = host(script)
    storage.script = always(302, location=api.url + "/copy")
    assert get(service(api.url, dev_mode=True)) == PICTURE
    assert keys(api) == [KEY, None]
    assert keys(assets) == [None]
    assert keys(storage) == [None]
    for seen in [*assets.seen, *storage.seen, api.seen[1]]:
        assert not {"x-api-version", "x-dev-mode", "authorization", "referer", "cookie"} & set(seen.headers)
    assert storage.seen[0].target == "/x?sig=1"


def test_another_name_for_the_same_machine_is_another_origin(host: Hosts, service: Services) -> None:
    """The key is not sent to the same port under another name, or to another port under the same name."""
    picture = always(200, PICTURE, content_type="image/jpeg")
    other_port = host(picture)
    api = host(always(302, location=other_port.url))
    assert fetch(service(api.url)) == PICTURE
    assert keys(other_port) == [None]

    def script(exchange: Exchange) -> None:
        if exchange.target == "/same":
            picture(exchange)
        else:
            exchange.answer(302, location=same_port.url.replace("127.0.0.1", "localhost") + "/same")

    same_port = host(script)
    assert fetch(service(same_port.url)) == PICTURE
    assert keys(same_port) == [KEY, None]


def test_a_redirect_on_the_own_origin_keeps_the_key(host: Hosts, service: Services) -> None:
    """The key is sent as long as redirects stay within the API's origin."""

    def script(exchange: Exchange) -> None:
        if exchange.target == "/here":
            exchange.answer(200, PICTURE, content_type="image/jpeg")
        else:
            exchange.answer(301, location="/here")

    api = host(script)
    assert fetch(service(api.url)) == PICTURE
    assert keys(api) == [KEY, KEY]


@pytest.mark.parametrize("name", ["image_url", "imageSource", "url"])
def test_a_link_in_json_is_followed(host: Hosts, service: Services, name: str) -> None:
    """A JSON response to a download is followed to its link, without the key."""
    storage = host(always(200, PICTURE, content_type="image/jpeg"), address=ELSEWHERE)
    api = host(always(200, {name: storage.url + "/x", "other": 1}))
    assert fetch(service(api.url)) == PICTURE
    assert keys(storage) == [None]


@pytest.mark.parametrize(
    "answer",
    [
        always(200, "<html><title>Sign in</title>", content_type="text/html; charset=utf-8"),
        always(200, "<html><title>Sign in</title>", content_type="image/jpeg"),
        always(200, "\n <Error><Code>AccessDenied</Code></Error>", content_type="application/octet-stream"),
        always(200, "<Error/>", content_type="application/xml"),
        always(200, "plain", content_type="text/plain"),
        always(200, {"message": "soon"}),
        always(200, '{"message": "soon"}', content_type="image/jpeg"),
        always(200, {"image_url": 3}),
        always(200, {"url": "http://storage.example/x"}),
        always(200, "[1, 2]", content_type="application/json"),
        always(200, b"", content_type="image/jpeg"),
        always(204),
        always(302),
        always(302, location="http://storage.example/x"),
        always(302, location="file:///etc/passwd"),
        always(302, location="http://[broken"),
        always(302, location="https://" + "a" * 70 + "/"),
    ],
)
@FETCHES
def test_responses_that_are_not_an_image(
    host: Hosts, service: Services, answer: Callable[[Exchange], None], get: Callable[[Service], bytes]
) -> None:
    """HTML, XML, JSON without a link, empty bodies and invalid links are Garbled and never returned as an image."""
    with pytest.raises(errors.Garbled):
        get(service(host(answer).url))


def test_circles_end(host: Hosts, service: Services) -> None:
    """Five redirects are followed; a sixth is not."""
    api = host(lambda it: it.answer(302, location=it.target))
    with pytest.raises(errors.Garbled, match="in a loop"):
        fetch(service(api.url))
    assert len(api.seen) == 6


@pytest.mark.parametrize(
    "script",
    [
        lambda it: (it.answer(200, PICTURE, content_length=str(len(PICTURE) + 1)), it.hang_up()),
        lambda it: (
            it.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n\xff\xd8\xff\xe0\r\n"),
            it.hang_up(),
        ),
    ],
)
@FETCHES
def test_half_an_image(
    host: Hosts, service: Services, script: Callable[[Exchange], None], get: Callable[[Service], bytes]
) -> None:
    """An image that is shorter than its announced length is Garbled."""
    with pytest.raises(errors.Garbled):
        get(service(host(script).url))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.NotReady),
        (404, errors.NotReady),
        (425, errors.NotReady),
        (401, errors.KeyRefused),
        (402, errors.NoCredits),
        (403, errors.KeyRefused),
        (422, errors.RequestRefused),
        (503, errors.Unavailable),
    ],
)
@FETCHES
def test_refused_by_the_api(
    host: Hosts,
    service: Services,
    status: int,
    kind: type[errors.ServiceError],
    get: Callable[[Service], bytes],
) -> None:
    """A download that is too early is distinguished from one that is refused."""
    with pytest.raises(kind, match="because"):
        get(service(host(always(status, {"message": "because"})).url))


def test_refused_by_another_host(host: Hosts, service: Services) -> None:
    """An expired link to storage leads to a retry, not to a complaint about the key."""
    storage = host(always(403, "<Error><Code>AccessDenied</Code></Error>"), address=ELSEWHERE)
    api = host(lambda it: it.answer(302, location=storage.url + "/x"))
    with pytest.raises(errors.NotReady, match="AccessDenied"):
        fetch(service(api.url))


def test_breaking_off_ends_the_connection(host: Hosts, service: Services) -> None:
    """A caller that stops reading gets its own exception, and the connection is not reused."""
    api = host(always(200, PICTURE * 20, content_type="image/jpeg"))
    opened = service(api.url)

    def break_off() -> None:
        with opened.download("i", format="jpeg", quality=None, max_width=None) as download:
            for _ in download.chunks:
                raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        break_off()
    api.script = always(200, {"orders": []})
    opened.ping()
    assert api.connections == 2


def test_an_image_read_to_its_end_leaves_the_connection_good(host: Hosts, service: Services) -> None:
    """After a complete image the next call reuses the connection."""
    api = host(always(200, PICTURE, content_type="image/jpeg"))
    opened = service(api.url)
    fetch(opened)
    fetch(opened)
    assert api.connections == 1
