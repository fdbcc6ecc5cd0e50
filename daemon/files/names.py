"""Classifies files and folders by their names: photo, in flight, placeholder, conflict copy, or junk.

The tables are shell patterns, matched against one path component, ignoring case. In flight: a program is still writing
the file under a temporary name. Placeholder: a sync client has not downloaded the file yet. Conflict: a second version
that a sync client kept. Junk: ignored completely, so that it does not even restart the quiet period.
Sources: the documentation and source code of the sync clients and programs.
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
"""Photo formats of cameras and phones that are not sent."""

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
"""Extensions of files that are certainly not photos: videos, sound, documents, archives, sidecars and program data."""

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
"""Files that look like a photo or a file in flight: AppleDouble, Synology's thumbnails, lock files of editors."""

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
"""Snapshots of a NAS or file system, which contain every shoot a second time."""

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
"""Folders of the system, of sync clients and of NAS devices. They are never scanned and never a shoot."""

APP_FOLDERS = ("*.lrdata", "captureone")
"""Folders that photo apps create beside the photos. A shoot's own folder may have any name."""

CARD_FOLDERS = ("misc", "eosmisc", "private")
"""Folders of a camera's card, if they are beside DCIM. Elsewhere they are ordinary folders."""

RSYNC = re.compile(r"\.(?P<name>.+)\.[A-Za-z0-9]{6}")
"""rsync's temporary name, ``.NAME.XXXXXX``."""


def _matcher(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns), re.IGNORECASE | re.DOTALL)


_IN_FLIGHT, _PLACEHOLDERS, _CONFLICTS = _matcher(IN_FLIGHT), _matcher(PLACEHOLDERS), _matcher(CONFLICTS)
_APP_FOLDERS, _CARD_FOLDERS, _JUNK = _matcher(APP_FOLDERS), _matcher(CARD_FOLDERS), _matcher(JUNK)
_JUNK_FOLDERS, _IN_FLIGHT_FOLDERS = _matcher(JUNK_FOLDERS), _matcher(IN_FLIGHT_FOLDERS)


def is_photo(name: str) -> bool:
    """True if a name has an extension of a photo format that is sent."""
    return "." in name and not name.startswith(".") and extension(name) in PHOTOS


def classify(name: str) -> FileClass | None:
    """The class of a file by its name, None for junk and for files that are not photos."""
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
    """True if a name is that of a photo in a format that is not sent."""
    return "." in name and not name.startswith(".") and extension(name) in OTHER_PICTURES


def is_unknown(name: str) -> bool:
    """True if a file's extension is unknown, so that it may be a photo in a new camera's format."""
    kind = extension(name) if "." in name and not name.startswith(".") else ""
    known = kind in PHOTOS or kind in OTHER_PICTURES or kind in NO_PICTURES or classify(name) is not None
    return kind.isalnum() and 2 <= len(kind) <= 5 and not known and not _JUNK.fullmatch(name)


def brought(path: str) -> str:
    """The path that a placeholder's photo has once the sync client has downloaded it."""
    folder, slash, name = path.rpartition("/")
    stem, _, ending = name.rpartition(".")
    if ending.lower() == "icloud" and stem.startswith("."):
        name = stem[1:]
    elif ending.lower() in ("rsls", "nextcloud", "owncloud"):
        name = stem
    return f"{folder}{slash}{name}"


def because_of(name: str) -> str | None:
    """The pattern that a file's name matched in these tables, None if it matched none."""
    kind = classify(name)
    found = next((pattern for pattern in TABLES.get(kind, ()) if fnmatch.fnmatchcase(name.lower(), pattern)), None)
    return found or (".NAME.XXXXXX, a temporary rsync name" if kind is FileClass.IN_FLIGHT else None)


def holds_in_flight(folder: str) -> bool:
    """True if all files in a folder with this name are in flight."""
    return bool(_IN_FLIGHT_FOLDERS.fullmatch(folder))


def is_junk_folder(folder: str) -> bool:
    """True if a folder with this name is never scanned, wherever it is."""
    return bool(_JUNK_FOLDERS.fullmatch(folder)) and not holds_in_flight(folder)


def is_beside_the_photos(folder: str, *, on_card: bool) -> bool:
    """True if a folder in a shoot contains none of its photos. ``on_card`` is True if it is beside a DCIM folder."""
    return bool(_APP_FOLDERS.fullmatch(folder) or (on_card and _CARD_FOLDERS.fullmatch(folder)))
