"""A simple client of both flows for the sandbox's tests, based only on the vendor's documentation."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests import plain_http
from tests.sandbox_process import Sandbox

Json = dict[str, Any]

_PATIENCE_S = 60.0
_PAUSE_S = 0.02


@dataclass
class Client:
    """One order of one flow at one sandbox."""

    sandbox: Sandbox
    flow: str = "images"
    version: str = ""
    order_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def __post_init__(self) -> None:
        self.version = self.version or {"images": "2025-01-01", "brackets": "2025-05-08"}[self.flow]
        self.http = self.sandbox.client(self.version)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, method: str, path: str, body: object = None, **options: Any) -> Json:
        """Send a request. Returns the JSON of a successful response."""
        if body is not None:
            options["json"] = body
        answer = self.http.request(method, path, **options)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        reply: Json = answer.json()
        return reply

    def register(self, name: str, **more: object) -> tuple[str, str, str]:
        """A bracket's id, its upload URL, and the Content-Type that was signed."""
        if self.flow == "images":
            form = {"order_id": self.order_id, "image_name": name, "contentType": "image/jpeg", "hdr": True}
            reply = self.ask("POST", "/v3/images/", form | more)
            return reply["image_id"], reply["s3PutObjectUrl"], "image/jpeg"
        reply = self.ask("POST", "/v3/brackets/", {"order_id": self.order_id, "name": name} | more)
        return reply["bracket_id"], reply["upload_url"], "application/octet-stream"

    def upload(self, files: Mapping[str, bytes]) -> dict[str, str]:
        """Register and upload brackets. Returns their ids by name."""
        if self.flow == "brackets":
            self.ask("POST", "/v3/orders/", {"order_id": self.order_id, "name": "A house"})
        ids: dict[str, str] = {}
        for name, data in files.items():
            ids[name], url, content_type = self.register(name)
            put(url, data, content_type)
        return ids

    def merge(self, body: object = None) -> Json:
        """Start the merge."""
        act = "merge" if self.flow == "images" else "process"
        return self.ask("POST", f"/v3/orders/{self.order_id}/{act}", body)

    def order(self) -> Json:
        """Poll the order."""
        return self.ask("GET", f"/v3/orders/{self.order_id}")

    def images(self, patience_s: float = _PATIENCE_S, pause_s: float = _PAUSE_S) -> list[Json]:
        """The order's images once all of them have ended."""
        for order in self.looks(patience_s, pause_s):
            images: list[Json] = order["images"]
            if images and not order["is_merging"] and not order["is_processing"]:
                return images
        raise AssertionError("unreachable")

    def looks(self, patience_s: float = _PATIENCE_S, pause_s: float = _PAUSE_S) -> Iterator[Json]:
        """Poll until a condition is true, with a timeout."""
        for _ in attempts(patience_s, pause_s):
            yield self.order()

    def wait(self, there: Callable[[], bool]) -> None:
        """Wait until a value exists, with a timeout."""
        for _ in attempts():
            if there():
                return

    def download(self, image_id: str, which: str = "enhanced", **query: str) -> httpx.Response:
        """The file at the end of the redirects, fetched without the key."""
        answer = self.http.get(f"/v3/images/{image_id}/{which}", params=query)
        assert answer.status_code == 302, f"{answer.status_code} {answer.text}"
        return plain_http.get(answer.headers["location"], follow_redirects=True, timeout=30)

    def ledger(self) -> Json:
        """This order in the sandbox's report."""
        reply: Json = self.sandbox.report()["orders"][self.order_id]
        return reply

    def broken(self) -> list[str]:
        """The rules that this order broke."""
        return [item["rule"] for item in self.sandbox.violations() if item["order_id"] == self.order_id]


def attempts(patience_s: float = _PATIENCE_S, pause_s: float = _PAUSE_S) -> Iterator[None]:
    """Yields for each attempt, and raises after the last one."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        yield
        time.sleep(pause_s)
    raise AssertionError(f"not there within {patience_s} s")


def put(url: str, data: bytes, content_type: str) -> None:
    """Upload bytes; the upload must succeed."""
    answer = plain_http.put(url, content=data, headers={"content-type": content_type}, timeout=30)
    assert (answer.status_code, answer.content) == (200, b""), answer.text
