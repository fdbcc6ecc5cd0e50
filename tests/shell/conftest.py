from __future__ import annotations

import sys
from pathlib import Path

import pytest
import structlog
from structlog._config import BoundLoggerLazyProxy


@pytest.fixture
def tmp(tmp_path: Path) -> Path:
    """A place with an empty watched folder."""
    (tmp_path / "in").mkdir()
    return tmp_path


@pytest.fixture(autouse=True)
def fresh_logs() -> None:
    """Logging as it is before anything sets it up: a test before this one in the process may have done so for good."""
    structlog.reset_defaults()
    for name, module in tuple(sys.modules.items()):
        logger = getattr(module, "log", None) if name.startswith("daemon.") else None
        if isinstance(logger, BoundLoggerLazyProxy):
            vars(logger).pop("bind", None)  # what it keeps of its first use, if it was set up to
