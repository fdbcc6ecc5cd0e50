from __future__ import annotations

import pytest

from daemon.shoot import Arrival, File, FileClass, Listing, listing, verdict

QUIET = 60.0


def photo(name: str = "IMG_0001.JPG", size: int = 10, **other: object) -> File:
    """A photo as a scan finds it."""
    return File(name, size, 1, 1, **other)  # type: ignore[arg-type]  # the test names File's own fields


def seen(*looks: tuple[float, Listing]) -> Arrival:
    """An arrival after these scans, each at its time."""
    (first_at, first), *more = looks
    arrival = Arrival.first(first, first_at)
    for at, found in more:
        arrival = arrival.seen(found, at)
    return arrival


def test_settled_by_a_look_after_the_quiet_period() -> None:
    """A shoot is settled when a scan after the quiet period finds what the scan before it found."""
    found = listing([photo()])
    early = verdict(seen((0, found), (59, found)), QUIET)
    assert (early.settled, early.look_at) == (False, 60)
    assert verdict(seen((0, found), (60, found)), QUIET).settled


def test_a_single_look_never_settles() -> None:
    """However long ago a folder was made, one scan alone cannot tell that it is still."""
    assert not verdict(seen((1000, listing([photo()]))), QUIET).settled


@pytest.mark.parametrize(
    "changed",
    [
        photo(size=11),
        File("IMG_0001.JPG", 10, 2, 1),
        File("IMG_0001.JPG", 10, 1, 2),
        photo("IMG_0002.JPG"),
    ],
    ids=["size", "mtime", "inode", "name"],
)
def test_any_change_starts_the_quiet_period_anew(changed: File) -> None:
    """Size, mtime, inode or name of a photo: when one differs the shoot is not still."""
    before, now = listing([photo()]), listing([changed])
    assert verdict(seen((0, before), (59, now), (61, now)), QUIET).look_at == 59 + QUIET
    assert verdict(seen((0, before), (59, now), (119, now)), QUIET).settled


def test_an_mtime_in_the_future_makes_nobody_wait() -> None:
    """A camera whose clock is years ahead delivers shoots that settle like any other."""
    found = listing([File("IMG_0001.JPG", 10, 4_000_000_000_000_000_000, 1)])
    assert verdict(seen((0, found), (60, found)), QUIET).settled


@pytest.mark.parametrize("kind", [FileClass.IN_FLIGHT, FileClass.PLACEHOLDER])
def test_what_is_on_its_way_holds_the_shoot_back(kind: FileClass) -> None:
    """A file still being copied, or only promised by a sync client, keeps the shoot waiting and is named."""
    found = listing([photo(), photo(".IMG_0002.JPG.x", kind=kind)])
    told = verdict(seen((0, found), (600, found)), QUIET)
    assert not told.settled
    assert ".IMG_0002.JPG.x" in told.reason


def test_an_empty_photo_holds_the_shoot_back_with_a_remedy() -> None:
    """A photo of zero bytes is named, with what to do, and is looked at again."""
    found = listing([photo(), photo("IMG_0002.JPG", size=0, problem="is empty (0 bytes)")])
    told = verdict(seen((0, found), (600, found)), QUIET)
    assert not told.settled
    assert told.look_at is not None
    assert "IMG_0002.JPG is empty (0 bytes)" in told.reason
    assert "bracketd submit" in told.reason


def test_ready_skips_the_wait() -> None:
    """A person's .ready file settles a shoot at once, but not one with a file in flight."""
    ready = photo(".ready", kind=FileClass.READY)
    assert verdict(seen((0, listing([photo(), ready]))), QUIET).settled
    copying = photo("IMG_0002.JPG.part", kind=FileClass.IN_FLIGHT)
    assert not verdict(seen((0, listing([photo(), ready, copying]))), QUIET).settled


def test_a_folder_without_photos_is_no_shoot() -> None:
    """Without a photo nothing settles, and nothing is waited for."""
    told = verdict(seen((0, listing([])), (600, listing([]))), QUIET)
    assert (told.settled, told.look_at) == (False, None)
