from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from daemon.host.inotify import scarcity
from tests.whole.few_watches import can_be_limited, with_watches

FOLLOW = """
import sys
from daemon.watcher import Dirty, NativeHints

hints = NativeHints(sys.argv[1], Dirty(lambda: None))
hints.start()
refused = 0
for shoot in sys.argv[2:]:
    try:
        hints.follow(shoot)
    except OSError:
        refused += 1
print("works" if hints.works() else "broken", refused)
hints.stop()
"""


@pytest.mark.parametrize(
    ("used", "most", "scarce"), [(0, 8192, False), (7372, 8192, False), (7373, 8192, True), (8, 8, True)]
)
def test_headroom(used: int, most: int, scarce: bool) -> None:
    """A warning appears only if less than a tenth of the watches is free.

    It says how many are used and how to get more.
    """
    said = scarcity(used, most)
    assert (said is not None) is scarce
    if said is not None:
        assert f"{used} of {most} inotify watches are used" in said
        assert "`sysctl fs.inotify.max_user_watches=524288`" in said


def test_more_than_there_is_already() -> None:
    """The recommended limit is higher than the current one."""
    assert "=2000000`" in str(scarcity(1_000_000, 1_000_000))


@pytest.mark.skipif(not can_be_limited(), reason="needs unshare and user namespaces")
@pytest.mark.parametrize(("most", "warnings", "refused"), [(100, 0, 0), (6, 1, 2)])
def test_watches_are_counted(tmp_path: Path, most: int, warnings: int, refused: int) -> None:
    """A real source of events near the system's limit warns once, and continues with the watches it has."""
    shoots = [f"{number} Oak St" for number in range(4)]
    for shoot in shoots:
        (tmp_path / shoot / "DCIM" / "100CANON").mkdir(parents=True)
    command = [*with_watches(most), sys.executable, "-c", FOLLOW, str(tmp_path), *shoots]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.stdout.splitlines()[-1] == f"works {refused}", done.stderr
    assert done.stdout.count("inotify watches are used") == warnings
