"""Disk calls with a timeout. A call on a dead network mount may never return."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class _Question(Generic[T]):
    """A call in progress, and its result. Times are of the monotonic clock.

    ``until`` is when the call counts as hung.
    """

    call: Callable[[], T]
    until: float
    ended: threading.Event = field(default_factory=threading.Event)
    answer: T | None = None
    error: BaseException | None = None
    ended_at: float = 0.0

    def run(self) -> None:
        """Make the call."""
        try:
            self.answer = self.call()
        except BaseException as error:  # noqa: BLE001 - raised again in the callers
            self.error = error
        finally:
            self.ended_at = time.monotonic()
            self.ended.set()


class Bounded(Generic[T]):
    """Runs each call in its own thread and waits ``seconds`` for it.

    Thread-safe. A late result is kept for ``keeps`` seconds and given to the next caller: some calls are slow, not
    hung.
    """

    def __init__(self, seconds: float, *, keeps: float = 0.0) -> None:
        self._seconds, self._keeps = seconds, keeps
        self._lock = threading.Lock()
        self._open: dict[str, _Question[T]] = {}

    def ask(self, key: str, call: Callable[[], T]) -> T | None:
        """Run the call and return its result, None if it takes too long. Raises the call's errors.

        Callers with the same key share a call in progress and its timeout. So a disk that hangs blocks only one thread,
        and later callers do not wait.
        """
        now = time.monotonic()
        with self._lock:
            question = self._open.get(key)
            if question is None or self._is_outdated(question, now):
                question = self._open[key] = _Question(call, now + self._seconds)
                threading.Thread(target=question.run, name="disk", daemon=True).start()
        if not question.ended.wait(max(0.0, question.until - now)):
            return None
        with self._lock:
            if self._open.get(key) is question:
                del self._open[key]
        if question.error is not None:
            raise question.error
        return question.answer

    def _is_outdated(self, question: _Question[T], now: float) -> bool:
        return question.ended.is_set() and now >= question.ended_at + self._keeps
