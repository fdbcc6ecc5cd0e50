"""Of ten thousand simulated arrivals (``--soak``: a hundred thousand), none is locked early and none is forgotten."""

from __future__ import annotations

import fnmatch
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.files import names as tables
from daemon.shoot import FileClass, Quiet
from tests.shell.arrivals import names
from tests.shell.arrivals.disk import kind_of
from tests.shell.arrivals.kinds import KINDS
from tests.shell.arrivals.promises import Outcome, arrive, figures
from tests.shell.arrivals.watch import Blind
from tests.shell.arrivals.writers import Photo

pytestmark = pytest.mark.long

log = logging.getLogger("tests.arrivals")

IN_BLOCK = 1000
"""Arrivals in one test: the blocks can run side by side."""


def block(number: int) -> list[Outcome]:
    """A thousand arrivals, of all kinds in turn."""
    kinds = tuple(KINDS)
    numbers = range(number * IN_BLOCK, (number + 1) * IN_BLOCK)
    return [arrive(kinds[n % len(kinds)], n // len(kinds)) for n in numbers]


@pytest.mark.parametrize(
    "number", [*range(10), *(pytest.param(number, marks=pytest.mark.soak) for number in range(10, 100))]
)
def test_no_shoot_is_taken_early_and_none_is_left_behind(number: int) -> None:
    """However a shoot arrives, it is locked once, in time, and only when its last photo is complete."""
    outcomes = block(number)
    log.info("arrivals %d to %d\n%s", number * IN_BLOCK, (number + 1) * IN_BLOCK - 1, figures(outcomes))
    assert [outcome for outcome in outcomes if outcome.broken] == []


def without(*kinds: FileClass) -> Blind:
    """A watcher that does not see files of these kinds."""
    return Blind(kinds=lambda path: None if kind_of(path) in kinds else kind_of(path))


def thumbnails_count(path: str) -> FileClass | None:
    """A planted fault: a NAS's thumbnails count as photos."""
    return FileClass.PHOTO if path.startswith("@eaDir/") else kind_of(path)


def junk_counts(path: str) -> FileClass | None:
    """A planted fault: every file in a shoot is relevant."""
    return kind_of(path) or FileClass.OTHER


def conflicts_count(path: str) -> FileClass | None:
    """A planted fault: a sync client's conflict copy counts as a photo."""
    kind = kind_of(path)
    return FileClass.PHOTO if kind is FileClass.CONFLICT else kind


FAULTS = {
    "photos": (Blind(kinds=thumbnails_count), "a folder made long ahead", "sent with what is no photo"),
    "names": (without(FileClass.IN_FLIGHT), "under a temporary name", "taken early"),
    "placeholders": (without(FileClass.PLACEHOLDER), "placeholders that are brought", "taken early"),
    "sync client": (Blind(client=True), "a sync client that says it is busy", "taken early"),
    "stillness": (Blind(quiet=Quiet(0.0)), "copied, file after file", "taken early"),
    "adaptive quiet period": (Blind(quiet=Quiet(30.0)), "pauses that grow", "taken early"),
    "structure, of short files": (Blind(structure=True), "stalled for minutes: short", "taken early"),
    "structure, of preallocated files": (Blind(structure=True), "stalled for minutes: preallocated", "taken early"),
    "structure, of files that change unseen": (
        Blind(structure=True),
        "stalled for minutes: time set first",
        "taken early",
    ),
    "sets": (Blind(sets=True), "the rest of a bracket set after a long pause", "taken early"),
    "sets, never whole": (Blind(sets=True), "a bracket set that stays incomplete", "the rest of a set was not"),
    "junk": (Blind(kinds=junk_counts), "junk until long after", "left behind"),
    "conflict copies": (Blind(kinds=conflicts_count), "with conflict copies", "sent with what is no photo"),
    "rescans": (Blind(rescans=True), "a folder made long ahead", "left behind"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_gate_that_does_not_see_is_found_out(fault: str) -> None:
    """A watcher that misses what one gate must detect breaks a promise within a hundred arrivals."""
    blind, kind, broken = FAULTS[fault]
    messages = [words for seed in range(100) for words in arrive(kind, seed, blind).broken]
    assert any(words.startswith(broken) for words in messages), messages


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("beyond")])
def test_undetectable_pauses_lock_early_and_late_photos_are_found(kind: str) -> None:
    """A pause longer than the quiet period, without a sign of more files, counts as the end. The rest is late."""
    outcomes = [arrive(kind, seed) for seed in range(100)]
    assert [outcome for outcome in outcomes if outcome.broken] == []
    assert sum(outcome.early for outcome in outcomes) > 5


def test_an_arrival_can_be_had_again() -> None:
    """The kind and the number of an arrival reproduce it in another process."""
    again = (
        "from tests.shell.arrivals import kinds, promises\nprint([promises.arrive(kind, 7) for kind in kinds.KINDS])"
    )
    root, environ = Path(__file__).parents[3], os.environ | {"PYTHONHASHSEED": "7"}
    run = subprocess.run(
        [sys.executable, "-c", again], cwd=root, env=environ, capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines()[-1] == str([arrive(kind, 7) for kind in KINDS])


def test_every_name_of_the_tables_arrives() -> None:
    """There is an arrival for every pattern that ``daemon.files.names`` knows."""
    temporary = [pattern for patterns in names.TEMPORARY.values() for pattern in patterns]
    patterns = [*temporary, *names.BESIDE, *names.PLACEHOLDERS, *names.CONFLICTS, *names.JUNK]
    photo = Photo("IMG_1.JPG", 1, 0.0)
    parts = {part.lower() for pattern in patterns for part in photo.named(pattern, "0a1b2c3d", "aB3dE6").split("/")}
    files = (*tables.IN_FLIGHT, *tables.PLACEHOLDERS, *tables.CONFLICTS, *tables.JUNK)
    folders = (*tables.IN_FLIGHT_FOLDERS, *tables.JUNK_FOLDERS, *tables.APP_FOLDERS)
    assert [table for table in (*files, *folders) if not fnmatch.filter(parts, table)] == []
