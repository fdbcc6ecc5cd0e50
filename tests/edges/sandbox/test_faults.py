from __future__ import annotations

import io
import socket
import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from tests import plain_http
from tests.edges.sandbox.client import Client, put
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox, running_sandbox

JPEG = {"content-type": "image/jpeg"}
LOST = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


@pytest.fixture(scope="module")
def hurt() -> Iterator[Sandbox]:
    """A sandbox for tests that set their own faults."""
    with running_sandbox("--set", "name_limit=0") as sandbox:
        yield sandbox


@pytest.fixture
def client(hurt: Sandbox) -> Iterator[Client]:
    """An order at a sandbox without faults."""
    hurt.faults([])
    with Client(hurt) as client:
        yield client


def test_status_of_a_gateway(hurt: Sandbox, client: Client) -> None:
    """A 5xx carries HTML, and the request was not carried out."""
    hurt.faults(["create_image 502"])
    answer = _register(client)
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert client.http.get(f"/v3/orders/{client.order_id}").status_code == 404


def test_carried_out_all_the_same(hurt: Sandbox, client: Client) -> None:
    """With ``after`` the request is carried out, although the response is an error."""
    hurt.faults(["create_image 503 after=true retry_after=3"])
    answer = _register(client)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert client.order()["order_id"] == client.order_id


@pytest.mark.parametrize(
    ("status", "more", "wish"),
    [(429, "", None), (429, "retry_after=2", "2"), (402, "", None), (401, "", None)],
)
def test_refusals(hurt: Sandbox, client: Client, status: int, more: str, wish: str | None) -> None:
    """Refusals have the API's own shape, with Retry-After if the rule says so."""
    hurt.faults([f"create_image {status} {more}"])
    answer = _register(client)
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, wish)
    assert set(answer.json()) == {"message", "detail"}
    assert _register(client).status_code == 200


def test_reset_before(hurt: Sandbox, client: Client) -> None:
    """With a reset before the request is carried out, nothing is done."""
    hurt.faults(["create_image reset-before"])
    with pytest.raises(LOST):
        _register(client)
    assert client.http.get(f"/v3/orders/{client.order_id}").status_code == 404


def test_reset_after(hurt: Sandbox, client: Client) -> None:
    """With a reset after the request is carried out, only the response is lost."""
    hurt.faults(["create_image reset-after"])
    with pytest.raises(LOST):
        _register(client)
    assert client.order()["order_id"] == client.order_id


def test_upload_lost_after(hurt: Sandbox, client: Client) -> None:
    """An upload whose response is lost is stored."""
    _, url, content_type = client.register("a.jpg")
    hurt.faults(["upload reset-after"])
    with pytest.raises(LOST):
        put(url, b"x", content_type)
    assert client.ledger()["registered"][0]["stored"]["size"] == 1


def test_upload_refused(hurt: Sandbox, client: Client) -> None:
    """Storage can refuse a correct upload with 403 in XML."""
    _, url, _ = client.register("a.jpg")
    hurt.faults(["upload 403"])
    answer = plain_http.put(url, content=b"x" * 1_000_000, headers=JPEG)
    assert (answer.status_code, "<Code>AccessDenied</Code>" in answer.text) == (403, True)
    put(url, b"x", "image/jpeg")


def test_expired_slot(hurt: Sandbox, client: Client) -> None:
    """A registration can return an expired URL. The next registration returns a valid one."""
    hurt.faults(["create_image expired-url"])
    _, url, _ = client.register("a.jpg")
    assert "expired" in plain_http.put(url, content=b"x", headers=JPEG).text
    put(client.register("b.jpg")[1], b"x", "image/jpeg")


def test_page_instead_of_storing(hurt: Sandbox, client: Client) -> None:
    """An upload can return 200 with a web page, without storing anything."""
    image_id, url, content_type = client.register("a.jpg")
    hurt.faults(["upload html"])
    answer = plain_http.put(url, content=b"x", headers=JPEG)
    assert (answer.status_code, answer.text[:6]) == (200, "<html>")
    assert not (hurt.directory / "uploads" / image_id).exists()
    put(url, b"x", content_type)


def test_page_instead_of_a_picture(hurt: Sandbox, client: Client) -> None:
    """A download can return a web page with 200. It does not count as complete."""
    image_id = _image(client)
    hurt.faults(["download html"])
    assert client.download(image_id, preview="false").text.startswith("<html>")
    assert client.ledger()["images"][0]["downloads"]["full"] == 0


def test_storage_behind_a_gateway(hurt: Sandbox, client: Client) -> None:
    """Storage can also be behind a gateway that returns 5xx in HTML."""
    _, url, content_type = client.register("a.jpg")
    hurt.faults(["upload 503 retry_after=1"])
    answer = plain_http.put(url, content=b"x", headers=JPEG)
    assert (answer.status_code, answer.headers["retry-after"], answer.text[:6]) == (503, "1", "<html>")
    put(url, b"x", content_type)


def test_page_instead_of_json(hurt: Sandbox, client: Client) -> None:
    """A response can be a web page with 200."""
    client.register("a.jpg")
    hurt.faults(["show_order html"])
    answer = client.http.get(f"/v3/orders/{client.order_id}")
    assert (answer.status_code, answer.text[:6]) == (200, "<html>")


def test_half_json(hurt: Sandbox, client: Client) -> None:
    """JSON can end half-way in a valid HTTP response."""
    client.register("a.jpg")
    whole = client.http.get(f"/v3/orders/{client.order_id}").text
    hurt.faults(["show_order half-json"])
    assert client.http.get(f"/v3/orders/{client.order_id}").text == whole[: len(whole) // 2]


def test_truncated_download(hurt: Sandbox, client: Client) -> None:
    """A download can break off half-way. It does not count as complete."""
    image_id = _image(client)
    hurt.faults(["download truncated"])
    with pytest.raises(httpx.RemoteProtocolError):
        client.download(image_id, preview="false")
    assert client.ledger()["images"][0]["downloads"]["full"] == 0
    assert client.download(image_id, preview="false").status_code == 200
    assert client.broken() == []


def test_short_length(hurt: Sandbox, client: Client) -> None:
    """A download can end early with a matching Content-Length, so that only the picture shows it."""
    image_id = _image(client)
    hurt.faults(["download short-length"])
    half = client.download(image_id, preview="false").content
    whole = client.download(image_id, preview="false").content
    assert half == whole[: len(whole) // 2]


def test_excess(hurt: Sandbox, client: Client) -> None:
    """Content-Length can be too small: the rest of the body precedes the next response on that connection."""
    client.register("a.jpg")
    path = f"/v3/orders/{client.order_id}"
    whole = client.http.get(path).content
    hurt.faults(["show_order excess"])
    with socket.create_connection((urlsplit(hurt.api).hostname, urlsplit(hurt.api).port), timeout=10) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: sandbox\r\n\r\n".encode())
        reply = b""
        while not reply.endswith(whole):
            reply += line.recv(65536) or pytest.fail("closed")
        head, _, body = reply.partition(b"\r\n\r\n")
    assert (f"content-length: {len(whole) // 2}".encode() in head, body) == (True, whole)


def test_drip() -> None:
    """A response can arrive slowly in small pieces, without a long pause, and is complete in the end."""
    with running_sandbox("--speed", "1") as sandbox, Client(sandbox) as client:
        client.register("a.jpg")
        path = f"/v3/orders/{client.order_id}"
        whole = client.http.get(path).content
        sandbox.faults(["show_order drip seconds=2"])
        with client.http.stream("GET", path, timeout=1.5) as answer:
            pieces = list(answer.iter_raw())
        assert b"".join(pieces) == whole
        assert len(pieces) > 5


@pytest.mark.parametrize("kind", ["slow", "stall"])
def test_slow_and_stalled(kind: str) -> None:
    """A response can be late, or pause half-way, until the client times out. A client that waits gets all of it."""
    with running_sandbox("--speed", "1", "--set", "idle_time=0") as sandbox, Client(sandbox) as client:
        client.register("a.jpg")
        sandbox.faults([f"show_order {kind} seconds=3600", f"show_order {kind} seconds=0.1"])
        with pytest.raises(httpx.ReadTimeout):
            client.http.get(f"/v3/orders/{client.order_id}", timeout=0.5)
        assert client.order()["order_id"] == client.order_id


def test_upload_lag() -> None:
    """``is_uploaded`` of a single bracket can become true long after the upload."""
    options = ("--speed", "1", "--fault", "upload upload-lag seconds=3600")
    with running_sandbox(*options) as sandbox, Client(sandbox, "brackets") as client:
        client.upload({"a.jpg": b"x"})
        (listed,) = client.ask("GET", f"/v3/orders/{client.order_id}/brackets")["brackets"]
        assert listed["is_uploaded"] is False
        assert client.ledger()["registered"][0]["stored"]["size"] == 1


def test_failed_image(hurt: Sandbox, client: Client) -> None:
    """A chosen image can fail with a reason, while the others succeed."""
    hurt.faults(["image error match=IMG_0004 'reason=Too dark'"])
    client.upload(shoot(2))
    client.merge()
    assert [(image["status"], image["status_reason"]) for image in client.images()] == [
        ("processed", None),
        ("error", "Too dark"),
    ]


def test_idle_for_ever(hurt: Sandbox, client: Client) -> None:
    """A merge can be accepted without any effect."""
    hurt.faults(["merge idle-forever"])
    client.upload(shoot(1))
    client.merge()
    client.wait(lambda: hurt.report()["faults"][0]["happened"] == 1)
    order = client.order()
    assert (bool(order["is_merging"]), order["is_processing"], order["images"]) == (False, False, [])


@pytest.mark.parametrize("status", ["waiting", "processed", "error"])
def test_no_images(status: str) -> None:
    """A merge can finish without images. A switch decides the order's status then."""
    switches = ("--set", f"empty_order={status}", "--fault", "merge no-images")
    with running_sandbox(*switches) as sandbox, Client(sandbox) as client:
        client.upload(shoot(1))
        client.merge()
        client.wait(lambda: client.order()["is_merging"] is False)
        order = client.order()
        assert (order["is_processing"], order["images"], order["status"]) == (False, [], status)


def test_grouping_takes_long() -> None:
    """Grouping can take minutes: the order is merging and has no images."""
    options = ("--speed", "1", "--set", "idle_time=0", "--set", "grouping_time=0")
    with running_sandbox(*options) as sandbox, Client(sandbox) as client:
        sandbox.faults(["merge slow-grouping seconds=3600"])
        client.upload(shoot(1))
        client.merge()
        client.wait(lambda: sandbox.report()["faults"][0]["happened"] == 1)
        order = client.order()
        assert (order["is_merging"], order["images"]) == (True, [])


# --- responses that do not match the request ---


@pytest.fixture
def stranger(hurt: Sandbox) -> Iterator[Client]:
    """Another order of the account, with an image."""
    with Client(hurt) as other:
        other.upload(shoot(1))
        other.merge()
        other.images()
        yield other


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("other-order", (False, 0, 1, 1)),
        ("foreign-images", (True, 2, 1, 3)),
        ("foreign-alone", (True, 0, 1, 1)),
        ("unsigned-images", (True, 2, 1, 3)),
        ("repeated-image", (True, 2, 0, 4)),
        ("many-images", (True, 2, 42, 44)),
        ("missing-image", (True, 1, 0, 1)),
    ],
)
def test_a_look_that_shows_something_else(
    hurt: Sandbox, client: Client, stranger: Client, kind: str, expected: tuple[bool, int, int, int]
) -> None:
    """A poll can show another order, images of another order, repeated images, or too many or too few images."""
    client.upload(shoot(2))
    hurt.faults([f"show_order {kind}"])
    assert client.order()["images"] == [], "it waits until there is an image"
    client.merge()
    client.wait(lambda: len(client.ledger()["images"]) == 2)
    hurt.faults([])
    ours = [image["image_id"] for image in client.images()]
    hurt.faults([f"show_order {kind}"])
    order = client.order()
    shown = [image["image_id"] for image in order["images"]]
    order_is_own, own, foreign, listed = expected
    assert (order["order_id"] == client.order_id) == order_is_own
    assert (len(set(shown) & set(ours)), len(set(shown) - set(ours)), len(shown)) == (own, foreign, listed)
    assert order["total_images"] == (2 if kind == "missing-image" else listed)
    named = {image["order_id"] for image in order["images"]}
    if kind == "unsigned-images":
        assert named == {None}
    elif foreign == 1:
        assert stranger.order_id in named
    assert [image["image_id"] for image in client.order()["images"]] == ours, "it happened once"


@pytest.mark.parametrize("flow", ["images", "brackets"])
def test_a_registration_with_another_brackets_answer(hurt: Sandbox, flow: str) -> None:
    """A registration can return the id and URL of the previous bracket, or only its URL."""
    route = {"images": "create_image", "brackets": "create_bracket"}[flow]
    with Client(hurt, flow) as client:
        if flow == "brackets":
            client.ask("POST", "/v3/orders/", {"order_id": client.order_id})
        hurt.faults([f"{route} other-slot", f"{route} same-url"])
        first, url, content_type = client.register("a.jpg")
        second, other_url, _ = client.register("b.jpg")
        third, same_url, _ = client.register("c.jpg")
        assert (second, urlsplit(other_url).path) == (first, urlsplit(url).path)
        assert third != first
        assert urlsplit(same_url).path not in (urlsplit(url).path, f"/uploads/{third}")
        put(other_url, b"x", content_type)


def test_answers_that_name_something_else(hurt: Sandbox) -> None:
    """The response to an executed request can have the id of another order or image."""
    routes = ("create_order", "order_brackets", "process_order", "process_image")
    with Client(hurt, "brackets") as client:
        hurt.faults([f"{route} other-id" for route in routes])
        assert client.ask("POST", "/v3/orders/", {"order_id": client.order_id})["order_id"] != client.order_id
        for name, data in shoot(1).items():
            put(client.register(name)[1], data, "application/octet-stream")
        brackets = client.ask("GET", f"/v3/orders/{client.order_id}/brackets")["brackets"]
        assert [bracket["order_id"] == client.order_id for bracket in brackets] == [False, True, True]
        assert client.merge()["order_id"] != client.order_id
        (image,) = client.images()
        again = client.ask("POST", f"/v3/images/{image['image_id']}/process", {})
        assert again["image_id"] != image["image_id"]
        assert len(client.ledger()["merges"]) == 1


def test_pictures_that_are_something_else(hurt: Sandbox, client: Client) -> None:
    """A download can be a small picture, have extra bytes, or lack its end. None counts as complete."""
    image_id = _image(client)
    whole = client.download(image_id, preview="false").content
    client.wait(lambda: client.ledger()["images"][0]["downloads"]["full"] == 1)
    hurt.faults(["download small", "download trailer", "download cut"])
    small, trailer, cut = (client.download(image_id, preview="false").content for _ in range(3))
    assert Image.open(io.BytesIO(small)).size == (64, 48)
    assert (trailer[: len(whole)], len(trailer)) == (whole, len(whole) + 13)
    assert whole.startswith(cut)
    assert len(cut) < len(whole)
    assert client.ledger()["images"][0]["downloads"]["full"] == 1


@pytest.mark.parametrize("kind", ["endless", "bomb"])
def test_downloads_without_end(hurt: Sandbox, client: Client, kind: str) -> None:
    """A download can be endless, or small on the wire and gigabytes when unpacked."""
    link = client.http.get(f"/v3/images/{_image(client)}/enhanced", params={"preview": "false"}).headers["location"]
    hurt.faults([f"download {kind}"])
    with httpx.stream("GET", link, follow_redirects=True) as answer:
        assert "content-length" not in answer.headers
        assert answer.headers.get("content-encoding") == ("gzip" if kind == "bomb" else None)
        size, unpacking = 0, zlib.decompressobj(16 + zlib.MAX_WBITS)
        for piece in answer.iter_raw():
            size += len(unpacking.decompress(piece)) if kind == "bomb" else len(piece)
            if size > 30_000_000:
                break
    assert size > 30_000_000


def test_wrong_rules_are_refused(hurt: Sandbox) -> None:
    """Invalid rules are 422 with the reason, and the previous rules stay."""
    hurt.faults(["merge stray"])
    for body in (["nowhere 503"], {"where": "upload"}, [5], [{"where": "upload"}], "upload 503"):
        answer = plain_http.post(f"{hurt.api}/_sandbox/faults", json=body)
        assert (answer.status_code, list(answer.json()["detail"]["json"])) == (422, ["faults"])
    reply = plain_http.get(f"{hurt.api}/_sandbox/faults").json()["faults"]
    assert reply == [{"where": "merge", "kind": "stray", "match": "", "happened": 0, "left": 1}]


def _register(client: Client) -> httpx.Response:
    form = {"order_id": client.order_id, "image_name": "a.jpg", "contentType": "image/jpeg", "hdr": True}
    return client.http.post("/v3/images/", json=form)


def _image(client: Client) -> str:
    client.upload(shoot(1))
    client.merge()
    (image,) = client.images()
    return str(image["image_id"])
