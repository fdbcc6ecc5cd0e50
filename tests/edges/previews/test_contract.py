"""What all implementations of ``Previews`` promise."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from daemon.previews import Cell, Decoding, Failure, FailureKind, Limits, Strip, Thumbnail, decoding
from daemon.previews.look import similarity
from tests.edges.previews.pictures import assert_upright, jpeg, shown
from tests.inline_previews import InlinePreviews

Both = Decoding | InlinePreviews
Run = Callable[[Callable[[Both], Awaitable[None]]], None]


@asynccontextmanager
async def inline() -> AsyncIterator[InlinePreviews]:
    """The implementation without a process."""
    yield InlinePreviews(Limits())


@pytest.fixture(params=["process", "inline"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run a test with each implementation."""

    def running(test: Callable[[Both], Awaitable[None]]) -> None:
        async def main() -> None:
            async with decoding() if request.param == "process" else inline() as previews:
                await test(previews)

        asyncio.run(main())

    return running


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo whose name is not text."""
    path = tmp_path / "K\udcfcche.jpg"
    path.write_bytes(jpeg())
    return path


def test_thumbnails(run: Run, photo: Path) -> None:
    """A picture's thumbnail has at most the wanted size."""

    async def test(previews: Both) -> None:
        image = shown(await previews.thumbnail(photo, 120))
        assert image.size == (120, 80)
        assert_upright(image)

    run(test)


def test_relative_paths(run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is relative to the caller's folder."""
    monkeypatch.chdir(photo.parent)

    async def test(previews: Both) -> None:
        assert isinstance(await previews.thumbnail(photo.name, 120), Thumbnail)

    run(test)


def test_similarities(run: Run, photo: Path, tmp_path: Path) -> None:
    """A picture is compared with each frame: 1 for the same picture, less for another one."""
    (tmp_path / "other.jpg").write_bytes(jpeg(200, 300))

    async def test(previews: Both) -> None:
        one, other = await previews.thumbnail(photo, 120), await previews.thumbnail(tmp_path / "other.jpg", 120)
        assert isinstance(one, Thumbnail)
        assert isinstance(other, Thumbnail)
        found = await previews.similarities(one.look, [other.look, one.look])
        assert not isinstance(found, Failure)
        assert found == (similarity(one.look, other.look), similarity(one.look, one.look))
        assert found[1] == pytest.approx(1.0)
        assert await previews.similarities(one.look, []) == ()

    run(test)


def test_many_at_once(run: Run, tmp_path: Path) -> None:
    """Requests made at the same time are all answered, each with its own picture."""
    for width in range(20, 40):
        (tmp_path / f"{width}.jpg").write_bytes(jpeg(width, 20))

    async def test(previews: Both) -> None:
        asked = (previews.thumbnail(tmp_path / f"{width}.jpg", 200) for width in range(20, 40))
        found = await asyncio.gather(*asked)
        assert [one.width for one in found if isinstance(one, Thumbnail)] == list(range(20, 40))

    run(test)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(None, FailureKind.GONE), (b"some text", FailureKind.NO_DECODER), (jpeg()[:1000], FailureKind.DAMAGED)],
)
def test_failures(run: Run, tmp_path: Path, photo: Path, content: bytes | None, kind: FailureKind) -> None:
    """A picture that cannot be shown is answered with the reason, and the next one is shown."""
    path = tmp_path / "picture"
    if content is not None:
        path.write_bytes(content)

    async def test(previews: Both) -> None:
        found = await previews.thumbnail(path, 100)
        assert isinstance(found, Failure)
        assert found.kind is kind
        assert isinstance(await previews.thumbnail(photo, 100), Thumbnail)

    run(test)


@pytest.mark.parametrize("size", [0, -1, 2049])
def test_impossible_sizes(run: Run, photo: Path, size: int) -> None:
    """A size below 1 or above 2048 pixels is an error of the caller."""

    async def test(previews: Both) -> None:
        with pytest.raises(ValueError, match="1 to 2048 pixels"):
            await previews.thumbnail(photo, size)

    run(test)


def test_sheets(run: Run) -> None:
    """A contact sheet is a JPEG."""

    async def test(previews: Both) -> None:
        strip = Strip("Set 1", (Cell(jpeg(), ("1/60 s",)), Cell(None, ("1/8 s",), "no preview")))
        found = await previews.sheet("12 Oak Street", [strip])
        assert isinstance(found, bytes)
        with Image.open(io.BytesIO(found)) as image:
            assert image.format == "JPEG"

    run(test)


def test_closing(run: Run, photo: Path) -> None:
    """After closing, the answer to a request says that the decoder is closed."""

    async def test(previews: Both) -> None:
        await previews.close()
        assert await previews.thumbnail(photo, 100) == Failure(FailureKind.CLOSED)
        assert await previews.sheet("12 Oak Street", []) == Failure(FailureKind.CLOSED)

    run(test)
