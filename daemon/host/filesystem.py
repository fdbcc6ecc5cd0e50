"""Where the file system that a path lies on is mounted, and of what kind it is.

The kind matters twice: a network or shared file system tells nothing of changes made elsewhere, so it is scanned
instead of listened to, and SQLite's locks do not hold on it. The mount point tells a disk from the bare folder that
shows where the disk is missing.

Linux keeps the answers in ``/proc/self/mountinfo`` (proc_pid_mountinfo(5)), macOS prints them with ``/sbin/mount``;
elsewhere neither is known.
"""

from __future__ import annotations

import os
import re
import subprocess
from typing import NamedTuple

NETWORK = frozenset(
    {
        *("nfs", "nfs3", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afpfs", "webdav", "davfs", "ftp"),
        *("afs", "coda", "ncpfs", "ceph", "lustre", "beegfs", "gpfs", "orangefs", "ocfs2", "gfs2"),
        *("9p", "drvfs", "virtiofs", "vboxsf", "vmhgfs", "prl_fs", "prl_vmfs", "fakeowner"),
        *("fuse", "macfuse", "osxfuse", "fusefs"),
    }
)
"""Types whose files may change without a word: network protocols, cluster file systems, folders that a virtual
machine shares with its host, and FUSE when it does not say what is behind it."""

LOCAL_FUSE = frozenset(
    {
        *("apfs", "apfs-fuse", "bindfs", "cryfs", "encfs", "exfat", "exfat-fuse", "ext2", "fuse-overlayfs"),
        *("gocryptfs", "lowntfs-3g", "mergerfs", "ntfs", "ntfs-3g", "portal", "shfs", "squashfuse", "unionfs"),
        *("unionfs-fuse", "veracrypt", "zfs", "zfs-fuse"),
    }
)
"""FUSE sub-types (``fuse.NAME``) that show this machine's own disks: there the kernel sees every change."""

OCTAL = re.compile(r"\\([0-7]{3})")
DARWIN_LINE = re.compile(r"^.+? on (?P<point>/.*) \((?P<type>[^,()]+)[^()]*\)$")


class Mount(NamedTuple):
    """Where a file system is mounted, and its type: ``ext4``, ``cifs``, ``fuse.sshfs``."""

    point: str
    type: str


def is_network(path: str | os.PathLike[str]) -> bool:
    """Whether files at ``path`` may change, or be locked, by other machines. Not known counts as no."""
    kind = filesystem_type(path)
    return kind is not None and is_network_type(kind)


def is_network_type(kind: str) -> bool:
    """Whether a type of file system is one of a network, or shared with another machine."""
    family, dot, subtype = kind.partition(".")
    if dot and family == "fuse":
        return subtype not in LOCAL_FUSE
    return kind in NETWORK or kind.startswith("fusefs_")


def filesystem_type(path: str | os.PathLike[str]) -> str | None:
    """The type of the file system that ``path`` lies, or would lie, on; None where it cannot be told.

    Resolves links, which on a network mount that hangs takes as long as the mount hangs.
    """
    mount = _mount_of(path)
    return mount.type if mount else None


def mount_point(path: str | os.PathLike[str]) -> str | None:
    """Where the file system is mounted that ``path`` lies, or would lie, on; None where it cannot be told.

    ``os.path.ismount`` is no second source: on macOS it takes ``/Users`` for a mount point, the mount table does not,
    and a mount point that seems to move looks like a disk that is missing. Resolves links.
    """
    mount = _mount_of(path)
    return mount.point if mount else None


def holding(path: str, mounts: tuple[Mount, ...]) -> Mount | None:
    """The mount that an absolute path is in: the deepest one, and the last one mounted there."""
    found = None
    for mount in mounts:
        above = mount.point.rstrip("/") + "/"
        if (path + "/").startswith(above) and (found is None or len(mount.point) >= len(found.point)):
            found = mount
    return found


def parse_mountinfo(text: str) -> tuple[Mount, ...]:
    """The mounts in the text of ``/proc/self/mountinfo``.

    The mount point is the fifth field, with blanks and backslashes in octal; the type is the first one after the
    hyphen that ends the optional fields.
    """
    mounts = []
    for line in text.splitlines():
        before, hyphen, after = line.partition(" - ")
        fields = before.split(" ")
        if hyphen and len(fields) >= 6:
            point = OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])
            mounts.append(Mount(point, after.split(" ")[0]))
    return tuple(mounts)


def parse_mount_output(text: str) -> tuple[Mount, ...]:
    """The mounts in what macOS's ``mount`` prints: ``//me@nas/Photos on /Volumes/Photos (smbfs, nodev, nosuid)``."""
    matches = map(DARWIN_LINE.match, text.splitlines())
    return tuple(Mount(match["point"], match["type"].strip()) for match in matches if match)


def _mount_of(path: str | os.PathLike[str]) -> Mount | None:
    mounts = _mounts()
    return holding(os.path.realpath(path), mounts) if mounts else None


def _mounts() -> tuple[Mount, ...]:
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            return parse_mountinfo(file.read())
    except OSError:  # not Linux
        pass
    try:
        printed = subprocess.run(["/sbin/mount"], capture_output=True, timeout=5, check=True).stdout
        return parse_mount_output(os.fsdecode(printed))
    except (OSError, subprocess.SubprocessError):
        return ()
