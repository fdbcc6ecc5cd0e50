from __future__ import annotations

import os
from pathlib import Path

import pytest

from daemon.errors import FileGone, FileUnreadable
from daemon.exif import Capture, read
from tests.edges.exif.build import jpeg, raf
from tests.edges.exif.samples import READ, block, everything


@pytest.mark.parametrize("name", sorted(everything()))
def test_a_file_reads_like_its_bytes(name: str, tmp_path: Path) -> None:
    """A file is read by its content, whatever its name."""
    data, expected = everything()[name]
    path = tmp_path / "no suffix"
    path.write_bytes(data)
    assert read(path) == expected
    assert read(str(path)) == expected


def test_far_parts_of_a_file_are_read(tmp_path: Path) -> None:
    """Parts beyond the first 64 KiB are read if a format has metadata there."""
    path = tmp_path / "DSCF0001.RAF"
    path.write_bytes(raf(jpeg(block()), 7728, 5152, gap=3_000_000))
    assert (read(path).width, read(path).height) == (7728, 5152)


def test_pointers_beyond_the_file_are_nothing(tmp_path: Path) -> None:
    """A value beyond the end of the file, or of any file, counts as missing."""
    path = tmp_path / "IMG_0001.CR3"
    path.write_bytes(b"\0\0\0\x10ftypcrx \0\0\0\1" + b"\0\0\0\1free" + b"\x7f" + b"\xff" * 7 + b"\0" * 70_000)
    assert read(path) == Capture(container="cr3")


@pytest.mark.parametrize("data", [b"", b"Dear photographer,", b"\0" * 100_000])
def test_other_files_are_empty(data: bytes, tmp_path: Path) -> None:
    """Empty files, text and zeros that a sync has not filled yet give an empty Capture."""
    path = tmp_path / "IMG_0001.JPG"
    path.write_bytes(data)
    assert read(path) == Capture()


def test_names_may_be_any_bytes(tmp_path: Path) -> None:
    """A file whose name is not UTF-8 is read."""
    name = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg")
    try:
        with open(name, "wb") as file:
            file.write(jpeg(block()))
    except OSError:
        pytest.skip("this file system has only UTF-8 names")
    assert read(name) == READ


@pytest.mark.parametrize("missing", ["gone.jpg", "file/below.jpg"])
def test_a_file_that_is_not_there_is_gone(missing: str, tmp_path: Path) -> None:
    """A missing file, or one in a missing folder, raises FileGone with its path and what happens next."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileGone, match=r"no longer exists .*next scan\.$") as caught:
        read(tmp_path / missing)
    assert caught.value.path == str(tmp_path / missing)


def test_what_cannot_be_read_is_unreadable(tmp_path: Path) -> None:
    """A folder in a file's place raises FileUnreadable with its path and what to do."""
    with pytest.raises(FileUnreadable, match=r"cannot be read .*permissions") as caught:
        read(tmp_path)
    assert caught.value.path == str(tmp_path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions that hold")
def test_a_forbidden_file_is_unreadable(tmp_path: Path) -> None:
    """A file without read permission raises FileUnreadable."""
    path = tmp_path / "IMG_0001.JPG"
    path.write_bytes(jpeg(block()))
    path.chmod(0)
    with pytest.raises(FileUnreadable):
        read(path)
