from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from daemon.files.placeholders import placeholder

MAC = {"st_size": 25_000_000, "st_blocks": 48_828}
WINDOWS = {"st_size": 25_000_000}


@pytest.mark.parametrize(
    ("looked", "absent"),
    [
        ({**MAC, "st_flags": 0x4000_0000, "st_blocks": 0}, True),
        ({**MAC, "st_flags": 0x4000_0000 | 0x40}, True),  # with UF_TRACKED, as File Providers set it
        ({**MAC, "st_flags": 0x40}, False),
        ({**MAC, "st_flags": 0x0020_0000}, False),  # another flag of the system: SF_SNAPSHOT
        ({**MAC, "st_flags": 0}, False),
        ({**WINDOWS, "st_file_attributes": 0x0040_0000 | 0x20}, True),  # RECALL_ON_DATA_ACCESS
        ({**WINDOWS, "st_file_attributes": 0x0004_0000}, True),  # RECALL_ON_OPEN
        ({**WINDOWS, "st_file_attributes": 0x1000}, True),  # OFFLINE
        ({**WINDOWS, "st_file_attributes": 0x0008_0000 | 0x20}, False),  # PINNED: always on this device
        ({**WINDOWS, "st_file_attributes": 0x80}, False),
        ({"st_size": 120, "st_blocks": 0}, False),  # a small file in its inode, or any on a network drive
    ],
)
def test_what_is_not_here(looked: dict[str, int], absent: bool) -> None:
    """Only macOS's dataless flag or Windows's recall attributes make a file count as absent."""
    assert placeholder(SimpleNamespace(**looked)) is absent


def test_a_file_that_is_here(tmp_path: Path) -> None:
    """A file on this disk is present, including a sparse file without blocks."""
    sparse = tmp_path / "IMG_1.JPG"
    with sparse.open("wb") as file:
        file.truncate(1_000_000)
    assert not placeholder(os.stat(sparse))
