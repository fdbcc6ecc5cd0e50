from __future__ import annotations

import pytest

from daemon.files.names import classify, holds_in_flight, is_junk_folder
from daemon.shoot import FileClass


@pytest.mark.parametrize(
    "name",
    ["IMG_0431.JPG", "a b.jpeg", "DSC0001.ARW", "x.Cr3", "ünï.heic", "émoji 🏡.dng", "DJI_0001.DNG", "a\nb.nef"],
)
def test_photos(name: str) -> None:
    """Pictures of every common maker are photos, whatever else is in their name."""
    assert classify(name) is FileClass.PHOTO


@pytest.mark.parametrize(
    "name",
    [
        ".syncthing.IMG_1.JPG.tmp",
        "~syncthing~IMG_1.JPG.tmp",
        "~IMG_1.tmp",
        ".~IMG_1.JPG",
        "IMG_1.JPG.!sync",
        "IMG_1.JPG.SyncPart",
        ".IMG_1.JPG.~1a2b3c4d",
        ".IMG_1.JPG.Xy12zQ",
        "IMG_1.JPG.1234abcd.partial",
        "IMG_1.JPG.filepart",
        ".in.IMG_1.JPG.",
        "IMG_1.JPG.crdownload",
        "IMG_1.JPG.part",
        ".fuse_hidden0001",
    ],
)
def test_names_of_files_in_flight(name: str) -> None:
    """The temporary names of sync clients, rsync, FTP and browsers say that a file is still on its way."""
    assert classify(name) is FileClass.IN_FLIGHT


@pytest.mark.parametrize("name", [".IMG_1.JPG.icloud", "IMG_1.JPG.rsls", "IMG_1.JPG.nextcloud"])
def test_names_of_placeholders(name: str) -> None:
    """A sync client's placeholder is a promise of a photo, not the photo."""
    assert classify(name) is FileClass.PLACEHOLDER


@pytest.mark.parametrize(
    "name",
    [
        "IMG_1 (Anna's conflicted copy 2026-01-02).JPG",
        "IMG_1.sync-conflict-20260102-101500-ABCDEFG.JPG",
        "IMG_1_conflict-20260102.JPG",
    ],
)
def test_names_of_conflict_copies(name: str) -> None:
    """A second version that a sync client kept is no frame of its own."""
    assert classify(name) is FileClass.CONFLICT


@pytest.mark.parametrize(
    "name", [".DS_Store", "._IMG_1.JPG", "Thumbs.db", "IMG_1.xmp", "MVI_1.MP4", "notes.txt", ".hidden.jpg", "IMG_1"]
)
def test_junk_is_invisible(name: str) -> None:
    """What is no photo does not exist for a shoot, and cannot restart its quiet period."""
    assert classify(name) is None


def test_folders() -> None:
    """Thumbnail and trash folders are never entered; transfer folders hold files in flight."""
    assert is_junk_folder("@eaDir")
    assert is_junk_folder(".Trashes")
    assert not is_junk_folder("100CANON")
    assert holds_in_flight(".rsync-partial")
    assert not is_junk_folder(".rsync-partial")
