from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.edges.sandbox.shots import shoot
from tests.whole.program import Bracketd

OAK = "12 Oak St"


def pipe(path: Path) -> None:
    """Make a pipe without a writer."""
    os.mkfifo(path)


def deep(path: Path) -> None:
    """Write JSON that is nested too deeply for a parser."""
    path.write_text("[" * 200_000)


def endless(path: Path) -> None:
    """Make a link to an endless stream of zeros."""
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [pipe, deep, endless])
def test_something_else_is_called_order_json(program: Bracketd, make: Callable[[Path], None]) -> None:
    """If the note's name is taken by a special file, the shoot is still delivered, and every verb works."""
    program.start()
    output = program.output / OAK
    output.mkdir(parents=True)
    make(output / "order.json")
    folder = program.drop(OAK, shoot(1))
    order = program.reach(OAK, "downloaded")
    assert (output / f"order-{order['order_id'][:8]}.json").is_file()
    make(folder / "IMG_9.JPG")
    explained = program.run("explain", str(folder / "IMG_9.JPG"))
    assert explained.returncode == 0, explained.stderr
    assert make is deep or "a pipe, a socket or a device" in explained.stdout
    assert program.stop() == 0
    recovered = program.run("doctor", "--recover", "--dry-run", "--offline")
    assert recovered.returncode == 0, recovered.stderr
    assert "1 delivered order(s)" in recovered.stdout
    (output / "order.json").unlink()
