from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from daemon.files.scan import DEEPEST, LARGE, Walk, find_again, go_on, is_folder, look, look_at_root, scan
from daemon.shoot import Bound, FileClass
from tests.mirror import Mirror


def make(path: Path, data: bytes = b"x") -> Path:
    """Write a file and create its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_camera_card_is_seen_whole(tmp_path: Path) -> None:
    """Photos at any depth are found with size, mtime and inode, sorted by path; junk is not."""
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
    """MISC and PRIVATE are ignored only beside DCIM; a shoot, or a folder in one, may have such a name."""
    make(tmp_path / "Private/DCIM/IMG_1.JPG")
    make(tmp_path / "Private/MISC/IMG_2.JPG")
    make(tmp_path / "Private/PRIVATE/IMG_3.JPG")
    make(tmp_path / "Misc/private/IMG_4.JPG")
    make(tmp_path / "Misc/CaptureOne/IMG_5.JPG")
    assert look_at_root(str(tmp_path)).shoots.keys() == {"Private", "Misc"}
    assert [f.path for f in scan(str(tmp_path / "Private")).photos] == ["DCIM/IMG_1.JPG"]
    assert [f.path for f in scan(str(tmp_path / "Misc")).photos] == ["private/IMG_4.JPG"]


def test_a_symlink_loop_ends(tmp_path: Path) -> None:
    """A link to a folder above is not followed; a link to a folder elsewhere is."""
    elsewhere = make(tmp_path / "card/IMG_1.JPG").parent
    shoot = make(tmp_path / "shoot/IMG_0.JPG").parent
    (shoot / "up").symlink_to(shoot, target_is_directory=True)
    (shoot / "card").symlink_to(elsewhere, target_is_directory=True)
    assert [f.path for f in scan(str(shoot)).photos] == ["IMG_0.JPG", "card/IMG_1.JPG"]


@pytest.mark.parametrize("leads_to", ["/", ".", ".."])
def test_a_shoot_that_is_a_link_to_what_it_lies_in(tmp_path: Path, leads_to: str) -> None:
    """A shoot that is a link to ``/``, to the watched folder or to a folder above it is not scanned."""
    make(tmp_path / "in/12 Oak St/IMG_1.JPG")
    (tmp_path / "in/link").symlink_to(leads_to, target_is_directory=True)
    found = scan(str(tmp_path / "in/link"))
    assert (found.bound, found.files) == (Bound.LEADS_OUT, ())


@pytest.mark.parametrize("leads_to", ["/", "..", "../..", "."])
def test_a_link_in_a_shoot_to_what_it_lies_in(tmp_path: Path, leads_to: str) -> None:
    """A link to ``/``, the watched folder or the shoot itself adds nothing to a shoot and does not delay it."""
    make(tmp_path / "in/1 Elm St/IMG_2.JPG")
    shoot = make(tmp_path / "in/12 Oak St/IMG_1.JPG").parent
    (shoot / "link").symlink_to(leads_to, target_is_directory=True)
    found = scan(str(shoot))
    assert [f.path for f in found.photos] == ["IMG_1.JPG"]
    assert (found.bound, found.problems) == (None, ())


def test_a_link_to_another_disk_is_named(tmp_path: Path) -> None:
    """A folder on another disk, even an endless one, is not scanned, and the listing says so."""
    make(tmp_path / "IMG_1.JPG")
    (tmp_path / "processes").symlink_to("/proc", target_is_directory=True)
    if not Path("/proc/self").exists():
        pytest.skip("needs a file system that the kernel makes up")
    found = scan(str(tmp_path))
    assert [f.path for f in found.photos] == ["IMG_1.JPG"]
    assert found.problems == ("link processes points to another disk and is not followed",)


def test_links_are_followed_one_deep(tmp_path: Path) -> None:
    """The target of a link is scanned, a link inside it is reported; a link to a photo is that photo."""
    card, more = make(tmp_path / "card/IMG_1.JPG").parent, make(tmp_path / "more/IMG_2.JPG").parent
    single = make(tmp_path / "single/IMG_3.JPG")
    shoot = make(tmp_path / "shoot/IMG_0.JPG").parent
    (shoot / "card").symlink_to(card, target_is_directory=True)
    (card / "more").symlink_to(more, target_is_directory=True)
    (shoot / "IMG_3.JPG").symlink_to(single)
    found = scan(str(shoot))
    assert [f.path for f in found.photos] == ["IMG_0.JPG", "IMG_3.JPG", "card/IMG_1.JPG"]
    assert found.problems == ("link card/more is inside another linked folder and is not followed",)


def test_a_folder_that_is_mounted_in_itself_ends(tmp_path: Path) -> None:
    """A second mount of the watched folder inside a shoot adds no photos of other shoots to it."""
    make(tmp_path / "in/1 Elm St/IMG_2.JPG")
    inside = make(tmp_path / "in/12 Oak St/again/.keep").parent
    make(tmp_path / "in/12 Oak St/IMG_1.JPG")
    mount = subprocess.run(["mount", "--bind", tmp_path / "in", inside], check=False, capture_output=True)
    if mount.returncode:
        pytest.skip("only root can mount a folder")
    try:
        assert [f.path for f in scan(str(tmp_path / "in/12 Oak St")).photos] == ["IMG_1.JPG"]
    finally:
        subprocess.run(["umount", inside], check=True)


@pytest.mark.parametrize("wide", [True, False], ids=["one wide folder", "many folders"])
def test_a_scan_is_bounded_by_what_it_looks_at(tmp_path: Path, wide: bool) -> None:
    """In a shoot with too many files only a limited number is scanned and kept, and the listing says so."""
    for number in range(30):
        make(tmp_path / ("DCIM" if wide else f"{number:02}") / f"IMG_{number}.JPG")
    whole, part = Walk(str(tmp_path), most=61), Walk(str(tmp_path), most=20)
    assert go_on(whole)
    assert go_on(part)
    assert (whole.found.bound, len(whole.found.photos)) == (None, 30)
    assert part.found.bound is Bound.TOO_MANY
    assert len(part.found.photos) <= 20


def test_what_lies_behind_links_is_bounded_more_narrowly(tmp_path: Path) -> None:
    """The scan of a link to a large part of the disk ends early."""
    for number in range(30):
        make(tmp_path / "disk" / f"IMG_{number}.JPG")
    shoot = make(tmp_path / "shoot/IMG_0.JPG").parent
    (shoot / "disk").symlink_to(tmp_path / "disk", target_is_directory=True)
    walk = Walk(str(shoot), most_linked=10)
    assert go_on(walk)
    assert walk.found.bound is Bound.TOO_MANY


def test_a_scan_in_slices_finds_what_a_whole_one_does(tmp_path: Path) -> None:
    """A scan that pauses after each time slice continues where it stopped, until it has found everything."""
    for number in range(10):
        make(tmp_path / f"DCIM/{number}/IMG_{number}.JPG")
    walk, slices = Walk(str(tmp_path)), 1
    while not go_on(walk, 0.0):
        slices += 1
    assert slices > 5
    assert walk.found == scan(str(tmp_path))


def test_photos_many_folders_deep_are_found(tmp_path: Path) -> None:
    """A photo sixty folders deep is found; a folder that is too deep is reported."""
    make(tmp_path / "deep" / Path(*"x" * 60) / "IMG_1.JPG")
    assert len(scan(str(tmp_path / "deep")).photos) == 1
    make(tmp_path / "deeper" / Path(*"x" * (DEEPEST + 1)) / "IMG_1.JPG")
    found = scan(str(tmp_path / "deeper"))
    assert found.photos == ()
    assert f"is more than {DEEPEST} levels deep and is not followed" in found.problems[0]


def test_files_of_other_formats_are_named(tmp_path: Path) -> None:
    """Pictures in unsupported formats are reported, and in a folder without photos every large unknown file."""
    for name in ("IMG_1.insp", "G_1.GPR", "notes.txt", "clip.mp4", "small.xyz", "._IMG_2.insp"):
        make(tmp_path / name)
    make(tmp_path / "new.xyz", b"x" * LARGE)
    assert scan(str(tmp_path)).others == ("G_1.GPR", "IMG_1.insp", "new.xyz")
    make(tmp_path / "IMG_3.JPG")
    found = scan(str(tmp_path))
    assert found.others == ("G_1.GPR", "IMG_1.insp")
    make(tmp_path / "IMG_4.insp")
    assert scan(str(tmp_path)) == found, "and they restart no quiet period"


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
    """If a disk has both Unicode forms of a name, both are found."""
    make(tmp_path / "e\u0301.JPG")
    make(tmp_path / "\u00e9.JPG")
    assert len(scan(str(tmp_path)).photos) == len(os.listdir(tmp_path))


def test_empty_and_broken_photos_are_named(tmp_path: Path) -> None:
    """An empty photo and a broken link are found with the reason why they cannot be sent."""
    make(tmp_path / "IMG_1.JPG", b"")
    (tmp_path / "IMG_2.JPG").symlink_to(tmp_path / "gone.JPG")
    assert {f.path: f.problem for f in scan(str(tmp_path)).photos} == {
        "IMG_1.JPG": "is empty (0 bytes)",
        "IMG_2.JPG": "is a link to a file that does not exist",
    }


def test_a_transfer_folder_is_in_flight(tmp_path: Path) -> None:
    """All files in a program's transfer folder are in flight."""
    make(tmp_path / ".rsync-partial/IMG_1.JPG")
    assert [f.kind for f in scan(str(tmp_path)).files] == [FileClass.IN_FLIGHT]


def test_a_shoot_that_is_gone_is_an_error(tmp_path: Path) -> None:
    """A missing folder is distinguished from one without photos."""
    with pytest.raises(FileNotFoundError):
        scan(str(tmp_path / "gone"))
    assert look(str(tmp_path), "gone.JPG") is None


def test_a_root_is_its_folders(tmp_path: Path) -> None:
    """Direct sub-folders are shoots, except junk folders; loose photos are counted."""
    make(tmp_path / "12 Oak St/IMG_1.JPG")
    make(tmp_path / "empty/.keep")
    make(tmp_path / ".stfolder/x")
    make(tmp_path / "loose.JPG")
    found = look_at_root(str(tmp_path))
    assert (sorted(found.shoots), found.loose) == (["12 Oak St", "empty"], 1)


SNAPSHOTS = ("#snapshot/GMT-2026.01.02-10.15.00", "@Recently-Snapshot/GMT_2026", "~snapshot/daily.0")


@pytest.mark.parametrize("view", SNAPSHOTS)
def test_an_archive_in_a_snapshot_is_invisible(tmp_path: Path, view: str) -> None:
    """A NAS's snapshot folder is neither a shoot nor part of one, beside the shoots or inside one."""
    make(tmp_path / view / "Old A/IMG_1.JPG")
    make(tmp_path / "12 Oak St/IMG_1.JPG")
    make(tmp_path / "12 Oak St" / view / "Old A/IMG_1.JPG")
    assert look_at_root(str(tmp_path)).shoots.keys() == {"12 Oak St"}
    assert [f.path for f in scan(str(tmp_path / "12 Oak St")).photos] == ["IMG_1.JPG"]


def test_a_renamed_folder_is_found_again_by_its_files(tmp_path: Path) -> None:
    """A renamed folder is recognised by its files; a folder with copies or only some of them is not."""
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


def test_an_unreadable_path_is_neither_present_nor_missing(tmp_path: Path) -> None:
    """The check for a folder returns True or False, or raises the disk's error."""
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    assert is_folder(str(tmp_path))
    assert not is_folder(str(tmp_path / "gone"))
    assert not is_folder(str(tmp_path / "file"))
    assert not is_folder(str(tmp_path / "file" / "below"))
    with pytest.raises(OSError, match="Too many levels"):
        is_folder(str(tmp_path / "loop"))


def test_a_disk_that_does_not_answer_is_reported(mirror: Mirror) -> None:
    """A photo that cannot be accessed is a temporary gap in the listing, not a damaged photo."""
    shoot = mirror.point / "shoot"
    (mirror.below / "shoot").mkdir()
    (mirror.below / "shoot" / "IMG_1.JPG").write_bytes(b"x")
    assert scan(str(shoot)).unanswered == ""
    mirror.fails(look_error=errno.EIO)
    found = scan(str(shoot))
    assert (found.files, found.unanswered) == ((), "Input/output error")
    assert found.problems == ("IMG_1.JPG cannot be read (Input/output error)",)
    mirror.fails(look_error=errno.EACCES)
    assert scan(str(shoot)).unanswered == "", "a person has to see to it"
