"""The system's real events, through watchdog."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from watchdog.observers.api import EventEmitter

from daemon.watcher import Dirty, NativeHints
from daemon.watcher.hints import MOST_FOLDERS, waker
from tests.whole.program import until

OAK, ELM = "12 Oak St", "1 Elm St"


class Heard:
    """Collects the shoots that a source of hints has reported. None means that the shoot is unknown."""

    def __init__(self, root: Path) -> None:
        self._names: set[str | None] = set()
        self._dirty = Dirty(lambda: None)
        self.hints = NativeHints(str(root), self._dirty)

    def of(self, shoot: str) -> bool:
        """True if a shoot was reported since the last call."""
        names, everything = self._dirty.take()
        self._names |= names
        if everything:
            self._names.add(None)
        found = shoot in self._names
        self._names.discard(shoot)
        return found

    @property
    def names(self) -> set[str | None]:
        """All reports that have not been read."""
        self.of("")
        return self._names


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A watched folder with a shoot in it."""
    (tmp_path / "in" / OAK).mkdir(parents=True)
    return tmp_path / "in"


@pytest.fixture
def heard(root: Path) -> Iterator[Heard]:
    """Hints about the watched folder, whose shoot is followed."""
    heard = Heard(root)
    heard.hints.start()
    heard.hints.follow(OAK)
    yield heard
    heard.hints.stop()


def test_a_new_shoot_and_its_photos(root: Path, heard: Heard) -> None:
    """A new folder, and each photo at any depth in a followed shoot, is reported by the shoot's name."""
    (root / ELM).mkdir()
    until(lambda: heard.of(ELM))
    (root / OAK / "DCIM" / "100CANON").mkdir(parents=True)
    until(lambda: heard.of(OAK))
    heard.hints.follow(ELM)
    (root / ELM / "IMG_1.JPG").write_bytes(b"x")
    until(lambda: heard.of(ELM))
    assert heard.names <= {OAK, ELM}


def test_a_folder_moved_in(root: Path, heard: Heard) -> None:
    """A folder that is moved into a followed shoot is reported."""
    (root.parent / "DCIM" / "100CANON").mkdir(parents=True)
    os.rename(root.parent / "DCIM", root / OAK / "DCIM")
    until(lambda: heard.of(OAK))


def test_a_shoot_that_is_a_link(root: Path, heard: Heard) -> None:
    """If a shoot is a link, changes in its target folder are reported, also directly in it."""
    elsewhere = root.parent / "elsewhere"
    (elsewhere / "DCIM").mkdir(parents=True)
    (root / ELM).symlink_to(elsewhere, target_is_directory=True)
    until(lambda: heard.of(ELM))
    heard.hints.follow(ELM)
    for path in ("IMG_1.JPG", "DCIM/IMG_2.JPG"):
        (elsewhere / path).write_bytes(b"x")
        until(lambda: heard.of(ELM))
    (root / OAK / "IMG_3.JPG").write_bytes(b"x")
    until(lambda: heard.of(OAK))
    assert heard.names <= {OAK, ELM}


def test_a_watched_folder_that_is_a_link(root: Path) -> None:
    """If the watched folder is a link, new shoots and photos in followed shoots are reported by name."""
    link = root.parent / "link"
    link.symlink_to(root, target_is_directory=True)
    heard = Heard(link)
    heard.hints.start()
    try:
        heard.hints.follow(OAK)
        (root / ELM).mkdir()
        until(lambda: heard.of(ELM))
        (root / OAK / "IMG_1.JPG").write_bytes(b"x")
        until(lambda: heard.of(OAK))
        assert heard.names <= {OAK, ELM}
    finally:
        heard.hints.stop()


def test_what_is_forgotten_is_silent(root: Path, heard: Heard) -> None:
    """A shoot that is no longer followed is not reported; a followed one still is."""
    (root / ELM).mkdir()
    heard.hints.follow(ELM)
    heard.hints.forget(OAK)
    until(lambda: heard.of(ELM))
    (root / OAK / "IMG_1.JPG").write_bytes(b"x")
    (root / ELM / "IMG_1.JPG").write_bytes(b"x")
    until(lambda: heard.of(ELM))
    assert heard.names == set()


def emitter_of(folder: Path) -> EventEmitter:
    """The thread that listens to a folder."""
    emitters = (thread for thread in threading.enumerate() if isinstance(thread, EventEmitter))
    return next(emitter for emitter in emitters if emitter.watch.path == str(folder.resolve()))


@pytest.mark.parametrize("folder", [".", OAK], ids=["the watched folder's", "a shoot's"])
def test_one_thread_that_ended_is_noticed(root: Path, heard: Heard, folder: str) -> None:
    """If the emitter of an existing folder ends while the observer is running, events no longer work."""
    emitter = emitter_of(root / folder)
    assert heard.hints.works()
    emitter.stop()
    emitter.join(10)
    assert not heard.hints.works()


@pytest.mark.parametrize("renamed", [False, True], ids=["deleted", "renamed, then deleted"])
def test_a_followed_shoot_that_is_deleted(root: Path, heard: Heard, *, renamed: bool) -> None:
    """Deleting a followed shoot ends only its own emitter; the other folders are still reported."""
    emitter, shoot = emitter_of(root / OAK), root / OAK
    if renamed:
        shoot = shoot.rename(root.parent / "Oak")
    shutil.rmtree(shoot)
    emitter.join(10)
    assert not emitter.is_alive()
    assert heard.hints.works()
    heard.hints.forget(OAK)
    (root / ELM).mkdir()
    until(lambda: heard.of(ELM))
    assert heard.hints.works()


def test_a_followed_shoot_in_place_of_a_deleted_one(root: Path, heard: Heard) -> None:
    """If a deleted shoot reappears before it is forgotten, the missing watch is noticed."""
    emitter = emitter_of(root / OAK)
    (root / OAK).rmdir()
    emitter.join(10)
    (root / OAK).mkdir()
    assert not heard.hints.works()


def test_a_watched_folder_that_is_deleted(root: Path, heard: Heard) -> None:
    """If the watched folder is deleted, events no longer work."""
    emitter = emitter_of(root)
    shutil.rmtree(root)
    emitter.join(10)
    assert not heard.hints.works()


def test_a_shoot_with_too_many_folders_is_not_listened_to(root: Path) -> None:
    """A shoot that would use up the system's watches, such as a link to ``/``, is rejected at once, and no other."""
    heard = Heard(root)
    (root / "everything").symlink_to("/", target_is_directory=True)
    for number in range(MOST_FOLDERS + 1):
        (root / "huge" / str(number)).mkdir(parents=True)
    heard.hints.start()
    try:
        for shoot in ("everything", "huge"):
            with pytest.raises(OSError, match=f"more than {MOST_FOLDERS} folders"):
                heard.hints.follow(shoot)
        heard.hints.follow(OAK)
        (root / OAK / "IMG_1.JPG").write_bytes(b"x")
        until(lambda: heard.of(OAK))
        assert heard.hints.works()
    finally:
        heard.hints.stop()


def test_a_change_after_the_end_is_ignored() -> None:
    """A change that is reported when the event loop is already closed raises nothing in watchdog's thread."""
    loop = asyncio.new_event_loop()
    event = asyncio.Event()
    dirty = Dirty(waker(loop, event))
    dirty.add("12 Oak St")
    loop.run_until_complete(asyncio.wait_for(event.wait(), 5))
    loop.close()
    dirty.add("14 Oak St")
    assert dirty.take() == (frozenset({"12 Oak St", "14 Oak St"}), False)
