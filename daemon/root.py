"""What is remembered of a root, a watched or an output folder, and when it is unmounted and not emptied.

A disk is known by where it is mounted: device numbers change when the machine or the disk is started again, mount
points do not. Beside that a root is known by its inode, and by how many shoots lay in it.

Rules:

1. What was never seen is taken as it is.
2. A folder that was seen and is not there is away: its disk may be unmounted.
3. The same device and inode are the same folder, however it is mounted: a service manager that confines a service
   mounts folders once more, each in its own place.
4. On a mount above the one that was seen, what shows is the bare mount point: the disk is not mounted.
5. On any other mount another disk lies there. If the root held shoots, a person must say that this is meant;
   if it held none, nothing can be mistaken, and it counts as never seen.
6. Where shoots were, an empty folder with another inode is not the folder that was seen.
7. Another folder in the place of the watched one, with mostly unknown shoots in it, is not the watched folder. How many
   shoots it holds does not matter: one old shoot costs as much as a new one.
8. The same folder that loses one shoot was tidied up; one that loses several at a single look lost its disk behind
   the mount, which is what a network share does. Of an output folder at most one is counted: people empty those.
"""

from __future__ import annotations

from dataclasses import dataclass

SEVERAL = 2
"""Shoots which do not vanish together by a person's hand."""

TOPMOST = 256
"""The largest inode that the root folder of every disk of one kind has: ext4 2, FAT 1, NTFS 5, XFS 128, Btrfs 256."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A root at one look.

    ``mount`` is the mount point that holds it, None where that cannot be told; ``identity`` is its device number and
    inode as ``dev:inode``; ``shoots`` counts the folders in it.
    """

    mount: str | None
    identity: str
    shoots: int

    @property
    def inode(self) -> str:
        """The part of the identity that outlives a restart."""
        return self.identity.rpartition(":")[2]


def unmounted(before: Seen | None, now: Seen | None, known: int | None = None) -> str | None:
    """Why a root is away, as the predicate of a sentence; None if it is as it should be.

    ``before`` is what is remembered of it, None if it was never seen; ``now`` is None if it is not there. ``known``
    counts the shoots in a watched folder that have an order; None for an output folder.
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


def is_new(before: Seen | None, now: Seen) -> bool:
    """Whether a watched folder is met for the first time, so that what lies in it is an archive.

    A look at an empty mount point does not count as a look at the disk that is mounted there later.
    """
    if before is None or _other_disk(before, now):
        return True
    return not before.shoots and before.inode != now.inode


def may_be_replaced(before: Seen | None, now: Seen) -> bool:
    """Whether another folder may lie in the place of the watched one, so that its shoots have to be compared.

    Only an inode that is not the same on every disk tells a folder again when the device number is another one, as it
    is after a restart.
    """
    if before is None or not before.shoots or before.identity == now.identity:
        return False
    return before.inode != now.inode or int(now.inode) <= TOPMOST


def _is_replaced(before: Seen, now: Seen, known: int) -> bool:
    strangers = now.shoots - known
    return may_be_replaced(before, now) and strangers > known and 2 * known < before.shoots


def _other_disk(before: Seen, now: Seen) -> bool:
    if before.identity == now.identity or None in (before.mount, now.mount):
        return False
    return before.mount != now.mount


def _above(mount: str | None, other: str | None) -> bool:
    return mount is not None and other is not None and other.startswith(mount.rstrip("/") + "/")


def _was_on(before: Seen) -> str:
    return f" (it was on the disk mounted at {before.mount})" if before.mount not in (None, "/") else ""
