"""Steps with photos that are touched or rewritten on a real disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from daemon.files import content
from daemon.files.roots import Roots
from daemon.files.scan import look
from daemon.order import Bracket, FlowName, MergeState, Phase, Preset, facts, next_steps, steps
from daemon.order.bracket import REREADS
from daemon.order.facts import Failure
from daemon.order.intents import intent
from daemon.order.preset import BadFiles
from daemon.service import Service, Slot
from daemon.steps import Run, Steps
from tests.changed import changed
from tests.core.orders import after, order
from tests.mirror import Mirror

BEFORE, OTHER = b"the bytes that were sent", b"the bytes that were edit"
NAMES = ("IMG_1.JPG", "IMG_2.JPG")


class Takes:
    """A service that accepts every bracket and every merge."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.merges = 0
        self.meanwhile: Callable[[], None] | None = None

    def upload(self, _slot: Slot, chunks: list[bytes], _size: int) -> None:
        """Accept a bracket, and run ``meanwhile`` just before it is complete."""
        self.got.append(b"".join(chunks))
        if self.meanwhile is not None:
            self.meanwhile()

    def merge(self, *_: object, **__: object) -> None:
        """Accept a merge."""
        self.merges += 1


class Present:
    """Roots whose disks are mounted."""

    def watched_away(self, _root: str) -> None:
        """It is mounted."""


class Scene:
    """An order with files in a folder, and the steps for it."""

    def __init__(self, folder: Path, preset: Preset = Preset(), flow: FlowName = "images") -> None:  # noqa: B008
        self.folder, self.service, self.reads = folder, Takes(), 0
        for name in NAMES:
            (folder / name).write_bytes(BEFORE)
        locked = changed(order(0, flow), folder=str(folder), preset=preset)
        self.order = replace(locked, brackets=tuple(self._locked(name) for name in NAMES))
        roots = cast("Roots", Present())
        self.performing = Steps(cast("Service", self.service), roots, Run(self._go_on, lambda: 0.0))

    def _locked(self, name: str) -> Bracket:
        file = look(str(self.folder), name)
        assert file is not None
        mark = content.mark(str(self.folder), name)
        return Bracket(name, file.size, file.mtime_ns, file.inode, mark=mark, ctime_ns=file.ctime_ns)

    def _go_on(self) -> None:
        self.reads += 1

    def do(self, step: steps.Step) -> facts.Fact:
        """Carry out a step, and record and return its fact."""
        before = intent(step)
        if before is not None:
            self.order = after(self.order, before)
        self.reads = 0
        fact = self.performing.perform(self.order, step)
        self.order = after(self.order, fact)
        return fact

    def upload(self) -> Scene:
        """Send both brackets."""
        for number in range(len(NAMES)):
            place = facts.Registered(number, self.order.brackets[number].attempt, f"s{number}", f"https://s/{number}")
            self.order = after(self.order, place)
            assert isinstance(self.do(steps.Upload(number)), facts.Stored)
        return self

    def rewrite(self, data: bytes = OTHER, name: str = NAMES[0]) -> None:
        """Overwrite a file with other bytes and restore its mtime."""
        self._settle(name, lambda path: path.write_bytes(data))

    def touch(self, name: str = NAMES[0]) -> None:
        """Change only the ctime of a file."""
        self._settle(name, lambda path: path.chmod(0o600))

    def _settle(self, name: str, change: Callable[[Path], object]) -> None:
        """Change a file, keep its size, mtime and inode, and wait until it gets another ctime."""
        path = self.folder / name
        before = path.stat()
        while path.stat().st_ctime_ns == before.st_ctime_ns:
            change(path)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        now = path.stat()
        assert (now.st_size, now.st_mtime_ns, now.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)


def test_a_file_rewritten_after_its_upload_is_sent_again(tmp_path: Path) -> None:
    """Other bytes with the same size, mtime and inode are found before the merge, and the new bytes are sent."""
    scene = Scene(tmp_path).upload()
    scene.rewrite()
    found = scene.do(steps.Confirm())
    assert isinstance(found, facts.Changed)
    assert found.bracket == 0
    assert scene.order.phase is Phase.UPLOADING
    assert not scene.order.brackets[0].stored
    assert scene.order.brackets[1].stored
    place = facts.Registered(0, scene.order.brackets[0].attempt, "again", "https://s/0")
    scene.order = after(scene.order, place)
    scene.do(steps.Upload(0))
    for registration in scene.order.uploads.discards:
        scene.order = after(scene.order, facts.Discarded(registration))
    assert scene.do(steps.Confirm()) == facts.Confirmed(())
    assert scene.service.got == [BEFORE, BEFORE, OTHER]


def test_a_file_rewritten_while_it_is_sent_is_sent_again(tmp_path: Path) -> None:
    """A file that changes after its first read and keeps its mtime is found by the check before the merge."""
    scene = Scene(tmp_path)
    scene.order = after(scene.order, facts.Registered(0, 0, "s0", "https://s/0"))
    scene.service.meanwhile = scene.rewrite
    scene.do(steps.Upload(0))
    scene.service.meanwhile = None
    scene.order = after(scene.order, facts.Registered(1, 0, "s1", "https://s/1"))
    scene.do(steps.Upload(1))
    assert isinstance(scene.do(steps.Confirm()), facts.Changed)


def test_a_touched_file_is_read_once(tmp_path: Path) -> None:
    """After a chmod the file is read once and found unchanged, and the order is merged without a second reading."""
    scene = Scene(tmp_path).upload()
    scene.touch()
    found = scene.do(steps.Confirm())
    assert isinstance(found, facts.SameContent)
    assert [number for number, *_ in found.seen] == [0]
    assert scene.order.brackets[0].ctime_ns == (tmp_path / NAMES[0]).stat().st_ctime_ns
    assert next_steps(scene.order) == (steps.Confirm(),)
    assert scene.do(steps.Confirm()) == facts.Confirmed(())
    assert scene.reads == 1, "asked whether to go on at the beginning, and read nothing"


def test_a_ctime_that_never_rests_is_not_believed(tmp_path: Path) -> None:
    """If a file's ctime differs at every check, the file is read a few times, then the order continues."""
    scene = Scene(tmp_path).upload()
    for _ in range(REREADS):
        scene.touch()
        assert isinstance(scene.do(steps.Confirm()), facts.SameContent)
    scene.touch()
    assert scene.do(steps.Confirm()) == facts.Confirmed(())


@pytest.mark.parametrize("flow", ["images", "brackets"])
def test_a_file_rewritten_between_lock_and_upload_is_waited_for(tmp_path: Path, flow: FlowName) -> None:
    """A replaced file must first stay unchanged for a while; a touched file is sent at once."""
    scene = Scene(tmp_path, flow=flow)
    for number in range(2):
        scene.order = after(scene.order, facts.Registered(number, 0, f"s{number}", f"https://s/{number}"))
    scene.rewrite(name=NAMES[0])
    scene.touch(name=NAMES[1])
    assert isinstance(scene.do(steps.Upload(0)), facts.Changed)
    assert "changed after the shoot was locked" in scene.order.messages[0]
    assert isinstance(scene.do(steps.Upload(1)), facts.Stored)
    assert scene.service.got == [BEFORE]


def test_a_file_rewritten_before_the_merge_is_not_merged(tmp_path: Path) -> None:
    """A file that is rewritten between the last check and the merge holds the order before the merge."""
    scene = Scene(tmp_path).upload()
    scene.do(steps.Confirm())
    scene.rewrite()
    failed = scene.do(steps.Merge())
    assert isinstance(failed, facts.Failed)
    assert failed.kind is Failure.FILE
    assert (scene.order.phase, scene.order.merge.state) == (Phase.HELD, MergeState.NOT_ASKED)
    assert f"`bracketd submit` the folder {tmp_path}" in scene.order.messages[0]
    assert scene.service.merges == 0


def test_a_file_touched_before_the_merge_is_merged(tmp_path: Path) -> None:
    """A chmod between the last check and the merge is not a change: after one reading the merge is requested once."""
    scene = Scene(tmp_path).upload()
    scene.do(steps.Confirm())
    scene.touch()
    assert isinstance(found := scene.do(steps.Merge()), facts.SameContent)
    assert (scene.order.merge.state, scene.service.merges, next_steps(scene.order)) == (
        MergeState.NOT_ASKED,
        0,
        (steps.Merge(),),
    )
    assert scene.do(steps.Merge()) == facts.Merged()
    assert scene.service.merges == 1
    assert after(scene.order, found) is scene.order, "the same fact once more takes no merge back"


@pytest.mark.parametrize("gone", [True, False])
def test_a_file_that_went_after_the_last_look_stops_no_merge(tmp_path: Path, *, gone: bool) -> None:
    """Confirmed bytes are merged, even if their file no longer exists."""
    scene = Scene(tmp_path).upload()
    scene.do(steps.Confirm())
    if gone:
        (tmp_path / NAMES[0]).unlink()
    assert scene.do(steps.Merge()) == facts.Merged()


def test_orders_of_an_older_state_are_confirmed_as_before(tmp_path: Path) -> None:
    """A bracket without a recorded ctime is identified by size, mtime and inode, and not read."""
    scene = Scene(tmp_path).upload()
    brackets = tuple(replace(bracket, ctime_ns=None) for bracket in scene.order.brackets)
    scene.order = replace(scene.order, brackets=brackets)
    scene.touch()
    assert scene.do(steps.Confirm()) == facts.Confirmed(())


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EBUSY, errno.ENXIO, errno.EAGAIN])
def test_a_disk_that_gives_out_nothing_is_at_fault(mirror: Mirror, number: int) -> None:
    """If no photo of the shoot can be read, any error counts as a disk failure."""
    scene = Scene(mirror.point)
    scene.order = after(scene.order, facts.Registered(0, 0, "s0", "https://s/0"))
    mirror.fails(read_error=number)
    failed = scene.do(steps.Upload(0))
    assert isinstance(failed, facts.Failed)
    assert (failed.kind, failed.bracket, failed.disk_fails) == (Failure.UNREADABLE, 0, True)
    assert scene.order.phase is Phase.UPLOADING
    assert scene.order.due is not None
    mirror.fails()
    assert isinstance(scene.do(steps.Upload(0)), facts.Stored)


@pytest.mark.parametrize("how", ["read", "open"])
def test_a_photo_that_alone_cannot_be_read_is_named(mirror: Mirror, how: str) -> None:
    """One unreadable file is a failure of the file; if no file can be read, it is a failure of the disk."""
    scene = Scene(mirror.point)
    scene.order = after(scene.order, facts.Registered(0, 0, "s0", "https://s/0"))
    if how == "read":
        mirror.fails(read_error=errno.EIO, unreadable=[NAMES[0]])
    else:
        mirror.fails(open_error=errno.EACCES)
    failed = scene.do(steps.Upload(0))
    assert isinstance(failed, facts.Failed)
    assert (failed.kind, failed.disk_fails) == (Failure.UNREADABLE, how == "open")
    assert f"{NAMES[0]} cannot be read" in scene.order.messages[0]


def test_a_disk_that_does_not_say_what_is_there_ends_no_order(mirror: Mirror) -> None:
    """Disk errors at the last checks before a registration and a merge are temporary; the order is merged later."""
    scene = Scene(mirror.point)
    mirror.fails(look_error=errno.EIO)
    registered = scene.do(steps.Register(0))
    assert isinstance(registered, facts.Failed)
    assert registered.kind is Failure.UNREADABLE
    mirror.fails()
    scene.upload()
    mirror.fails(look_error=errno.ESTALE)
    confirmed = scene.do(steps.Confirm())
    assert isinstance(confirmed, facts.Failed)
    assert (confirmed.kind, confirmed.bracket, scene.order.phase) == (Failure.UNREADABLE, 0, Phase.UPLOADING)
    mirror.fails()
    assert scene.do(steps.Confirm()) == facts.Confirmed(())
    mirror.fails(look_error=errno.EIO)
    assert scene.do(steps.Merge()) == facts.Merged()


@pytest.mark.parametrize("bad_files", ["hold", "leave_out"])
def test_photos_that_are_missing_for_a_moment(tmp_path: Path, bad_files: BadFiles) -> None:
    """A file that a sync client is replacing is not left out at once; without leave_out the order is held."""
    scene = Scene(tmp_path, Preset(bad_files=bad_files))
    scene.order = after(scene.order, facts.Registered(0, 0, "s0", "https://s/0"))
    (tmp_path / NAMES[0]).rename(tmp_path / "aside")
    failed = scene.do(steps.Upload(0))
    assert isinstance(failed, facts.Failed)
    assert failed.kind is (Failure.FILE if bad_files == "hold" else Failure.UNREADABLE)
    assert f"{NAMES[0]} is {'missing' if bad_files == 'hold' else 'gone'}" in scene.order.messages[0]
    (tmp_path / "aside").rename(tmp_path / NAMES[0])
    if bad_files == "hold":
        assert scene.order.phase is Phase.HELD
    else:
        assert scene.order.sent == (0, 1)
        assert isinstance(scene.do(steps.Upload(0)), facts.Stored)


def test_a_folder_in_the_place_of_a_photo_does_not_pass(tmp_path: Path) -> None:
    """An error of the file itself holds the order at once."""
    scene = Scene(tmp_path)
    scene.order = after(scene.order, facts.Registered(0, 0, "s0", "https://s/0"))
    path = tmp_path / NAMES[0]
    path.unlink()
    path.symlink_to(path.name)
    failed = scene.do(steps.Upload(0))
    assert isinstance(failed, facts.Failed)
    assert failed.kind is Failure.FILE
    assert scene.order.phase is Phase.HELD
