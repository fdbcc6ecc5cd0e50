from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.host import logs
from daemon.watcher.hints import OVERFLOW_LOG, Dirty, NativeHints


@pytest.fixture
def levels() -> Iterator[None]:
    """Restore the log levels afterwards."""
    loggers = (logging.getLogger(), logging.getLogger(OVERFLOW_LOG))
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.mark.parametrize("level", ["debug", "error"])
@pytest.mark.usefixtures("levels")
def test_lost_events_are_noticed_at_every_log_level(tmp_path: Path, level: str) -> None:
    """If the system's queue overflows, everything must be scanned, even if only errors are logged."""
    logs.configure(level, "json", io.StringIO())
    dirty = Dirty(lambda: None)
    hints = NativeHints(str(tmp_path), dirty)
    hints.start()
    try:
        logging.getLogger(OVERFLOW_LOG).warning("Inotify queue overflow")
    finally:
        hints.stop()
    assert dirty.take() == (frozenset(), True)
