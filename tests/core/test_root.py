from __future__ import annotations

import pytest

from daemon.root import RootState, is_new, unmounted

NAS = RootState("/mnt/nas", "50:2", 5)
BARE = RootState("/", "8:77", 0)
HOME = RootState("/", "8:99", 5)


def but(
    seen: RootState, *, mount: str | None = "same", identity: str | None = None, shoots: int | None = None
) -> RootState:
    """A check of a root that differs from another one in some fields."""
    return RootState(
        seen.mount if mount == "same" else mount,
        seen.identity if identity is None else identity,
        seen.shoots if shoots is None else shoots,
    )


TABLE = {
    "never seen": (None, NAS, None),
    "never seen, still to be made": (None, None, None),
    "as before": (NAS, NAS, None),
    "one shoot more": (NAS, but(NAS, shoots=6), None),
    "some shoots fewer": (NAS, but(NAS, shoots=1), None),
    "after a restart, with another device number": (NAS, but(NAS, identity="61:2"), None),
    "vanished with its mount point": (NAS, None, "is not there (it was on the disk mounted at /mnt/nas)"),
    "vanished from the system's disk": (HOME, None, "is not there"),
    "the bare mount point": (NAS, BARE, "is on a disk that is not mounted (it was on the disk mounted at /mnt/nas)"),
    "the bare mount point, with strays": (NAS, but(BARE, shoots=9), "not mounted"),
    "the bare mount point of a disk without shoots": (but(NAS, shoots=0), BARE, "not mounted"),
    "one of two disks, mounted in each other": (
        RootState("/mnt/nas/photos", "51:2", 1),
        NAS,
        "is on a disk that is not mounted (it was on the disk mounted at /mnt/nas/photos)",
    ),
    "a disk mounted over shoots": (
        HOME,
        RootState("/home/anna", "70:2", 3),
        "is now on a different disk, mounted at /home/anna",
    ),
    "a disk of a like name": (NAS, but(NAS, mount="/mnt/nas2", identity="51:2"), "mounted at /mnt/nas2 (it was on"),
    "a disk whose name begins alike": (RootState("/mnt/nas2", "51:2", 1), NAS, "is now on a different disk"),
    "a first disk on what was an empty mount point": (BARE, NAS, None),
    "mounted once more in its place by a service manager": (HOME, but(HOME, mount="/home/anna/Shoots"), None),
    "and no longer": (but(HOME, mount="/home/anna/Shoots"), HOME, None),
    "replaced by an empty folder": (
        HOME,
        but(HOME, identity="8:100", shoots=0),
        "was replaced by an empty folder",
    ),
    "replaced by a folder with shoots": (HOME, but(HOME, identity="8:100"), None),
    "both empty": (but(HOME, shoots=0), but(HOME, identity="8:100", shoots=0), None),
    "five shoots gone at once": (NAS, but(NAS, shoots=0), "is suddenly empty; all of its 5 shoots are missing"),
    "two shoots gone at once": (but(NAS, shoots=2), but(NAS, shoots=0), "all of its 2 shoots are missing"),
    "one shoot gone, after a restart": (but(NAS, shoots=1), but(NAS, identity="61:2", shoots=0), None),
    "one shoot gone": (but(NAS, shoots=1), but(NAS, shoots=0), None),
    "no mount table now": (NAS, but(NAS, mount=None, identity="8:3"), None),
    "no mount table then, empty now": (but(NAS, mount=None), BARE, "was replaced by an empty folder"),
}


@pytest.mark.parametrize(("before", "now", "why"), TABLE.values(), ids=TABLE)
def test_unmounted_is_distinguished_from_emptied(
    before: RootState | None, now: RootState | None, why: str | None
) -> None:
    """A root that vanished, is suddenly empty, or is on another disk is away; one that a person cleared is not."""
    result = unmounted(before, now)
    assert (result is None) is (why is None)
    assert why is None or why in str(result)


OTHER = but(HOME, identity="8:1000")
CARD = RootState("/media/card", "8:1", 5)
SHARE = RootState("/mnt/nas", "50:70001", 5)

REPLACED = {
    "one old shoot": (HOME, but(OTHER, shoots=1), 0, "contains different shoots than before: only 0 of the previous 5"),
    "two old shoots, where one shoot was": (but(HOME, shoots=1), but(OTHER, shoots=2), 0, "only 0 of the previous 1"),
    "an archive with a name in common": (HOME, but(OTHER, shoots=40), 1, "only 1 of the previous 5 are in it"),
    "a folder put in its place, with half of what was there": (HOME, but(OTHER, shoots=9), 3, None),
    "a copy of it, with more new shoots than old ones": (but(HOME, shoots=1), but(OTHER, shoots=3), 1, None),
    "another card, whose root folder has the same number": (
        CARD,
        but(CARD, identity="9:1", shoots=1),
        0,
        "only 0 of the previous",
    ),
    "the same card, which got another device number": (CARD, but(CARD, identity="9:1", shoots=7), 5, None),
    "a share that was mounted again": (SHARE, but(SHARE, identity="51:70001", shoots=1), 0, None),
    "the same folder, with new shoots only": (HOME, but(HOME, shoots=2), 0, None),
    "never seen": (None, OTHER, 0, None),
    "another folder, where no shoot was": (but(HOME, shoots=0), OTHER, 0, None),
}


@pytest.mark.parametrize(("before", "now", "known", "why"), REPLACED.values(), ids=REPLACED)
def test_another_folder_in_place_of_the_known_one(
    before: RootState | None, now: RootState, known: int, why: str | None
) -> None:
    """A folder with another identity and mostly unknown shoots is away, however few they are."""
    result = unmounted(before, now, known)
    assert (result is None) is (why is None)
    assert why is None or why in str(result)


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        (None, NAS, True),
        (NAS, NAS, False),
        (NAS, but(NAS, identity="61:2", shoots=9), False),
        (but(NAS, shoots=0), but(NAS, identity="61:2"), False),
        (HOME, but(HOME, identity="8:100"), False),
        (HOME, but(HOME, mount="/home/anna/Shoots"), False),
        (BARE, NAS, True),
        (BARE, but(HOME, identity="8:100"), True),
        (but(BARE, mount=None), NAS, True),
        (NAS, BARE, True),
    ],
    ids=[
        "never seen",
        "as before",
        "after a restart",
        "was empty, after a restart",
        "another folder, with shoots as before",
        "mounted once more in its place",
        "a disk on an empty mount point",
        "in place of an empty folder",
        "in place of an empty folder, mount points not known",
        "on another disk",
    ],
)
def test_an_archive_is_met_once(before: RootState | None, now: RootState, new: bool) -> None:
    """Shoots count as existing only when the watched folder is first seen."""
    assert is_new(before, now) is new
