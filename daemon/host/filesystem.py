"""The type and the mount point of the file system that contains a path.

The type matters for two reasons. A network or shared file system reports no changes made elsewhere, so bracketd scans
it instead of using events; and SQLite's locks do not work on it. The mount point distinguishes a mounted disk from the
bare folder that remains without it.

Linux has both in ``/proc/self/mountinfo`` (proc_pid_mountinfo(5)), macOS prints them with ``/sbin/mount``. On other
systems they are unknown.
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
"""Types whose files may change without an event: network protocols, cluster file systems, folders that a virtual
machine shares with its host, and FUSE without a subtype."""

LOCAL_FUSE = frozenset(
    {
        *("apfs", "apfs-fuse", "bindfs", "cryfs", "encfs", "exfat", "exfat-fuse", "ext2", "fuse-overlayfs"),
        *("gocryptfs", "lowntfs-3g", "mergerfs", "ntfs", "ntfs-3g", "portal", "shfs", "squashfuse", "unionfs"),
        *("unionfs-fuse", "veracrypt", "zfs", "zfs-fuse"),
    }
)
"""FUSE subtypes (``fuse.NAME``) of this machine's own disks, on which the kernel sees every change."""

OCTAL = re.compile(r"\\([0-7]{3})")
DARWIN_LINE = re.compile(r"^.+? on (?P<point>/.*) \((?P<type>[^,()]+)[^()]*\)$")


class Mount(NamedTuple):
    """A mount point and its file system type, such as ``ext4``, ``cifs`` or ``fuse.sshfs``."""

    point: str
    type: str


def is_network(path: str | os.PathLike[str]) -> bool:
    """True if other machines may change or lock files at ``path``. False if that is unknown."""
    kind = filesystem_type(path)
    return kind is not None and is_network_type(kind)


def is_network_type(kind: str) -> bool:
    """True if a file system type is a network file system, or shared with another machine."""
    family, dot, subtype = kind.partition(".")
    if dot and family == "fuse":
        return subtype not in LOCAL_FUSE
    return kind in NETWORK or kind.startswith("fusefs_")


def filesystem_type(path: str | os.PathLike[str]) -> str | None:
    """The type of the file system that contains, or would contain, ``path``. None if it is unknown.

    Resolves links, so it blocks while a network mount hangs.
    """
    mount = _mount_of(path)
    return mount.type if mount else None


def mount_point(path: str | os.PathLike[str]) -> str | None:
    """The mount point of the file system that contains, or would contain, ``path``. None if it is unknown.

    ``os.path.ismount`` must not be used as a fallback: on macOS it reports ``/Users`` as a mount point, unlike the
    mount table, and a mount point that seems to change looks like a missing disk. Resolves links.
    """
    mount = _mount_of(path)
    return mount.point if mount else None


def holding(path: str, mounts: tuple[Mount, ...]) -> Mount | None:
    """The mount that contains an absolute path: the innermost one; if several are at the same place, the last."""
    found = None
    for mount in mounts:
        above = mount.point.rstrip("/") + "/"
        if (path + "/").startswith(above) and (found is None or len(mount.point) >= len(found.point)):
            found = mount
    return found


def parse_mountinfo(text: str) -> tuple[Mount, ...]:
    """The mounts in the text of ``/proc/self/mountinfo``.

    The mount point is the fifth field, with spaces and backslashes in octal. The type is the first field after the
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
    """The mounts in the output of macOS's ``mount``: ``//me@nas/Photos on /Volumes/Photos (smbfs, nodev, nosuid)``."""
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
