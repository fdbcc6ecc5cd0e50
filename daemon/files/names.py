"""What a file's or folder's name says: photo, in flight, placeholder, conflict copy, or junk.

The tables are data: shell patterns, matched without regard to case against one path component. In flight: a
program is still writing it under a temporary name. Placeholder: a sync client knows of it but has not brought it.
Conflict: a second version that a sync client kept. Junk: invisible, must not even restart the timer.
Sources: the sync clients' and programs' own documentation and source code.
"""

from __future__ import annotations

import fnmatch
import re

from daemon.grouping import JPEG, RAW, extension
from daemon.shoot import FileClass

PHOTOS = JPEG | RAW | frozenset({"avif", "heic", "heif", "hif", "png", "tif", "tiff", "webp"})

OTHER_PICTURES = frozenset(
    [
        *("arq", "bay", "cap", "dcr", "dcs", "drf", "eip", "gpr", "heics", "insp", "jfif", "jif", "jpe", "jps", "jxl"),
        *("k25", "livp", "mdc", "mpo", "ori", "ptx", "pxn", "rwz", "srz", "sti"),
    ]
)
"""Formats in which cameras and phones write photos, and which are not sent."""

NO_PICTURES = frozenset(
    [
        *("360", "avi", "braw", "crm", "insv", "lrf", "lrv", "m2ts", "m4v", "mkv", "mov", "mp4", "mpg", "mts", "r3d"),
        *("aac", "aif", "aiff", "m4a", "mp3", "wav", "wma"),
        *("csv", "doc", "docx", "htm", "html", "json", "key", "md", "numbers", "odt", "pages", "pdf", "ppt", "pptx"),
        *("rtf", "svg", "txt", "url", "vcf", "webloc", "xls", "xlsx", "xml", "yaml", "yml"),
        *("7z", "bin", "dmg", "exe", "gz", "iso", "pkg", "rar", "tar", "tgz", "zip"),
        *("acr", "cos", "cosessiondb", "cot", "db", "dop", "lrcat", "lrtemplate", "on1", "pp3", "sqlite", "xmp"),
        *("ai", "blend", "dwg", "dxf", "idml", "indd", "prproj", "rvt", "skp"),
        *("bak", "bts", "cr", "ctg", "dat", "ini", "lock", "log", "lnk", "srt", "swp", "sync", "thm", "tmp"),
    ]
)
"""Kinds of files that are surely no photos: videos, sound, documents, archives, side-cars and what programs keep."""

IN_FLIGHT = (
    # Dropbox, Maestral, OneDrive
    "~*.tmp",
    ".~*",
    # Syncthing
    ".syncthing.*.tmp",
    "~syncthing~*.tmp",
    # Resilio
    "*.!sync",
    "*.syncpart",
    "*.synctemp",
    # Nextcloud, ownCloud: a random number in hex, without leading zeros
    *(f".*.~{'?' * digits}" for digits in range(1, 9)),
    # rclone, FTP, WinSCP
    "*.????????.partial",
    "*.filepart",
    ".in.*",
    # SMB, NFS, FUSE
    ".smbdelete*",
    ".nfs???????????????*",
    ".fuse_hidden*",
    # browsers, downloaders
    "*.crdownload",
    "*.part",
    "*.partial",
    "*.opdownload",
    "*.aria2",
    "*.!ut",
    "*.!qb",
)

IN_FLIGHT_FOLDERS = (
    ".tmp.drivedownload",
    ".tmp.driveupload",
    ".driveupload",
    ".drivedownload",
    ".synologyworkingdirectory",
    ".~tmp~",
    ".rsync-partial",
    "*.download",
)

PLACEHOLDERS = (".*.icloud", "*.rsls", "*.nextcloud", "*.owncloud")

CONFLICTS = (
    "* (*conflicted copy *)*",
    "* (case conflict*)*",
    "*.sync-conflict-????????-??????*",
    "*_conflict-*",
    "*_diskstation_*conflict*",
)

JUNK = ("._*", "synofile_thumb_*", "~$*", ".~lock.*#")
"""Files that would pass for a photo, or for one in flight: AppleDouble, Synology's thumbnails, locks of editors."""

TABLES: dict[FileClass | None, tuple[str, ...]] = {
    FileClass.IN_FLIGHT: IN_FLIGHT,
    FileClass.PLACEHOLDER: PLACEHOLDERS,
    FileClass.CONFLICT: CONFLICTS,
    None: JUNK,
}

SNAPSHOT_FOLDERS = (
    ".snapshot*",
    ".zfs",
    "#snapshot",
    "~snapshot",
    "@recently-snapshot",
    "@gmt-*",
)
"""Views of earlier states that a NAS or file system shows: every shoot lies in them a second time."""

JUNK_FOLDERS = (
    ".*",
    "@eadir",
    "@tmp",
    "#recycle",
    "@__thumb",
    "@recycle",
    "__macosx",
    "$recycle.bin",
    "system volume information",
    "network trash folder",
    "temporary items",
    "lost+found",
    *SNAPSHOT_FOLDERS,
)
"""Folders of the system, of sync clients and of NAS boxes. They are never entered and never a shoot."""

APP_FOLDERS = ("*.lrdata", "captureone")
"""What photo apps keep beside the photos; a shoot's own folder may bear any name."""

CARD_FOLDERS = ("misc", "eosmisc", "private")
"""Of a camera's card, where they lie beside DCIM; elsewhere they are folders like any other."""

RSYNC = re.compile(r"\.(?P<name>.+)\.[A-Za-z0-9]{6}")
"""rsync writes ``.NAME.XXXXXX`` and renames it."""


def _matcher(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns), re.IGNORECASE | re.DOTALL)


_IN_FLIGHT, _PLACEHOLDERS, _CONFLICTS = _matcher(IN_FLIGHT), _matcher(PLACEHOLDERS), _matcher(CONFLICTS)
_APP_FOLDERS, _CARD_FOLDERS, _JUNK = _matcher(APP_FOLDERS), _matcher(CARD_FOLDERS), _matcher(JUNK)
_JUNK_FOLDERS, _IN_FLIGHT_FOLDERS = _matcher(JUNK_FOLDERS), _matcher(IN_FLIGHT_FOLDERS)


def is_photo(name: str) -> bool:
    """Whether a name is that of a picture the service may take."""
    return "." in name and not name.startswith(".") and extension(name) in PHOTOS


def classify(name: str) -> FileClass | None:
    """What a file's name says; None is junk or something that is no photo."""
    if name.lower() == ".ready":
        return FileClass.READY
    if _JUNK.fullmatch(name):
        return None
    if _PLACEHOLDERS.fullmatch(name):
        return FileClass.PLACEHOLDER
    if _IN_FLIGHT.fullmatch(name):
        return FileClass.IN_FLIGHT
    if (temporary := RSYNC.fullmatch(name)) and is_photo(temporary["name"]):
        return FileClass.IN_FLIGHT
    if not is_photo(name):
        return None
    return FileClass.CONFLICT if _CONFLICTS.fullmatch(name) else FileClass.PHOTO


def is_other_picture(name: str) -> bool:
    """Whether a name is that of a photo in a format that is not sent."""
    return "." in name and not name.startswith(".") and extension(name) in OTHER_PICTURES


def is_unknown(name: str) -> bool:
    """Whether a name says nothing of what a file is: it may be a photo in a new camera's format."""
    kind = extension(name) if "." in name and not name.startswith(".") else ""
    known = kind in PHOTOS or kind in OTHER_PICTURES or kind in NO_PICTURES or classify(name) is not None
    return kind.isalnum() and 2 <= len(kind) <= 5 and not known and not _JUNK.fullmatch(name)


def brought(path: str) -> str:
    """The path of a photo once its sync client has brought it in place of a placeholder that bears another name."""
    folder, slash, name = path.rpartition("/")
    stem, _, ending = name.rpartition(".")
    if ending.lower() == "icloud" and stem.startswith("."):
        name = stem[1:]
    elif ending.lower() in ("rsls", "nextcloud", "owncloud"):
        name = stem
    return f"{folder}{slash}{name}"


def because_of(name: str) -> str | None:
    """The pattern of these tables that a file's name was classified by; None if none was."""
    kind = classify(name)
    found = next((pattern for pattern in TABLES.get(kind, ()) if fnmatch.fnmatchcase(name.lower(), pattern)), None)
    return found or (".NAME.XXXXXX, a temporary rsync name" if kind is FileClass.IN_FLIGHT else None)


def holds_in_flight(folder: str) -> bool:
    """Whether whatever lies in a folder of this name is still on its way."""
    return bool(_IN_FLIGHT_FOLDERS.fullmatch(folder))


def is_junk_folder(folder: str) -> bool:
    """Whether a folder of this name is never looked into, wherever it lies."""
    return bool(_JUNK_FOLDERS.fullmatch(folder)) and not holds_in_flight(folder)


def is_beside_the_photos(folder: str, *, on_card: bool) -> bool:
    """Whether a folder in a shoot holds no photos of it; ``on_card``: it lies beside a DCIM folder."""
    return bool(_APP_FOLDERS.fullmatch(folder) or (on_card and _CARD_FOLDERS.fullmatch(folder)))
