"""The log: one line per event, for people or for programs, without secrets.

structlog's loggers and the standard library's (httpx, watchdog, uvicorn) have the same format. JSON has one object per
line with ``timestamp`` (ISO 8601, UTC), ``level``, ``logger`` and ``event``; exceptions are structured. For people,
times are local, and an exception is a plain traceback below the line, without the values of variables. An ``event`` is
a constant phrase; everything that varies is a separate key.

No value, such as a file's name, can start a new line or control a terminal.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Literal, TextIO

import structlog
from structlog.processors import TimeStamper
from structlog.typing import Processor

from daemon.host.logs.plain import order_keys, to_json, to_plain, to_terminal
from daemon.host.logs.redaction import hide_named, redact, without_secrets
from daemon.host.logs.uncaught import log_uncaught, log_uncaught_in

__all__ = ["configure", "log_uncaught", "log_uncaught_in", "redact"]

CHATTY = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "watchdog": logging.INFO,
    "asyncio": logging.INFO,
    "filelock": logging.INFO,
}
"""Loggers with their own minimum level: httpx logs every request's URL at INFO, watchdog every event at DEBUG."""


def configure(level: str, format: Literal["auto", "console", "json"], stream: TextIO) -> None:  # noqa: A002 - the setting's name
    """Send every log line of ``level`` (debug, info, warning, error) and above to ``stream``.

    ``auto`` is console on a terminal and JSON elsewhere. Colours need a terminal and no ``$NO_COLOR``
    (https://no-color.org). May be called again; the last call counts.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    terminal = stream.isatty()
    console = format == "console" or (format == "auto" and terminal)
    colours = terminal and not os.environ.get("NO_COLOR") and sys.platform != "win32"
    stamp = TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False) if console else TimeStamper(fmt="iso", utc=True)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        stamp,
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = _Lines(stream)
    handler.setFormatter(
        _Line(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_console(colours=colours) if console else _json()),
            ],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name, floor in CHATTY.items():
        logging.getLogger(name).setLevel(max(floor, number))
    logging.captureWarnings(capture=True)


class _Lines(logging.StreamHandler[TextIO]):
    """Writes lines. A line that cannot be formatted is replaced by one that says so, not by a traceback."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._failing = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name in the standard library
        """Log that a line was lost. Nothing can be logged if this fails too, as on a closed stream."""
        if self._failing:
            return
        self._failing = True
        try:
            structlog.get_logger("bracketd").error("log line lost", source=record.name, why=repr(sys.exception()))
        finally:
            self._failing = False


class _Line(structlog.stdlib.ProcessorFormatter):
    """Formats a line and removes secrets from it, which may be anywhere, including tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        line = without_secrets(super().format(record))
        return line.encode("utf-8", "backslashreplace").decode("utf-8")


def _json() -> list[Processor]:
    frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [structlog.processors.ExceptionRenderer(frames), hide_named, to_plain, order_keys, to_json]


def _console(*, colours: bool) -> list[Processor]:
    renderer = structlog.dev.ConsoleRenderer(
        colors=colours, exception_formatter=structlog.dev.plain_traceback, sort_keys=False
    )
    return [structlog.processors.format_exc_info, hide_named, to_plain, to_terminal, renderer]
