from __future__ import annotations

import hashlib
import socket
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests import plain_http
from tests.edges.sandbox.client import Client, put
from tests.sandbox_process import Sandbox, running_sandbox

JPEG = {"content-type": "image/jpeg"}


def test_stored_byte_for_byte(shared: Sandbox) -> None:
    """An upload is on disk unchanged, and in the ledger with its length and SHA-256."""
    data = bytes(range(256)) * 5000
    with Client(shared) as client:
        image_id, url, content_type = client.register("a.jpg")
        put(url, data, content_type)
        (entry,) = client.ledger()["registered"]
    assert (shared.directory / "uploads" / image_id).read_bytes() == data
    sha256 = hashlib.sha256(data).hexdigest()
    assert entry["stored"] == {"size": len(data), "sha256": sha256, "content_type": "image/jpeg", "times": 1}


def test_url_tells_the_type(shared: Sandbox) -> None:
    """The signed Content-Type is in the URL's query."""
    with Client(shared) as client:
        _, url, _ = client.register("a.nef", contentType="image/x-nikon-nef")
    assert parse_qs(urlsplit(url).query)["content-type"] == ["image/x-nikon-nef"]


@pytest.mark.parametrize("spelling", ["contentType", "content_type"])
def test_both_spellings_of_the_type(shared: Sandbox, spelling: str) -> None:
    """The type may be declared with the guide's key or with the SDKs' key."""
    with Client(shared) as client:
        reply = client.ask("POST", "/v3/images/", {"image_name": "a.png", spelling: "image/png"})
        answer = plain_http.put(reply["s3PutObjectUrl"], content=b"x", headers={"content-type": "image/png"})
    assert answer.status_code == 200


@pytest.mark.parametrize("headers", [{}, {"content-type": "image/png"}], ids=["none", "other"])
def test_wrong_type(shared: Sandbox, headers: dict[str, str]) -> None:
    """A PUT with another Content-Type than the signed one is 403 in XML, and nothing is stored."""
    with Client(shared) as client:
        image_id, url, _ = client.register("a.jpg")
        _refused(plain_http.put(url, content=b"x", headers=headers), 403, "SignatureDoesNotMatch")
    assert not (shared.directory / "uploads" / image_id).exists()


def test_forged(shared: Sandbox) -> None:
    """A URL whose path, parameters or signature were changed is 403 in XML."""
    with Client(shared) as client:
        first, url, _ = client.register("a.jpg")
        second, _, _ = client.register("b.jpg")
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    later = url.replace(query["expires"][0], str(int(query["expires"][0]) + 1000))
    for forged in (url.replace(first, second), later, url + "0", url + "&more=1"):
        _refused(plain_http.put(forged, content=b"x", headers=JPEG), 403, "SignatureDoesNotMatch")
    _refused(plain_http.put(url.split("?")[0], content=b"x", headers=JPEG), 403, "AccessDenied")


def test_expired() -> None:
    """A URL is refused after it has expired."""
    with running_sandbox("--set", "url_lifetime=0") as sandbox, Client(sandbox) as client:
        _, url, _ = client.register("a.jpg")
        _refused(plain_http.put(url, content=b"x", headers=JPEG), 403, "AccessDenied")


def test_chunked() -> None:
    """An upload without Content-Length is 411 in XML, and a violation."""
    with running_sandbox() as sandbox, Client(sandbox) as client:
        _, url, _ = client.register("a.jpg")
        _refused(plain_http.put(url, content=iter([b"x", b"y"]), headers=JPEG), 411, "MissingContentLength")
        assert [item["rule"] for item in sandbox.violations()] == ["chunked-upload"]


def test_broken_upload(shared: Sandbox) -> None:
    """An interrupted upload leaves no file, and its URL can be used again."""
    with Client(shared) as client:
        image_id, url, content_type = client.register("a.jpg")
        parts = urlsplit(url)
        head = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: image/jpeg\r\n"
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as line:
            line.sendall(f"{head}Content-Length: 1000\r\n\r\n".encode() + b"x" * 500)
        put(url, b"whole", content_type)
        assert client.ledger()["registered"][0]["stored"]["size"] == 5
    folder = shared.directory / "uploads"
    client.wait(lambda: not list(folder.glob(f"{image_id}.*")))
    assert (folder / image_id).read_bytes() == b"whole"


def test_key_is_tolerated_and_noted() -> None:
    """An upload with the key is accepted, as in the guide's example, but it is a violation."""
    with running_sandbox() as sandbox, Client(sandbox) as client:
        _, url, _ = client.register("a.jpg")
        assert plain_http.put(url, content=b"x", headers=JPEG | {"x-api-key": sandbox.key}).status_code == 200
        assert [item["rule"] for item in sandbox.violations()] == ["key-at-storage"]


def test_authorization_is_noted() -> None:
    """Authorization at storage is a violation."""
    with running_sandbox() as sandbox, Client(sandbox) as client:
        _, url, _ = client.register("a.jpg")
        plain_http.put(url, content=b"x", headers=JPEG | {"authorization": "Bearer x"})
        assert [item["rule"] for item in sandbox.violations()] == ["authorization-at-storage"]


def _refused(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/xml")
    assert f"<Error><Code>{code}</Code>" in answer.text
