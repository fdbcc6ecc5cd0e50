"""API calls over a real connection: the requests, and the result of each kind of response or silence."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import closing

import pytest
import trustme

from daemon import errors
from daemon.service import Endpoint, OrderReport, Pace, Service, Slot, Timeouts

from .conftest import KEY, Hosts, Services
from .hosts import ELSEWHERE, Exchange, Script, always

IMPATIENT = Timeouts(connect=1, read=0.2, write=0.2)

CALLS: list[Callable[[Service], object]] = [
    lambda it: it.ping(),
    lambda it: it.create("o", "n"),
    lambda it: it.register("o", "b", "n.jpg", "image/jpeg"),
    lambda it: it.brackets("o"),
    lambda it: it.merge("o", per_image=None, enhance={}),
    lambda it: it.order("o"),
    lambda it: list(it.orders()),
]


def test_what_every_call_carries(host: Hosts, service: Services) -> None:
    """Every API call carries the key, the flow's version and our name, and no other authentication."""
    api = host(always(200, {"orders": []}))
    service(api.url).ping()
    service(api.url, flow="brackets", dev_mode=True).ping()
    plain, dev = api.seen
    assert plain.target == "/v3/orders/?per_page=1"
    assert plain.headers["x-api-key"] == KEY
    assert plain.headers["x-api-version"] == "2025-01-01"
    assert plain.headers["user-agent"] == "bracketd/test"
    assert plain.headers["accept"] == "application/json"
    assert plain.headers["accept-encoding"] == "identity"
    assert "x-dev-mode" not in plain.headers
    assert "authorization" not in plain.headers
    assert dev.headers["x-api-version"] == "2025-05-08"
    assert dev.headers["x-dev-mode"] == "true"


def test_a_base_url_with_a_path_keeps_it(host: Hosts, service: Services) -> None:
    """The API may be below a path, with or without a slash at its end."""
    api = host(always(200, {"orders": []}))
    service(api.url + "/proxy").ping()
    service(api.url + "/proxy/").ping()
    assert [seen.target for seen in api.seen] == ["/proxy/v3/orders/?per_page=1"] * 2


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("body", ["<html><title>Sign in</title></html>", '{"half": ', "[]", "\x00"])
def test_no_json_where_json_was_promised(
    host: Hosts, service: Services, call: Callable[[Service], object], body: str
) -> None:
    """A 200 that is not a JSON object is Garbled, for every call."""
    api = host(always(200, body, content_type="application/json"))
    with pytest.raises(errors.Garbled):
        call(service(api.url, flow="brackets"))


@pytest.mark.parametrize("call", [CALLS[0], *CALLS[2:4], CALLS[5]])
@pytest.mark.parametrize("answer", [always(200), always(204), always(200, {})])
def test_nothing_where_something_was_promised(
    host: Hosts, service: Services, call: Callable[[Service], object], answer: Script
) -> None:
    """An empty response to a call that needs a body is Garbled."""
    with pytest.raises(errors.Garbled):
        call(service(host(answer).url))


def test_a_page_is_named_by_its_title(host: Hosts, service: Services) -> None:
    """The message about a web page instead of JSON contains the page's title only."""
    api = host(always(200, "<html><title>Sign in</title><body>" + "x" * 9000, content_type="text/html"))
    with pytest.raises(errors.Garbled, match="Sign in") as caught:
        service(api.url).ping()
    assert len(str(caught.value)) < 300


def test_an_api_that_is_another_one_is_garbled(host: Hosts, service: Services) -> None:
    """A ping that returns JSON without a page of orders is Garbled."""
    with pytest.raises(errors.Garbled, match="orders"):
        service(host(always(200, {"hello": "world"})).url).ping()


def test_refusals_carry_the_service_s_words(host: Hosts, service: Services) -> None:
    """A 422 is RequestRefused with the message and each field's text."""
    detail = {"message": "Validation error", "detail": {"json": {"image_name": ["Too long."]}}}
    with pytest.raises(errors.RequestRefused, match=r"Validation error \(image_name: Too long\.\)"):
        service(host(always(422, detail)).url).register("o", "b", "n", "image/jpeg")


def test_a_key_echoed_by_the_service_is_not_repeated(host: Hosts, service: Services) -> None:
    """An error response that quotes the key is quoted without it, and no repr of the service shows it."""
    opened = service(host(always(401, {"message": f"No such key: {KEY}"})).url)
    with pytest.raises(errors.KeyRefused) as caught:
        opened.ping()
    assert "No such key: (key)" in str(caught.value)
    assert KEY not in repr(opened)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(f"<p>you sent {KEY}</p>", "text/html"), (KEY, "application/json"), (f"[{KEY}", "image/jpeg")],
    ids=["page", "no json", "no image"],
)
def test_a_key_echoed_by_a_portal_is_not_repeated(host: Hosts, service: Services, body: str, content_type: str) -> None:
    """A 200 response that quotes the key, as a hotel's portal may, does not put it into a message."""
    opened = service(host(always(200, body, content_type=content_type)).url)
    with pytest.raises(errors.Garbled) as asked:
        opened.order("o")
    with pytest.raises(errors.BracketdError) as fetched, opened.download("i", format="jpeg", quality=None, max_width=1):
        raise errors.Garbled("nothing was said")
    assert KEY not in f"{asked.value} {fetched.value}"


def test_a_key_echoed_in_an_answer_is_not_kept(host: Hosts, service: Services) -> None:
    """The key is removed from the texts of an order."""
    image = {"image_id": "i", "image_name": KEY, "status": "error", "error": KEY, "status_reason": KEY}
    seen = service(host(always(200, {"order_id": "o", "images": [image]})).url).order("o")
    assert seen.images
    assert KEY not in repr(seen)


def test_too_many_requests_with_a_wish(host: Hosts, service: Services) -> None:
    """A 429 carries the seconds the service asked for."""
    with pytest.raises(errors.TooManyRequests) as caught:
        service(host(always(429, "slow down", retry_after="7")).url).order("o")
    assert caught.value.retry_after == 7


def test_an_endless_refusal_is_not_read_to_its_end(host: Hosts, service: Services) -> None:
    """Only the beginning of an endless error response is read."""

    def endless(exchange: Exchange) -> None:
        exchange.raw(b"HTTP/1.1 500 No\r\nConnection: close\r\n\r\n")
        while True:
            exchange.raw(b"x" * 65536)

    with pytest.raises(errors.Unavailable):
        service(host(endless).url).order("o")


def test_an_endless_answer_is_given_up(host: Hosts, service: Services) -> None:
    """An endless response is Garbled before it fills the memory."""

    def endless(exchange: Exchange) -> None:
        exchange.raw(b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"orders": [')
        while True:
            exchange.raw(b" " * (1 << 20))

    with pytest.raises(errors.Garbled, match="is too long"):
        service(host(endless).url).ping()


def test_nobody_there(service: Services) -> None:
    """A refused connection is Unreachable and was certainly not sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(errors.Unreachable) as caught:
        service(f"http://127.0.0.1:{port}").ping()
    assert not caught.value.sent


def test_no_such_name(service: Services) -> None:
    """A host name that does not resolve is Unreachable and was certainly not sent."""
    with pytest.raises(errors.Unreachable) as caught:
        service("https://no-such-host.invalid").ping()
    assert not caught.value.sent


@pytest.mark.parametrize(
    "broken",
    [
        lambda exchange: exchange.hang_up(),
        lambda exchange: (exchange.raw(b"HTTP/1.1 200 O"), exchange.hang_up()),
        lambda exchange: (exchange.raw(b"220 smtp ready\r\n\r\n"), exchange.hang_up()),
    ],
)
def test_an_answer_that_never_came(host: Hosts, service: Services, broken: Callable[[Exchange], object]) -> None:
    """If the connection breaks before a response, the request may have been carried out."""

    def script(exchange: Exchange) -> None:
        exchange.read()
        broken(exchange)

    with pytest.raises(errors.Unreachable) as caught:
        service(host(script).url).merge("o", per_image=None, enhance={})
    assert caught.value.sent


def test_a_silent_service(host: Hosts, service: Services) -> None:
    """A request without a response times out and may have been carried out."""
    with pytest.raises(errors.Unreachable) as caught:
        service(host(lambda exchange: exchange.conn.recv(1)).url, timeouts=IMPATIENT).order("o")
    assert caught.value.sent


@pytest.mark.parametrize(
    "script",
    [
        lambda it: (it.answer(200, b'{"orders": []', content_length="99"), it.hang_up()),
        lambda it: (it.raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"ord'), it.hang_up()),
        lambda it: it.answer(200, b"no gzip", content_encoding="gzip"),
    ],
)
def test_half_an_answer(host: Hosts, service: Services, script: Callable[[Exchange], None]) -> None:
    """A response that is cut off or cannot be decoded is Garbled."""
    with pytest.raises(errors.Garbled):
        service(host(script).url).ping()


def test_every_order_of_the_account(host: Hosts, service: Services) -> None:
    """The account's orders are requested page by page, each with the cursor of the previous page, to the last page."""
    pages = {
        "/v3/orders/?per_page=15": {"orders": [{"order_id": "a"}, {"order_id": "b"}], "pagination": {"next_offset": 7}},
        "/v3/orders/?offset=7&per_page=15": {"orders": [], "pagination": {"next_offset": "x y"}},
        "/v3/orders/?offset=x+y&per_page=15": {"orders": [{"order_id": "c"}], "pagination": {"next_offset": None}},
    }
    api = host(lambda exchange: exchange.answer(200, pages[exchange.target]))
    assert [listed.id for listed in service(api.url).orders()] == ["a", "b", "c"]
    assert [seen.target for seen in api.seen] == list(pages)


def test_a_list_of_orders_that_goes_round(host: Hosts, service: Services) -> None:
    """A repeated cursor is Garbled and does not loop for ever."""
    api = host(always(200, {"orders": [], "pagination": {"next_offset": "1"}}))
    with pytest.raises(errors.Garbled, match="never ends"):
        list(service(api.url).orders())
    assert len(api.seen) == 2


def test_creating_an_order(host: Hosts, service: Services) -> None:
    """The order is created under the requested ID. An existing order and another ID have errors of their own."""
    api = host(always(200, {"order_id": "o", "name": "Elm Street"}))
    brackets = service(api.url, flow="brackets")
    brackets.create("o", "Elm Street")
    assert (api.seen[0].method, api.seen[0].target) == ("POST", "/v3/orders/")
    assert api.seen[0].json() == {"order_id": "o", "name": "Elm Street"}
    with pytest.raises(errors.Mismatched, match="order o instead of mine"):
        brackets.create("mine", "n")
    api.script = always(409, {"message": "Order exists"})
    with pytest.raises(errors.AlreadyExists):
        brackets.create("o", "n")
    service(api.url, flow="images").create("o", "n")
    assert len(api.seen) == 3


def test_registering_a_bracket(host: Hosts, service: Services) -> None:
    """Registering posts the flow's JSON and returns the slot of the response."""
    api = host(always(200, {"image_id": "b", "s3PutObjectUrl": "http://127.0.0.1:1/put"}))
    slot = service(api.url).register("o", "b", "Küche \udcff.jpg", "image/jpeg")
    assert (slot.id, slot.url, slot.content_type) == ("b", "http://127.0.0.1:1/put", "image/jpeg")
    sent = api.seen[0]
    assert sent.headers["content-type"] == "application/json"
    assert sent.json() == {
        "image_id": "b",
        "image_name": "Küche ?.jpg",
        "order_id": "o",
        "contentType": "image/jpeg",
        "hdr": True,
    }


def test_discarding_a_registration(host: Hosts, service: Services) -> None:
    """Discarding an unknown registration succeeds, other errors are raised, and brackets cannot be discarded."""
    api = host(always(204))
    images = service(api.url)
    images.discard("b")
    assert (api.seen[0].method, api.seen[0].target) == ("DELETE", "/v3/images/b")
    api.script = always(404, {"message": "Not found"})
    images.discard("b")
    api.script = always(500)
    with pytest.raises(errors.Unavailable):
        images.discard("b")
    service(api.url, flow="brackets").discard("b")
    assert len(api.seen) == 3


def test_merging_takes_any_good_answer(host: Hosts, service: Services) -> None:
    """A merge succeeds with any success status, with or without a body."""
    api = host(always(200))
    service(api.url).merge("o", per_image=5, enhance={"enhance": False})
    api.script = always(200, {"order_id": "o", "is_merging": True})
    service(api.url, flow="brackets").merge("o", per_image=None, enhance={}, sets=[["a", "b"]])
    first, second = api.seen
    assert (first.target, first.json()) == ("/v3/orders/o/merge", {"enhance": False, "number_of_brackets_per_image": 5})
    assert (second.target, second.json()) == ("/v3/orders/o/process", {"images": [{"bracket_ids": ["a", "b"]}]})


def test_an_unknown_order(host: Hosts, service: Services) -> None:
    """An order that the service does not know is NotFound."""
    with pytest.raises(errors.NotFound):
        service(host(always(404, {"message": "Order not found", "detail": {}})).url).order("o")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_on_the_own_origin_is_followed(host: Hosts, service: Services, status: int) -> None:
    """A GET follows redirects on the API's own origin with the key."""

    def script(exchange: Exchange) -> None:
        if exchange.target == "/v3/orders/o":
            exchange.answer(status, location="/v3/orders/o/")
        else:
            exchange.answer(200, {"order_id": "o"})

    api = host(script)
    assert service(api.url).order("o") == OrderReport(merging=False, processing=False, images=())
    assert [seen.headers.get("x-api-key") for seen in api.seen] == [KEY, KEY]


def test_a_post_is_repeated_only_where_that_is_asked(host: Hosts, service: Services) -> None:
    """A POST keeps its method and body on a 308 and does not become a GET on a 302."""

    def script(exchange: Exchange) -> None:
        if exchange.target.endswith("/merge"):
            exchange.answer(308, location=exchange.target + "/")
        else:
            exchange.answer(200, {})

    api = host(script)
    service(api.url).merge("o", per_image=2, enhance={})
    assert [seen.method for seen in api.seen] == ["POST", "POST"]
    assert api.seen[1].json() == {"number_of_brackets_per_image": 2}
    api.script = always(302, location="/elsewhere")
    with pytest.raises(errors.Garbled):
        service(api.url).merge("o", per_image=2, enhance={})
    assert len(api.seen) == 3


def test_a_call_never_leaves_for_another_host(host: Hosts, service: Services) -> None:
    """An API call that is redirected to another host fails without contacting that host."""
    other = host(always(200, {"orders": []}), address=ELSEWHERE)
    api = host(lambda it: it.answer(307, location=other.url + it.target))
    with pytest.raises(errors.Garbled, match="must not get the API key"):
        service(api.url).ping()
    assert other.seen == []


def test_a_circle_ends(host: Hosts, service: Services) -> None:
    """At most five redirects are followed."""
    api = host(lambda it: it.answer(307, location=it.target))
    with pytest.raises(errors.Garbled, match="in a loop"):
        service(api.url).ping()
    assert len(api.seen) == 6


def test_connections_are_used_again(host: Hosts, service: Services) -> None:
    """Successive calls share a connection."""
    api = host(always(200, {"orders": []}))
    opened = service(api.url)
    for _ in range(3):
        opened.ping()
    assert api.connections == 1


def test_calls_keep_the_pace_and_transfers_do_not(host: Hosts) -> None:
    """Every request to the API is paced; requests to storage are not."""
    api = host(always(200, {"orders": []}))
    waits: list[float] = []
    pace = Pace(10, clock=lambda: 0.0, sleep=waits.append)
    opened = Service(Endpoint(api.url, KEY, "t"), flow="images", dev_mode=False, pace=pace)
    with closing(opened):
        opened.ping()
        opened.upload(Slot("b", api.url, "image/jpeg"), [b"a"], 1)
        opened.ping()
        opened.ping()
    assert [round(wait, 6) for wait in waits] == [0.1, 0.2]


def test_no_cookies_are_kept(host: Hosts, service: Services) -> None:
    """A cookie from the service is not sent back."""
    api = host(always(200, {"orders": []}, set_cookie="session=1; Path=/"))
    opened = service(api.url)
    opened.ping()
    opened.ping()
    assert "cookie" not in api.seen[1].headers


def test_netrc_and_user_parts_add_nothing(
    host: Hosts, service: Services, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a .netrc nor a user part in a redirect adds an Authorization header."""
    home = tmp_path_factory.mktemp("home")
    netrc = home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\ndefault login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NETRC", str(netrc))

    def script(exchange: Exchange) -> None:
        if exchange.target == "/v3/orders/o":
            exchange.answer(307, location=api.url.replace("//", "//me:secret@") + "/again")
        else:
            exchange.answer(200, {"order_id": "o"})

    api = host(script)
    service(api.url).order("o")
    assert len(api.seen) == 2
    assert all("authorization" not in seen.headers for seen in api.seen)


def test_loopback_needs_no_proxy(host: Hosts, service: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service on loopback is reached directly, whatever proxy the environment sets."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    service(host(always(200, {"orders": []})).url).ping()


def test_a_proxy_does_not_get_the_key(host: Hosts, service: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxy gets a CONNECT without the key. If it refuses, the request was not sent."""
    proxy = host(always(407, "Who are you?"))
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(errors.Unreachable) as caught:
        service("https://api.example.invalid").ping()
    assert not caught.value.sent
    assert [(seen.method, seen.target) for seen in proxy.seen] == [("CONNECT", "api.example.invalid:443")]
    assert "x-api-key" not in proxy.seen[0].headers


def test_https_with_the_environment_s_certificates(
    host: Hosts, service: Services, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS is verified with SSL_CERT_FILE. Another certificate is Unreachable, and nothing is sent."""
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    bundle = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    api = host(always(200, {"orders": []}), tls=tls)
    with pytest.raises(errors.Unreachable, match="certificate") as caught:
        service(api.url).ping()
    assert not caught.value.sent
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    service(api.url).ping()
    assert len(api.seen) == 1


def test_settings_that_cannot_be_used(service: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """An invalid base URL or key, or a missing certificate file, is a ConfigError immediately."""
    for base_url in ("http://api.autoenhance.ai", "ftp://x", "api", "", "https://u:p@api.example", "https://x/?a=1"):
        with pytest.raises(errors.ConfigError, match="base_url"):
            service(base_url)
    for key in ("", "two words", "line\n", "ключ"):
        with pytest.raises(errors.ConfigError, match="key"):
            Service(Endpoint("https://api.example", key, "t"), flow="images", dev_mode=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file.pem")
    with pytest.raises(errors.ConfigError, match="SSL_CERT_FILE"):
        service("https://api.example")


@pytest.mark.parametrize(
    ("status", "kind"), [(404, errors.NotFound), (401, errors.KeyRefused), (422, errors.RequestRefused)]
)
def test_a_refusal_names_the_request(
    host: Hosts, service: Services, status: int, kind: type[errors.ServiceError]
) -> None:
    """A message about an error response has the request's method and path, without its query."""
    asked = service(host(always(status, "no")).url)
    with pytest.raises(kind, match=f"GET /v3/orders/abc returned {status}: no"):
        asked.order("abc")
    with pytest.raises(kind, match=f"POST /v3/orders/abc/merge returned {status}: no"):
        asked.merge("abc", per_image=3, enhance={})
    with pytest.raises(errors.ServiceError, match=f"GET /v3/images/i/enhanced returned {status}: no"):
        asked.download("i", format="jpeg", quality=90, max_width=None).__enter__()


def test_a_refusal_of_storage_names_its_host_alone(host: Hosts, service: Services) -> None:
    """No message contains an upload's path or query, because they allow anyone to write there."""
    storage = host(always(403, "no"))
    slot = Slot("s", f"{storage.url}/secret/path?X-Amz-Signature=abc", "image/jpeg")
    with pytest.raises(errors.SlotRefused, match=r"\(PUT 127\.0\.0\.1 returned 403: no\)"):
        service(host(always(200)).url).upload(slot, [b"x"], 1)
