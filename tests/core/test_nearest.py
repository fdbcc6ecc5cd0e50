"""Tests of the search for the word that a wrong one probably means."""

from __future__ import annotations

import pytest

from daemon.config.mistake import nearest, slips

SETTINGS = ("watch", "output", "quiet_period", "grouping", "late_files", "bad_files", "process_existing")
VERBS = ("run", "status", "show", "submit", "retry", "approve", "cancel", "skip", "plan", "check", "costs", "adopt")
PHOTOS = ("IMG_0431.JPG", "IMG_0432.JPG", "IMG_0440.JPG", "DSC00017.ARW")
SHOOTS = ("12 Oak St", "14 Oak St", "7 Elm Road", "Küche")


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("quite_period", SETTINGS, "quiet_period"),
        ("Quiet_Period", SETTINGS, "quiet_period"),
        ("quietperiod", SETTINGS, "quiet_period"),
        ("groupings", SETTINGS, "grouping"),
        ("process_exsting", SETTINGS, "process_existing"),
        ("wach", SETTINGS, "watch"),
        ("stauts", VERBS, "status"),
        ("sbumit", VERBS, "submit"),
        ("shwo", VERBS, "show"),
        ("aprove", VERBS, "approve"),
        ("IMG_0413.JPG", PHOTOS, "IMG_0431.JPG"),
        ("IMG_440.JPG", PHOTOS, "IMG_0440.JPG"),
        ("IMG-0440.JPG", PHOTOS, "IMG_0440.JPG"),
        ("DSC0017.ARW", PHOTOS, "DSC00017.ARW"),
        ("12 Oka St", SHOOTS, "12 Oak St"),
        ("7 elm raod", SHOOTS, "7 Elm Road"),
        ("Ku\N{COMBINING DIAERESIS}che", SHOOTS, "Küche"),
    ],
)
def test_a_slip_is_recognised(word: str, known: tuple[str, ...], meant: str) -> None:
    """A word with one or two slips suggests the word that was meant, in any case and Unicode form."""
    assert nearest(word, known) == meant


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("output_folder", SETTINGS),
        ("files", SETTINGS),
        ("quiet", SETTINGS),
        ("period", SETTINGS),
        ("match", ("catch", "watch")),
        ("start", VERBS),
        ("stop", VERBS),
        ("sow", VERBS[4:]),
        ("list", VERBS),
        ("pay", VERBS),
        ("IMG_0439.JPG", PHOTOS),
        ("IMG_0499.JPG", PHOTOS),
        ("DSC_0431.JPG", PHOTOS),
        ("IMG_0431.ARW", PHOTOS),
        ("16 Oak St", SHOOTS),
        ("2 Oak St", SHOOTS),
        ("7 Oak Road", SHOOTS),
        ("", SETTINGS),
        ("anything", ()),
    ],
)
def test_a_word_that_is_only_a_little_alike_suggests_nothing(word: str, known: tuple[str, ...]) -> None:
    """Another number, another word and several equally similar words suggest nothing."""
    assert nearest(word, known) is None


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("", "", 0), ("a", "", 1), ("", "ab", 2), ("ab", "ba", 1), ("abc", "axc", 1), ("kitten", "sitting", 3)],
)
def test_slips(one: str, other: str, count: int) -> None:
    """Slips are wrong, missing, extra and swapped characters, and the same in both directions."""
    assert (slips(one, other), slips(other, one)) == (count, count)
