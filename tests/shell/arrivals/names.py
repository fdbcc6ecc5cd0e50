"""The documented names that programs give to unfinished files.

``{name}`` is the photo's own name, ``{stem}`` the name without its extension, ``{hex}`` eight hexadecimal digits,
``{mix}`` six letters or digits.
"""

from __future__ import annotations

TEMPORARY = {
    "Dropbox": ("~{stem}.tmp", ".~{name}"),
    "Maestral": ("~{hex}.tmp",),
    "Syncthing": (".syncthing.{name}.tmp", "~syncthing~{name}.tmp"),
    "OneDrive": ("{name}.partial", "~{mix}.tmp"),
    "Google Drive": (
        ".tmp.drivedownload/{name}",
        ".tmp.driveupload/{name}",
        ".driveupload/{name}",
        ".drivedownload/{name}",
    ),
    "Resilio": ("{name}.!sync", "{name}.SyncPart", "{name}.SyncTemp"),
    "Nextcloud, ownCloud": tuple(f".{{name}}.~{{hex:.{digits}}}" for digits in range(1, 9)),
    "Synology": (".SynologyWorkingDirectory/{name}",),
    "rsync": (".{name}.{mix}", ".~tmp~/{name}", ".rsync-partial/{name}"),
    "rclone": ("{name}.{hex}.partial",),
    "WinSCP": ("{name}.filepart",),
    "ProFTPD": (".in.{name}.",),
    "SMB, NFS, FUSE": (".smbdelete{hex}", ".nfs{hex}{hex}00000001", ".fuse_hidden{hex}00000001"),
    "Chrome": ("{name}.crdownload",),
    "Safari": ("{name}.download/{name}",),
    "Opera": ("{name}.opdownload",),
    "downloaders": ("{name}.part", "{name}.!ut", "{name}.!qB"),
}
"""Under these a file is written; then it is renamed."""

BESIDE = ("{name}.aria2", "{name}.part")
"""These lie beside a photo, which bears its own name already, for as long as it is being written."""

PLACEHOLDERS = (".{name}.icloud", "{name}.rsls", "{name}.nextcloud", "{name}.owncloud")
"""What lies in a photo's place until its sync client brings it."""

CONFLICTS = (
    "{stem} (Anna's conflicted copy 2026-01-02).{extension}",
    "{stem} (Case Conflict).{extension}",
    "{stem}.sync-conflict-20260102-101500-ABCDEFG.{extension}",
    "{stem}_conflict-20260102-101500.{extension}",
    "{stem}_DiskStation_Jan-02-1015-2026_Conflict.{extension}",
)
"""A second version of a photo, kept by a sync client."""

JUNK = (
    ".DS_Store",
    "._{name}",
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "Icon\r",
    ".localized",
    ".apdisk",
    "@eaDir/{name}/SYNOFILE_THUMB_M.jpg",
    "@eaDir/{name}@SynoEAStream",
    "@__thumb/{name}",
    ".@__thumb/default{name}",
    "#recycle/{name}",
    "@Recycle/{name}",
    "__MACOSX/._{name}",
    "$RECYCLE.BIN/{name}",
    "System Volume Information/{name}",
    ".Trashes/501/{name}",
    ".dropbox.cache/{name}",
    ".stversions/{name}",
    ".sync/Archive/{name}",
    "#snapshot/GMT-2026.01.02-10.15.00/{name}",
    "@Recently-Snapshot/GMT_2026/{name}",
    "~snapshot/daily.0/{name}",
    ".snapshot/hourly.0/{name}",
    ".zfs/snapshot/{name}",
    "@GMT-2026.01.02-10.15.00/{name}",
    "@tmp/{name}",
    "Network Trash Folder/{name}",
    "Temporary Items/{name}",
    "lost+found/{name}",
    "._sync_0123.db-wal",
    ".owncloudsync.log",
    "{stem}.xmp",
    "{stem}.THM",
    "{stem}.MP4",
    "shoot.lrcat-journal",
    "Previews.lrdata/{name}",
    "CaptureOne/Cache/{name}",
    "{name}~",
    ".{name}.swp",
    ".~lock.notes.odt#",
    "~$notes.docx",
)
"""What may come and change at any time, and does not concern a shoot."""
