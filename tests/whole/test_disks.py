from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.files.incoming import part_name
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import Bracketd, Json, until

OAK, ELM = "12 Oak St", "1 Elm St"

HELD_UP = ["upload slow skip=1 next=2 seconds=3"]
"""One bracket is stored at once, two take a while."""

AT_THE_FIRST_PICTURE = ["download slow next=1 seconds=3"]
"""The download of the first picture takes a while."""


class Disk:
    """A disk that keeps its content while it is unmounted, unlike a plain memory disk."""

    def __init__(self, home: Path) -> None:
        self.point, self._kept = home / "disk", home / "kept"
        self.point.mkdir(parents=True)
        self._kept.mkdir()
        if os.geteuid() != 0 or not self._mount("-t", "tmpfs", "-o", "size=200m", "none", str(self._kept)):
            pytest.skip("only root can mount a disk")
        (self._kept / "volume").mkdir()
        self.mount()

    @staticmethod
    def _mount(*words: str) -> bool:
        return subprocess.run(["mount", *words], check=False, capture_output=True).returncode == 0

    def mount(self) -> None:
        """Mount the disk."""
        assert self._mount("--bind", str(self._kept / "volume"), str(self.point))

    def unmount(self) -> None:
        """Unmount the disk, even with open files."""
        subprocess.run(["umount", "--lazy", self.point], check=True)

    def drop(self, root: str, name: str, files: dict[str, bytes]) -> None:
        """Put a complete shoot onto the disk at once."""
        card = self._kept / "card"
        card.mkdir()
        for path, data in files.items():
            (card / path).write_bytes(data)
        card.rename(self._kept / "volume" / root / name)

    def remove(self) -> None:
        """Remove the disk."""
        for place in (self.point, self._kept):
            subprocess.run(["umount", "--lazy", place], check=False, capture_output=True)


@pytest.fixture
def program(program: Bracketd) -> Bracketd:
    """The program, with a short interval of scans."""
    program.folder.update(observer="polling", poll_interval="0.5s")
    return program


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A mounted disk. Skips if it cannot be mounted."""
    disk = Disk(tmp_path)
    try:
        yield disk
    finally:
        disk.remove()


def away(program: Bracketd, words: str) -> None:
    """Wait until ``status`` says that a folder is away, and why."""
    until(lambda: any(words in message for message in program.peek()["daemon"]["messages"]))


def done(program: Bracketd, *orders: Json) -> None:
    """Wait until the existing orders are delivered without an ask, and none is cancelled."""
    for order in orders:
        assert program.reach(order["shoot"], "downloaded")["order_id"] == order["order_id"]
    assert len(program.peek()["orders"]) == len(orders)
    until(lambda: not program.peek()["daemon"]["messages"])


@pytest.mark.parametrize("below", ["", "Shoots"], ids=["the mount point itself", "a folder on the disk"])
def test_a_disk_pulled_out_while_its_photos_are_sent(
    disk: Disk, program: Bracketd, sandbox: Sandbox, below: str
) -> None:
    """The order waits and says so, shoots on the bare mount point are ignored, and it continues with the disk."""
    root = disk.point / below
    root.mkdir(exist_ok=True)
    program.folder["watch"] = str(root)
    sandbox.faults(HELD_UP)
    program.start()
    disk.drop(below, OAK, shoot(1))
    order = program.when(OAK, lambda order: order["brackets"]["uploaded"] == 1)
    disk.unmount()
    if not below:
        stray = root / "stray"
        stray.mkdir()
        (stray / "IMG_1.JPG").write_bytes(b"not a photo")
    program.message(OAK, "Is its disk mounted?")
    away(program, "is on a disk that is not mounted" if not below else "cannot be read: No such file or directory")
    assert of_order(sandbox, order)["merges"] == []
    disk.mount()
    done(program, order)
    assert program.order("stray") is None


def test_a_disk_pulled_out_while_pictures_come(disk: Disk, program: Bracketd, sandbox: Sandbox) -> None:
    """Nothing is written to the bare mount point and nothing more is bought. With the disk the order continues."""
    program.folder["output"] = str(disk.point)
    program.folder["on_mismatch"] = "never"  # so that no preview is downloaded first
    program.settings["transfers"] = {"downloads": 1}
    sandbox.faults(AT_THE_FIRST_PICTURE)
    program.start()
    program.drop(OAK, shoot(2))
    order = program.reach(OAK, "downloading")
    until(lambda: sandbox.report()["faults"][0]["happened"])
    disk.unmount()
    order = program.message(OAK, f"the output folder {disk.point} is on a disk that is not mounted")
    away(program, "is on a disk that is not mounted")
    assert sum(image["charged"] for image in of_order(sandbox, order)["images"]) == 1
    assert list(disk.point.iterdir()) == []
    disk.mount()
    done(program, order)
    program.close()


def test_an_empty_folder_in_place_of_the_watched_one(program: Bracketd, sandbox: Sandbox) -> None:
    """If a watched folder is renamed during an upload and replaced by a new one, the order waits for the old one."""
    sandbox.faults(HELD_UP)
    program.start()
    program.drop(OAK, shoot(1))
    order = program.when(OAK, lambda order: order["brackets"]["uploaded"] == 1)
    aside = program.watched.rename(program.home / "aside")
    program.watched.mkdir()
    program.message(OAK, "was replaced by an empty folder. Is its disk mounted?")
    away(program, "was replaced by an empty folder")
    program.watched.rmdir()
    aside.rename(program.watched)
    done(program, order)


def test_all_shoots_gone_at_once(program: Bracketd, sandbox: Sandbox) -> None:
    """If both shoots vanish during their uploads, their disk is missing. They continue when they are back."""
    sandbox.faults(["upload slow skip=1 next=5 seconds=3"])
    program.start()
    for name in (OAK, ELM):
        program.drop(name, shoot(1) if name == OAK else {f"ELM_{n}": data for n, data in shoot(1).items()})
    orders = [program.reach(name, "uploading") for name in (OAK, ELM)]
    aside = program.home / "aside"
    aside.mkdir()
    for name in (OAK, ELM):
        (program.watched / name).rename(aside / name)
    for name in (OAK, ELM):
        program.message(name, "is suddenly empty; all of its 2 shoots are missing. Is its disk mounted?")
    away(program, "is suddenly empty")
    for name in (OAK, ELM):
        (aside / name).rename(program.watched / name)
    done(program, *orders)


def test_an_output_that_was_renamed(program: Bracketd, sandbox: Sandbox) -> None:
    """An output folder that is renamed during downloads is not created again. When it is back the order continues."""
    program.output.mkdir()
    sandbox.faults(AT_THE_FIRST_PICTURE)
    program.start()
    program.drop(OAK, shoot(1))
    program.reach(OAK, "downloading")
    until(lambda: sandbox.report()["faults"][0]["happened"])
    aside = program.output.rename(program.home / "aside")
    order = program.message(OAK, f"the output folder {program.output} is not there. Is its disk mounted?")
    away(program, "is not there")
    assert not program.output.exists()
    aside.rename(program.output)
    done(program, order)


def test_an_output_that_was_moved_for_good(program: Bracketd) -> None:
    """``adopt`` accepts an output folder as it is, or creates a missing one. It refuses other folders."""
    program.output.mkdir()
    program.start()
    program.drop(OAK, shoot(1))
    program.reach(OAK, "downloaded")
    program.output.rename(program.home / "archive")
    program.drop(ELM, {f"ELM_{name}": data for name, data in shoot(1).items()})
    program.message(ELM, "run `bracketd adopt FOLDER`")
    refused = program.run("adopt", str(program.home))
    assert refused.returncode == 1
    said = f"not a watched or output folder. The folders are:\n  {program.output}\n  {program.watched}"
    assert said in refused.stderr
    adopted = program.run("adopt", str(program.output))
    assert (adopted.returncode, adopted.stdout) == (0, f"{program.output} is accepted as it is now.\n")
    program.reach(ELM, "downloaded")
    (program.home / "archive" / OAK).rename(program.output / OAK)


def test_part_files_of_a_killed_run(program: Bracketd, sandbox: Sandbox) -> None:
    """The next start removes part files that no order needs, and completes the others."""
    sandbox.faults(AT_THE_FIRST_PICTURE)
    program.start()
    program.drop(OAK, shoot(1))
    order = program.reach(OAK, "downloading")
    until(lambda: sandbox.report()["faults"][0]["happened"])
    program.kill()
    output = Path(order["output"])
    (needed,) = output.iterdir()
    leftovers = [output / part_name("an image that came to nothing"), output / ".order.json.part"]
    for path in (*leftovers, output / "mine.part"):
        path.write_bytes(b"some of it")
    program.start()
    removed = {event["path"] for event in program.logged("removed part file")}
    assert removed == {str(path) for path in leftovers}
    done(program, order)
    assert not needed.exists()
    assert (output / "mine.part").exists()
