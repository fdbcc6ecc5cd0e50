"""Tests of the previews' files and of their comparison with the planned sets, with real pictures."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.Image
import pytest

from daemon.demo.camera import Sitting
from daemon.demo.scene import sample
from daemon.errors import Garbled
from daemon.files.roots import Roots
from daemon.gallery import Cache, Gallery
from daemon.gallery.cache import KEPT_FOR, LARGEST
from daemon.gallery.gallery import middle
from daemon.gallery.sheet import name_of
from daemon.order import Bracket, FlowName, Image, ImageState, Order, Phase, facts, steps
from daemon.order.facts import Failure
from daemon.order.planned import PlannedImage
from daemon.order.preview import PreviewState
from daemon.sandbox.finish import finished
from daemon.sandbox.fuse import fused
from daemon.service import Endpoint, Service
from daemon.shoot import Shot
from daemon.steps import Run, Steps, Stopped
from tests.core.orders import order
from tests.edges.previews.pictures import jpeg
from tests.edges.sandbox.client import Client
from tests.edges.sandbox.shots import shoot
from tests.inline_previews import InlinePreviews
from tests.sandbox_process import Sandbox, running_sandbox
from tests.stores.memory import MemoryStore
from tests.stores.shelf import Shelf

GONE, DAMAGED, NOT_SENT = "gone", "damaged", "another file"


@asynccontextmanager
async def inline() -> AsyncIterator[InlinePreviews]:
    """Decodes in the test's own process."""
    yield InlinePreviews()


def photo(number: int) -> np.ndarray:
    """The metered exposure of one of the demo's scenes."""
    sitting = Sitting.of(sample(number, (480, 320)))
    chance = np.random.default_rng(number)
    return np.ascontiguousarray(sitting.exposed(sitting.shutter(0), chance, steady=True)[:, :, ::-1])


def encoded(pixels: np.ndarray) -> bytes:
    """The pixels as a JPEG."""
    done, data = cv2.imencode(".jpg", pixels)
    assert done
    return bytes(data.tobytes())


@pytest.fixture(scope="module")
def photos() -> list[np.ndarray]:
    """One photo of each of three scenes."""
    return [photo(number) for number in range(3)]


Make = Callable[..., tuple[Order, Cache]]


@pytest.fixture
def make(tmp_path: Path, photos: list[np.ndarray]) -> Make:
    """Make an order of three sets of one photo each, whose images show these scenes."""

    def made(*shows: int, previews: int = 3) -> tuple[Order, Cache]:
        folder, cache, of = tmp_path / "in", Cache(str(tmp_path / "state")), order()
        folder.mkdir()
        brackets = []
        for number, pixels in enumerate(photos):
            file = folder / f"{number}.jpg"
            file.write_bytes(encoded(pixels))
            status = file.stat()
            brackets.append(Bracket(file.name, status.st_size, status.st_mtime_ns, status.st_ino))
        images = []
        for number, scene in enumerate(shows):
            there = number < previews
            if there:
                cache.keep(of.id, f"i{number}", encoded(finished(fused([np.copy(photos[scene])]))))
            state = PreviewState.FETCHED if there else PreviewState.UNAVAILABLE
            images.append(Image(f"i{number}", "", (number,), ImageState.PROCESSED, preview=state))
        plan = tuple(PlannedImage((number,)) for number in range(3))
        source = replace(of.source, folder=str(folder))
        of = replace(of, source=source, brackets=tuple(brackets), plan=plan, images=tuple(images))
        return replace(of, standing=Phase.DOWNLOADING), cache

    return made


def likes(found: facts.Inspected) -> dict[str, int]:
    """The set that each image looks like."""
    return {one.image: one.set for one in found.looks}


@pytest.mark.parametrize("shows", [(0, 1, 2), (1, 0, 2)])
def test_each_picture_is_recognised(make: Make, shows: tuple[int, ...]) -> None:
    """Each image looks like the set whose scene it shows, with a clear lead, in the real decoding process."""
    of, cache = make(*shows)
    found = Gallery(cache).inspect(of, lambda: None)
    assert (found.compared, likes(found)) == ((0, 1, 2), {f"i{n}": scene for n, scene in enumerate(shows)})
    assert min(one.lead for one in found.looks) > 0.1


@pytest.mark.parametrize("what", [GONE, DAMAGED, NOT_SENT])
def test_a_frame_that_cannot_be_read(make: Make, what: str) -> None:
    """A set whose middle frame is missing, damaged, or not the file that was sent is not compared. The others are."""
    of, cache = make(0, 1, 2)
    file = Path(of.source.folder, "1.jpg")
    match what:
        case "gone":
            file.unlink()
        case "damaged":
            file.write_bytes(b"\0" * of.brackets[1].size)
            os.utime(file, ns=(of.brackets[1].mtime_ns, of.brackets[1].mtime_ns))
        case _:
            file.write_bytes(jpeg())
    found = Gallery(cache, inline).inspect(of, lambda: None)
    assert found.compared == (0, 2)
    assert (likes(found)["i0"], likes(found)["i2"]) == (0, 2)


def test_previews_that_are_missing(make: Make) -> None:
    """An image without a preview, or whose preview was deleted, is not compared. The others are."""
    of, cache = make(0, 1, 2, previews=2)
    Path(cache.path(of.id, "i0")).unlink()
    assert likes(Gallery(cache, inline).inspect(of, lambda: None)) == {"i1": 1}


def test_one_frame_is_not_enough(make: Make) -> None:
    """If only one set's frame can be read, nothing is compared."""
    of, cache = make(0, 1, 2)
    for name in ("0.jpg", "1.jpg"):
        Path(of.source.folder, name).unlink()
    assert Gallery(cache, inline).inspect(of, lambda: None).looks == ()


def test_the_time_is_bounded(make: Make) -> None:
    """When the time is over, the result has what was compared until then."""
    of, cache = make(0, 1, 2)
    assert Gallery(cache, inline, seconds=0.0).inspect(of, lambda: None) == facts.Inspected()


def test_a_stop_interrupts_it(make: Make) -> None:
    """A stop of the daemon ends the inspection between two pictures."""
    of, cache = make(0, 1, 2)
    calls = iter([None, None])

    def go_on() -> None:
        if next(calls, False) is False:
            raise Stopped

    with pytest.raises(Stopped):
        Gallery(cache, inline).inspect(of, go_on)


def asked(of: Order, **preset: Any) -> Order:
    """The order with ``buy: ask``."""
    return replace(of, preset=replace(of.preset, buy="ask", **preset))


def test_a_contact_sheet_is_written_for_a_choice(make: Make) -> None:
    """If a person chooses, a sheet of all images is beside the previews; one without a preview has a plain tile."""
    of, cache = make(0, 1, 2, previews=2)
    assert Gallery(cache).inspect(of, lambda: None).sheet is False
    found = Gallery(cache).inspect(asked(of), lambda: None)
    assert (found.sheet, likes(found)) == (True, {"i0": 0, "i1": 1})
    with PIL.Image.open(cache.sheet(of.id), formats=("JPEG",)) as sheet:
        assert sheet.width > 1000
    without = Gallery(cache, inline).inspect(asked(of, on_mismatch="never"), lambda: None)
    assert (without.sheet, without.looks) == (True, ())


def test_a_sheet_that_cannot_be_written(make: Make) -> None:
    """Without previews there is no sheet, and a sheet that cannot be written stops nothing."""
    of, cache = make(0, 1, 2)
    Path(cache.sheet(of.id)).mkdir()
    assert Gallery(cache, inline).inspect(asked(of), lambda: None).sheet is False
    for number in range(3):
        Path(cache.path(of.id, f"i{number}")).unlink()
    assert Gallery(cache, inline).sheet(of) is None


def test_names_on_the_sheet(make: Make) -> None:
    """An image is named after the first photo of its planned set, or after its own first photo."""
    of, _ = make(0, 1, 2)
    assert [name_of(of, image) for image in of.images] == ["0.jpg", "1.jpg", "2.jpg"]
    alone = replace(of, plan=())
    assert name_of(alone, of.images[1]) == "1.jpg"
    assert name_of(alone, replace(of.images[1], brackets=())) == ""


@pytest.mark.parametrize(
    ("times", "expected"), [((0.1, 0.01, 1.0), 0), ((0.01, 0.1, 1.0), 1), ((None, 0.1, 1.0), 1), ((0.1, 0.2), 1)]
)
def test_the_middle_frame(times: tuple[float | None, ...], expected: int) -> None:
    """The middle frame has the middle exposure; without exposures it is the middle one in shooting order."""
    of = order(len(times))
    brackets = (replace(b, shot=Shot(exposure_s=time)) for b, time in zip(of.brackets, times, strict=True))
    assert middle(replace(of, brackets=tuple(brackets)), tuple(range(len(times)))) == expected


# --- the files ---


def test_only_whole_pictures_are_kept(tmp_path: Path) -> None:
    """A preview that is cut off, not a picture, or too large is refused, and leaves no file."""
    cache, whole = Cache(str(tmp_path)), jpeg()
    for data in (b"", b"<html>", whole[:-40], whole + b"\0" * LARGEST):
        with pytest.raises(Garbled):
            cache.keep("o1", "i1", data)
    assert list(tmp_path.rglob("*.jpg*")) == []
    cache.keep("o1", "i1", whole)
    assert Path(cache.path("o1", "i1")).read_bytes() == whole
    assert len(list((tmp_path / "previews" / "o1").iterdir())) == 1, "no part file is left"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\0b", "x" * 500, "", ".", "\udcff", "ü"])
def test_any_id_is_a_name(tmp_path: Path, name: str) -> None:
    """Whatever the service uses as an id, its preview is in the order's folder below the state directory."""
    cache = Cache(str(tmp_path))
    for order_id, image_id in (("o1", name), (name, "i1")):
        cache.keep(order_id, image_id, jpeg())
        assert Path(cache.path(order_id, image_id)).parent.parent == tmp_path / "previews"


def test_previews_of_ended_orders_are_removed(tmp_path: Path) -> None:
    """Previews are removed some time after their order has ended, and never while it is in progress."""
    cache, now = Cache(str(tmp_path)), time.time()
    assert cache.prune([], now) == []
    for order_id in ("ended", "in-progress", "ended-now"):
        cache.keep(order_id, "i1", jpeg())
    for order_id in ("ended", "in-progress"):
        os.utime(cache.folder(order_id), (now - KEPT_FOR - 60, now - KEPT_FOR - 60))
    assert cache.prune(["in-progress"], now) == ["ended"]
    assert sorted(path.name for path in (tmp_path / "previews").iterdir()) == ["ended-now", "in-progress"]


# --- the step ---


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    """A sandbox."""
    with running_sandbox() as sandbox:
        yield sandbox


def performed(tmp_path: Path, client: Client, image_id: str, times: int = 1) -> list[facts.Fact]:
    """Fetch a preview into the cache in ``tmp_path``, once or several times. Returns the facts."""
    flow: FlowName = "images" if client.flow == "images" else "brackets"
    of = replace(order(), images=(Image(image_id, ""),), standing=Phase.DOWNLOADING)
    roots = Roots(MemoryStore(Shelf()).root_states(time.time))
    sandbox = client.sandbox
    with closing(Service(Endpoint(sandbox.api, sandbox.key, "test"), flow=flow, dev_mode=False)) as service:
        gallery = Gallery(Cache(str(tmp_path)), inline)
        performing = Steps(service, roots, Run(lambda: None, time.time), gallery=gallery)
        return [performing.perform(of, steps.Preview(image_id)) for _ in range(times)]


@pytest.mark.parametrize("flow", ["images", "brackets"])
def test_a_preview_is_never_charged(tmp_path: Path, shared: Sandbox, flow: str) -> None:
    """The step fetches a whole picture to the cache, any number of times, and the service charges nothing."""
    with Client(shared, flow) as client:
        client.upload(shoot(1))
        client.merge()
        (image,) = client.images()
        key = image["image_id"]
        assert performed(tmp_path, client, key, 3) == [facts.Previewed(key)] * 3
        assert Path(Cache(str(tmp_path)).path(order().id, image["image_id"])).read_bytes().startswith(b"\xff\xd8")
        (entry,) = client.ledger()["images"]
        assert (entry["charged"], entry["purchases"], entry["downloads"]["full"]) == (0, 0, 0)
        assert client.broken() == []


@pytest.mark.parametrize("fault", ["400", "402", "404", "429", "500", "html"])
def test_a_refused_preview_concerns_only_itself(tmp_path: Path, shared: Sandbox, fault: str) -> None:
    """Whatever the service answers to a request for a preview, neither the order nor the account is stopped."""
    with Client(shared) as client:
        shared.faults([f"enhanced {fault}"])
        (fact,) = performed(tmp_path, client, "i1")
        assert isinstance(fact, facts.PreviewFailed)
        assert not fact.lasting


def test_a_refused_key_concerns_the_account(tmp_path: Path, shared: Sandbox) -> None:
    """If the key is refused, the account waits, as for every other request."""
    with Client(shared) as client:
        shared.faults(["enhanced 401"])
        (fact,) = performed(tmp_path, client, "i1")
        assert isinstance(fact, facts.Failed)
        assert fact.kind is Failure.ACCOUNT


def test_a_cache_that_cannot_be_written(tmp_path: Path, shared: Sandbox) -> None:
    """If the preview cannot be written, only this preview fails."""
    (tmp_path / "previews").write_text("in the way")
    with Client(shared) as client:
        client.upload(shoot(1))
        client.merge()
        (image,) = client.images()
        (fact,) = performed(tmp_path, client, image["image_id"])
        assert isinstance(fact, facts.PreviewFailed)
