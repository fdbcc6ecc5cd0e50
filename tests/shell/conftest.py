from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def tmp(tmp_path: Path) -> Path:
    """A place with an empty watched folder."""
    (tmp_path / "in").mkdir()
    return tmp_path
