from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.host.filesystem import (
    Mount,
    filesystem_type,
    holding,
    is_network,
    is_network_type,
    mount_point,
    parse_mount_output,
    parse_mountinfo,
)

MOUNTINFO = """\
22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw,errors=remount-ro
23 22 0:5 / /proc rw,nosuid - proc proc rw
40 22 0:45 / /mnt/nas rw,relatime shared:20 master:3 - cifs //nas/Photo\\040Share rw,vers=3.1.1
41 40 0:46 / /mnt/nas/My\\040Shoots\\134old rw - nfs4 nas:/export rw
42 22 0:47 / /mnt/nasty rw - fuse.sshfs me@host: rw,user_id=1000
43 22 8:17 / /media/card rw - fuseblk /dev/sdb1 rw
44 43 0:48 / /media/card rw - vfat /dev/sdc1 rw
45 22 0:49 /sub /mnt/tab\\011nl\\012end rw - btrfs /dev/sdd1 rw,subvol=/sub

not a mount line
"""

MOUNT_OUTPUT = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse, protect, root data)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
//me@nas._smb._tcp.local/Photos on /Volumes/Photos on NAS (2) (smbfs, nodev, nosuid, mounted by me)
/dev/disk4s1 on /Volumes/CARD (exfat, local, nodev, nosuid, noowners)
nas:/export on /private/nfs (nfs)
"""


def test_mountinfo_is_read() -> None:
    """Octal escapes in mount points are decoded, and the type is the field after the hyphen."""
    assert parse_mountinfo(MOUNTINFO) == (
        Mount("/", "ext4"),
        Mount("/proc", "proc"),
        Mount("/mnt/nas", "cifs"),
        Mount("/mnt/nas/My Shoots\\old", "nfs4"),
        Mount("/mnt/nasty", "fuse.sshfs"),
        Mount("/media/card", "fuseblk"),
        Mount("/media/card", "vfat"),
        Mount("/mnt/tab\tnl\nend", "btrfs"),
    )


def test_the_output_of_macos_mount_is_read() -> None:
    """Names with spaces, parentheses and the word "on" are distinguished from the options after them."""
    assert parse_mount_output(MOUNT_OUTPUT) == (
        Mount("/", "apfs"),
        Mount("/dev", "devfs"),
        Mount("/System/Volumes/Data", "apfs"),
        Mount("/System/Volumes/Data/home", "autofs"),
        Mount("/Volumes/Photos on NAS (2)", "smbfs"),
        Mount("/Volumes/CARD", "exfat"),
        Mount("/private/nfs", "nfs"),
    )


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/home/me", "ext4"),
        ("/mnt/nas", "cifs"),
        ("/mnt/nas/shoots/a", "cifs"),
        ("/mnt/nas/My Shoots\\old/a", "nfs4"),
        ("/mnt/nas2", "ext4"),
        ("/mnt/nasty/x", "fuse.sshfs"),
        ("/media/card/DCIM", "vfat"),
    ],
)
def test_a_path_is_on_the_deepest_and_latest_mount(path: str, kind: str) -> None:
    """A mount point matches whole names only; a mount over another one hides it."""
    mount = holding(path, parse_mountinfo(MOUNTINFO))
    assert mount is not None
    assert mount.type == kind


def test_without_mounts_nothing_is_known() -> None:
    """An empty mount table contains no path."""
    assert holding("/", ()) is None


@pytest.mark.parametrize(
    "kind",
    [
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "9p", "vboxsf", "drvfs", "virtiofs", "macfuse"),
        *("fuse.sshfs", "fuse.rclone", "fuse.gvfsd-fuse", "fuse.s3fs", "fuse.glusterfs", "fuse", "fusefs_sshfs"),
    ],
)
def test_network_and_shared_file_systems(kind: str) -> None:
    """Network protocols, folders of a virtual machine's host, and FUSE count as network unless known to be local."""
    assert is_network_type(kind)


@pytest.mark.parametrize(
    "kind",
    [
        *("ext4", "xfs", "btrfs", "zfs", "apfs", "hfs", "exfat", "vfat", "ntfs3", "tmpfs", "overlay", "fuseblk"),
        *("fuse.ntfs-3g", "fuse.mergerfs", "fuse.shfs", "fuse.gocryptfs"),
    ],
)
def test_local_file_systems(kind: str) -> None:
    """This machine's own disks are local, even through FUSE."""
    assert not is_network_type(kind)


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel and stat(1) of GNU")
def test_the_kernels_own_mounts_are_found() -> None:
    """On a real machine, ``/proc`` is proc and ``/`` has the type in the mount table."""
    assert filesystem_type("/proc/self") == "proc"
    assert (mount_point("/proc/self"), mount_point("/")) == ("/proc", "/")
    assert not is_network("/proc/self")
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8")
    assert filesystem_type("/") == [line.split()[2] for line in mounts.splitlines() if line.split()[1] == "/"][-1]


@pytest.mark.skipif(sys.platform != "darwin", reason="asks mount(8) of macOS")
def test_macos_own_mounts_are_found() -> None:
    """On a real Mac, the root has the type that ``mount`` prints."""
    said = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=True).stdout
    assert f" on / ({filesystem_type('/')}" in said


@pytest.mark.skipif(sys.platform != "linux", reason="needs a path on another file system")
def test_links_are_followed(tmp_path: Path) -> None:
    """A link is on its target's file system; a missing path is on the one that would contain it."""
    (tmp_path / "link").symlink_to("/proc/self")
    assert filesystem_type(tmp_path / "link") == "proc"
    assert filesystem_type(tmp_path / "not" / "there") == filesystem_type(os.fspath(tmp_path))
