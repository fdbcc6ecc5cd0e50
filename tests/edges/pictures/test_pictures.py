"""The pictures of orders: which file is shown, and what is never opened."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image as Picture

from daemon.host.clock import SystemClock
from daemon.order import Bracket, Image, ImageState, Order
from daemon.pictures import MEANINGS, Cache, FullSize, Kind, Pictures, Shown, Side, Unavailable, Why
from daemon.pictures.finding import Identity, Place, identify
from daemon.pictures.pictures import Sources
from daemon.previews import Failure, Limits, Look, Strip, Thumbnail
from tests.changed import changed
from tests.core.orders import order
from tests.edges.previews.pictures import assert_upright, exif, jpeg, quarters, written
from tests.inline_previews import InlinePreviews

PATIENCE = 60.0


class Counting:
    """Previews that count what is made, and wait for ``go`` first."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self.go.set()
        self._previews = InlinePreviews(Limits())

    async def thumbnail(self, path: str | os.PathLike[str], size: int) -> Thumbnail | Failure:
        """Make a thumbnail."""
        self.made.append(os.path.basename(path))
        self.begun.set()
        await self.go.wait()
        return await self._previews.thumbnail(path, size)

    async def sheet(self, title: str, strips: Sequence[Strip]) -> bytes | Failure:
        """Draw a contact sheet."""
        return await self._previews.sheet(title, strips)

    async def similarities(self, finished: Look, frames: Sequence[Look]) -> tuple[float, ...] | Failure:
        """Compare looks."""
        return await self._previews.similarities(finished, frames)


class Gallery:
    """An order with two brackets, a delivered image, an image with a free preview, and one without."""

    def __init__(self, tmp: Path) -> None:
        self.state = tmp / "state"
        self.shoot, self.output, self.previews = tmp / "in" / "Oak", tmp / "out" / "Oak", tmp / "state" / "previews"
        for folder in (self.state, self.shoot, self.output, self.previews):
            folder.mkdir(parents=True)
        (self.shoot / "1.jpg").write_bytes(written(quarters(orientation=6), "JPEG", quality=90, exif=exif(6)))
        (self.shoot / "2.jpg").write_bytes(jpeg())
        (self.output / "a.jpg").write_bytes(jpeg())
        (self.previews / "b.jpg").write_bytes(jpeg())
        self.order: Order = changed(
            order(),
            folder=str(self.shoot),
            output=str(self.output),
            brackets=tuple(Bracket(f"{n}.jpg", 1, 1, n) for n in (1, 2)),
            images=(
                Image("a", "a", state=ImageState.PLACED, file="a.jpg"),
                Image("b", "b", state=ImageState.PROCESSED),
                Image("c", "c"),
            ),
        )

    async def load(self, order_id: str) -> Order:
        """The order."""
        if order_id != self.order.id:
            raise KeyError(order_id)
        return self.order

    def preview_path(self, _order_id: str, image_id: str) -> str:
        """Where a free preview is."""
        return str(self.previews / f"{image_id}.jpg")

    def run(
        self,
        test: Callable[[Pictures, Counting], Awaitable[None]],
        look: Callable[[Place], Identity | Why] = identify,
    ) -> None:
        """Run a test with the pictures of the order."""

        async def main() -> None:
            made = Counting()
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
                cache = Cache(self.state)
                sources = Sources(self.load, self.preview_path)
                pictures = Pictures(sources, cache, made, SystemClock(), group=group, look=look)
                await test(pictures, made)

        asyncio.run(main())

    async def why(self, pictures: Pictures, kind: Kind = Kind.BRACKET, number: int = 0) -> Why | None:
        """Why a thumbnail is not available; None if it is."""
        found = await pictures.shown(self.order.id, kind, number, Side.THUMBNAIL)
        return found.why if isinstance(found, Unavailable) else None


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    """The order and its files."""
    return Gallery(tmp_path)


def good(found: Shown | Unavailable) -> Shown:
    """The picture, which must be available."""
    assert isinstance(found, Shown)
    return found


def test_brackets_previews_and_finished_pictures_are_shown(gallery: Gallery) -> None:
    """Each kind of picture is shown upright, at most as large as wanted, and made from its own file."""

    async def test(pictures: Pictures, made: Counting) -> None:
        for kind, number in ((Kind.BRACKET, 0), (Kind.PREVIEW, 2), (Kind.FINISHED, 1)):
            found = await pictures.shown(gallery.order.id, kind, number, Side.THUMBNAIL)
            assert isinstance(found, Shown)
            with Picture.open(io.BytesIO(found.jpeg)) as image:
                assert image.size == (300, 200)
                assert_upright(image.convert("RGB"))
        assert made.made == ["1.jpg", "b.jpg", "a.jpg"]

    gallery.run(test)


def test_a_picture_is_made_once(gallery: Gallery) -> None:
    """Requests at the same time share the work, later ones and later runs use the file; each size has its own."""

    async def together(pictures: Pictures, made: Counting) -> None:
        made.go.clear()
        asking = [pictures.shown(gallery.order.id, Kind.BRACKET, 0, Side.THUMBNAIL) for _ in range(20)]
        requests = [asyncio.ensure_future(one) for one in asking]
        await made.begun.wait()
        requests[0].cancel()
        made.go.set()
        found = await asyncio.gather(*requests[1:])
        assert len(set(found)) == 1
        assert made.made == ["1.jpg"]

    async def later(pictures: Pictures, made: Counting) -> None:
        small = await pictures.shown(gallery.order.id, Kind.BRACKET, 0, Side.THUMBNAIL)
        assert made.made == []
        large = await pictures.shown(gallery.order.id, Kind.BRACKET, 0, Side.LARGE)
        assert made.made == ["1.jpg"]
        assert isinstance(small, Shown)
        assert isinstance(large, Shown)
        assert small.tag != large.tag

    gallery.run(together)
    gallery.run(later)


@pytest.mark.parametrize("change", ["size", "time", "another file"])
def test_a_changed_file_is_made_again(gallery: Gallery, change: str) -> None:
    """A file with another size, time or inode gets another picture and another tag."""
    photo = gallery.shoot / "1.jpg"

    async def test(pictures: Pictures, made: Counting) -> None:
        before = good(await pictures.shown(gallery.order.id, Kind.BRACKET, 0, Side.THUMBNAIL))
        match change:
            case "size":
                stamp = photo.stat().st_mtime_ns
                photo.write_bytes(jpeg() + b"more")
                os.utime(photo, ns=(stamp, stamp))
            case "time":
                os.utime(photo, ns=(1, 1))
            case _:
                stamp = photo.stat().st_mtime_ns
                shutil.copy(photo, photo.with_name("new"))
                os.replace(photo.with_name("new"), photo)
                os.utime(photo, ns=(stamp, stamp))
        after = good(await pictures.shown(gallery.order.id, Kind.BRACKET, 0, Side.THUMBNAIL))
        assert before.tag != after.tag
        assert made.made == ["1.jpg", "1.jpg"]

    gallery.run(test)


def test_what_is_not_there_has_a_reason(gallery: Gallery) -> None:
    """Unknown orders and numbers, missing files, and files without a picture are answers, not errors."""
    (gallery.shoot / "2.jpg").write_bytes(b"no picture")

    async def test(pictures: Pictures, made: Counting) -> None:
        assert await pictures.shown("another", Kind.BRACKET, 0, Side.THUMBNAIL) == Unavailable(Why.UNKNOWN)
        for kind, number in (
            (Kind.BRACKET, -1),
            (Kind.BRACKET, 2),
            (Kind.FINISHED, 0),
            (Kind.FINISHED, 4),
            (Kind.PREVIEW, 4),
        ):
            assert await gallery.why(pictures, kind, number) is Why.UNKNOWN
        assert await gallery.why(pictures, Kind.FINISHED, 2) is Why.NOT_YET
        assert await gallery.why(pictures, Kind.PREVIEW, 3) is Why.NOT_YET
        assert await gallery.why(pictures, Kind.BRACKET, 1) is Why.NO_PREVIEW
        shutil.rmtree(gallery.shoot)
        assert await gallery.why(pictures) is Why.GONE
        gallery.shoot.mkdir()
        os.mkfifo(gallery.shoot / "1.jpg")
        assert await gallery.why(pictures) is Why.UNREADABLE
        assert made.made == ["2.jpg"]

    gallery.run(test)
    assert set(MEANINGS) == set(Why)


@pytest.mark.parametrize("way", ["file", "folder inside", "the shoot itself", "dots", "absolute"])
def test_nothing_outside_of_the_folder_is_shown(gallery: Gallery, way: str) -> None:
    """A link, or a name with dots, that leads out of the shoot's folder is not followed."""
    elsewhere = gallery.state / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "1.jpg").write_bytes(jpeg())
    path = "1.jpg"
    match way:
        case "file":
            (gallery.shoot / "1.jpg").unlink()
            (gallery.shoot / "1.jpg").symlink_to(elsewhere / "1.jpg")
        case "folder inside":
            (gallery.shoot / "sub").symlink_to(elsewhere)
            path = "sub/1.jpg"
        case "the shoot itself":
            shutil.rmtree(gallery.shoot)
            gallery.shoot.symlink_to(elsewhere)
        case "dots":
            path = "../../state/elsewhere/1.jpg"
        case _:
            path = str(elsewhere / "1.jpg")
    gallery.order = changed(gallery.order, brackets=(Bracket(path, 1, 1, 1),))

    async def test(pictures: Pictures, made: Counting) -> None:
        assert await gallery.why(pictures) is Why.OUTSIDE
        assert made.made == []

    gallery.run(test)


def test_links_inside_of_the_folder_and_above_it_are_followed(gallery: Gallery) -> None:
    """A watched folder may be reached through a link, and a photo may be a link to another one of its shoot."""
    real = gallery.shoot.parent.rename(gallery.shoot.parent.with_name("disk"))
    gallery.shoot.parent.symlink_to(real)
    (real / "Oak" / "1.jpg").unlink()
    (real / "Oak" / "1.jpg").symlink_to("2.jpg")

    async def test(pictures: Pictures, made: Counting) -> None:
        assert await gallery.why(pictures) is None
        assert made.made == ["2.jpg"]

    gallery.run(test)


def test_a_file_that_is_only_online_is_never_opened(gallery: Gallery) -> None:
    """A cloud placeholder is not decoded or opened; a picture that was made before it is still shown."""
    absent = False

    def look(place: Place) -> Identity | Why:
        found = identify(place)
        if isinstance(found, Why):
            return found
        return Identity(found.path, found.size, found.mtime_ns, found.inode, online_only=absent)

    async def test(pictures: Pictures, made: Counting) -> None:
        nonlocal absent
        assert await gallery.why(pictures, Kind.BRACKET, 0) is None
        absent = True
        assert await gallery.why(pictures, Kind.BRACKET, 0) is None
        assert await gallery.why(pictures, Kind.BRACKET, 1) is Why.ONLINE_ONLY
        assert await pictures.full_size(gallery.order.id, 1) == Unavailable(Why.ONLINE_ONLY)
        assert made.made == ["1.jpg"]

    gallery.run(test, look)


def test_a_file_that_is_replaced_while_it_is_decoded_is_not_shown(gallery: Gallery) -> None:
    """If a file is no longer the one that was looked at, what was made of it is thrown away."""
    photo = gallery.shoot / "1.jpg"

    async def test(pictures: Pictures, made: Counting) -> None:
        made.go.clear()
        asked = asyncio.ensure_future(gallery.why(pictures))
        await made.begun.wait()
        photo.unlink()
        photo.symlink_to(gallery.output / "a.jpg")
        made.go.set()
        assert await asked is Why.GONE
        assert not [path for path in (gallery.state / "thumbnails").rglob("*") if path.is_file()]

    gallery.run(test)


def test_a_disk_that_hangs_costs_one_wait_and_hinders_no_other(gallery: Gallery) -> None:
    """The first request of a hung disk gives up in time, later ones at once; other disks are shown meanwhile."""
    let_go = threading.Event()

    def look(place: Place) -> Identity | Why:
        if place.folder == str(gallery.shoot):
            let_go.wait()
        return identify(place)

    async def test(pictures: Pictures, _made: Counting) -> None:
        loop = asyncio.get_running_loop()
        try:
            assert await gallery.why(pictures) is Why.SLOW
            began = loop.time()
            assert await gallery.why(pictures, Kind.BRACKET, 1) is Why.SLOW
            assert await gallery.why(pictures, Kind.FINISHED, 1) is None
            assert loop.time() - began < 4
        finally:
            let_go.set()
        while await gallery.why(pictures) is Why.SLOW:  # noqa: ASYNC110 - the disk's thread sets no event
            await asyncio.sleep(0.001)
        assert await gallery.why(pictures) is None

    gallery.run(test, look)


def test_a_finished_picture_is_read_in_full(gallery: Gallery) -> None:
    """The file itself is read piece by piece, with its name, size and media type; its tag follows its changes."""
    data = jpeg() + b"x" * 700_000
    (gallery.output / "a.jpg").write_bytes(data)

    async def test(pictures: Pictures, _made: Counting) -> None:
        found = await pictures.full_size(gallery.order.id, 1)
        assert isinstance(found, FullSize)
        pieces = [piece async for piece in found.pieces()]
        assert b"".join(pieces) == data
        assert len(pieces) > 1
        assert (found.name, found.media_type, found.size) == ("a.jpg", "image/jpeg", len(data))
        os.utime(gallery.output / "a.jpg", ns=(1, 1))
        again = await pictures.full_size(gallery.order.id, 1)
        assert isinstance(again, FullSize)
        assert again.tag != found.tag
        again.close()
        for number, why in ((0, Why.UNKNOWN), (2, Why.NOT_YET)):
            assert await pictures.full_size(gallery.order.id, number) == Unavailable(why)
        (gallery.output / "a.jpg").unlink()
        (gallery.output / "a.jpg").symlink_to("/etc/hostname")
        assert await pictures.full_size(gallery.order.id, 1) == Unavailable(Why.OUTSIDE)

    gallery.run(test)


@pytest.mark.parametrize(("name", "kind"), [("a.svg", "application/octet-stream"), ("a.PNG", "image/png")])
def test_a_browser_gets_only_pictures_as_pictures(gallery: Gallery, name: str, kind: str) -> None:
    """A file whose extension is not that of a finished picture is offered as plain bytes."""
    (gallery.output / name).write_bytes(b"x")
    gallery.order = changed(gallery.order, images=(Image("a", "a", state=ImageState.PLACED, file=name),))

    async def test(pictures: Pictures, _made: Counting) -> None:
        found = await pictures.full_size(gallery.order.id, 1)
        assert isinstance(found, FullSize)
        assert found.media_type == kind
        found.close()

    gallery.run(test)
