"""Where a state is kept."""

from __future__ import annotations

from pathlib import Path

FILE = "state.sqlite3"
"""The state file's name in the state directory."""


def state_file(state_dir: Path) -> Path:
    """The state file, for messages and to find its disk."""
    return state_dir / FILE
