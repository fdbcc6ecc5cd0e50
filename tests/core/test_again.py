from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.order import Again, Bracket, Order, Phase, compare, fingerprint
from tests.core.orders import order

SENT = replace(order(3), phase=Phase.DOWNLOADED, fingerprint=fingerprint(order(3).brackets))
SKIPPED = replace(order(0, phase=Phase.SKIPPED), fingerprint=fingerprint(order(3).brackets))
PHOTOS = SENT.brackets
OTHER = tuple(replace(photo, size=photo.size + 7) for photo in PHOTOS)
COPIED = tuple(replace(photo, inode=photo.inode + 99, mtime_ns=photo.mtime_ns + 5) for photo in PHOTOS)


@pytest.mark.parametrize(
    ("folder", "photos", "earlier", "told"),
    [
        (SENT.folder, PHOTOS, (), Again.NEW),
        (SENT.folder, PHOTOS, (SENT,), Again.SAME),
        ("/in/renamed", PHOTOS, (SENT,), Again.SAME),
        ("/elsewhere/copied", COPIED, (SENT,), Again.SAME),
        ("/in/renamed", PHOTOS, (SKIPPED,), Again.SAME),
        (SENT.folder, (*PHOTOS, replace(PHOTOS[0], path="new.JPG")), (SENT,), Again.MORE),
        (SENT.folder, PHOTOS[:2], (SENT,), Again.MORE),
        (SENT.folder, OTHER, (SENT,), Again.NEW),
        ("/in/another", OTHER, (SENT,), Again.NEW),
        (SKIPPED.folder, OTHER, (SKIPPED,), Again.SKIPPED),
    ],
    ids=["first", "back", "renamed", "copied", "archive renamed", "grown", "shrunk", "refilled", "unlike", "archive"],
)
def test_what_a_shoot_is_next_to_earlier_orders(
    folder: str, photos: tuple[Bracket, ...], earlier: tuple[Order, ...], told: Again
) -> None:
    """The same photos are known under any name; some of them again are no new shoot; others are."""
    assert compare(folder, photos, earlier)[0] is told


def test_equally_large_files_of_another_day_are_others() -> None:
    """Uncompressed RAW files are all equally large and cards count from one again: the time tells them apart."""
    next_job = tuple(replace(photo, mtime_ns=photo.mtime_ns + 86_400_000_000_000) for photo in PHOTOS)
    assert compare("/in/next", next_job, (SENT,))[0] is Again.NEW


def test_no_photos_are_like_nothing() -> None:
    """Two folders without photos are not the same shoot."""
    assert fingerprint(()) == ""
