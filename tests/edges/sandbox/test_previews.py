from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.edges.sandbox.client import Client, Json
from tests.edges.sandbox.shots import NOON, bracket, shoot
from tests.sandbox_process import Sandbox, running_sandbox

OTHERS = st.fixed_dictionaries(
    {},
    optional={
        "quality": st.integers(1, 90).map(str),
        "format": st.sampled_from(["jpeg", "png", "webp"]),
        "watermark": st.sampled_from(["true", "false"]),
        "max_width": st.sampled_from(["1", "300", "800", "99999"]),
        "scale": st.sampled_from(["0", "0.01", "0.5", "1"]),
        "anything": st.just("newer"),
    },
)
"""The other parameters of a download, each valid."""
REPEATABLE = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", params=["images", "brackets"])
def order(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A processed order of two images in each flow. The account has one credit."""
    switches = ("rate_limit=0", "credits=1")
    with (
        running_sandbox(*(word for switch in switches for word in ("--set", switch))) as sandbox,
        Client(sandbox, request.param) as client,
    ):
        client.upload(shoot(2))
        client.merge()
        client.images()
        yield client


def test_no_preview_is_ever_charged(order: Client) -> None:
    """Previews cost nothing: before and after a purchase, without credits, any number of times, with any parameters."""
    first, second = (str(image["image_id"]) for image in order.ledger()["images"])
    asked = 0

    @settings(REPEATABLE, max_examples=25)
    @given(OTHERS, st.sampled_from([first, second]), st.integers(1, 3))
    def look(others: dict[str, str], image_id: str, times: int) -> None:
        nonlocal asked
        for _ in range(times):
            assert preview(order, image_id, others) == 302
            asked += 1

    def money() -> list[tuple[int, int, bool]]:
        shown = {image["image_id"]: image["downloaded"] for image in order.order()["images"]}
        made = {image["image_id"]: image for image in order.ledger()["images"]}
        return [(made[key]["charged"], made[key]["purchases"], shown[key]) for key in (first, second)]

    look()
    assert money() == [(0, 0, False), (0, 0, False)]
    order.download(first, preview="false")
    look()
    assert money() == [(1, 1, True), (0, 0, False)]
    assert order.http.get(f"/v3/images/{second}/enhanced", params={"preview": "false"}).status_code == 402
    order.ask("POST", f"/v3/images/{first}/process", {"enhance_type": "warm"})
    order.images()
    look()
    assert money() == [(1, 1, True), (0, 0, False)]
    assert asked > 75
    assert order.sandbox.report()["charged"] == 1
    assert order.broken() == []


def test_wrong_parameters_buy_nothing(shared: Sandbox) -> None:
    """A request for the full size that is refused is not a purchase."""
    with Client(shared) as client:
        client.upload(shoot(1))
        client.merge()
        (image,) = client.images()
        for query in ({"quality": "91"}, {"max_width": "0"}, {"format": "gif"}, {"scale": "2"}):
            wrong = client.http.get(f"/v3/images/{image['image_id']}/enhanced", params={"preview": "false"} | query)
            assert wrong.status_code == 422
        (entry,) = client.ledger()["images"]
        assert (entry["charged"], entry["purchases"]) == (0, 0)


@pytest.mark.parametrize("size", [(240, 160), (1200, 800), (2000, 1200)])
def test_smaller_and_coarser(shared: Sandbox, size: tuple[int, int]) -> None:
    """A preview of any picture is smaller than the full size, at most 800 pixels wide, and a smaller file."""
    with Client(shared) as client:
        client.upload({"IMG_0001.JPG": bracket(1, 0.0, NOON, size=size)})
        client.merge()
        (image,) = client.images()
        free, narrow, full = (
            client.download(image["image_id"], **query).content
            for query in ({"preview": "true"}, {"preview": "true", "max_width": "100"}, {"preview": "false"})
        )
    assert wide(full) == size[0]
    assert wide(free) == min(800, round(size[0] * 2 / 3))
    assert wide(narrow) == 100
    assert len(free) < len(full) / 2


def test_links_of_previews_stay_previews(shared: Sandbox) -> None:
    """The link of a preview cannot be changed into one of the full size."""
    with Client(shared) as client:
        client.upload(shoot(1))
        client.merge()
        (image,) = client.images()
        path = f"/v3/images/{image['image_id']}/enhanced"
        link = client.http.get(path, params={"preview": "true"}).headers["location"]
        assert "preview=true" in link
        assert client.http.get(link.replace("preview=true", "preview=false")).status_code == 403


def test_what_was_downloaded(shared: Sandbox) -> None:
    """The ledger counts complete downloads of the full size, of previews and of the merged picture separately."""
    with Client(shared) as client:
        client.upload(shoot(1))
        client.merge()
        (image,) = client.images()
        for which, query in (("enhanced", "true"), ("enhanced", "false"), ("original", "true"), ("original", "false")):
            client.download(image["image_id"], which, preview=query)
        client.wait(lambda: bool(counts(client) == {"full": 1, "preview": 1, "original": 2}))


def counts(client: Client) -> Json:
    """The downloads of the order's only image."""
    (entry,) = client.ledger()["images"]
    found: Json = entry["downloads"]
    return found


def preview(client: Client, image_id: str, others: dict[str, str]) -> int:
    """Request a preview without fetching it. Returns the status."""
    answer = client.http.get(f"/v3/images/{image_id}/enhanced", params={"preview": "true"} | others)
    return answer.status_code


def wide(data: bytes) -> int:
    """The width of a picture in pixels."""
    with Image.open(io.BytesIO(data)) as picture:
        return picture.width
