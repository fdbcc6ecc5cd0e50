from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tools.vendor import FOLDERS, LIST, entries, licence_name

LISTED = [(folder, entry) for folder in FOLDERS for entry in entries(folder)]


@pytest.mark.parametrize(("folder", "entry"), LISTED, ids=[entry["name"] for _, entry in LISTED])
def test_vendored_files_are_unchanged(folder: Path, entry: dict[str, Any]) -> None:
    """Every vendored file is the one that its version of the package contains, and has its licence beside it."""
    assert hashlib.sha256((folder / entry["name"]).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["version"].startswith(f"{entry['major']}.")
    assert (folder / licence_name(entry)).stat().st_size > 300


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_else_is_vendored(folder: Path) -> None:
    """Every vendored file is listed."""
    listed = {name for entry in entries(folder) for name in (entry["name"], licence_name(entry))}
    assert {path.name for path in folder.iterdir()} == {LIST, *listed}
