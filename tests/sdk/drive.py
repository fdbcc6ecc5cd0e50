"""What both generations of the vendor's SDK have in common, as its users write it. Runs where the SDK is installed."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import urllib3
from autoenhance import Autoenhance, rest  # type: ignore[import-not-found]  # only where a driver runs
from autoenhance.exceptions import ApiException  # type: ignore[import-not-found]  # only where a driver runs

Upload = Callable[[Any, str, Path], None]
"""Registers and stores one file of an order."""
Merge = Callable[[Any, str], object]
"""Starts an order's merge."""

_PATIENCE_S = 60.0
_NAME_LIMIT = 30


def main(upload: Upload, merge: Merge) -> None:
    """``WHAT API KEY FOLDER``: drive, and print what came of it as JSON."""
    what, api, key, folder = sys.argv[1:]
    client = Autoenhance(apiKey=key, baseURL=api)
    acts: dict[str, Callable[[], dict[str, Any]]] = {
        "order": lambda: _order(_careful(client), Path(folder), upload, merge),
        "download": lambda: _download_as_it_comes(client, Path(folder), upload, merge),
        "refusals": lambda: _refusals(_careful(client), api, merge),
    }
    print(json.dumps(acts[what]()))  # noqa: T201 - the test reads it


def put(url: str, file: Path, content_type: str) -> None:
    """Store a file at an upload URL; the SDK leaves that to its users."""
    request = urllib.request.Request(url, file.read_bytes(), {"Content-Type": content_type}, method="PUT")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def _careful(client: Any) -> Any:
    """The client, so set up that downloads accept pictures and the key stays at home."""
    client.set_default_header("Accept", "*/*")
    private = urllib3.Retry.DEFAULT_REMOVE_HEADERS_ON_REDIRECT | {"x-api-key"}
    client.configuration.retries = urllib3.Retry(remove_headers_on_redirect=private)
    client.rest_client = rest.RESTClientObject(client.configuration)
    return client


def _order(client: Any, folder: Path, upload: Upload, merge: Merge) -> dict[str, Any]:
    """A whole order, from its creation to its end."""
    order_id = str(uuid.uuid4())
    created = client.create_order(order_id=order_id, name="12 Oak St")
    for file in sorted(folder.iterdir()):
        upload(client, order_id, file)
    brackets = _uploaded(client, order_id)
    merge(client, order_id)
    order = _finished(client, order_id)
    image_id = order.images[0].image_id
    renamed = client.update_order(id=order_id, name="14 Oak St")
    enhanced = client.download_enhanced_image(id=image_id, preview=False, format="jpeg", quality=90)
    original = client.download_original_image(id=image_id, preview=False, format="png")
    client.report_image(id=image_id, categories=["HDR"], score=5, source="API")
    again = client.v3_images_id_process_post(id=image_id, enhance_type="neutral")
    image = _processed(client, image_id)
    results = {
        "created": created["order_id"] == order_id,
        "brackets": sorted(bracket.name for bracket in brackets),
        "statuses": [image.status for image in order.images],
        "unknown_keys": [
            *_unknown_keys(client.retrieve_order_with_http_info(id=order_id)),
            *_unknown_keys(client.retrieve_image_with_http_info(id=image_id)),
        ],
        "order": [order.is_merging, order.is_processing, order.total_images, order.created_at.year >= 2026],
        "renamed": renamed.name,
        "listed": _listed(client, order_id),
        "enhanced": bytes(enhanced[:3]).hex(),
        "original": bytes(original[:4]).hex(),
        "downloaded": client.retrieve_image(id=image_id).downloaded,
        "again": [again.status, again.enhance_type, image.status],
        "deleted": [client.delete_image(id=image_id), client.delete_order(id=order_id)],
    }
    return results | {"gone": _refusal(lambda: client.retrieve_order(id=order_id))}


def _download_as_it_comes(client: Any, folder: Path, upload: Upload, merge: Merge) -> dict[str, Any]:
    """A download with the client as the vendor made it."""
    order_id = client.create_order(name="12 Oak St")["order_id"]
    upload(client, order_id, min(folder.iterdir()))
    merge(client, order_id)
    image_id = _finished(client, order_id).images[0].image_id
    return {"refusal": _refusal(lambda: client.download_enhanced_image(id=image_id, preview=False))}


def _refusals(client: Any, api: str, merge: Merge) -> dict[str, Any]:
    """What each documented error arrives as."""
    order_id = client.create_order(name="Nothing in it")["order_id"]
    picture = {"image_name": "IMG_0001.JPG"}
    waiting = client.create_image(**picture).image_id
    for _ in range(_NAME_LIMIT - 1):
        client.create_image(**picture)
    stranger = Autoenhance(apiKey="nobody's", baseURL=api)
    return {
        "400": _refusal(lambda: client.download_enhanced_image(id=waiting)),
        "401": _refusal(stranger.list_orders),
        "402": _refusal(lambda: client.report_image(id=waiting, categories=["HDR"])),
        "404": _refusal(lambda: client.retrieve_image(id=str(uuid.uuid4()))),
        "409": _refusal(lambda: client.create_order(order_id=order_id)),
        "422": _refusal(lambda: merge(client, order_id)),
        "429": _refusal(lambda: client.create_image(**picture)),
        "503": _refusal(lambda: client.report_image(id=waiting, categories=["HDR"])),
    }


def _refusal(ask: Callable[[], object]) -> list[object]:
    """The SDK's exception: its class, its status, and the class its body was read as."""
    try:
        ask()
    except ApiException as refused:
        return [type(refused).__name__, refused.status, type(refused.data).__name__]
    return []


def _unknown_keys(answer: Any) -> list[str]:
    """What the answer says that the SDK's model does not know."""
    known = {field.alias or name for name, field in type(answer.data).model_fields.items()}
    return sorted(json.loads(answer.raw_data).keys() - known)


def _listed(client: Any, order_id: str) -> list[int]:
    """How many orders each page has, when there are three more of them, and how often this one is among them."""
    for number in range(3):
        client.create_order(name=f"Another {number}")
    pages = []
    offset = None
    while True:
        page = client.list_orders(offset=offset, per_page=2)
        pages.append([order.order_id for order in page.orders])
        offset = page.pagination.next_offset
        if offset is None:
            return [*map(len, pages), sum(page.count(order_id) for page in pages)]


def _uploaded(client: Any, order_id: str) -> list[Any]:
    for _ in _attempts():
        brackets: list[Any] = client.v3_orders_order_id_brackets_get(order_id=order_id).brackets
        if all(bracket.is_uploaded for bracket in brackets):
            return brackets
    raise AssertionError("never uploaded")


def _finished(client: Any, order_id: str) -> Any:
    for _ in _attempts():
        order = client.retrieve_order(id=order_id)
        if order.images and not order.is_merging and not order.is_processing:
            return order
    raise AssertionError("never finished")


def _processed(client: Any, image_id: str) -> Any:
    for _ in _attempts():
        image = client.retrieve_image(id=image_id)
        if image.status != "processing":
            return image
    raise AssertionError("never processed")


def _attempts() -> Iterator[None]:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        yield
        time.sleep(0.02)
