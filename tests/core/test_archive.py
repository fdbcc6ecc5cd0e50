"""Tests of recognising the photos of a skipped shoot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from daemon.order import Bracket
from daemon.order.archive import (
    UNKNOWN,
    Evidence,
    Likeness,
    Recorded,
    Unseen,
    entry_of,
    may_be_unseen,
    name_of,
    recognise,
    why_unseen,
)
from daemon.shoot import Shot

RECORDED_AT = 1_700_000_000.0
SHOT_AT = 1_690_000_000
HOUR = 3600


def photos(
    number: int = 12, folder: str = "", *, ext: str = "JPG", size: int | None = None, first: int = 0
) -> list[Bracket]:
    """Photos of one shoot, each with a size of its own unless one is given."""
    return [
        Bracket(f"{folder}IMG_{n:04}.{ext}", size or 5_000_000 + n * 977, (SHOT_AT + n * 7) * 10**9, n)
        for n in range(first, first + number)
    ]


def recorded(of: Sequence[Bracket], order_id: str = "old") -> list[Recorded]:
    """The records of photos that were made when their shoot was skipped."""
    return [Recorded(order_id, entry_of(one.path, one.size, one.mtime_ns), RECORDED_AT) for one in of]


def later(of: Sequence[Bracket], seconds: int) -> list[Bracket]:
    """The same photos with all times shifted by some seconds, and other inodes."""
    return [replace(one, mtime_ns=one.mtime_ns + seconds * 10**9, inode=one.inode + 999) for one in of]


def copied(of: Sequence[Bracket]) -> list[Bracket]:
    """The same photos, copied without their times."""
    return [replace(one, mtime_ns=int(RECORDED_AT + 86400 * 90 + n * 0.3) * 10**9) for n, one in enumerate(of)]


OLD = photos()
RAW = photos(ext="ARW", size=24_000_000)
LOGO = photos(2, ext="PNG")
NEW = photos(first=500)

CASES: dict[str, tuple[list[Bracket], list[Bracket], Likeness]] = {
    "moved into a folder": (OLD, photos(folder="Old A/"), Likeness.SAME),
    "half of them": (OLD, OLD[:6], Likeness.SAME),
    "one of them": (OLD, OLD[:1], Likeness.SAME),
    "copied without times": (OLD, copied(OLD), Likeness.SAME),
    "an hour off": (OLD, later(OLD, HOUR), Likeness.SAME),
    "two old shoots in one folder": (
        [*OLD, *NEW],
        [*photos(folder="A/"), *photos(folder="B/", first=500)],
        Likeness.SAME,
    ),
    "in other capitals": (OLD, [replace(one, path=one.path.lower()) for one in OLD], Likeness.SAME),
    "with one new photo": (OLD, [*OLD, *NEW[:1]], Likeness.SAME),
    "with as many new photos": (OLD, [*OLD, *NEW], Likeness.UNSURE),
    "some of them among many": (OLD, [*OLD[:4], *photos(40, first=500)], Likeness.UNSURE),
    "a logo that lies in every shoot": ([*OLD, *LOGO], [*NEW, *LOGO], Likeness.OTHER),
    "a set in a very large shoot": (OLD, [*OLD[:4], *photos(200, first=500)], Likeness.OTHER),
    "other photos of the same names": (OLD, [replace(one, size=one.size + 31) for one in OLD], Likeness.OTHER),
    "other photos": (OLD, NEW, Likeness.OTHER),
    "no photos": (OLD, [], Likeness.OTHER),
    "RAW of one size, moved": (RAW, RAW, Likeness.SAME),
    "RAW of one size, an hour off": (RAW, later(RAW, HOUR), Likeness.SAME),
    "RAW of one size, three quarters of an hour off": (RAW, later(RAW, 45 * 60 + 1), Likeness.SAME),
    "RAW of one size, copied without times": (RAW, copied(RAW), Likeness.UNSURE),
    "RAW of one size, of another month": (RAW, later(RAW, 31 * 86400 + 5), Likeness.UNSURE),
    "one RAW, copied without its time": (RAW, copied(RAW[:1]), Likeness.UNSURE),
}


@pytest.mark.parametrize(("old", "now", "likeness"), CASES.values(), ids=CASES)
def test_an_archive_is_known_again(old: list[Bracket], now: list[Bracket], likeness: Likeness) -> None:
    """A shoot with nearly all photos recognised for certain is the same.

    With few, it is another one; otherwise it is held.
    """
    found = recognise(now, recorded(old))
    assert found.likeness is likeness
    assert found.total == len(now)


def test_a_composed_and_a_decomposed_name_are_one() -> None:
    """Names in both Unicode forms are equal, because some disks change the form."""
    assert name_of("a/Caf\u00e9 1.JPG") == name_of("b/cafe\u0301 1.jpg")


def test_only_one_skipped_shoot_counts_where_sizes_prove_nothing() -> None:
    """Photos that merely resemble those of many old shoots count only for the shoot with most matches."""
    one, other = photos(4, ext="ARW", size=24_000_000), photos(8, ext="ARW", size=24_000_000, first=4)
    found = recognise(copied([*one, *other]), [*recorded(one, "first"), *recorded(other, "second")])
    assert (found.order_id, found.known, len(found.alike)) == ("second", 8, 8)


def test_photos_that_are_younger_than_the_record_are_others() -> None:
    """A camera that repeats its numbers and writes files of one size does not hold a shoot: its clock decides."""
    now = copied(RAW)
    taken = {one.path: RECORDED_AT + 40 * 86400 for one in now}
    assert recognise(now, recorded(RAW), Evidence(taken=taken)).likeness is Likeness.OTHER
    assert (
        recognise(now, recorded(RAW), Evidence(taken=dict.fromkeys(taken, RECORDED_AT - 5))).likeness is Likeness.UNSURE
    )


def test_a_photo_of_which_only_a_placeholder_was_seen_is_asked_about() -> None:
    """An archive that was online only is known by names alone, so a match is held but not skipped."""
    stubs = [replace(one, entry=replace(one.entry, size=UNKNOWN, changed_at=5)) for one in recorded(OLD)]
    assert recognise(OLD, stubs).likeness is Likeness.UNSURE


@pytest.mark.parametrize("old", [OLD, RAW], ids=["JPEG", "RAW of one size"])
def test_a_skipped_photo_that_still_lies_in_its_place_is_compared(old: list[Bracket]) -> None:
    """Content that was read overrides names and sizes, in both directions."""
    now = copied(old)
    assert recognise(now, recorded(old)).named == tuple(one.path for one in now)
    for same, likeness in ((True, Likeness.SAME), (False, Likeness.OTHER)):
        evidence = Evidence(content={(one.path, "old"): same for one in now})
        assert recognise(now, recorded(old), evidence).likeness is likeness


def test_what_a_person_cancelled_is_known_by_its_content() -> None:
    """Photos of a cancelled order are recognised under any name and time; a mixture is held."""
    marked = [replace(one, path=f"new {one.path}", mark=f"m{n}") for n, one in enumerate(copied(RAW))]
    cancelled = {one.mark: "cancelled" for one in marked}
    found = recognise(marked, [], Evidence(cancelled))
    assert (found.likeness, found.order_id, found.known) == (Likeness.SAME, "cancelled", len(marked))
    assert recognise([*marked, *NEW], [], Evidence(cancelled)).likeness is Likeness.UNSURE


@pytest.mark.parametrize("shuffle", [reversed, sorted], ids=["reversed", "sorted"])
def test_the_order_of_the_record_does_not_matter(shuffle: Callable[..., object]) -> None:
    """The order of the records does not change the result."""
    twice = [*recorded(OLD, "a"), *recorded(later(OLD, 77), "b")]
    mixed = list(reversed(twice)) if shuffle is reversed else sorted(twice, key=lambda one: one.entry)
    assert recognise(OLD, mixed) == recognise(OLD, twice)


def taken(of: Sequence[Bracket], second: float) -> list[Bracket]:
    """The same photos, taken at a given time by their camera's clock."""
    return [replace(one, shot=Shot("canon", "canon eos 6d", "1", int(second) + n)) for n, one in enumerate(of)]


LATER = RECORDED_AT + 3 * 86400
MAY_BE_UNSEEN: dict[str, tuple[list[Bracket], Likeness]] = {
    "older": (OLD, Likeness.UNSEEN),
    "copied without times": (taken(copied(OLD), SHOT_AT), Likeness.UNSEEN),
    "taken on that day, in another time zone": (
        taken(copied(OLD), RECORDED_AT + 12 * HOUR),
        Likeness.UNSEEN,
    ),
    "younger": (copied(OLD), Likeness.OTHER),
    "younger by both": (taken(copied(OLD), LATER), Likeness.OTHER),
    "half of them older": ([*OLD[:6], *copied(NEW)[:6]], Likeness.UNSEEN),
    "a logo is older": ([*LOGO, *copied(photos(60))], Likeness.OTHER),
}


@pytest.mark.parametrize(("here", "likeness"), MAY_BE_UNSEEN.values(), ids=MAY_BE_UNSEEN)
def test_photos_that_are_older_than_an_unseen_shoot_may_be_its(here: list[Bracket], likeness: Likeness) -> None:
    """Photos older than a shoot that was skipped unread may belong to it; newer ones, or only a few, do not."""
    found = may_be_unseen(here, [Unseen("first", "Old A", RECORDED_AT - 9 * 86400), Unseen("o", "Old B", RECORDED_AT)])
    assert found.likeness is likeness
    assert found.total == len(here)
    if likeness is Likeness.UNSEEN:
        assert found.order_id == "o"
        assert "“Old B” was skipped while its folder could not be read" in why_unseen(found, "Old B")
    assert may_be_unseen(here, []).likeness is Likeness.OTHER
