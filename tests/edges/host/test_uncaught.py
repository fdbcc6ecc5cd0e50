"""Exceptions that nobody catches, in a process of their own that logs like the daemon."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

PATIENCE = 60.0

BEGIN = """
import asyncio, gc, logging, sys, threading
import structlog
from daemon.host import logs
logs.configure("info", "json", sys.stderr)
logs.log_uncaught()
logs.redact("s3cret")

class Bad:
    def __del__(self):
        raise ValueError("two\\nlines with s3cret")

class Odd:
    def __repr__(self):
        raise ValueError("two\\nlines with s3cret")

def fail():
    raise ValueError("two\\nlines with s3cret")

async def task_fails():
    fail()

def in_loop(work):
    async def main():
        logs.log_uncaught_in(asyncio.get_running_loop())
        await work()
    asyncio.run(main())
"""

ENDS = """
fail()
"""

THREAD = """
thread = threading.Thread(target=fail, name="disk", daemon=True)
thread.start()
thread.join()
"""

UNRAISABLE = """
bad = Bad()
del bad
"""

AT_EXIT = """
import atexit
atexit.register(fail)
"""

CALLBACK = """
async def work():
    asyncio.get_running_loop().call_soon(fail)
    await asyncio.sleep(0.01)
in_loop(work)
"""

TASK = """
async def work():
    task = asyncio.create_task(task_fails(), name="report")
    await asyncio.sleep(0.01)
    del task
    gc.collect()
in_loop(work)
"""

LOST_LINE = """
structlog.get_logger("bracketd").info("seen", what=Odd())
"""

LOST_ARGUMENTS = """
logging.getLogger("library").warning("%d files", "many")
"""

ENDED_BY_HAND = """
raise KeyboardInterrupt
"""


def lines_of(script: str) -> tuple[list[dict[str, Any]], int]:
    """The lines that a process logs, as JSON, and its exit status."""
    words = (sys.executable, "-c", BEGIN + script)
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()], done.returncode


@pytest.mark.parametrize(
    ("script", "event", "key", "status"),
    [
        (ENDS, "uncaught exception; the program ends", None, 1),
        (THREAD, "uncaught exception in a thread", ("thread", "disk"), 0),
        (UNRAISABLE, "exception that could not be raised", ("where", "Bad.__del__"), 0),
        (AT_EXIT, "exception that could not be raised", ("where", "function fail"), 0),
        (CALLBACK, "uncaught exception in the event loop", ("where", "fail"), 0),
        (TASK, "uncaught exception in the event loop", ("where", "report"), 0),
    ],
    ids=["program", "thread", "unraisable", "at exit", "callback", "task"],
)
def test_an_uncaught_exception_is_one_line(script: str, event: str, key: tuple[str, str] | None, status: int) -> None:
    """An exception that nobody catches is one line of JSON with its frames, without a raw traceback or a secret."""
    (line,), ended = lines_of(script)
    assert (line["event"], line["logger"], ended) == (event, "bracketd", status)
    assert [one["exc_type"] for one in line["exception"]] == ["ValueError"]
    assert line["exception"][0]["exc_value"] == "two\nlines with [redacted]"
    assert key is None or key[1] in line[key[0]]


@pytest.mark.parametrize(("script", "source"), [(LOST_LINE, "bracketd"), (LOST_ARGUMENTS, "library")])
def test_a_line_that_cannot_be_formatted_is_replaced(script: str, source: str) -> None:
    """A line that cannot be formatted becomes one line that says which logger lost it, and the program continues."""
    (line,), ended = lines_of(script)
    assert (line["event"], line["source"], ended) == ("log line lost", source, 0)
    assert "Error(" in line["why"]


def test_an_interrupt_is_one_line() -> None:
    """Ctrl-C before the signal handlers exist is one line, without a traceback."""
    (line,), ended = lines_of(ENDED_BY_HAND)
    assert (line["event"], line["level"]) == ("interrupted", "warning")
    assert "exception" not in line
    assert ended in (-2, 130)


def test_a_closed_stream_ends_nothing() -> None:
    """If the log's stream is closed, lines are lost without an error."""
    lines, ended = lines_of("sys.stderr.close()\nstructlog.get_logger('bracketd').info('seen')\n")
    assert (lines, ended) == ([], 0)
