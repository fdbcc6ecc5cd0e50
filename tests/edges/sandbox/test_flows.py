from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.edges.sandbox.client import Client
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox, running_sandbox

CANON = Path(__file__).parents[4] / "shared" / "data" / "canon-6d" / "100CANON"
FLOWS = pytest.mark.parametrize("flow", ["images", "brackets"])


def sets(client: Client) -> list[list[str]]:
    """The names of each image's brackets, in the order in which the images appeared."""
    ledger = client.ledger()
    names = {item["id"]: item["name"] for item in ledger["registered"]}
    return [[names[key] for key in image["bracket_ids"]] for image in ledger["images"]]


@FLOWS
def test_whole_order(shared: Sandbox, flow: str) -> None:
    """A shoot's brackets become real JPEGs, one per scene, each bought once, without a violation."""
    files = shoot(2)
    with Client(shared, flow) as client:
        client.upload(files)
        client.merge({"ai_version": "4.x", "enhance_type": "warm", "sky_replacement": True})
        images = client.images()
        assert [image["status"] for image in images] == ["processed", "processed"]
        for image in images:
            answer = client.download(image["image_id"], preview="false")
            assert answer.headers["content-type"] == "image/jpeg"
            with Image.open(io.BytesIO(answer.content)) as picture:
                assert (picture.format, picture.size) == ("JPEG", (240, 160))
        names = list(files)
        assert sets(client) == [names[:3], names[3:]]
        assert [image["charged"] for image in client.ledger()["images"]] == [1, 1]
        assert client.broken() == []


def test_fused_from_all_exposures(shared: Sandbox) -> None:
    """The result shows both the dark room and the bright window, which no single exposure does."""
    files = shoot(1)
    with Client(shared) as client:
        client.upload(files)
        client.merge()
        (image,) = client.images()
        merged = _pixels(client.download(image["image_id"], preview="false").content)
    middle = _pixels(files["IMG_0002.JPG"])
    window = (slice(45, 75), slice(125, 175))
    assert middle[window].std() < merged[window].std()
    assert np.median(middle) < np.median(merged)


@FLOWS
def test_every_n(shared: Sandbox, flow: str) -> None:
    """A fixed number N makes sets of N by capture time, not by order of upload. The last set is short."""
    files = shoot(1, stops=(-2.0, -1.0, 0.0, 1.0, 2.0))
    with Client(shared, flow) as client:
        client.upload(dict(reversed(files.items())))
        client.merge({"number_of_brackets_per_image": 2})
        assert [image["status"] for image in client.images()] == ["processed"] * 3
        names = list(files)
        assert sets(client) == [names[:2], names[2:4], names[4:]]


def test_sets_of_the_clients_choice(shared: Sandbox) -> None:
    """With ``images`` the brackets flow merges exactly the given sets, and brackets then have their image's id."""
    files = shoot(1)
    with Client(shared, "brackets") as client:
        ids = client.upload(files)
        first, second, third = ids.values()
        client.merge({"images": [{"bracket_ids": [third, first]}, {"bracket_ids": [second]}]})
        pair, single = client.images()
        listed = client.ask("GET", f"/v3/orders/{client.order_id}/brackets")["brackets"]
        images = {item["bracket_id"]: item["image_id"] for item in listed}
    assert images == {first: pair["image_id"], third: pair["image_id"], second: single["image_id"]}


def test_brackets_outside_the_clients_sets(shared: Sandbox) -> None:
    """A bracket that is in none of the client's sets is in no image."""
    with Client(shared, "brackets") as client:
        first, second, third = client.upload(shoot(1)).values()
        client.merge({"images": [{"bracket_ids": [first, second]}]})
        (image,) = client.images()
        listed = client.ask("GET", f"/v3/orders/{client.order_id}/brackets")["brackets"]
        images = {item["bracket_id"]: item["image_id"] for item in listed}
    assert images == {first: image["image_id"], second: image["image_id"], third: None}


def test_sets_in_the_other_flow(shared: Sandbox) -> None:
    """The images flow has no sets of the client's choice: ``images`` is ignored."""
    with Client(shared) as client:
        client.upload(shoot(1))
        client.merge({"images": "nothing that it reads"})
        assert len(client.images()) == 1


def test_deleted_is_not_merged(shared: Sandbox) -> None:
    """A bracket that was deleted before the merge is not in any image, and does not count as missing."""
    files = shoot(1)
    with Client(shared) as client:
        client.upload(files)
        stray, _, _ = client.register("IMG_0099.JPG")
        assert client.http.delete(f"/v3/images/{stray}").status_code == 204
        assert client.http.get(f"/v3/images/{stray}").status_code == 404
        client.merge()
        client.images()
        assert sets(client) == [list(files)]
        assert client.broken() == []


def test_bytes_that_are_not_a_picture(shared: Sandbox) -> None:
    """A set that cannot be decoded still becomes an image, with a JPEG that says so."""
    with Client(shared) as client:
        client.upload({"IMG_0001.CR2": b"\x00", "IMG_0002.CR2": b"not a picture"})
        client.merge({"number_of_brackets_per_image": 2})
        (image,) = client.images()
        assert image["status"] == "processed"
        assert _pixels(client.download(image["image_id"], preview="false").content).shape[2] == 3


def test_preview_inside_raw(shared: Sandbox) -> None:
    """A file that cannot be decoded is merged from its largest embedded JPEG."""
    raw = b"II*\x00 made-up raw " + bytes(5000) + shoot(1)["IMG_0002.JPG"] + bytes(5000)
    with Client(shared) as client:
        client.upload({"IMG_0001.XYZ": raw})
        client.merge()
        (image,) = client.images()
        assert _pixels(client.download(image["image_id"], preview="false").content).shape == (160, 240, 3)


def test_enhanced_by_itself(shared: Sandbox) -> None:
    """A picture registered without ``hdr`` is enhanced as soon as it is uploaded."""
    with Client(shared) as client:
        reply = client.ask("POST", "/v3/images/", {"image_name": "one.jpg", "contentType": "image/jpeg"})
        assert reply["status"] == "waiting"
        answer = client.http.put(
            reply["s3PutObjectUrl"], content=shoot(1)["IMG_0002.JPG"], headers={"content-type": "image/jpeg"}
        )
        assert answer.status_code == 200
        client.wait(lambda: client.ask("GET", f"/v3/images/{reply['image_id']}")["status"] == "processed")


def test_deleted_while_merging(shared: Sandbox) -> None:
    """An order can be deleted during its merge without affecting the sandbox."""
    with Client(shared) as client, Client(shared) as next_one:
        client.upload(shoot(3))
        client.merge()
        assert client.http.delete(f"/v3/orders/{client.order_id}").status_code == 204
        next_one.upload(shoot(1))
        next_one.merge()
        assert len(next_one.images()) == 1


def test_idle_moment() -> None:
    """Right after a merge the order can still appear idle and empty."""
    with running_sandbox("--set", "idle_looks=2") as sandbox, Client(sandbox) as client:
        client.upload(shoot(1))
        client.merge()
        for _ in range(2):
            order = client.order()
            assert (order["is_merging"] or order["is_processing"], order["images"]) == (False, [])
        assert len(client.images()) == 1


@pytest.mark.parametrize("appear", ["one-by-one", "at-once"])
def test_images_appear(appear: str) -> None:
    """Images appear one by one or all at once, and the order is not idle before the last one has ended."""
    seen: list[list[str]] = []
    options = ("--speed", "0.05", "--set", "image_time=6", "--set", f"images_appear={appear}", "--poll-floor", "0")
    with running_sandbox(*options) as sandbox, Client(sandbox) as client:
        client.upload(shoot(3))
        client.merge()
        for order in client.looks():
            statuses = [image["status"] for image in order["images"]]
            if statuses and statuses not in seen:
                seen.append(statuses)
            if statuses and not order["is_merging"] and not order["is_processing"]:
                break
    counts = sorted({len(statuses) for statuses in seen})
    assert counts == ([1, 2, 3] if appear == "one-by-one" else [3])
    assert seen[0][0] in {"waiting", "processing"}
    assert seen[-1] == ["processed"] * 3


@pytest.mark.parametrize(("switch", "name"), [("first", "IMG_0001.JPG"), ("last", "IMG_0003.JPG")])
def test_image_is_named_after_a_bracket(switch: str, name: str) -> None:
    """An image has the name of its first bracket, or of its last one with a switch."""
    with running_sandbox("--set", f"image_name={switch}") as sandbox, Client(sandbox) as client:
        client.upload(shoot(1))
        client.merge()
        assert [image["image_name"] for image in client.images()] == [name]


def test_undecodable_as_error() -> None:
    """With a switch, a set without readable pictures ends in error with the reason."""
    with running_sandbox("--set", "undecodable=error") as sandbox, Client(sandbox) as client:
        client.upload({"IMG_0001.CR2": b"not a picture"})
        client.merge()
        (image,) = client.images()
        assert (image["status"], bool(image["status_reason"])) == ("error", True)


@pytest.mark.skipif(not CANON.is_dir(), reason="the real brackets are not here")
@FLOWS
def test_real_brackets(shared: Sandbox, flow: str) -> None:
    """Five real exposures within the same second become one HDR picture of the same size."""
    files = {path.name: path.read_bytes() for path in sorted(CANON.iterdir())}
    with Client(shared, flow) as client:
        client.upload(files)
        client.merge()
        (image,) = client.images()
        assert sets(client) == [list(files)]
        pixels = _pixels(client.download(image["image_id"], preview="false").content)
        assert pixels.shape == (1824, 2736, 3)
        assert client.broken() == []


def _pixels(data: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB"))
