from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from daemon.files.roots import OutputNow, Roots
from daemon.root import RootState


@dataclass
class Notebook:
    """A memory that lasts for a test."""

    rows: dict[str, RootState] = field(default_factory=dict)
    written: int = 0
    orders: frozenset[str] = frozenset()

    def state_of(self, root: str) -> RootState | None:
        """The last known states."""
        return self.rows.get(root)

    def remember(self, root: str, state: RootState) -> None:
        """Store a state."""
        self.rows[root] = state
        self.written += 1

    def known(self, _root: str, shoots: Collection[str]) -> int:
        """The number of these shoots that are in the test's list."""
        return len(self.orders & set(shoots))


@pytest.fixture
def notebook() -> Notebook:
    """An empty memory."""
    return Notebook()


@pytest.fixture
def roots(notebook: Notebook) -> Roots:
    """Roots that were never seen."""
    return Roots(notebook)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with a folder for pictures. Skips if no disk can be mounted."""
    point = tmp_path / "disk"
    point.mkdir()
    if not mounted(point):
        pytest.skip("only root can mount a disk")
    try:
        yield point
    finally:
        subprocess.run(["umount", point], check=False, capture_output=True)


def mounted(point: Path) -> bool:
    """Mount a separate disk. Returns True on success."""
    words = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(point)]
    return os.geteuid() == 0 and subprocess.run(words, check=False, capture_output=True).returncode == 0


def watch(roots: Roots, root: Path) -> str | None:
    """Check a watched folder as the watcher does, and store its state. Returns why it is away, None if it is not."""
    snapshot = roots.check(str(root))
    if snapshot.unmounted is None:
        roots.remember(str(root), snapshot)
    return snapshot.unmounted


def test_a_watched_folder_is_there_until_it_is_not(tmp_path: Path, roots: Roots) -> None:
    """A renamed root is away, also with an empty folder in its place, and available once it is back."""
    root = tmp_path / "in"
    (root / "12 Oak St").mkdir(parents=True)
    assert watch(roots, root) is None
    assert roots.watched_away(str(root)) is None
    root.rename(tmp_path / "away")
    assert "is not there. Is its disk mounted?" in str(roots.watched_away(str(root)))
    root.mkdir()
    assert "was replaced by an empty folder" in str(roots.watched_away(str(root)))
    assert "`bracketd adopt FOLDER`" in str(roots.watched_away(str(root)))
    root.rmdir()
    (tmp_path / "away").rename(root)
    assert roots.watched_away(str(root)) is None


def test_a_root_that_was_never_seen_and_is_not_there_is_away(tmp_path: Path, roots: Roots) -> None:
    """Photos are not missing while their watched folder does not exist, even if it was never seen."""
    assert "is not there" in str(roots.watched_away(str(tmp_path / "in")))


def test_what_did_not_change_is_not_written_down(tmp_path: Path, roots: Roots, notebook: Notebook) -> None:
    """A root's state is stored only when it changes."""
    for _ in range(3):
        watch(roots, tmp_path)
        roots.output_away(str(tmp_path))
    assert notebook.written == 1


def test_an_output_is_remembered_once_it_is_there(tmp_path: Path, roots: Roots) -> None:
    """An output folder that was never seen need not exist; one that was seen must not disappear."""
    output = tmp_path / "out"
    assert roots.output_away(str(output)) is None
    output.mkdir()
    assert roots.output_away(str(output)) is None
    output.rmdir()
    assert f"the output folder {output} is not there. Is its disk mounted?" in str(roots.output_away(str(output)))


def test_an_output_is_looked_at_in_a_bounded_time(tmp_path: Path, notebook: Notebook) -> None:
    """A hung output disk is distinguished from an available and an absent one, and delays nothing for long."""
    hangs = threading.Event()

    def mount_of(_path: str) -> None:
        hangs.wait()

    assert Roots(notebook).output_now(str(tmp_path)) == OutputNow()
    assert notebook.written == 1
    notebook.rows[str(tmp_path / "away")] = RootState("/mnt/disk", "1:2", 3)
    away = Roots(notebook).output_now(str(tmp_path / "away"))
    assert (away.hangs, away.why) == (False, Roots(notebook).output_away(str(tmp_path / "away")))
    hung = Roots(notebook, mount_of, patience=0.05).output_now(str(tmp_path))
    assert hung.hangs
    assert f"the disk of the output folder {tmp_path} does not respond" in str(hung.why)
    hangs.set()


def test_an_output_that_was_tidied_up_goes_on(tmp_path: Path, roots: Roots) -> None:
    """An emptied output folder is accepted, but another folder in its place is not."""
    for shoot in ("a", "b", "c"):
        (tmp_path / "out" / shoot).mkdir(parents=True)
    assert roots.output_away(str(tmp_path / "out")) is None
    (tmp_path / "out").rename(tmp_path / "archive")
    (tmp_path / "out").mkdir()
    assert "was replaced by an empty folder" in str(roots.output_away(str(tmp_path / "out")))
    (tmp_path / "out").rmdir()
    (tmp_path / "archive").rename(tmp_path / "out")
    for shoot in ("a", "b", "c"):
        (tmp_path / "out" / shoot).rmdir()
    assert roots.output_away(str(tmp_path / "out")) is None


def test_a_bare_mount_point_is_not_a_root(disk: Path, roots: Roots) -> None:
    """A root is away while its disk is unmounted, even if it was empty, and available once it is mounted."""
    assert watch(roots, disk) is None
    assert roots.output_away(str(disk)) is None
    subprocess.run(["umount", disk], check=True)
    (disk / "dropped on the mount point").mkdir()
    assert f"is on a disk that is not mounted (it was on the disk mounted at {disk})" in str(watch(roots, disk))
    assert "not mounted" in str(roots.output_away(str(disk)))
    assert mounted(disk)
    assert watch(roots, disk) is None
    assert roots.output_away(str(disk)) is None


def test_a_folder_that_is_mounted_once_more_is_the_same(tmp_path: Path, roots: Roots) -> None:
    """A folder that a service manager mounts over itself to confine a service counts as the same disk."""
    root = tmp_path / "in"
    (root / "12 Oak St").mkdir(parents=True)
    assert watch(roots, root) is None
    if os.geteuid() != 0 or subprocess.run(["mount", "--bind", root, root], check=False).returncode:
        pytest.skip("only root can mount a folder once more")
    try:
        assert watch(roots, root) is None
    finally:
        subprocess.run(["umount", root], check=True)
    assert watch(roots, root) is None


def test_the_mount_table_is_not_read_at_every_look(tmp_path: Path, notebook: Notebook) -> None:
    """Checking an unchanged folder does not look up its mount point."""
    asked = []

    def mount_of(path: str) -> str:
        asked.append(path)
        return "/"

    roots = Roots(notebook, mount_of)
    for _ in range(3):
        watch(roots, tmp_path)
    assert asked == [str(tmp_path)]


def test_an_unknown_mount_point_counts_as_unchanged(tmp_path: Path, notebook: Notebook) -> None:
    """If the mount table cannot be read once, the root is still available and its stored state unchanged."""
    watch(Roots(notebook, lambda _: "/"), tmp_path)
    assert watch(Roots(notebook, lambda _: None), tmp_path) is None
    assert notebook.rows[str(tmp_path)].mount == "/"


def test_a_disk_that_goes_while_it_is_looked_at_is_not_there(tmp_path: Path, notebook: Notebook) -> None:
    """A check never combines one folder's content with another's mount point."""
    root = tmp_path / "in"
    root.mkdir()

    def unmounting(_path: str) -> str:
        root.rename(tmp_path / "away")
        root.mkdir()
        return "/"

    with pytest.raises(FileNotFoundError):
        Roots(notebook, unmounting).check(str(root))
