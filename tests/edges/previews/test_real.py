"""Real camera files, where they are at hand. Their beginnings end before the preview, except for RAF and RW2."""

from __future__ import annotations

import pytest

from daemon.previews import Failure, FailureKind, Limits, Thumbnail
from daemon.previews.decode import thumbnail
from tests.edges.exif.test_real import HEADS, SIX_D, SIZES, needs_files


@needs_files
@pytest.mark.parametrize("name", ["FujiFilm.raf", "Panasonic.rw2"])
def test_heads_with_a_preview(name: str) -> None:
    """The preview in the head of a real raw file is found."""
    found = thumbnail(HEADS / name, 100, Limits())
    assert isinstance(found, Thumbnail)
    assert (found.width, found.height) == (8, 8)


@needs_files
@pytest.mark.parametrize("name", sorted(set(SIZES) - {"FujiFilm.raf", "Panasonic.rw2"}))
def test_heads_without_a_preview(name: str) -> None:
    """The head of a real file without its preview, and a HEIC, has no thumbnail."""
    found = thumbnail(HEADS / name, 100, Limits())
    assert isinstance(found, Failure)
    assert found.kind in (FailureKind.NO_DECODER, FailureKind.DAMAGED)


@needs_files
def test_photos() -> None:
    """A real photo becomes a thumbnail."""
    for path in sorted(SIX_D.glob("*.JPG")):
        found = thumbnail(path, 320, Limits())
        assert isinstance(found, Thumbnail)
        assert (found.width, found.height) == (320, 213)
