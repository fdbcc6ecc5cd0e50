"""Both flows against the sandbox, which strictly enforces all known rules of the service."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest
from PIL import Image

from daemon import errors
from daemon.service import Endpoint, FlowName, ImageReport, ImageStatus, Service, content_type_of
from tests.sandbox_process import Sandbox, running_sandbox

PATIENCE_S = 30


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for all of these tests. At the end, no rule of the service may have been broken."""
    with running_sandbox("--long-side", "320") as running:
        yield running
        assert running.violations() == []


@pytest.fixture(params=["images", "brackets"])
def service(sandbox: Sandbox, request: pytest.FixtureRequest) -> Iterator[Service]:
    """The sandbox through each flow."""
    with closing(open_service(sandbox, request.param)) as opened:
        yield opened


def open_service(sandbox: Sandbox, flow: FlowName, key: str | None = None) -> Service:
    """A client of the sandbox."""
    return Service(Endpoint(sandbox.api, key or sandbox.key, "bracketd/test"), flow=flow, dev_mode=False)


def photo(number: int) -> bytes:
    """The ``number``-th exposure of a scene, taken a second after the one before."""
    picture = Image.radial_gradient("L").resize((320, 240)).point(lambda value: min(255, value * (number + 1) // 2))
    exif = Image.Exif()
    exif[0x0110] = "Camera"
    exif.get_ifd(0x8769).update({0x829A: 0.01 * 4**number, 0x9003: f"2024:05:01 12:00:0{number}"})
    data = io.BytesIO()
    picture.convert("RGB").save(data, "JPEG", exif=exif)
    return data.getvalue()


def send(service: Service, order_id: str, count: int) -> list[str]:
    """Create, register and upload ``count`` exposures. Returns the service's IDs once it has all of them."""
    service.create(order_id, "Elm Street 3")
    ids = []
    for number in range(count):
        name = f"IMG_{number:04}-{order_id}.jpg"
        data = photo(number)
        slot = service.register(order_id, str(uuid4()), name, content_type_of(name))
        service.upload(slot, [data[:1000], data[1000:]], len(data))
        ids.append(slot.id)
    if service.flow.confirms_storage:
        until(lambda: [it.uploaded for it in service.brackets(order_id)] == [True] * count)
    return ids


def outputs(service: Service, order_id: str, ids: list[str]) -> tuple[ImageReport, ...]:
    """The order's images without its brackets, once all have ended."""

    def ended() -> bool:
        seen = service.order(order_id)
        states = [image.status is ImageStatus.PROCESSED for image in seen.images if image.id not in ids]
        return not seen.merging and not seen.processing and bool(states) and all(states)

    until(ended)
    return tuple(image for image in service.order(order_id).images if image.id not in ids)


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of a JPEG."""
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        return picture.size


def until(condition: Callable[[], bool]) -> None:
    """Wait until the sandbox has reached a state."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_order_from_end_to_end(service: Service) -> None:
    """Three exposures become one picture. Its download buys it; a rejected request does not."""
    service.ping()
    order_id = str(uuid4())
    ids = send(service, order_id, 3)
    service.merge(order_id, per_image=3, enhance={"sky_replacement": True})
    (image,) = outputs(service, order_id, ids)
    with (
        pytest.raises(errors.RequestRefused, match="quality"),
        service.download(image.id, format="jpeg", quality=99, max_width=None),
    ):
        pass
    assert not outputs(service, order_id, ids)[0].downloaded
    with service.download(image.id, format="jpeg", quality=90, max_width=None) as download:
        data = b"".join(download.chunks)
        assert download.length == len(data)
        assert download.content_type == "image/jpeg"
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == (320, 240)
    assert outputs(service, order_id, ids)[0].downloaded


def test_previews_before_and_after_the_purchase(sandbox: Sandbox, service: Service) -> None:
    """Previews are smaller than the picture, follow the preferences, and buy nothing, however often they come."""
    order_id = str(uuid4())
    ids = send(service, order_id, 3)
    service.merge(order_id, per_image=3, enhance={"sky_replacement": True})
    (image,) = outputs(service, order_id, ids)
    first = service.preview(image.id)
    assert service.preview(image.id) == first
    assert size_of(service.preview(image.id, max_width=100))[0] == 100
    service.reprocess(image.id, {"sky_replacement": False})
    outputs(service, order_id, ids)
    assert service.preview(image.id) != first
    assert not outputs(service, order_id, ids)[0].downloaded
    with service.download(image.id, format="jpeg", quality=90, max_width=None) as download:
        full = b"".join(download.chunks)
    assert outputs(service, order_id, ids)[0].downloaded
    service.preview(image.id)
    assert (size_of(first), size_of(full)) == ((213, 160), (320, 240))
    (made,) = sandbox.report()["orders"][order_id]["images"]
    assert (made["charged"], made["purchases"], made["again"]) == (1, 1, 1)


def test_preferences_that_are_refused(service: Service) -> None:
    """A preference that the service does not accept is RequestRefused, and an unknown image is NotFound."""
    order_id = str(uuid4())
    ids = send(service, order_id, 1)
    service.merge(order_id, per_image=1, enhance={})
    (image,) = outputs(service, order_id, ids)
    with pytest.raises(errors.RequestRefused, match="cloud_type"):
        service.reprocess(image.id, {"cloud_type": "STORM"})
    with pytest.raises(errors.NotFound):
        service.reprocess(str(uuid4()), {"enhance": False})


@pytest.mark.parametrize("kind", ["endless", "bomb"])
def test_a_preview_without_end(sandbox: Sandbox, service: Service, kind: str) -> None:
    """An endless preview, or one that unpacks to gigabytes, is aborted as Garbled."""
    order_id = str(uuid4())
    ids = send(service, order_id, 1)
    service.merge(order_id, per_image=1, enhance={})
    (image,) = outputs(service, order_id, ids)
    sandbox.faults([f"download {kind}"])
    with pytest.raises(errors.Garbled, match="too long"):
        service.preview(image.id)
    assert size_of(service.preview(image.id)) == (213, 160)


def test_a_preview_that_is_too_early(service: Service) -> None:
    """A preview of an image that the service does not know yet is NotReady."""
    with pytest.raises(errors.NotReady):
        service.preview(str(uuid4()))


def test_the_account_s_orders(service: Service) -> None:
    """Every order of the account is listed once across several pages, with the same state as by itself."""
    ids = [str(uuid4()) for _ in range(17)]
    for order_id in ids:
        service.create(order_id, "12 Oak St")
        service.register(order_id, str(uuid4()), f"{order_id}.jpg", "image/jpeg")
    listed = [it for it in service.orders() if it.id in ids]
    assert sorted(it.id for it in listed) == sorted(ids)
    assert all(it.report == service.order(it.id) for it in listed[:2])
    assert all(it.created_at is not None for it in listed)


def test_sets_by_hand(sandbox: Sandbox) -> None:
    """The brackets flow merges the given sets and returns the image of each bracket."""
    with closing(open_service(sandbox, "brackets")) as service:
        order_id = str(uuid4())
        a, b, c, d = send(service, order_id, 4)
        service.merge(order_id, per_image=None, enhance={}, sets=[[a, c], [b, d]])
        first, second = outputs(service, order_id, [])
        image_of = {it.id: it.image_id for it in service.brackets(order_id)}
    assert image_of[a] == image_of[c]
    assert image_of[b] == image_of[d]
    assert {image_of[a], image_of[b]} == {first.id, second.id}


@pytest.mark.parametrize("wrong", ["empty", "twice", "two sets", "ten", "unknown"])
def test_sets_that_are_refused(sandbox: Sandbox, wrong: str) -> None:
    """Sets that the service cannot merge are RequestRefused, and nothing is merged."""
    with closing(open_service(sandbox, "brackets")) as service:
        order_id = str(uuid4())
        a, b = send(service, order_id, 2)
        sets = {
            "empty": [[a], []],
            "twice": [[a, a]],
            "two sets": [[a], [a, b]],
            "ten": [[a, *(str(uuid4()) for _ in range(9))]],
            "unknown": [[a, str(uuid4())]],
        }[wrong]
        with pytest.raises(errors.RequestRefused, match="images"):
            service.merge(order_id, per_image=None, enhance={}, sets=sets)
        assert sandbox.report()["orders"][order_id]["merges"] == []


def test_an_id_that_is_taken(service: Service) -> None:
    """Creating an order or registering a bracket under an existing ID is AlreadyExists."""
    order_id, bracket_id = str(uuid4()), str(uuid4())

    def ask() -> None:
        if service.flow.creates_order:
            service.create(order_id, "n")
        else:
            service.register(order_id, bracket_id, f"{uuid4()}.jpg", "image/jpeg")

    ask()
    with pytest.raises(errors.AlreadyExists):
        ask()


def test_a_registration_taken_back(service: Service) -> None:
    """A registration can be discarded, and discarded again."""
    order_id = str(uuid4())
    service.create(order_id, "n")
    slot = service.register(order_id, str(uuid4()), f"{order_id}.jpg", "image/jpeg")
    service.discard(slot.id)
    service.discard(slot.id)


def test_unknown_ids(service: Service) -> None:
    """An unknown order is NotFound. An unknown image may still appear."""
    with pytest.raises(errors.NotFound):
        service.order(str(uuid4()))
    with (
        pytest.raises(errors.NotReady),
        service.download(str(uuid4()), format="jpeg", quality=None, max_width=None),
    ):
        pass


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("list_orders html", errors.Garbled),
        ("list_orders half-json", errors.Garbled),
        ("list_orders truncated", errors.Garbled),
        ("list_orders short-length", errors.Garbled),
        ("list_orders reset-before", errors.Unreachable),
        ("list_orders reset-after", errors.Unreachable),
        ("list_orders 401", errors.KeyRefused),
        ("list_orders 402", errors.NoCredits),
        ("list_orders 429 retry_after=3", errors.TooManyRequests),
        ("list_orders 503", errors.Unavailable),
    ],
)
def test_what_goes_wrong(sandbox: Sandbox, service: Service, rule: str, kind: type[errors.ServiceError]) -> None:
    """Each failure of the service has its own error and does not affect the next call."""
    sandbox.faults([rule])
    with pytest.raises(kind):
        service.ping()
    service.ping()


@pytest.mark.parametrize("rule", ["upload reset-before", "upload reset-after", "upload 503"])
def test_an_upload_that_fails_can_be_repeated(sandbox: Sandbox, service: Service, rule: str) -> None:
    """An upload with an unknown outcome is repeated into the same slot."""
    order_id = str(uuid4())
    service.create(order_id, "n")
    slot = service.register(order_id, str(uuid4()), f"{order_id}.jpg", "image/jpeg")
    data = photo(0)
    sandbox.faults([rule])
    with pytest.raises(errors.Passing):
        service.upload(slot, [data], len(data))
    service.upload(slot, [data], len(data))


def test_a_slot_that_is_refused(sandbox: Sandbox, service: Service) -> None:
    """Storage refuses an expired URL and a forged one."""
    order_id = str(uuid4())
    service.create(order_id, "n")
    slot = service.register(order_id, str(uuid4()), f"{order_id}-1.jpg", "image/jpeg")
    sandbox.faults(["create_image expired-url", "create_bracket expired-url"])
    expired = service.register(order_id, str(uuid4()), f"{order_id}-2.jpg", "image/jpeg")
    sandbox.faults([])
    for bad in (expired, replace(slot, url=slot.url + "x")):
        with pytest.raises(errors.SlotRefused):
            service.upload(bad, [b"abc"], 3)


def test_a_wrong_key(sandbox: Sandbox) -> None:
    """A key that the service does not know is KeyRefused."""
    with closing(open_service(sandbox, "images", key="another-key")) as service, pytest.raises(errors.KeyRefused):
        service.ping()
