from __future__ import annotations

import os
from pathlib import Path

import pytest

from daemon.errors import FileChanged, FileGone, FileUnreadable
from daemon.files.outgoing import CHUNK, chunks, require_unchanged
from daemon.files.scan import look
from daemon.shoot import File


def nothing() -> None:
    """Continue."""


def recorded(folder: Path, data: bytes) -> File:
    """A photo as recorded when its shoot was locked."""
    (folder / "IMG_1.JPG").write_bytes(data)
    found = look(str(folder), "IMG_1.JPG")
    assert found is not None
    return found


def test_a_file_is_sent_byte_for_byte(tmp_path: Path) -> None:
    """The chunks of a file of any size add up to its content."""
    data = os.urandom(2 * CHUNK + 17)
    assert b"".join(chunks(str(tmp_path), recorded(tmp_path, data), nothing)) == data


def test_a_file_that_was_changed_before_is_not_sent(tmp_path: Path) -> None:
    """A file that differs from the record yields no bytes."""
    file = recorded(tmp_path, b"before")
    (tmp_path / "IMG_1.JPG").write_bytes(b"other!")
    os.utime(tmp_path / "IMG_1.JPG", ns=(1, 1))
    for attempt in (lambda: list(chunks(str(tmp_path), file, nothing)), lambda: require_unchanged(str(tmp_path), file)):
        with pytest.raises(FileChanged):
            attempt()


@pytest.mark.parametrize("how", ["grown", "cut", "rewritten"])
def test_a_file_that_changes_while_it_is_sent_is_never_sent_whole(tmp_path: Path, how: str) -> None:
    """If a file grows, shrinks or is rewritten during its upload, the upload stops before the last byte."""
    path, file = tmp_path / "IMG_1.JPG", recorded(tmp_path, b"x" * (2 * CHUNK))
    stream = chunks(str(tmp_path), file, nothing)
    got = next(stream)
    if how == "cut":
        os.truncate(path, CHUNK)
    else:
        with path.open("r+b") as writer:
            writer.seek(2 * CHUNK if how == "grown" else 0)
            writer.write(b"new")
        os.utime(path, ns=(7, 7))
    with pytest.raises(FileChanged):
        got += b"".join(stream)
    assert len(got) < file.size


def test_missing_and_unreadable_files_say_what_to_do(tmp_path: Path) -> None:
    """The error for a missing or unreadable file names it and the remedy."""
    file = recorded(tmp_path, b"x")
    os.unlink(tmp_path / "IMG_1.JPG")
    with pytest.raises(FileGone, match=r"IMG_1\.JPG is missing\. Put it back"):
        next(chunks(str(tmp_path), file, nothing))
    (tmp_path / "IMG_1.JPG").mkdir()
    with pytest.raises(FileUnreadable, match=r"IMG_1\.JPG cannot be read"):
        next(chunks(str(tmp_path), file, nothing))


def test_sending_can_be_broken_off(tmp_path: Path) -> None:
    """Before each chunk the caller can stop the upload."""
    file = recorded(tmp_path, b"x" * (3 * CHUNK))
    asked = []

    def twice() -> None:
        asked.append(1)
        if len(asked) > 2:
            raise InterruptedError

    with pytest.raises((InterruptedError, FileUnreadable)):
        list(chunks(str(tmp_path), file, twice))
    assert len(asked) == 3
