from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from daemon.files.scan import find_again, is_folder, look, look_at_root, scan
from daemon.shoot import FileClass
from tests.mirror import Mirror


def make(path: Path, data: bytes = b"x") -> Path:
    """A file, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_camera_card_is_seen_whole(tmp_path: Path) -> None:
    """Photos at any depth are found with size, mtime and inode, in the order of their paths; junk is not."""
    make(tmp_path / "DCIM/101CANON/IMG_0001.JPG", b"abc")
    make(tmp_path / "DCIM/100CANON/IMG_9999.CR2")
    make(tmp_path / "DCIM/100CANON/.DS_Store")
    make(tmp_path / "@eaDir/IMG_1.JPG")
    found = scan(str(tmp_path))
    assert [f.path for f in found.photos] == ["DCIM/100CANON/IMG_9999.CR2", "DCIM/101CANON/IMG_0001.JPG"]
    status = (tmp_path / "DCIM/101CANON/IMG_0001.JPG").stat()
    assert found.photos[1] == look(str(tmp_path), "DCIM/101CANON/IMG_0001.JPG")
    assert (found.photos[1].size, found.photos[1].mtime_ns, found.photos[1].inode) == (
        3,
        status.st_mtime_ns,
        status.st_ino,
    )


def test_card_folders_are_left_out_only_on_a_card(tmp_path: Path) -> None:
    """MISC and PRIVATE beside DCIM are the camera's own; a shoot, or a folder in one, may bear such a name."""
    make(tmp_path / "Private/DCIM/IMG_1.JPG")
    make(tmp_path / "Private/MISC/IMG_2.JPG")
    make(tmp_path / "Private/PRIVATE/IMG_3.JPG")
    make(tmp_path / "Misc/private/IMG_4.JPG")
    make(tmp_path / "Misc/CaptureOne/IMG_5.JPG")
    assert look_at_root(str(tmp_path)).shoots.keys() == {"Private", "Misc"}
    assert [f.path for f in scan(str(tmp_path / "Private")).photos] == ["DCIM/IMG_1.JPG"]
    assert [f.path for f in scan(str(tmp_path / "Misc")).photos] == ["private/IMG_4.JPG"]


def test_a_symlink_loop_ends(tmp_path: Path) -> None:
    """A link that leads back up is not followed, one to a folder elsewhere is."""
    elsewhere = make(tmp_path / "card/IMG_1.JPG").parent
    shoot = make(tmp_path / "shoot/IMG_0.JPG").parent
    (shoot / "up").symlink_to(shoot, target_is_directory=True)
    (shoot / "card").symlink_to(elsewhere, target_is_directory=True)
    assert [f.path for f in scan(str(shoot)).photos] == ["IMG_0.JPG", "card/IMG_1.JPG"]


@pytest.mark.parametrize(
    "name",
    [
        "with space.JPG",
        "quo'te\".JPG",
        "new\nline.JPG",
        "🏡.JPG",
        "e\u0301.JPG",
        "\u00e9.JPG",
        "x" * 251 + ".JPG",
        os.fsdecode(b"\xff\xfe.JPG"),
    ],
)
def test_every_name_is_found(tmp_path: Path, name: str) -> None:
    """Spaces, quotes, newlines, emoji, both Unicode forms, 255 bytes and names that are not UTF-8 are all found."""
    make(tmp_path / name)
    assert [f.path for f in scan(str(tmp_path)).photos] == [name]


def test_unicode_twins_are_two_files(tmp_path: Path) -> None:
    """Where the disk holds both Unicode forms of a name, both are found."""
    make(tmp_path / "e\u0301.JPG")
    make(tmp_path / "\u00e9.JPG")
    assert len(scan(str(tmp_path)).photos) == len(os.listdir(tmp_path))


def test_empty_and_broken_photos_are_named(tmp_path: Path) -> None:
    """A photo without bytes, and a link to nothing, are found with what is wrong with them."""
    make(tmp_path / "IMG_1.JPG", b"")
    (tmp_path / "IMG_2.JPG").symlink_to(tmp_path / "gone.JPG")
    assert {f.path: f.problem for f in scan(str(tmp_path)).photos} == {
        "IMG_1.JPG": "is empty (0 bytes)",
        "IMG_2.JPG": "is a link to a file that is not there",
    }


def test_a_transfer_folder_is_in_flight(tmp_path: Path) -> None:
    """Whatever lies in a program's transfer folder is in flight."""
    make(tmp_path / ".rsync-partial/IMG_1.JPG")
    assert [f.kind for f in scan(str(tmp_path)).files] == [FileClass.IN_FLIGHT]


def test_a_shoot_that_is_gone_is_an_error(tmp_path: Path) -> None:
    """A folder that is not there is told apart from one without photos."""
    with pytest.raises(FileNotFoundError):
        scan(str(tmp_path / "gone"))
    assert look(str(tmp_path), "gone.JPG") is None


def test_a_root_is_its_folders(tmp_path: Path) -> None:
    """Direct sub-folders are shoots; junk folders are none; loose photos are counted."""
    make(tmp_path / "12 Oak St/IMG_1.JPG")
    make(tmp_path / "empty/.keep")
    make(tmp_path / ".stfolder/x")
    make(tmp_path / "loose.JPG")
    found = look_at_root(str(tmp_path))
    assert (sorted(found.shoots), found.loose) == (["12 Oak St", "empty"], 1)


def test_a_renamed_folder_is_found_again_by_its_files(tmp_path: Path) -> None:
    """A folder under another name is known by its very files; a copy of them, or a part of them, is another folder."""
    folder = tmp_path / "12 Oak St"
    (folder / "DCIM").mkdir(parents=True)
    for name in ("DCIM/1.jpg", "2.jpg"):
        (folder / name).write_bytes(name.encode())
    files = scan(str(folder)).files
    shutil.copytree(folder, tmp_path / "a copy")
    folder.rename(tmp_path / "oak, done")
    (tmp_path / "a file").write_bytes(b"")
    assert find_again(str(folder), files) == str(tmp_path / "oak, done")
    (tmp_path / "oak, done" / "2.jpg").unlink()
    assert find_again(str(folder), files) is None
    assert find_again(str(folder), []) is None
    assert find_again(str(tmp_path / "no" / "root"), files) is None


def test_a_path_that_nobody_can_look_at_is_neither_there_nor_gone(tmp_path: Path) -> None:
    """Whether a folder is there is answered with yes, with no, or with the disk's error."""
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    assert is_folder(str(tmp_path))
    assert not is_folder(str(tmp_path / "gone"))
    assert not is_folder(str(tmp_path / "file"))
    assert not is_folder(str(tmp_path / "file" / "below"))
    with pytest.raises(OSError, match="Too many levels"):
        is_folder(str(tmp_path / "loop"))


def test_what_the_disk_does_not_answer_is_told_apart(mirror: Mirror) -> None:
    """A photo whose look fails is no photo with a fault but a gap in the listing, which says that it may pass."""
    shoot = mirror.point / "shoot"
    (mirror.below / "shoot").mkdir()
    (mirror.below / "shoot" / "IMG_1.JPG").write_bytes(b"x")
    assert scan(str(shoot)).unanswered == ""
    mirror.fails(look_error=errno.EIO)
    found = scan(str(shoot))
    assert (found.files, found.unanswered) == ((), "Input/output error")
    assert found.problems == ("IMG_1.JPG cannot be looked at (Input/output error)",)
    mirror.fails(look_error=errno.EACCES)
    assert scan(str(shoot)).unanswered == "", "a person has to see to it"
