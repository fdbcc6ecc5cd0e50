from __future__ import annotations

import io
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from tests import plain_http
from tests.edges.sandbox.client import Client
from tests.edges.sandbox.shots import NOON, bracket, shoot
from tests.sandbox_process import Sandbox, running_sandbox

FULL = {"preview": "false"}


@pytest.fixture(scope="module")
def order(shared: Sandbox) -> Iterator[tuple[Client, str]]:
    """A client and one processed image, larger than a preview. For tests that do not count purchases."""
    with Client(shared) as client:
        client.upload({"IMG_0001.JPG": bracket(1, 0.0, NOON, size=(1200, 800))})
        client.merge()
        yield client, client.images()[0]["image_id"]


def test_charged_once(shared: Sandbox) -> None:
    """Only the first full-size request costs money and sets ``downloaded``. A preview is never a purchase."""
    with Client(shared) as client:
        client.upload(shoot(1))
        client.merge()
        (image,) = client.images()
        assert image["downloaded"] is False
        client.download(image["image_id"], preview="true")
        client.download(image["image_id"], "original", preview="false")
        assert client.order()["images"][0]["downloaded"] is False
        client.http.get(f"/v3/images/{image['image_id']}/enhanced", params=FULL)
        client.http.get(f"/v3/images/{image['image_id']}/enhanced", params=FULL)
        assert client.order()["images"][0]["downloaded"] is True
        (entry,) = client.ledger()["images"]
        assert (entry["charged"], entry["purchases"]) == (1, 2)
        assert client.broken() == []


def test_head_buys_nothing(shared: Sandbox) -> None:
    """HEAD is not part of the API: no host accepts it, and it neither buys nor counts as a request or a download."""
    with Client(shared) as client:
        client.upload(shoot(1))
        client.merge()
        (image,) = client.images()
        counted = client.sandbox.report()["requests"]
        enhanced = client.http.head(f"/v3/images/{image['image_id']}/enhanced", params=FULL)
        assert (enhanced.status_code, enhanced.headers["allow"]) == (405, "GET")
        assert client.http.head(f"/v3/orders/{client.order_id}").status_code == 405
        assert client.sandbox.report()["requests"] == counted
        (entry,) = client.ledger()["images"]
        assert (entry["charged"], entry["purchases"]) == (0, 0)
        assert client.order()["images"][0]["downloaded"] is False
        preview = client.http.get(f"/v3/images/{image['image_id']}/enhanced", params={"preview": "true"})
        url = preview.headers["location"]
        with httpx.Client() as other:
            assert other.head(url).status_code == 405
            stored = other.get(url).headers["location"]
            assert other.head(stored).status_code == 405
        assert client.ledger()["images"][0]["downloads"] == {"full": 0, "preview": 0, "original": 0}


def test_needless_purchase(shared: Sandbox) -> None:
    """Buying an image again after a complete download is a violation."""
    with Client(shared) as client:
        client.upload(shoot(1))
        client.merge()
        (image,) = client.images()
        client.download(image["image_id"], **FULL)
        client.wait(lambda: client.ledger()["images"][0]["downloads"]["full"] == 1)
        client.download(image["image_id"], **FULL)
        assert client.broken() == ["needless-purchase"]


def test_development_is_free(shared: Sandbox) -> None:
    """With x-dev-mode the full size is watermarked and costs nothing."""
    with Client(shared) as client:
        client.upload(shoot(1))
        client.merge()
        (image,) = client.images()
        client.http.headers["x-dev-mode"] = "true"
        free = client.download(image["image_id"], **FULL).content
        del client.http.headers["x-dev-mode"]
        assert client.ledger()["images"][0]["charged"] == 0
        assert client.download(image["image_id"], **FULL).content != free


def test_default_is_a_preview(order: tuple[Client, str]) -> None:
    """Without parameters, newer versions return a small preview."""
    client, image_id = order
    assert _picture(client.download(image_id)).size == (800, 533)
    assert _picture(client.download(image_id, **FULL)).size == (1200, 800)


def test_default_of_older_versions(shared: Sandbox) -> None:
    """Without parameters, older versions return and charge the full size."""
    with Client(shared, version="2024-06-01") as client:
        client.upload({"IMG_0001.JPG": bracket(1, 0.0, NOON, size=(1200, 800))})
        client.merge()
        (image,) = client.images()
        assert (image["enhanced"], image["error"]) == (True, False)
        assert _picture(client.download(image["image_id"])).size == (1200, 800)
        assert client.ledger()["images"][0]["charged"] == 1


@pytest.mark.parametrize(
    ("query", "kind", "size"),
    [
        ({"format": "jpeg"}, "JPEG", (1200, 800)),
        ({"format": "png"}, "PNG", (1200, 800)),
        ({"format": "webp"}, "WEBP", (1200, 800)),
        ({"max_width": "300"}, "JPEG", (300, 200)),
        ({"max_width": "5000"}, "JPEG", (1200, 800)),
        ({"scale": "0.5"}, "JPEG", (600, 400)),
        ({"scale": "0"}, "JPEG", (1, 1)),
        ({"watermark": "true"}, "JPEG", (1200, 800)),
    ],
)
def test_as_asked(order: tuple[Client, str], query: dict[str, str], kind: str, size: tuple[int, int]) -> None:
    """Format and size are as requested, never larger than the picture. The Content-Type matches."""
    client, image_id = order
    answer = client.download(image_id, **FULL, **query)
    picture = _picture(answer)
    assert (picture.format, picture.size) == (kind, size)
    assert answer.headers["content-type"] == f"image/{kind.lower()}"


def test_quality(order: tuple[Client, str]) -> None:
    """Lower quality makes a smaller file."""
    client, image_id = order
    best, worst = (len(client.download(image_id, **FULL, quality=quality).content) for quality in ("90", "10"))
    assert worst < best


@pytest.mark.parametrize("which", ["enhanced", "original"])
@pytest.mark.parametrize(
    "query",
    [
        {"quality": "91"},
        {"quality": "0"},
        {"format": "gif"},
        {"preview": "False"},
        {"watermark": "1"},
        {"max_width": "0"},
        {"scale": "1.5"},
        {"scale": "nan"},
    ],
)
def test_invalid_query(order: tuple[Client, str], which: str, query: dict[str, str]) -> None:
    """A parameter out of its range is 422 and is named."""
    client, image_id = order
    answer = client.http.get(f"/v3/images/{image_id}/{which}", params=query)
    assert (answer.status_code, list(answer.json()["detail"]["query"])) == (422, list(query))


def test_over_three_hosts(order: tuple[Client, str]) -> None:
    """A download is redirected from the API to the asset host and to storage, each on its own address."""
    client, image_id = order
    answer = client.download(image_id)
    hops = [*(item.url for item in answer.history), answer.url]
    hosts = [client.sandbox.assets, client.sandbox.storage]
    assert [f"{url.scheme}://{url.netloc.decode()}" for url in hops] == hosts
    assert client.sandbox.api not in hosts


def test_leaked_key_is_seen() -> None:
    """A key that is sent along redirects is accepted, and is a violation at both hosts."""
    with running_sandbox() as sandbox, Client(sandbox) as client:
        client.upload(shoot(1))
        client.merge()
        (image,) = client.images()
        answer = client.http.get(f"/v3/images/{image['image_id']}/enhanced", follow_redirects=True)
        assert answer.status_code == 200
        assert [item["rule"] for item in sandbox.violations()] == ["key-at-assets", "key-at-storage"]


@pytest.mark.parametrize("host", ["assets", "storage"])
def test_links_are_signed(order: tuple[Client, str], host: str) -> None:
    """Both hosts refuse a URL that was changed."""
    client, image_id = order
    answer = client.download(image_id)
    url = next(
        item for item in (answer.history[0].url, answer.url) if str(item).startswith(getattr(client.sandbox, host))
    )
    assert plain_http.get(f"{url}0").status_code == 403
    assert plain_http.get(str(url).split("?")[0]).status_code == 403
    assert urlsplit(str(url)).query


def test_not_ready(shared: Sandbox) -> None:
    """A download of a bracket, or of an unprocessed image, is a 4xx."""
    with Client(shared) as client:
        image_id, _, _ = client.register("a.jpg")
        assert client.http.get(f"/v3/images/{image_id}/enhanced", params=FULL).status_code == 400


def test_status_of_not_ready() -> None:
    """A switch decides which 4xx it is."""
    with running_sandbox("--set", "not_ready=404") as sandbox, Client(sandbox) as client:
        image_id, _, _ = client.register("a.jpg")
        assert client.http.get(f"/v3/images/{image_id}/enhanced").status_code == 404


def test_json_is_refused(order: tuple[Client, str]) -> None:
    """A download that accepts only JSON is refused. A download that accepts everything is served."""
    client, image_id = order
    path = f"/v3/images/{image_id}/enhanced"
    assert client.http.get(path, headers={"accept": "application/json"}).status_code == 406
    assert client.http.get(path, headers={"accept": "image/*"}).status_code == 302
    assert client.http.get(path, headers={"accept": "application/json, */*"}).status_code == 302


def test_json_is_served() -> None:
    """A switch can allow downloads that accept only JSON."""
    with running_sandbox("--set", "json_accept=served") as sandbox, Client(sandbox) as client:
        client.upload(shoot(1))
        client.merge()
        (image,) = client.images()
        path = f"/v3/images/{image['image_id']}/enhanced"
        assert client.http.get(path, headers={"accept": "application/json"}).status_code == 302


def test_link_in_json() -> None:
    """A switch can make a download return JSON with the URL."""
    with running_sandbox("--set", "download_answer=json") as sandbox, Client(sandbox) as client:
        client.upload(shoot(1))
        client.merge()
        (image,) = client.images()
        reply = client.ask("GET", f"/v3/images/{image['image_id']}/enhanced")
        assert _picture(plain_http.get(reply["image_url"], follow_redirects=True)).format == "JPEG"


def _picture(answer: httpx.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    picture = Image.open(io.BytesIO(answer.content))
    picture.load()
    return picture
