from __future__ import annotations

import fnmatch

import pytest

from daemon.files import names
from daemon.files.names import because_of, classify, holds_in_flight, is_beside_the_photos, is_junk_folder
from daemon.shoot import FileClass

IN_FLIGHT = {
    "Dropbox": ["~IMG_1.tmp", ".~IMG_1.JPG"],
    "Maestral": ["~a1b2c3.tmp"],
    "Syncthing": [".syncthing.IMG_1.JPG.tmp", "~syncthing~IMG_1.JPG.tmp"],
    "OneDrive": ["IMG_1.JPG.partial", "~DF12.TMP"],
    "Resilio": ["IMG_1.JPG.!sync", "IMG_1.JPG.SyncPart", "IMG_1.JPG.SyncTemp"],
    "Nextcloud, ownCloud": [f".IMG_1.JPG.~{'f2a1b3c4'[:digits]}" for digits in range(1, 9)],
    "rsync": [".IMG_1.JPG.Xy12zQ", ".a b.cr3.000000"],
    "rclone": ["IMG_1.JPG.1234abcd.partial"],
    "WinSCP": ["IMG_1.JPG.filepart"],
    "ProFTPD": [".in.IMG_1.JPG."],
    "SMB": [".smbdeleteAAA01c4.4"],
    "NFS": [".nfs000000000000a1b200000001"],
    "FUSE": [".fuse_hidden0001a2b300000001"],
    "Chrome": ["IMG_1.JPG.crdownload", "Unconfirmed 1234.crdownload"],
    "Firefox": ["IMG_1.JPG.part"],
    "Opera": ["IMG_1.JPG.opdownload"],
    "aria2": ["IMG_1.JPG.aria2"],
    "torrents": ["IMG_1.JPG.!ut", "IMG_1.JPG.!qB"],
}

PLACEHOLDERS = {
    "iCloud": [".IMG_1.JPG.icloud"],
    "Resilio": ["IMG_1.JPG.rsls"],
    "Nextcloud, ownCloud": ["IMG_1.JPG.nextcloud", "IMG_1.JPG.owncloud"],
}

CONFLICTS = {
    "Dropbox": [
        "IMG_1 (Anna's conflicted copy 2026-01-02).JPG",
        "IMG_1 (Case Conflict).JPG",
        "I (Case Conflict 1).NEF",
    ],
    "Syncthing": ["IMG_1.sync-conflict-20260102-101500-ABCDEFG.JPG"],
    "Nextcloud, ownCloud": ["IMG_1_conflict-20260102-101500.JPG"],
    "Synology": ["IMG_1_DiskStation_Jan-02-1015-2026_Conflict.JPG"],
}

JUNK = {
    "Dropbox": [".dropbox", ".dropbox.attr", ".maestralignore"],
    "Syncthing": [".stignore"],
    "Google Drive": ["list.gdoc", "list.gsheet", "list.gslides"],
    "Resilio": ["a.bts", "IMG_1.JPG.SyncOld"],
    "Nextcloud, ownCloud": [
        "._sync_1a2b.db",
        "._sync_1a2b.db-wal",
        ".sync_1a2b.db",
        ".csync_journal.db",
        ".owncloudsync.log",
    ],
    "Synology": ["SYNOFILE_THUMB_M.jpg", "SYNOFILE_THUMB_XL.png"],
    "macOS": [".DS_Store", "._IMG_1.JPG", ".localized", "Icon\r", ".apdisk"],
    "Windows": ["Thumbs.db", "ehthumbs.db", "desktop.ini"],
    "photo apps": ["a.lrcat", "a.lrcat-journal", "a.cosessiondb", "I.xmp", "I.acr", "I.CR3.dop", "I.CR3.pp3", "I.on1"],
    "cameras": ["I.THM", "I.LRF", "I.LRV", "I.SRT", "I.WAV", "I.MP4", "I.MOV", "I.CTG", "NC_FLLST.DAT"],
    "editors": ["IMG_1.JPG~", ".IMG_1.JPG.swp", "~$IMG_1.JPG", "~$list.docx", ".~lock.list.odt#", ".~lock.IMG_1.JPG#"],
    "people": ["notes.txt", ".hidden.jpg", "IMG_1", ".note.abcdef", "JPG"],
}

TRANSFER_FOLDERS = {
    "Google Drive": [".tmp.drivedownload", ".tmp.driveupload", ".driveupload", ".drivedownload"],
    "Synology": [".SynologyWorkingDirectory"],
    "rsync": [".~tmp~", ".rsync-partial"],
    "Safari": ["IMG_1.JPG.download"],
}

JUNK_FOLDERS = {
    "Dropbox": [".dropbox.cache"],
    "Syncthing": [".stfolder", ".stversions"],
    "Resilio": [".sync"],
    "Synology": ["@eaDir", "#recycle", "@tmp"],
    "QNAP": ["@__thumb", ".@__thumb", "@Recycle"],
    "macOS": [".AppleDouble", "__MACOSX", ".Spotlight-V100", ".Trashes", ".fseventsd", ".TemporaryItems"],
    "AFP": ["Network Trash Folder", "Temporary Items"],
    "Windows": ["$RECYCLE.BIN", "System Volume Information"],
    "Linux": ["lost+found", ".Trash-1000"],
}

SNAPSHOT_FOLDERS = {
    "Synology snapshots": ["#snapshot"],
    "QNAP snapshots": ["@Recently-Snapshot"],
    "NetApp": ["~snapshot", ".snapshot"],
    "ZFS": [".zfs"],
    "Samba": ["@GMT-2026.01.02-10.15.00"],
    "Snapper": [".snapshots"],
}


def each(table: dict[str, list[str]]) -> pytest.MarkDecorator:
    """A test for each name of a table."""
    return pytest.mark.parametrize("name", [name for said in table.values() for name in said])


@pytest.mark.parametrize(
    "name",
    [
        "IMG_0431.JPG",
        "a b.jpeg",
        "DSC0001.ARW",
        "x.Cr3",
        "ünï.heic",
        "émoji 🏡.dng",
        "DJI_0001.DNG",
        "a\nb.nef",
        "~IMG_1.JPG",
        "IMG_1 (2).JPG",
        "conflict.JPG",
        "IMG_1.tmp.JPG",
        "$1.JPG",
    ],
)
def test_photos(name: str) -> None:
    """Pictures of every common maker are photos, whatever else is in their name."""
    assert classify(name) is FileClass.PHOTO
    assert because_of(name) is None


@each(IN_FLIGHT)
def test_names_of_files_in_flight(name: str) -> None:
    """The temporary names of sync clients, rsync, FTP and browsers mean that a file is still arriving."""
    assert classify(name) is FileClass.IN_FLIGHT
    assert because_of(name)


@each(PLACEHOLDERS)
def test_names_of_placeholders(name: str) -> None:
    """A sync client's placeholder stands for a photo that is not downloaded yet."""
    assert classify(name) is FileClass.PLACEHOLDER
    assert because_of(name) in names.PLACEHOLDERS


@each(PLACEHOLDERS)
def test_what_a_placeholder_stands_for(name: str) -> None:
    """A placeholder's name gives the name of its photo; a photo's name is its own."""
    assert names.brought(f"DCIM/{name}") == "DCIM/IMG_1.JPG"
    assert names.brought("DCIM/IMG_1.JPG") == "DCIM/IMG_1.JPG"


@each(CONFLICTS)
def test_names_of_conflict_copies(name: str) -> None:
    """A sync client's conflict copy is not a separate frame."""
    assert classify(name) is FileClass.CONFLICT
    assert because_of(name) in names.CONFLICTS


@each(JUNK)
def test_junk_is_invisible(name: str) -> None:
    """Files that are not photos are ignored and cannot restart the quiet period."""
    assert classify(name) is None
    assert because_of(name) in (None, *names.JUNK)


@each(TRANSFER_FOLDERS)
def test_transfer_folders(name: str) -> None:
    """Files in a program's transfer folder are in flight, and the folder is scanned."""
    assert holds_in_flight(name)
    assert not is_junk_folder(name)


@each(SNAPSHOT_FOLDERS)
def test_snapshot_folders(name: str) -> None:
    """A NAS's snapshot folder is never scanned and never a shoot."""
    assert is_junk_folder(name)
    assert not holds_in_flight(name)


@each(JUNK_FOLDERS)
def test_junk_folders(name: str) -> None:
    """Thumbnail, version and trash folders are never scanned."""
    assert is_junk_folder(name)
    assert not holds_in_flight(name)


@pytest.mark.parametrize("name", ["Previews.lrdata", "CaptureOne"])
def test_folders_of_photo_apps(name: str) -> None:
    """Folders of photo apps beside the photos are not scanned, but a shoot may have such a name."""
    assert is_beside_the_photos(name, on_card=False)
    assert not is_junk_folder(name)


@pytest.mark.parametrize("name", ["MISC", "EOSMISC", "PRIVATE"])
def test_folders_of_a_card(name: str) -> None:
    """A camera's own folders are not scanned on a card, but are elsewhere."""
    assert is_beside_the_photos(name, on_card=True)
    assert not is_beside_the_photos(name, on_card=False)


def test_a_folder_like_any_other() -> None:
    """Folders that cameras and people make are scanned."""
    for name in ("100CANON", "DCIM", "sync", "recycle", "12 Oak St"):
        assert not is_junk_folder(name)
        assert not is_beside_the_photos(name, on_card=True)


def test_every_pattern_is_tried() -> None:
    """Each pattern in the program's tables matches a name here, and the name is in the table's test."""
    for patterns, tried in (
        (names.IN_FLIGHT, IN_FLIGHT),
        (names.PLACEHOLDERS, PLACEHOLDERS),
        (names.CONFLICTS, CONFLICTS),
        (names.JUNK, JUNK),
        (names.IN_FLIGHT_FOLDERS, TRANSFER_FOLDERS),
        (names.JUNK_FOLDERS, JUNK_FOLDERS | SNAPSHOT_FOLDERS),
        (names.SNAPSHOT_FOLDERS, SNAPSHOT_FOLDERS),
    ):
        known = [name.lower() for said in tried.values() for name in said]
        assert [pattern for pattern in patterns if not fnmatch.filter(known, pattern)] == []
