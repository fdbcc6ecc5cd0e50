"""The failing disk of other tests fails as requested and otherwise behaves like any disk."""

from __future__ import annotations

import errno
import os

import pytest

from tests.mirror import Mirror


def test_it_shows_what_is_below(mirror: Mirror) -> None:
    """It shows the files, folders, times and sizes of the folder below."""
    (mirror.below / "shoot").mkdir()
    (mirror.below / "shoot" / "a.jpg").write_bytes(b"x" * 300_000)
    os.utime(mirror.below / "shoot" / "a.jpg", ns=(1, 123_456_789_012))
    seen = mirror.point / "shoot" / "a.jpg"
    assert os.listdir(mirror.point / "shoot") == ["a.jpg"]
    assert seen.read_bytes() == b"x" * 300_000
    assert (seen.stat().st_size, seen.stat().st_mtime_ns) == (300_000, 123_456_789_012)


def test_it_can_be_written_to(mirror: Mirror) -> None:
    """Files can be created, flushed, truncated, linked, renamed and removed in it."""
    part, name = mirror.point / ".part", mirror.point / "a.jpg"
    with part.open("wb") as file:
        file.write(b"1234")
        file.flush()
        os.fsync(file.fileno())
        file.truncate(2)
    os.link(part, name)
    part.unlink()
    name.rename(mirror.point / "b.jpg")
    (mirror.point / "folder").mkdir()
    assert sorted(os.listdir(mirror.below)) == ["b.jpg", "folder"]
    assert (mirror.below / "b.jpg").read_bytes() == b"12"
    (mirror.point / "folder").rmdir()


def test_it_fails_when_asked_to(mirror: Mirror) -> None:
    """Reads, opens, stat(2), access(2) and names fail as set, until the failures are removed."""
    one, other = mirror.point / "one.jpg", mirror.point / "other.jpg"
    for path in (one, other):
        path.write_bytes(b"x")
    mirror.fails(read_error=errno.EIO, unreadable=["one.jpg"])
    with pytest.raises(OSError, match="Input/output error"):
        one.read_bytes()
    assert other.read_bytes() == b"x"
    mirror.fails(open_error=errno.EACCES)
    with pytest.raises(PermissionError):
        one.read_bytes()
    mirror.fails(look_error=errno.ESTALE)
    with pytest.raises(OSError, match="Stale"):
        one.stat()
    mirror.fails(denies=True)
    assert (os.access(one, os.R_OK), one.read_bytes()) == (False, b"x")
    mirror.fails(longest=143, forbidden=":")
    assert os.pathconf(mirror.point, "PC_NAME_MAX") == 143
    for name in ("x" * 144, "a:b"):
        with pytest.raises(OSError, match=r"File name too long|Invalid argument"):
            (mirror.point / name).mkdir()
    mirror.fails()
    assert one.read_bytes() == b"x"
