"""The files of the pictures that were made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from daemon.pictures import Cache


def jpeg(size: int) -> bytes:
    """Bytes with the beginning and the end of a JPEG."""
    return b"\xff\xd8" + b"x" * (size - 4) + b"\xff\xd9"


def kept(folder: Path) -> list[str]:
    """The names of the files in the cache."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_what_is_kept_is_found_by_another_run(tmp_path: Path) -> None:
    """A picture is found by its tag, also after a restart. Only its owner can read it."""
    Cache(tmp_path).keep("aa1", jpeg(100))
    assert Cache(tmp_path).find("aa1") == jpeg(100)
    assert Cache(tmp_path).find("aa2") is None
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert file.stat().st_mode & 0o077 == file.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("left", [b"", jpeg(100)[:50], bytes(100)])
def test_a_file_that_a_power_cut_spoiled_does_not_count(tmp_path: Path, left: bytes) -> None:
    """A cut-off or empty file is not a picture, and is replaced by the next one."""
    cache = Cache(tmp_path)
    cache.keep("aa1", jpeg(100))
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_bytes(left)
    assert cache.find("aa1") is None
    cache.keep("aa1", jpeg(100))
    assert cache.find("aa1") == jpeg(100)


def test_the_files_together_have_a_bound(tmp_path: Path) -> None:
    """When the files take more than their bound, those that were not used for longest are removed, also old parts."""
    earlier = Cache(tmp_path, most=1000)
    for number in range(8):
        earlier.keep(f"aa{number}", jpeg(100))
    (tmp_path / "thumbnails" / "aa" / ".aa9.jpg.part").write_bytes(b"x" * 150)
    for number, path in enumerate(sorted((tmp_path / "thumbnails").rglob("*aa*"))):
        os.utime(path, (number, number))
    cache = Cache(tmp_path, most=1000)
    assert cache.find("aa0") is not None
    cache.keep("bb1", jpeg(100))
    assert kept(tmp_path) == [*(f"aa{number}.jpg" for number in (0, 1, 2, 3, 4, 5, 6, 7)), "bb1.jpg"]
    cache.keep("bb2", jpeg(200))
    assert kept(tmp_path) == [*(f"aa{number}.jpg" for number in (0, 3, 4, 5, 6, 7)), "bb1.jpg", "bb2.jpg"]


def test_a_place_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    """A cache that cannot be written raises no error and finds nothing."""
    (tmp_path / "thumbnails").write_bytes(b"a file")
    cache = Cache(tmp_path)
    cache.keep("aa1", jpeg(100))
    assert cache.find("aa1") is None
