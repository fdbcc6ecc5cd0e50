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
        (SENT.folder, PHOTOS[:2], (SENT,), Again.SAME),
        (SENT.folder, OTHER, (SENT,), Again.NEW),
        ("/in/another", OTHER, (SENT,), Again.NEW),
        (SKIPPED.folder, OTHER, (SKIPPED,), Again.SKIPPED),
    ],
    ids=["first", "back", "renamed", "copied", "archive renamed", "grown", "shrunk", "refilled", "unlike", "archive"],
)
def test_what_a_shoot_is_next_to_earlier_orders(
    folder: str, photos: tuple[Bracket, ...], earlier: tuple[Order, ...], told: Again
) -> None:
    """Photos are recognised under any name. A shoot with some known photos is not new; one with other photos is."""
    assert compare(folder, photos, earlier).again is told


def test_equally_large_files_of_another_day_are_others() -> None:
    """Uncompressed RAW files have equal sizes and repeated names, so the time distinguishes them."""
    next_job = tuple(replace(photo, mtime_ns=photo.mtime_ns + 86_400_000_000_000) for photo in PHOTOS)
    assert compare("/in/next", next_job, (SENT,)).again is Again.NEW


def test_no_photos_are_like_nothing() -> None:
    """Two folders without photos are not the same shoot."""
    assert fingerprint(()) == ""


MARKED = tuple(replace(photo, mark=f"{n:032}", sha256=f"{n:064}") for n, photo in enumerate(PHOTOS))
KNOWN = replace(SENT, brackets=MARKED)


def renamed(*photos: Bracket) -> tuple[Bracket, ...]:
    """The same contents with other names and times."""
    return tuple(replace(photo, path=f"new/{photo.path}", mtime_ns=photo.mtime_ns + 10**12) for photo in photos)


@pytest.mark.parametrize(
    ("photos", "told", "new"),
    [
        (renamed(*MARKED), Again.SAME, 0),
        (renamed(*MARKED[:1]), Again.SAME, 0),
        ((*renamed(*MARKED), replace(MARKED[0], path="x", mark="f" * 32)), Again.MORE, 1),
        (tuple(replace(photo, sha256="e" * 64) for photo in renamed(*MARKED)), Again.NEW, 0),
        (tuple(replace(photo, sha256=None) for photo in renamed(*MARKED)), Again.SAME, 0),
        ((renamed(MARKED[0])[0], *OTHER), Again.NEW, 0),
        (tuple(replace(photo, sha256="e" * 64) for photo in MARKED), Again.NEW, 0),
    ],
    ids=["renamed", "a part", "and more", "one byte other", "not read to the end", "one of four", "same names"],
)
def test_photos_are_known_by_their_content(photos: tuple[Bracket, ...], told: Again, new: int) -> None:
    """If the content is known it decides: names and times make photos neither the same nor different."""
    judged = compare("/in/other", photos, (KNOWN,))
    assert (judged.again, len(judged.new)) == (told, new)


def test_what_was_never_sent_is_not_known() -> None:
    """Photos of a skipped or cancelled order, or left out of an order, do not count as sent."""
    without = replace(KNOWN, brackets=(replace(MARKED[0], left_out="unreadable"), *MARKED[1:]), fingerprint="")
    assert compare("/in/other", renamed(MARKED[0]), (without,)).again is Again.NEW
    for phase in (Phase.SKIPPED, Phase.CANCELLED):
        assert compare("/in/other", renamed(*MARKED), (replace(KNOWN, phase=phase),)).again is Again.NEW


def test_what_a_person_cancelled_stays_so() -> None:
    """The folder of a cancelled order is not sent again automatically."""
    cancelled = replace(KNOWN, phase=Phase.CANCELLED, by_person=True)
    assert compare(KNOWN.folder, OTHER, (cancelled,)).again is Again.SKIPPED
