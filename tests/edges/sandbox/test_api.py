from __future__ import annotations

import re
import uuid
from typing import Any

import httpx
import pytest

from tests import plain_http
from tests.edges.sandbox.client import Client
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox, running_sandbox

Json = dict[str, Any]
STRANGER = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("key", [None, "", "another"])
def test_key_is_checked(shared: Sandbox, key: str | None) -> None:
    """Without a valid key the response is 401 in the vendor's shape."""
    headers = {} if key is None else {"x-api-key": key}
    answer = plain_http.get(f"{shared.api}/v3/orders/", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"message": "Unauthorized", "detail": {}}


def test_looks_need_no_key(shared: Sandbox) -> None:
    """An image, an order and its brackets are shown without a key, as the vendor's schema says."""
    with Client(shared) as client:
        image_id, _, _ = client.register("a.jpg")
        for path in (f"images/{image_id}", f"orders/{client.order_id}", f"orders/{client.order_id}/brackets"):
            assert plain_http.get(f"{shared.api}/v3/{path}").status_code == 200


def test_accounts_are_apart() -> None:
    """Each key is an account: orders of another account cannot be listed, renamed, merged or deleted."""
    with running_sandbox("--key", "one", "--key", "two") as sandbox, Client(sandbox) as client:
        client.register("a.jpg")
        path = f"{sandbox.api}/v3/orders/"
        other = {"x-api-key": "two"}
        assert plain_http.get(path, headers=other).json()["orders"] == []
        assert httpx.patch(path + client.order_id, headers=other, json={"name": "x"}).status_code == 404
        assert plain_http.post(f"{path}{client.order_id}/merge", headers=other).status_code == 404
        assert plain_http.delete(path + client.order_id, headers=other).status_code == 404
        assert [order["order_id"] for order in client.ask("GET", "/v3/orders/")["orders"]] == [client.order_id]


@pytest.mark.parametrize("noun", ["images", "orders", "brackets"])
def test_missing_slash(shared: Sandbox, noun: str) -> None:
    """A collection without its slash is redirected with 308, which keeps method and body."""
    answer = plain_http.post(f"{shared.api}/v3/{noun}?a=b", json={}, headers={"x-api-key": shared.key})
    assert (answer.status_code, answer.headers["location"]) == (308, f"{shared.api}/v3/{noun}/?a=b")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/v3/orders/{STRANGER}"),
        ("GET", f"/v3/orders/{STRANGER}/brackets"),
        ("PATCH", f"/v3/orders/{STRANGER}"),
        ("DELETE", f"/v3/orders/{STRANGER}"),
        ("POST", f"/v3/orders/{STRANGER}/merge"),
        ("POST", f"/v3/orders/{STRANGER}/process"),
        ("GET", f"/v3/images/{STRANGER}"),
        ("DELETE", f"/v3/images/{STRANGER}"),
        ("GET", f"/v3/images/{STRANGER}/enhanced"),
        ("GET", f"/v3/images/{STRANGER}/original"),
        ("POST", f"/v3/images/{STRANGER}/process"),
        ("POST", f"/v3/images/{STRANGER}/report"),
        ("GET", "/v3/nothing"),
        ("GET", f"/v3/orders/{STRANGER}/"),
    ],
)
def test_unknown(shared: Sandbox, method: str, path: str) -> None:
    """A missing record is 404 in the vendor's shape, at every route."""
    answer = plain_http.request(method, shared.api + path, headers={"x-api-key": shared.key})
    assert answer.status_code == 404
    assert set(answer.json()) == {"message", "detail"}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("images", {}, "image_name"),
        ("images", {"image_name": 5}, "image_name"),
        ("images", {"image_name": "a.jpg", "hdr": True}, "order_id"),
        ("images", {"image_name": "a.jpg", "hdr": "true"}, "hdr"),
        ("images", {"image_name": "a.jpg", "rating": 6}, "rating"),
        ("images", {"image_name": "a.jpg", "rating": True}, "rating"),
        ("images", {"image_name": "a.jpg", "image_id": "../etc"}, "image_id"),
        ("images", {"image_name": "a.jpg", "cloud_type": "STORM"}, "cloud_type"),
        ("images", {"image_name": "a.jpg", "enhance_type": "modern"}, "enhance_type"),
        ("images", {"image_name": "a.jpg", "ai_version": "9.9"}, "ai_version"),
        ("brackets", {"order_id": STRANGER}, "name"),
        ("brackets", {"name": "a.jpg"}, "order_id"),
        ("brackets", {"name": "a.jpg", "order_id": STRANGER, "metadata": []}, "metadata"),
        ("orders", {"order_id": 5}, "order_id"),
        ("orders", {"name": []}, "name"),
        ("orders", [], "_schema"),
    ],
)
def test_invalid_fields(shared: Sandbox, path: str, body: object, field: str) -> None:
    """An error in a body is 422 and names the field with its errors."""
    answer = plain_http.post(f"{shared.api}/v3/{path}/", json=body, headers={"x-api-key": shared.key})
    assert answer.status_code == 422
    reply = answer.json()
    assert reply["message"] == "Validation error"
    assert set(reply["detail"]) == {"json"}
    assert all(isinstance(text, str) for text in reply["detail"]["json"][field])


@pytest.mark.parametrize("body", [b"{", b"<html>", b"\xff", b"[" * 100_000])
def test_body_that_is_not_json(shared: Sandbox, body: bytes) -> None:
    """A body that cannot be read is 422, never 500."""
    answer = plain_http.post(f"{shared.api}/v3/images/", content=body, headers={"x-api-key": shared.key})
    assert answer.status_code == 422


def test_newer_fields_pass(shared: Sandbox) -> None:
    """Preferences and values of later versions are accepted and returned."""
    with Client(shared, "brackets", version="2026-02-01") as client:
        client.upload(shoot(1))
        client.merge({"ai_version": "stable", "window_pull_type": "ONLY_WINDOWS", "restage": {"style": "modern"}})
        (image,) = client.images()
    assert image["ai_version"] == "stable"
    assert image["window_pull_type"] == "ONLY_WINDOWS"
    assert image["restage"] == {"style": "modern"}
    assert "window_pull" not in image


@pytest.mark.parametrize(
    ("version", "there", "missing"),
    [
        ("2024-06-01", {"s3PutObjectUrl", "enhanced", "error", "window_pull"}, {"status", "upload_url"}),
        ("2025-01-01", {"s3PutObjectUrl", "status", "status_reason", "image_type"}, {"upload_url", "enhanced"}),
        ("2025-05-08", {"upload_url", "status", "finetune_settings", "window_pull"}, {"s3PutObjectUrl", "image_type"}),
        ("2025-08-31", {"upload_url", "status", "window_pull_type"}, {"s3PutObjectUrl", "window_pull"}),
    ],
)
def test_fields_by_version(shared: Sandbox, version: str, there: set[str], missing: set[str]) -> None:
    """The pinned version decides the names of an image's fields."""
    with Client(shared, version=version) as client:
        reply = client.ask("POST", "/v3/images/", {"image_name": "a.jpg"})
    assert there <= set(reply)
    assert not missing & set(reply)


@pytest.mark.parametrize(
    ("version", "keys"),
    [
        ("2025-01-01", {"name", "is_uploaded"}),
        ("2025-05-08", {"name", "is_uploaded", "bracket_id", "order_id", "metadata", "image_id"}),
    ],
)
def test_brackets_by_version(shared: Sandbox, version: str, keys: set[str]) -> None:
    """A bracket has its ids since version 2025-05-08."""
    with Client(shared, version=version) as client:
        client.ask("POST", "/v3/images/", {"image_name": "a", "order_id": client.order_id, "hdr": True})
        (listed,) = client.ask("GET", f"/v3/orders/{client.order_id}/brackets")["brackets"]
    assert set(listed) == keys


def test_accounts_own_version() -> None:
    """Without x-api-version the account's default version is used."""
    with running_sandbox("--set", "default_version=2025-05-08") as sandbox:
        headers = {"x-api-key": sandbox.key}
        reply = plain_http.post(f"{sandbox.api}/v3/images/", json={"image_name": "a"}, headers=headers).json()
    assert "upload_url" in reply


def test_ids_of_the_clients_choice(shared: Sandbox) -> None:
    """A client may choose the id of an image or an order. A second use is 409, even after a deletion."""
    image_id = str(uuid.uuid4())
    with Client(shared) as client:
        client.register("a.jpg", image_id=image_id)
        form = {"image_name": "b.jpg", "image_id": image_id}
        assert client.http.post("/v3/images/", json=form).status_code == 409
        client.http.delete(f"/v3/images/{image_id}")
        assert client.http.post("/v3/images/", json=form).status_code == 409
        answer = client.http.post("/v3/orders/", json={"order_id": client.order_id})
        assert (answer.status_code, set(answer.json())) == (409, {"message", "detail"})


def test_order_comes_with_its_first_image(shared: Sandbox) -> None:
    """In the images flow the first registration creates the order, which is neither merging nor processing."""
    with Client(shared) as client:
        assert client.http.get(f"/v3/orders/{client.order_id}").status_code == 404
        client.register("a.jpg")
        order = client.order()
    assert (order["order_id"], order["images"], order["is_deleted"]) == (client.order_id, [], False)
    assert not order["is_merging"]
    assert not order["is_processing"]
    for field in ("created_at", "last_updated_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", order[field])


def test_bracket_needs_its_order(shared: Sandbox) -> None:
    """In the brackets flow the order must exist before its brackets."""
    with Client(shared, "brackets") as client:
        form = {"order_id": client.order_id, "name": "a.jpg"}
        assert client.http.post("/v3/brackets/", json=form).status_code == 404


def test_uploaded_is_shown_late() -> None:
    """``is_uploaded`` becomes true only some time after the upload."""
    options = ("--speed", "0.2", "--set", "upload_lag=5")
    with running_sandbox(*options) as sandbox, Client(sandbox, "brackets") as client:
        client.upload({"a.jpg": b"x"})

        def uploaded() -> bool:
            (listed,) = client.ask("GET", f"/v3/orders/{client.order_id}/brackets")["brackets"]
            return bool(listed["is_uploaded"])

        assert not uploaded()
        client.wait(uploaded)


def test_pages() -> None:
    """Pages list orders newest first, each order once, even if others are created in between."""
    with running_sandbox() as sandbox, Client(sandbox) as client:
        for number in range(7):
            client.ask("POST", "/v3/orders/", {"name": str(number)})
        names: list[str] = []
        offset: str | None = ""
        while offset is not None:
            query = {"per_page": "3"} | ({"offset": offset} if offset else {})
            page = client.ask("GET", "/v3/orders/", params=query)
            names += [order["name"] for order in page["orders"]]
            offset = page["pagination"]["next_offset"]
            assert page["pagination"]["per_page"] == 3
            client.ask("POST", "/v3/orders/", {"name": "late"})
    assert names == ["6", "5", "4", "3", "2", "1", "0"]


@pytest.mark.parametrize("query", [{"per_page": "16"}, {"per_page": "0"}, {"per_page": "x"}, {"offset": "x"}])
def test_invalid_page(shared: Sandbox, query: dict[str, str]) -> None:
    """An invalid page is 422 with the errors of the query."""
    answer = plain_http.get(f"{shared.api}/v3/orders/", params=query, headers={"x-api-key": shared.key})
    assert (answer.status_code, list(answer.json()["detail"]["query"])) == (422, list(query))


def test_rename_and_delete(shared: Sandbox) -> None:
    """An order can be renamed. Deleting it also deletes its images and returns 204."""
    with Client(shared) as client:
        image_id, _, _ = client.register("a.jpg")
        path = f"/v3/orders/{client.order_id}"
        assert client.ask("PATCH", path, {"name": "Main Street 1"})["name"] == "Main Street 1"
        answer = client.http.delete(path)
        assert (answer.status_code, answer.content) == (204, b"")
        assert client.http.get(path).status_code == 404
        assert client.http.get(f"/v3/images/{image_id}").status_code == 404


@pytest.mark.parametrize(
    "options",
    [{}, {"headers": {"content-type": "application/json"}}, {"json": {}}, {"json": {"enhance": False}}],
    ids=["nothing", "empty", "object", "full"],
)
def test_bodies_of_a_merge(shared: Sandbox, options: Json) -> None:
    """A merge accepts no body, an empty JSON body, an empty object, or preferences."""
    with Client(shared) as client:
        client.upload(shoot(1))
        client.ask("POST", f"/v3/orders/{client.order_id}/merge", **options)
        assert len(client.images()) == 1


def test_invalid_sets(shared: Sandbox) -> None:
    """Sets that are empty, too large, or not of uploaded brackets, each once, are 422. Nothing is merged."""
    with Client(shared, "brackets") as client:
        ten = client.upload(dict.fromkeys((f"{number}.jpg" for number in range(10)), b"x"))
        first, second, *_ = ten.values()
        waiting, _, _ = client.register("waiting.jpg")
        bodies: list[Json] = [
            {"images": [{"bracket_ids": [first]}, {"bracket_ids": [first, second]}]},
            {"images": [{"bracket_ids": [first, first]}]},
            {"images": [{"bracket_ids": [first, STRANGER]}]},
            {"images": [{"bracket_ids": [first, waiting]}]},
            {"images": [{"bracket_ids": list(ten.values())}]},
            {"images": []},
            {"images": [{"bracket_ids": [first]}], "number_of_brackets_per_image": 3},
            {"images": [{"bracket_ids": []}]},
            {"images": [{}]},
            {"images": [first]},
            {"number_of_brackets_per_image": 10},
        ]
        for body in bodies:
            answer = client.http.post(f"/v3/orders/{client.order_id}/process", json=body)
            assert answer.status_code == 422, body
            assert answer.json()["detail"]["json"].keys() <= {"images", "number_of_brackets_per_image"}
        assert client.ledger()["merges"] == []


@pytest.mark.parametrize(("switch", "status"), [("refused", 422), ("accepted", 200)])
def test_merge_of_nothing(switch: str, status: int) -> None:
    """A switch decides about a merge without uploaded brackets. If accepted, it gives an order without images."""
    with running_sandbox("--set", f"empty_merge={switch}") as sandbox, Client(sandbox) as client:
        client.register("a.jpg")
        assert client.http.post(f"/v3/orders/{client.order_id}/merge").status_code == status
        assert client.order()["images"] == []


@pytest.mark.parametrize(("switch", "status", "images"), [("again", 200, 2), ("ignored", 200, 1), ("refused", 409, 1)])
def test_second_merge(switch: str, status: int, images: int) -> None:
    """A switch decides what a second merge does. It is always a violation."""
    with running_sandbox("--set", f"second_merge={switch}") as sandbox, Client(sandbox) as client:
        client.upload(shoot(1))
        client.merge()
        client.images()
        assert client.http.post(f"/v3/orders/{client.order_id}/merge").status_code == status
        client.wait(lambda: len(client.images()) == images)
        assert client.broken() == ["second-merge"]


@pytest.mark.parametrize(("switch", "status", "images"), [("image", 200, 2), ("dropped", 200, 1), ("refused", 422, 0)])
def test_brackets_left_over(switch: str, status: int, images: int) -> None:
    """A switch decides what happens to leftover brackets of a fixed number."""
    with running_sandbox("--set", f"short_set={switch}") as sandbox, Client(sandbox) as client:
        client.upload(shoot(1, stops=(-2.0, 0.0, 2.0, 3.0)))
        path = f"/v3/orders/{client.order_id}/merge"
        assert client.http.post(path, json={"number_of_brackets_per_image": 3}).status_code == status
        assert len(client.images() if images else client.order()["images"]) == images


def test_numbers_that_json_cannot_hold(shared: Sandbox) -> None:
    """A number out of range, or text instead of a number, is 422, never 500. 5.0 is a whole number."""
    with Client(shared) as client:
        for odd in (
            b'{"image_name": "a", "metadata": {"x": 1e999}}',
            b'{"image_name": "a", "x": NaN}',
            b'{"image_name": "\\ud800"}',
        ):
            assert client.http.post("/v3/images/", content=odd).status_code == 422
        reply = client.http.post("/v3/images/", content=b'{"image_name": "a", "rating": 5.0}').json()
    assert reply["rating"] == 5


def test_report_about_an_image(shared: Sandbox) -> None:
    """A report of a problem is accepted only in the vendor's categories."""
    with Client(shared) as client:
        image_id, _, _ = client.register("a.jpg")
        path = f"/v3/images/{image_id}/report"
        assert client.ask("POST", path, {"categories": ["HDR"], "score": 4, "source": "API"}) == {}
        assert client.http.post(path, json={"categories": ["UGLY"]}).status_code == 422
