from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tools.vendor import LIST, VENDOR, entries, licence_name


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: str(entry["name"]))
def test_vendored_files_are_unchanged(entry: dict[str, Any]) -> None:
    """Every vendored file is the one that its version of the package contains, and has its licence beside it."""
    assert hashlib.sha256((VENDOR / entry["name"]).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["version"].startswith(f"{entry['major']}.")
    assert (VENDOR / licence_name(entry)).stat().st_size > 300


def test_nothing_else_is_vendored() -> None:
    """Every vendored file is listed."""
    listed = {name for entry in entries() for name in (entry["name"], licence_name(entry))}
    assert {path.name for path in VENDOR.iterdir()} == {LIST.name, *listed}
