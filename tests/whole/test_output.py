from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import Bracketd
from tests.whole.rights import without_privileges

OAK = "12 Oak St"


@pytest.mark.parametrize("kind", ["truncated", "short-length"])
def test_half_a_picture_is_fetched_again(program: Bracketd, sandbox: Sandbox, kind: str) -> None:
    """An incomplete download is repeated, even with a matching length. Half a picture is never delivered."""
    sandbox.faults([f"download {kind} next=2"])
    program.start()
    program.drop(OAK, shoot(1))
    program.reach(OAK, "downloaded")


def test_an_output_that_cannot_be_written(program: Bracketd, sandbox: Sandbox) -> None:
    """With a read-only output nothing is bought. The order says so, and continues when the folder is writable."""
    program.launcher = without_privileges()
    program.output.mkdir(mode=0o555)
    program.start()
    program.drop(OAK, shoot(1))
    order = program.message(OAK, "cannot write to")
    assert "Permission denied" in order["messages"][0]
    assert order["phase"] == "downloading"
    assert [image["charged"] for image in of_order(sandbox, order)["images"]] == [0]
    program.output.chmod(0o755)
    program.run("retry", OAK)
    program.reach(OAK, "downloaded")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 80 MB. Skips if it cannot be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=80m", "none", disk], check=False).returncode
    ):
        pytest.skip("only root can mount a small disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_full_disk(small_disk: Path, program: Bracketd, sandbox: Sandbox) -> None:
    """With a full output disk nothing is bought. The order says so, and continues when there is space again."""
    full = small_disk / "full"
    full.write_bytes(b"\0" * 60_000_000)
    program.output = small_disk / "finished"
    program.folder["output"] = str(program.output)
    program.start()
    program.drop(OAK, shoot(1))
    order = program.message(OAK, "Free up space there; bracketd then continues automatically")
    words = r"bracketd buys a picture only if 68 MB are free, 2\d MB are free: No space left on device\."
    assert re.search(words, order["messages"][0])
    problem = program.run("check").stderr
    words = rf"only 2\d MB are free in {program.output}; at least 1000 MB are recommended\. Free up space there"
    assert re.search(words, problem)
    assert [image["charged"] for image in of_order(sandbox, order)["images"]] == [0]
    full.unlink()
    program.run("retry", OAK)
    program.reach(OAK, "downloaded")
    program.close()
