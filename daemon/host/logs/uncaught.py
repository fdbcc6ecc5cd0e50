"""Logs exceptions that nobody caught, so that each is a line of the log and not a traceback in the middle of it.

=========================  =====================================================================
``sys.excepthook``         an exception that ends the program
``threading.excepthook``   an exception that ends a thread
``sys.unraisablehook``     an exception that Python can only report, as in ``__del__`` or at exit
the event loop's handler   an exception of a callback, or of a task that nobody waited for
=========================  =====================================================================
"""

from __future__ import annotations

import asyncio
import sys
import threading
from types import TracebackType
from typing import Any

import structlog

log = structlog.get_logger("bracketd")


def log_uncaught() -> None:
    """Log the uncaught exceptions of this process from now on. Call it after ``configure``."""
    sys.excepthook = _ends_program
    threading.excepthook = _ends_thread
    sys.unraisablehook = _is_unraisable


def log_uncaught_in(loop: asyncio.AbstractEventLoop) -> None:
    """Log the uncaught exceptions of an event loop from now on."""
    loop.set_exception_handler(_is_in_loop)


def _ends_program(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        log.warning("interrupted")
    else:
        log.error("uncaught exception; the program ends", exc_info=(kind, error, trace))


def _ends_thread(found: threading.ExceptHookArgs) -> None:
    if issubclass(found.exc_type, SystemExit):
        return
    name = found.thread.name if found.thread is not None else None
    error = found.exc_value or found.exc_type()
    log.error("uncaught exception in a thread", thread=name, exc_info=(found.exc_type, error, found.exc_traceback))


def _is_unraisable(found: sys.UnraisableHookArgs) -> None:
    error = found.exc_value or found.exc_type()
    log.error(
        "exception that could not be raised",
        where=_named(found.object),
        what=found.err_msg,
        exc_info=(found.exc_type, error, found.exc_traceback),
    )


def _is_in_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    subject = context.get("task") or context.get("future") or context.get("handle")
    error: BaseException | None = context.get("exception")
    trace = (type(error), error, error.__traceback__) if error is not None else None
    log.error("uncaught exception in the event loop", what=context["message"], where=_named(subject), exc_info=trace)


def _named(subject: object) -> str:
    """A short name of an object, which may be half destroyed."""
    try:
        return subject.get_name() if isinstance(subject, asyncio.Task) else repr(subject)[:200]
    except Exception:  # noqa: BLE001 - its repr may use what is already gone
        return type(subject).__name__
