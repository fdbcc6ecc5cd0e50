"""The last known state of a root (a watched or an output folder), and rules to distinguish unmounted from emptied.

A disk is identified by its mount point, because device numbers change after a restart and mount points do not. A root
is also identified by its inode and by the number of shoots in it.

Rules:

1. A folder that was never seen is accepted.
2. A known folder that does not exist is away: its disk may be unmounted.
3. The same device and inode mean the same folder, even with another mount point: a service manager that confines a
   service mounts folders a second time, each at its own path.
4. If the folder is on a mount above the remembered one, it is the empty mount point: the disk is not mounted.
5. If it is on any other mount, it is on a different disk. If the root had shoots, a person must confirm the change.
   If it had none, it counts as never seen.
6. If the root had shoots, an empty folder with another inode is not the same folder.
7. Another folder in place of the watched one, with mostly unknown shoots, is not the watched folder. The number of
   its shoots does not matter, because one old shoot costs as much as a new one.
8. If the same folder loses one shoot, somebody has tidied up. If it loses several at once, the disk behind the mount is
   missing, as happens with network shares. For an output folder at most one is counted, because people empty those.
"""

from __future__ import annotations

from dataclasses import dataclass

SEVERAL = 2
"""From this number on, shoots that disappear at once were not removed by a person."""

TOPMOST = 256
"""The largest inode that a file system gives to every root folder: ext4 2, FAT 1, NTFS 5, XFS 128, Btrfs 256."""


@dataclass(frozen=True, slots=True)
class RootState:
    """The state of a root at one check.

    ``mount`` is its mount point, None if unknown. ``identity`` is its device number and inode as ``dev:inode``.
    ``shoots`` is the number of folders in it.
    """

    mount: str | None
    identity: str
    shoots: int

    @property
    def inode(self) -> str:
        """The part of the identity that stays the same after a restart."""
        return self.identity.rpartition(":")[2]


def unmounted(before: RootState | None, now: RootState | None, known: int | None = None) -> str | None:
    """Why a root is away, as the predicate of a sentence. None if it is not away.

    ``before`` is the remembered state, None if it was never seen. ``now`` is None if the root does not exist. ``known``
    is the number of shoots in a watched folder that have an order, None for an output folder.
    """
    if before is None:
        return None
    if now is None:
        return f"is not there{_was_on(before)}"
    if _other_disk(before, now):
        if _above(now.mount, before.mount):
            return f"is on a disk that is not mounted{_was_on(before)}"
        return f"is now on a different disk, mounted at {now.mount}{_was_on(before)}" if before.shoots else None
    if now.shoots and known is not None and _is_replaced(before, now, known):
        return f"contains different shoots than before: only {known} of the previous {before.shoots} are in it"
    if now.shoots or not before.shoots:
        return None
    if now.inode != before.inode:
        return "was replaced by an empty folder"
    return f"is suddenly empty; all of its {before.shoots} shoots are missing" if before.shoots >= SEVERAL else None


def is_new(before: RootState | None, now: RootState) -> bool:
    """True if a watched folder is seen for the first time, so that its shoots are an archive.

    Having seen an empty mount point does not count as having seen the disk that is mounted there later.
    """
    if before is None or _other_disk(before, now):
        return True
    return not before.shoots and before.inode != now.inode


def may_be_replaced(before: RootState | None, now: RootState) -> bool:
    """True if the watched folder may have been replaced by another one, so that its shoots must be compared.

    After a restart the device number changes. Then only an inode that differs between disks identifies a folder.
    """
    if before is None or not before.shoots or before.identity == now.identity:
        return False
    return before.inode != now.inode or int(now.inode) <= TOPMOST


def _is_replaced(before: RootState, now: RootState, known: int) -> bool:
    strangers = now.shoots - known
    return may_be_replaced(before, now) and strangers > known and 2 * known < before.shoots


def _other_disk(before: RootState, now: RootState) -> bool:
    if before.identity == now.identity or None in (before.mount, now.mount):
        return False
    return before.mount != now.mount


def _above(mount: str | None, other: str | None) -> bool:
    return mount is not None and other is not None and other.startswith(mount.rstrip("/") + "/")


def _was_on(before: RootState) -> str:
    return f" (it was on the disk mounted at {before.mount})" if before.mount not in (None, "/") else ""
