from __future__ import annotations

import pytest

from tests import plain_http
from tests.edges.sandbox.client import Client
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import running_sandbox

FULL = {"preview": "false"}


def test_requests_a_second() -> None:
    """Too many requests per second are 429, for a second. The sandbox's own paths have no limit."""
    with running_sandbox("--set", "rate_limit=1") as sandbox, Client(sandbox) as client:
        statuses = [client.http.get("/v3/orders/").status_code for _ in range(20)]
        assert statuses[0] == 200
        assert 429 in statuses
        assert all(plain_http.get(f"{sandbox.api}/_sandbox/report").status_code == 200 for _ in range(10))
        client.wait(lambda: client.http.get("/v3/orders/").status_code == 200)


def test_names_in_an_hour() -> None:
    """The 31st use of the same name within an hour is 429. Another name is accepted."""
    with running_sandbox() as sandbox, Client(sandbox) as client:
        for _ in range(30):
            client.register("IMG_0001.JPG")
        form = {"order_id": client.order_id, "image_name": "IMG_0001.JPG", "hdr": True}
        answer = client.http.post("/v3/images/", json=form)
        assert (answer.status_code, "retry-after" in answer.headers) == (429, False)
        client.register("IMG_0002.JPG")


def test_images_in_a_day() -> None:
    """Above the account's daily limit, images end in error with the reason, without an HTTP error."""
    with running_sandbox("--set", "daily_limit=1", "--key", "one", "--key", "two") as sandbox:
        for key in ("one", "two"):
            with Client(sandbox) as client:
                client.http.headers["x-api-key"] = key
                client.upload(shoot(2))
                client.merge()
                first, second = client.images()
            assert (first["status"], second["status"]) == ("processed", "error")
            assert "limit" in second["status_reason"]


def test_credits() -> None:
    """Without credits a new image is 402. A preview, and an image that was bought before, is served."""
    with running_sandbox("--set", "credits=1") as sandbox, Client(sandbox) as client:
        client.upload(shoot(2))
        client.merge()
        bought, other = (f"/v3/images/{image['image_id']}/enhanced" for image in client.images())
        assert client.http.get(bought, params=FULL).status_code == 302
        assert client.http.get(other, params=FULL).status_code == 402
        assert client.http.get(other, params={"preview": "true"}).status_code == 302
        assert client.http.get(bought, params=FULL).status_code == 302
        assert sandbox.report()["charged"] == 1


@pytest.mark.parametrize(
    ("body", "media_type", "text"),
    [
        ("full", "application/json", '{"message":"Order already exists","detail":{}}'),
        ("message", "application/json", '{"message":"Order already exists"}'),
        ("html", "text/html; charset=utf-8", "<html>"),
        ("nothing", None, ""),
    ],
)
def test_undocumented_bodies(body: str, media_type: str | None, text: str) -> None:
    """A switch decides the bodies of 402, 409 and 429. Other errors keep the documented shape."""
    with running_sandbox("--set", f"refusal_body={body}") as sandbox, Client(sandbox) as client:
        client.register("a.jpg")
        taken = client.http.post("/v3/orders/", json={"order_id": client.order_id})
        assert (taken.status_code, taken.headers.get("content-type")) == (409, media_type)
        assert taken.text.startswith(text)
        sandbox.faults(["list_orders 402", "list_orders 429"])
        for status in (402, 429):
            answer = client.http.get("/v3/orders/")
            assert (answer.status_code, answer.headers.get("content-type")) == (status, media_type)
        assert client.http.get("/v3/orders/nobody").json() == {"message": "Order not found", "detail": {}}
