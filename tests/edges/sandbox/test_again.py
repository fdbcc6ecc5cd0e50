from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.edges.sandbox.client import Client, Json
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox, running_sandbox

FULL = {"preview": "false"}
FLOWS = pytest.mark.parametrize("flow", ["images", "brackets"])

Pixels = np.ndarray[Any, np.dtype[np.int16]]


@FLOWS
def test_changed_preferences_change_the_picture(shared: Sandbox, flow: str) -> None:
    """Each preference that the sandbox renders is visible after enhancing again, and can be taken back."""
    with Client(shared, flow) as client:
        image_id = finished(client)
        plain = pixels(client, image_id)
        merged = pixels(client, image_id, "original")
        again(client, image_id, {"sky_replacement": True})
        sky = pixels(client, image_id)
        again(client, image_id, {"cloud_type": "LOW_CLOUD"})
        clouds = pixels(client, image_id)
        again(client, image_id, {"sky_replacement": False, "enhance_type": "warm"})
        warm = pixels(client, image_id)
        again(client, image_id, {"enhance_type": "neutral"})
        assert np.array_equal(pixels(client, image_id), plain)
        again(client, image_id, {"enhance": False})
        assert np.array_equal(pixels(client, image_id), merged)
    half = plain.shape[0] // 2
    assert np.array_equal(sky[half + 20 :], plain[half + 20 :]), "only the upper half has a sky"
    assert np.abs(sky[:half] - plain[:half]).max() > 40
    assert np.abs(clouds[:half] - sky[:half]).max() > 20
    assert (warm[..., 0] - warm[..., 2]).mean() > (plain[..., 0] - plain[..., 2]).mean() + 5
    assert not np.array_equal(plain, merged)


def test_what_is_not_given_stays(shared: Sandbox) -> None:
    """Preferences that are not given, or null, keep their values, also over several requests."""
    with Client(shared) as client:
        image_id = finished(client, {"enhance_type": "warm", "sky_replacement": True, "cloud_type": "CLEAR"})
        again(client, image_id, {"enhance_type": "neutral", "cloud_type": None})
        image = again(client, image_id, {})
        assert [image[name] for name in ("enhance_type", "sky_replacement", "cloud_type")] == ["neutral", True, "CLEAR"]
        assert client.ledger()["images"][0]["again"] == 2


def test_wrong_preferences(shared: Sandbox) -> None:
    """An invalid preference is 422, and the image stays processed as it was."""
    with Client(shared) as client:
        image_id = finished(client)
        answer = client.http.post(f"/v3/images/{image_id}/process", json={"cloud_type": "STORM"})
        assert (answer.status_code, list(answer.json()["detail"]["json"])) == (422, ["cloud_type"])
        assert client.ask("GET", f"/v3/images/{image_id}")["status"] == "processed"
        assert client.ledger()["images"][0]["again"] == 0


@pytest.mark.parametrize("switch", ["shown", "hidden"])
def test_processing_meanwhile(switch: str) -> None:
    """The image is processing, cannot be downloaded or started again, and is processed at the end. So is its order."""
    options = ("--speed", "0.05", "--set", "image_time=20", "--poll-floor", "0", "--set", f"reprocessing={switch}")
    with running_sandbox(*options) as sandbox, Client(sandbox) as client:
        image_id = finished(client)
        path = f"/v3/images/{image_id}"
        assert client.ask("POST", f"{path}/process", {"enhance_type": "warm"})["status"] == "processing"
        order = client.order()
        assert (order["is_processing"], order["images"][0]["status"]) == (switch == "shown", "processing")
        for query in (FULL, {"preview": "true"}):
            assert client.http.get(f"{path}/enhanced", params=query).status_code == 400
        assert client.http.post(f"{path}/process", json={}).status_code == 400
        client.wait(lambda: client.order()["images"][0]["status"] == "processed")
        client.wait(lambda: client.order()["is_processing"] is False)
        assert client.ledger()["images"][0]["charged"] == 0


@pytest.mark.parametrize(("switch", "charged"), [("free", 1), ("charged", 2)])
def test_bought_and_enhanced_again(switch: str, charged: int) -> None:
    """A switch decides if a bought image costs money again after it was enhanced again. Its preview is free."""
    with running_sandbox("--set", f"bought_again={switch}") as sandbox, Client(sandbox) as client:
        image_id = finished(client)
        client.download(image_id, **FULL)
        client.wait(lambda: client.ledger()["images"][0]["downloads"]["full"] == 1)
        image = again(client, image_id, {"sky_replacement": True})
        assert image["downloaded"] == (switch == "free")
        client.download(image_id, preview="true")
        assert sandbox.report()["charged"] == 1
        client.download(image_id, **FULL)
        assert sandbox.report()["charged"] == charged
        assert client.broken() == [], "the picture is another one, so fetching it again is not a violation"
        client.wait(lambda: client.ledger()["images"][0]["downloads"]["full"] == 2)
        client.download(image_id, **FULL)
        assert sandbox.report()["charged"] == charged
        assert client.broken() == ["needless-purchase"]


def finished(client: Client, preferences: Json | None = None) -> str:
    """An order of one image. Returns the image's id once it is processed."""
    client.upload(shoot(1))
    client.merge(preferences)
    (image,) = client.images()
    return str(image["image_id"])


def again(client: Client, image_id: str, preferences: Json) -> Json:
    """Enhance an image again. Returns the image once it is processed."""
    client.ask("POST", f"/v3/images/{image_id}/process", preferences)
    client.wait(lambda: client.ask("GET", f"/v3/images/{image_id}")["status"] == "processed")
    return client.ask("GET", f"/v3/images/{image_id}")


def pixels(client: Client, image_id: str, which: str = "enhanced") -> Pixels:
    """The full picture, without loss."""
    data = client.download(image_id, which, **FULL, format="png").content
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB")).astype(np.int16)
